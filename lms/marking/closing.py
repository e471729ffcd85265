"""Bringing marks in: once every answer has its final mark they become a change of scoring, which a second examiner agrees to."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.exams.queries import ExamRow
from lms.marking import errors, plans
from lms.marking.marks import recomputed, refuse_closed
from lms.marking.models import Mark, Plan, Question, Script, Task
from lms.sitting import queries as sitting
from lms.sitting import service as sitting_service


def missing(session: Session, exam_id: int) -> int:
    """How many answers have no final mark."""
    query = select(func.count(Script.id)).where(Script.exam_id == exam_id, Script.final.is_(None))
    return session.scalar(query) or 0


def bring_in(session: Session, exam: ExamRow, by: Viewer) -> str:
    """Close marking and have it worked out what the marks make of the results; public id of that change of scoring.

    Raises NotAllotted, Incomplete and BroughtIn, and as `lms.sitting.service.bring_in`.
    """
    plan = session.get(Plan, exam.id, with_for_update=True)
    if plan is None or plan.allotted_at is None:
        raise errors.NotAllotted
    refuse_closed(plan)
    lacking = missing(session, exam.id)
    if lacking:
        raise errors.Incomplete(answers=lacking)
    plan.remarking = sitting_service.bring_in(session, exam, finals(session, exam), by)
    record(session, "marking.bring_in", thing="exam", thing_id=exam.public_id, after={"change": plan.remarking})
    return plan.remarking


def finals(session: Session, exam: ExamRow) -> dict[int, dict[int, Decimal]]:
    """The final marks of attempts that count, by attempt and slot."""
    counts = {sat.id for some in sitting.counted(session, exam.id) for sat in some}
    found: dict[int, dict[int, Decimal]] = defaultdict(dict)
    query = select(Script.attempt_id, Script.slot, Script.final).where(Script.exam_id == exam.id)
    for attempt, slot, final in session.execute(query.order_by(Script.attempt_id, Script.slot)):
        if attempt in counts and final is not None:
            found[attempt][slot] = final
    return dict(found)


def open_again(session: Session, exam: ExamRow) -> None:
    """Let marks be changed once more, where those that were brought in do not count; raises BroughtIn where they do."""
    plan = session.get(Plan, exam.id, with_for_update=True)
    if plan is None or plan.remarking is None:
        raise errors.NotAllotted
    if exam.marked_at is not None or sitting_service.is_under_way(session, exam.id):
        raise errors.BroughtIn
    plan.remarking = None
    record(session, "marking.open_again", thing="exam", thing_id=exam.public_id)


def unlike(session: Session, exam: ExamRow) -> str | None:
    """The first answer whose stored final mark is not what its markers' marks come to, or whose mark was brought in otherwise;
    None where everything fits.
    """
    plan = plans.of_exam(session, exam.id)
    if plan is None or plan.allotted_at is None:
        return None
    marking, given = plans.marking_of(plan), _given(session, exam.id)
    rows = session.execute(
        select(Script.id, Script.public_id, Script.final, Question.marks)
        .join(Question, Question.id == Script.question_id)
        .where(Script.exam_id == exam.id)
        .order_by(Script.id)
    )
    for key, public_id, final, maximum in rows:
        if recomputed(marking, maximum, given.get(key, ())) != final:
            return f"answer {public_id}: its mark is not what its markers gave"
    counted = sitting_service.marks_in_force(session, exam.id)
    if plan.remarking and exam.marked_at and counted and not _same(finals(session, exam), counted):
        return "marks count that are not those of the markers"
    return None


def _same(own: Mapping[int, Mapping[int, Decimal]], counted: Mapping[int, Mapping[int, Decimal]]) -> bool:
    """Marks of attempts that were declared void later count as well as before; all others are the same."""
    return all(counted.get(attempt) == slots for attempt, slots in own.items())


def _given(session: Session, exam_id: int) -> dict[int, list[tuple[str, Decimal]]]:
    """Of each answer who gave what: role and newest mark of every task that counts and was done."""
    query = (
        select(Task.id, Task.script_id, Task.role, Mark.total)
        .join(Script, Script.id == Task.script_id)
        .join(Mark, Mark.task_id == Task.id)
        .where(Script.exam_id == exam_id, Task.done_at.is_not(None), Task.taken_back_at.is_(None))
        .order_by(Mark.number)
    )
    newest = {task: (script, role, total) for task, script, role, total in session.execute(query)}
    found: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    for script, role, total in newest.values():
        found[script].append((role, total))
    return found
