"""Bringing marks in: once every answer has its final mark they become a change of scoring, which a second examiner agrees to."""

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.clock import now
from lms.exams.queries import ExamRow
from lms.marking import errors, plans
from lms.marking.marks import recomputed, refuse_closed
from lms.marking.models import Mark, Plan, Question, Script, Task
from lms.sitting import service as sitting_service


def missing(session: Session, exam_id: int) -> int:
    """How many answers have no final mark."""
    query = select(func.count(Script.id)).where(Script.exam_id == exam_id, Script.final.is_(None))
    return session.scalar(query) or 0


def bring_in(session: Session, exam: ExamRow, by: Viewer) -> str:
    """Close marking and have it worked out what the marks make of the results; public id of that change of scoring.

    Where the marks count already, those that differ since an answer was looked at again. Raises NotAllotted, Incomplete, BroughtIn
    and NothingNew, and as `lms.sitting.service.bring_in`.
    """
    plan = session.get(Plan, exam.id, with_for_update=True)
    if plan is None or plan.allotted_at is None:
        raise errors.NotAllotted
    if exam.marked_at is not None:
        return _bring_in_reviews(session, exam, by)
    refuse_closed(plan)
    lacking = missing(session, exam.id)
    if lacking:
        raise errors.Incomplete(answers=lacking)
    # what is left was only to be compared
    scripts = select(Script.id).where(Script.exam_id == exam.id)
    left = Task.script_id.in_(scripts), Task.done_at.is_(None), Task.taken_back_at.is_(None)
    session.execute(update(Task).where(*left).values(taken_back_at=now()))
    plan.remarking = sitting_service.bring_in(session, exam, finals(session, exam), by)
    record(session, "marking.bring_in", thing="exam", thing_id=exam.public_id, after={"change": plan.remarking})
    return plan.remarking


def _bring_in_reviews(session: Session, exam: ExamRow, by: Viewer) -> str:
    found = reviewed(session, exam)
    if not found:
        raise errors.NothingNew
    change = sitting_service.bring_in(session, exam, found, by)
    record(session, "marking.bring_in", thing="exam", thing_id=exam.public_id, after={"change": change})
    return change


def reviewed(session: Session, exam: ExamRow) -> dict[int, dict[int, Decimal]]:
    """Final marks, by attempt and slot, that differ from those that count, since an answer was looked at again."""
    counted, found = sitting_service.marks_in_force(session, exam.id), defaultdict[int, dict[int, Decimal]](dict)
    for attempt, slots in finals(session, exam).items():
        for slot, mark in slots.items():
            if counted.get(attempt, {}).get(slot) != mark:
                found[attempt][slot] = mark
    return dict(found)


def finals(session: Session, exam: ExamRow) -> dict[int, dict[int, Decimal]]:
    """The final marks of attempts that count, by attempt and slot."""
    counts = sitting_service.counting(session, exam.id)
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
    if exam.marked_at is not None or sitting_service.undecided(session, exam.id):
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
    counted = sitting_service.marks_in_force(session, exam.id) if plan.remarking and exam.marked_at else {}
    own = finals(session, exam) if counted else {}
    rows = session.execute(
        select(Script.id, Script.public_id, Script.final, Question.marks, Script.attempt_id, Script.slot)
        .join(Question, Question.id == Script.question_id)
        .where(Script.exam_id == exam.id)
        .order_by(Script.id)
    )
    for key, public_id, final, maximum, attempt, slot in rows:
        marks = given.get(key, [])
        if recomputed(marking, maximum, marks) != final:
            return f"answer {public_id}: its mark is not what its markers gave"
        # attempts that were declared void need not count; a mark after an appeal need not count yet
        may_count = {recomputed(marking, maximum, marks[:end]) for end in range(len(marks) + 1)}
        if attempt in own and counted.get(attempt, {}).get(slot) not in may_count - {None}:
            return f"answer {public_id}: another mark counts than its markers gave"
    return None


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
    for _task, (script, role, total) in sorted(newest.items()):
        found[script].append((role, total))
    return found
