"""Decisions on the results of an exam after it: proposed by one person, agreed to by another, carried out by a job.

Decisions stand on each other: what was decided last is taken back first.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.clock import now
from lms.errors import NotFound
from lms.exams.policy import refuse_archived
from lms.exams.queries import ExamRow
from lms.sitting import errors
from lms.sitting.models import Attempt, Decision
from question_bank.blueprint import by_hand

EQUATED, RESTORED, REMARKED, MARKED, REVERSED = "equated", "restored", "remarked", "marked", "reversed"
#: changes of scoring; the second one is nothing but marks that people gave
OF_SCORING = (REMARKED, MARKED)
#: what takes back the one before it
TAKES_BACK = (RESTORED, REVERSED)


def all_of(session: Session, exam_id: int) -> Sequence[Decision]:
    """What was proposed and decided, the newest first."""
    query = select(Decision).where(Decision.exam_id == exam_id)
    return session.scalars(query.order_by(Decision.number.desc())).all()


def in_force(found: Sequence[Decision]) -> list[Decision]:
    """Of these decisions (the newest first) what was carried out and not taken back, the oldest first."""
    standing: list[Decision] = []
    for one in reversed(found):
        if one.applied_at is None:
            continue
        if one.kind in TAKES_BACK:
            standing.pop()
        else:
            standing.append(one)
    return standing


def newest(session: Session, exam_id: int) -> int:
    """Number of the last decision that was carried out, 0 where none was."""
    query = select(func.max(Decision.number)).where(Decision.exam_id == exam_id, Decision.applied_at.is_not(None))
    return session.scalar(query) or 0


def needs_marks(exam: ExamRow, found: Sequence[Decision]) -> bool:
    """Whether people must mark answers of an exam and their marks are not in."""
    return bool(by_hand(exam.blueprint)) and not any(one.kind == MARKED for one in in_force(found))


def under_way(found: Sequence[Decision]) -> Decision | None:
    """The one that waits for somebody to agree, or to be carried out."""
    return next((one for one in found if one.agreed is None or (one.agreed and one.applied_at is None)), None)


def refuse(session: Session, exam_id: int, who: Viewer) -> None:
    """Raise ExamArchived for an exam that is signed off, SatIt for somebody who sat it: asked before anything is worked out,
    proposed or decided.
    """
    refuse_archived(session, exam_id)
    if session.scalar(select(Attempt.id).where(Attempt.exam_id == exam_id, Attempt.person_id == who.id)) is not None:
        raise errors.SatIt


def propose(session: Session, exam: ExamRow, made: Decision, told: Callable[[Decision], dict[str, Any]]) -> str:
    """Keep a proposal and give it its number and its author's moment; its public id. `told` is what the audit log says of it.

    Raises Undecided where another one is not decided or not carried out.
    """
    found = all_of(session, exam.id)
    if under_way(found) is not None:
        raise errors.Undecided
    made.exam_id, made.number, made.proposed_at = exam.id, len(found) + 1, now()
    session.add(made)
    session.flush()
    record(session, "result.propose", thing="exam", thing_id=exam.public_id, after=told(made))
    return made.public_id


def waiting(session: Session, exam: ExamRow, public_id: str, by: Viewer) -> Decision:
    """A proposal that nobody decided on yet, locked; raises NotFound and SatIt."""
    refuse(session, exam.id, by)
    query = select(Decision).where(
        Decision.exam_id == exam.id, Decision.public_id == public_id, Decision.agreed.is_(None)
    )
    found = session.scalar(query.with_for_update())
    if found is None:
        raise NotFound
    return found


def decide(
    session: Session, exam: ExamRow, found: Decision, by: Viewer, *, agree: bool, told: dict[str, Any], job: str
) -> None:
    """Agree to a proposal, which `job` then carries out, or turn it down; its author can only take it back.

    Raises OwnProposal.
    """
    if agree and found.proposed_by == by.id:
        raise errors.OwnProposal
    found.agreed, found.decided_by, found.decided_at = agree, by.id, now()
    record(session, "result.agree" if agree else "result.decline", thing="exam", thing_id=exam.public_id, after=told)
    if agree:
        jobs.enqueue(session, job, {"decision": found.id}, unique_key=f"decision:{found.public_id}")


def being_carried_out(found: Sequence[Decision]) -> bool:
    """Whether one was agreed to and its gradings are not all there."""
    return any(one.agreed and one.applied_at is None for one in found)
