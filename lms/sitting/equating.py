"""Own pass marks of papers: worked out once an exam is over, proposed by one person, agreed to by another, carried out as
further gradings. Nothing that was graded is changed; the exam's pass mark comes back by a further decision.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.clock import now
from lms.database import dumps
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.policy import refuse_archived
from lms.exams.queries import ExamRow
from lms.sitting import decisions, errors, queries, remarking
from lms.sitting.decisions import EQUATED
from lms.sitting.models import Attempt, AttemptResult, Decision, Equating
from lms.sitting.telling import Word, tell
from question_bank.assembly import Form
from question_bank.equating import Facts, Sat, Tally, Yardstick, facts, yardstick
from question_bank.grading import scores_from_record
from question_bank.item import ItemVersion
from question_bank.remarking import PASS_MARK, VOID

#: the job that works pass marks out, and the one that carries a decision out
WORK_OUT, CARRY_OUT = "sitting.equating", "sitting.pass_marks"
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Worked:
    """Pass marks of attempts by id, ascending; whose outcome differs by them; figures over all."""

    cuts: Mapping[int, Decimal]
    changed: tuple[int, ...]
    facts: Facts


def possible(session: Session, exam: ExamRow) -> bool:
    """Whether papers can have pass marks of their own: they differ, it is not signed off, the exam is over, every result is there,
    marks of people are in, and no remark took a question out or set another pass mark, which would make it another measure for
    some papers.
    """
    if exam.archived_at is not None or exam.blueprint.paper != "personal" or not queries.complete(session, exam):
        return False
    if decisions.needs_marks(exam, decisions.all_of(session, exam.id)):
        return False
    kinds = {change.kind for remark in remarking.in_force(session, exam.id) for change in remark.changes}
    return not kinds & {VOID, PASS_MARK}


def ask(session: Session, exam: ExamRow) -> None:
    """Have the pass marks worked out; raises ExamArchived and NotEquable."""
    refuse_archived(session, exam.id)
    if not possible(session, exam):
        raise errors.NotEquable
    jobs.enqueue(session, WORK_OUT, {"exam": exam.id}, unique_key=f"equating:{exam.public_id}")


def counted(session: Session, exam_id: int) -> Iterator[Any]:
    """Id, paper and grading of each attempt that counts, in order, some at a time; by the exam's pass mark."""
    last = 0
    while rows := session.execute(_counted(exam_id).where(Attempt.id > last).limit(AT_ONCE)).all():
        yield from rows
        last = rows[-1].id


def forms(session: Session, exam_id: int) -> Iterator[tuple[int, Form]]:
    """The paper of each attempt by its id, in order, some at a time."""
    last = 0
    query = select(Attempt.id, Attempt.form).where(Attempt.exam_id == exam_id).order_by(Attempt.id).limit(AT_ONCE)
    while rows := session.execute(query.where(Attempt.id > last)).all():
        yield from ((row.id, Form.from_record(row.form)) for row in rows)
        last = rows[-1].id


def _counted(exam_id: int) -> Select[*tuple[Any, ...]]:
    newest = (
        select(func.max(AttemptResult.revision))
        .where(AttemptResult.attempt_id == Attempt.id, AttemptResult.reason != EQUATED)
        .correlate(Attempt)
        .scalar_subquery()
    )
    return (
        select(Attempt.id, Attempt.form, AttemptResult.total, AttemptResult.passed, AttemptResult.scores)
        .join(AttemptResult, (AttemptResult.attempt_id == Attempt.id) & (AttemptResult.revision == newest))
        .where(Attempt.exam_id == exam_id, Attempt.ended_how != "void")
        .order_by(Attempt.id)
    )


def work_out(session: Session, exam: ExamRow) -> Worked | None:
    """The pass marks as things stand; None where no marks were given."""
    tally = Tally()
    for row in counted(session, exam.id):
        tally.add(Form.from_record(row.form), scores_from_record(row.scores))
    if not tally.step:
        return None
    measure = measured(exam, exams.frozen(session, exam.id).pool.versions, tally)
    cuts: dict[int, Decimal] = {}
    papers: list[Sat] = []
    changed: list[int] = []
    variance = answers = 0.0
    for row in counted(session, exam.id):
        form = Form.from_record(row.form)
        paper = Sat(row.total, row.passed, measure.expected(form), measure.cut(form))
        cuts[row.id] = paper.cut
        papers.append(paper)
        if paper.would_pass != paper.passed:
            changed.append(row.id)
        variance, answers = variance + measure.doubt(form), answers + measure.answers(form)
    found = facts(papers, variance=variance / len(papers), answers=answers / len(papers))
    return Worked(cuts, tuple(changed), found)


def measured(exam: ExamRow, versions: Mapping[int, ItemVersion], tally: Tally) -> Yardstick:
    """What a sitting is equated by; `versions`: the frozen ones."""
    return yardstick(tally, {key: version.difficulty for key, version in versions.items()}, exam.blueprint)


def keep(session: Session, exam_id: int, worked: Worked) -> None:
    """Keep what was worked out; what was before stays as well."""
    session.add(
        Equating(
            exam_id=exam_id,
            worked_out_at=now(),
            after=decisions.newest(session, exam_id),
            attempts=list(worked.cuts),
            cuts=[int(cut * 100) for cut in worked.cuts.values()],
            changed=list(worked.changed),
            facts=worked.facts.to_record(),
        )
    )


def latest(session: Session, exam_id: int) -> Equating | None:
    """What was worked out last."""
    query = select(Equating).where(Equating.exam_id == exam_id).order_by(Equating.id.desc())
    return session.scalar(query.limit(1))


def current(session: Session, equating: Equating) -> bool:
    """Whether the attempts that count, and their marks, are still those it was worked out of."""
    query = _counted(equating.exam_id).with_only_columns(Attempt.id)
    remarked = exists().where(
        Decision.exam_id == equating.exam_id, Decision.number > equating.after, Decision.applied_at.is_not(None),
        Decision.kind.in_((*decisions.OF_SCORING, decisions.REVERSED)),
    )  # fmt: skip
    return not session.scalar(select(remarked)) and list(session.scalars(query)) == equating.attempts


def at_work(session: Session, exam: ExamRow, found: Sequence[Decision]) -> bool:
    """Whether pass marks are being worked out, or one of the decisions is being carried out."""
    return decisions.being_carried_out(found) or jobs.under_way(session, f"equating:{exam.public_id}")


def in_force(found: Sequence[Decision]) -> bool:
    """Whether each paper's own pass mark counts, by these decisions (the newest first)."""
    return any(one.kind == EQUATED for one in decisions.in_force(found))


def digest(equating: Equating) -> str:
    """SHA-256 of attempts and pass marks, for the audit log."""
    return hashlib.sha256(dumps([equating.attempts, equating.cuts]).encode()).hexdigest()


def propose(session: Session, exam: ExamRow, kind: str, reason: str, by: Viewer) -> str:
    """Propose that own pass marks count ("equated"), or the exam's again ("restored"); the proposal's public id.

    Raises SatIt, Undecided, NotEquable, Unsound and Outdated.
    """
    decisions.refuse(session, exam.id, by)
    found = decisions.all_of(session, exam.id)
    if decisions.under_way(found) is not None:
        raise errors.Undecided
    if (kind == EQUATED) == in_force(found) or not possible(session, exam):
        raise errors.NotEquable
    equating = _fit(session, exam.id) if kind == EQUATED else None
    made = Decision(kind=kind, equating_id=equating.id if equating else None, reason=reason, proposed_by=by.id)
    return decisions.propose(session, exam, made, lambda decision: _told(decision, equating))


def decide(session: Session, exam: ExamRow, public_id: str, by: Viewer, *, agree: bool) -> None:
    """Agree to a proposal, which is then carried out, or turn it down; its author can only take it back.

    Raises NotFound for one that is decided, SatIt, OwnProposal and Outdated.
    """
    found = decisions.waiting(session, exam, public_id, by)
    if found.remarking_id is not None:  # a change of scoring is decided on its own page
        raise NotFound
    equating = session.get(Equating, found.equating_id) if found.equating_id else None
    if agree and equating is not None and not current(session, equating):
        raise errors.Outdated
    decisions.decide(session, exam, found, by, agree=agree, told=_told(found, equating), job=CARRY_OUT)


def _fit(session: Session, exam_id: int) -> Equating:
    """What was worked out last, where it may be decided on; raises Unsound and Outdated."""
    equating = latest(session, exam_id)
    if equating is None or not Facts.from_record(equating.facts).sound:
        raise errors.Unsound
    if not current(session, equating):
        raise errors.Outdated
    return equating


def _told(decision: Decision, equating: Equating | None) -> dict[str, Any]:
    """What the audit log says of a decision."""
    told = {"decision": decision.public_id, "kind": decision.kind, "reason": decision.reason}
    if equating is None:
        return told
    return told | {"sha256": digest(equating), "rise": equating.facts["rise"], "fall": equating.facts["fall"]}


def carry_out(session: Session, decision_id: int) -> bool:
    """Append the gradings of an agreed decision for some attempts; whether there are more. Done again it goes on.

    Whoever's outcome changes is told by the transcript, where results are told at all by now.
    """
    decision = session.get_one(Decision, decision_id, with_for_update=True)
    if not decision.agreed or decision.applied_at is not None:
        return False
    exam = exams.by_ids(session, [decision.exam_id])[decision.exam_id]
    equating = session.get_one(Equating, decision.equating_id) if decision.equating_id else None
    own = dict(zip(equating.attempts, equating.cuts, strict=True)) if equating else {}
    rows, words = session.execute(_behind(exam.id, decision.number).limit(AT_ONCE)).all(), []
    for attempt, before in rows:
        cut = Decimal(own[attempt.id]) / 100 if equating else None
        passed = before.total >= (exam.blueprint.pass_mark if cut is None else cut)
        revision = before.revision + 1
        session.add(
            AttemptResult(
                attempt_id=attempt.id, revision=revision, total=before.total, maximum=before.maximum, passed=passed,
                scores=before.scores, graded_at=now(), reason=decision.kind, pass_mark=cut, decision=decision.number,
            )
        )  # fmt: skip
        if passed != before.passed and (exam.release != "by_hand" or exam.released_at is not None):
            told = before.total, before.maximum, passed, revision
            words.append(Word(attempt.public_id, attempt.person_id, attempt.ended_at, *told))
    tell(session, exam, words)
    if len(rows) == AT_ONCE:
        return True
    decision.applied_at = now()
    record(session, "result.apply", thing="exam", thing_id=exam.public_id, after=_told(decision, equating))
    return False


def _behind(exam_id: int, number: int) -> Select[*tuple[Any, ...]]:
    """Attempts that count and lack the grading of this decision, with the newest one they have."""
    there = exists().where(AttemptResult.attempt_id == Attempt.id, AttemptResult.decision == number)
    newest = (
        select(func.max(AttemptResult.revision)).where(AttemptResult.attempt_id == Attempt.id).correlate(Attempt)
    ).scalar_subquery()
    return (
        select(Attempt, AttemptResult)
        .join(AttemptResult, (AttemptResult.attempt_id == Attempt.id) & (AttemptResult.revision == newest))
        .where(Attempt.exam_id == exam_id, Attempt.ended_how != "void", ~there.correlate(Attempt))
        .order_by(Attempt.id)
    )


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper in the list: whose, the marks earned, its own pass mark, the outcome by the exam's and by its own."""

    person_id: int
    attempt_id: str
    ended_how: str
    total: Decimal
    cut: Decimal
    before: bool
    after: bool
    ended_at: datetime | None


def papers(session: Session, equating: Equating, ids: Sequence[int]) -> list[PaperRow]:
    """The papers of these attempts, in their order."""
    cuts = dict(zip(equating.attempts, equating.cuts, strict=True))
    newest = select(func.max(AttemptResult.revision)).where(
        AttemptResult.attempt_id == Attempt.id,
        AttemptResult.reason != EQUATED,
        func.coalesce(AttemptResult.decision, 0) <= equating.after,
    )
    query = (
        select(Attempt, AttemptResult)
        .join(
            AttemptResult,
            (AttemptResult.attempt_id == Attempt.id)
            & (AttemptResult.revision == newest.correlate(Attempt).scalar_subquery()),
        )
        .where(Attempt.id.in_(ids))
        .order_by(Attempt.id)
    )
    rows = []
    for attempt, first in session.execute(query):
        cut = Decimal(cuts[attempt.id]) / 100
        rows.append(
            PaperRow(
                attempt.person_id, attempt.public_id, attempt.ended_how or "", first.total, cut, first.passed,
                first.total >= cut, attempt.ended_at,
            )
        )  # fmt: skip
    return rows
