"""What is kept of the attempts of an exam and of the decisions on them, as rows for its evidence: people by staff number,
moments in UTC, marks as they were given, hashes in hexadecimal digits.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.exams.queries import ExamRow
from lms.sitting import decisions, files, journal, redraw
from lms.sitting.models import Attempt, AttemptResult, Decision, Equating, Remarking
from question_bank.attempt import receipt_code

Rows = list[dict[str, Any]]
AT_ONCE = 500


def kept_of(session: Session, exam: ExamRow) -> dict[str, Rows]:
    """Rows of "attempts", "papers", "gradings", "decisions" and "files", each in a fixed order."""
    attempts: Rows = []
    papers: Rows = []
    gradings: Rows = []
    last = 0
    query = select(Attempt).where(Attempt.exam_id == exam.id).order_by(Attempt.id).limit(AT_ONCE)
    while some := session.scalars(query.where(Attempt.id > last)).all():
        last = some[-1].id
        ids = [one.id for one in some]
        ends, names = journal.end_hashes(session, ids), {one.id: one.public_id for one in some}
        numbers = redraw.staff_numbers(session, [one.person_id for one in some])
        attempts += [_attempt(one, numbers[one.person_id], ends.get(one.id)) for one in some]
        papers += [{"attempt": one.public_id, "paper": one.form} for one in some]
        results = select(AttemptResult).where(AttemptResult.attempt_id.in_(ids))
        results = results.order_by(AttemptResult.attempt_id, AttemptResult.revision)
        gradings += [_grading(row, names[row.attempt_id]) for row in session.scalars(results)]
    return {
        "attempts": attempts,
        "papers": papers,
        "gradings": gradings,
        "decisions": _decisions(session, exam),
        "files": files.rows_of(session, exam.id),
    }


def _attempt(attempt: Attempt, person: str, end: bytes | None) -> dict[str, Any]:
    return {
        "attempt": attempt.public_id, "person": person, "began": _moment(attempt.started_at),
        "ended": _moment(attempt.ended_at), "how": attempt.ended_how, "answered": attempt.answered,
        "events": attempt.last_event, "receipt": receipt_code(end) if end else None, "end": end.hex() if end else None,
        "head": attempt.chain.hex(),
    }  # fmt: skip


def _grading(row: AttemptResult, attempt: str) -> dict[str, Any]:
    return {
        "attempt": attempt, "grading": row.revision, "total": _marks(row.total), "maximum": _marks(row.maximum),
        "passed": row.passed, "pass_mark": _marks(row.pass_mark), "at": _moment(row.graded_at), "reason": row.reason,
        "decision": row.decision, "scores": row.scores,
    }  # fmt: skip


def _decisions(session: Session, exam: ExamRow) -> Rows:
    """What was proposed and decided, with what it rests on."""
    found: Sequence[Decision] = decisions.all_of(session, exam.id)[::-1]
    people = redraw.staff_numbers(
        session, sorted({one for row in found for one in (row.proposed_by, row.decided_by) if one is not None})
    )
    return [_decision(session, one, people) for one in found]


def _decision(session: Session, one: Decision, people: Mapping[int, str]) -> dict[str, Any]:
    remarking = session.get(Remarking, one.remarking_id) if one.remarking_id else None
    equating = session.get(Equating, one.equating_id) if one.equating_id else None
    return {
        "decision": one.public_id, "number": one.number, "kind": one.kind, "reason": one.reason,
        "proposed_by": people[one.proposed_by], "proposed_at": _moment(one.proposed_at),
        "decided_by": people[one.decided_by] if one.decided_by else None, "decided_at": _moment(one.decided_at),
        "agreed": one.agreed, "carried_out_at": _moment(one.applied_at),
        "remark": remarking.remark if remarking else None, "changes": remarking.facts if remarking else None,
        "pass_marks": equating.facts if equating else None,
    }  # fmt: skip


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _marks(marks: Decimal | None) -> str | None:
    return None if marks is None else str(marks)
