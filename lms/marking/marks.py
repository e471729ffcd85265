"""Giving marks, and what the marks of an answer come to."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit.service import record
from lms.clock import now
from lms.errors import NotFound
from lms.exams.policy import refuse_archived
from lms.exams.queries import ExamRow
from lms.marking import errors, plans
from lms.marking.allotting import ADJUDICATOR, CONTROL, MARKER, REVIEW, Deal, exam_of, give_to_others, lay
from lms.marking.models import Mark, Plan, Question, Script, Task
from question_bank.moderation import Marking, Rubric

MOST_COMMENT, MOST_NOTES, MOST_NOTE = 2000, 50, 300
#: a longer time is no work on one answer
MOST_SECONDS = 3600


def give(
    session: Session,
    task: Task,
    points: Sequence[Decimal],
    *,
    comment: str,
    told: str = "",
    notes: Sequence[tuple[int, int, str]],
    length: int,
    seconds: int | None,
) -> None:
    """Keep a marker's marks by criterion for an answer of so many characters, and see what its marks come to. `told` is for the
    candidate, `comment` is not.

    Raises ExamArchived, BroughtIn, BadMark and BadNote.
    """
    script = session.get_one(Script, task.script_id, with_for_update=True)
    refuse_archived(session, script.exam_id)
    plan, question = session.get_one(Plan, script.exam_id), session.get_one(Question, script.question_id)
    if task.role != REVIEW or task.done_at is not None:
        refuse_closed(plan)
    total = _total(Rubric.from_record(question.rubric), points)
    _check_notes(comment, notes, length)
    if len(told) > MOST_COMMENT:
        raise errors.BadNote
    before = session.scalar(select(Mark.number).where(Mark.task_id == task.id).order_by(Mark.number.desc()).limit(1))
    session.add(
        Mark(
            task_id=task.id,
            number=(before or 0) + 1,
            points=[int(point * 100) for point in points],
            total=total,
            comment=comment,
            told=told,
            notes=[list(note) for note in notes],
            seconds=None if seconds is None else max(0, min(MOST_SECONDS, seconds)),
            at=now(),
        )
    )
    task.done_at, task.returned = now(), None
    session.flush()
    settle(session, script, plans.marking_of(plan), question.marks)


def refuse_closed(plan: Plan) -> None:
    """Raise BroughtIn once the marks were brought in."""
    if plan.remarking is not None:
        raise errors.BroughtIn


def _total(rubric: Rubric, points: Sequence[Decimal]) -> Decimal:
    try:
        return rubric.total({one.name: point for one, point in zip(rubric.criteria, points, strict=True)})
    except ValueError as fault:
        raise errors.BadMark(step=rubric.step) from fault


def _check_notes(comment: str, notes: Sequence[tuple[int, int, str]], length: int) -> None:
    fits = len(comment) <= MOST_COMMENT and len(notes) <= MOST_NOTES
    if not fits or not all(0 <= a < b <= length and 0 < len(words) <= MOST_NOTE for a, b, words in notes):
        raise errors.BadNote


def settle(session: Session, script: Script, marking: Marking, maximum: Decimal) -> None:
    """Work out what the marks of an answer come to; where two differ too much it goes to an adjudicator, and comes back from
    one who has not marked it where they do not any more.
    """
    query = select(Task).where(Task.script_id == script.id, Task.taken_back_at.is_(None)).order_by(Task.id)
    tasks = session.scalars(query).all()
    given = newest(session, [task.id for task in tasks if task.done_at is not None])
    reviews = [given[task.id].total for task in tasks if task.role == REVIEW and task.id in given]
    if reviews:
        script.final = reviews[-1]
        return
    counting = [given[task.id].total for task in tasks if task.role == MARKER and task.id in given]
    adjudicator = next((task for task in tasks if task.role == ADJUDICATOR), None)
    if len(counting) < marking.markers:
        script.final = None
        return
    differ = marking.double and marking.differ(counting[0], counting[1], maximum)
    if not differ:
        script.final = marking.final(counting, maximum)
        if adjudicator is not None and adjudicator.done_at is None:
            adjudicator.taken_back_at = now()
    elif adjudicator is None or adjudicator.id not in given:
        script.final = None
        if adjudicator is None:
            adjudicate(session, exam_of(session, script.exam_id), [script])
    else:
        script.final = marking.final(counting, maximum, given[adjudicator.id].total)


def newest(session: Session, task_ids: Sequence[int]) -> dict[int, Mark]:
    """The mark of each task that counts."""
    rows = session.scalars(select(Mark).where(Mark.task_id.in_(task_ids)).order_by(Mark.number))
    return {mark.task_id: mark for mark in rows}


def hand_over(session: Session, exam: ExamRow, person_id: int) -> int:
    """Give what a marker has not marked to others; how many answers. Raises TooFewMarkers."""
    plan = session.get_one(Plan, exam.id, with_for_update=True)
    moved, marking = give_to_others(session, exam, person_id), plans.marking_of(plan)
    for script, maximum in session.execute(
        select(Script, Question.marks).join(Question, Question.id == Script.question_id).where(Script.id.in_(moved))
    ):
        settle(session, script, marking, maximum)
    after = {"marker": person_id, "answers": len(moved)}
    record(session, "marking.hand_over", thing="exam", thing_id=exam.public_id, after=after)
    return len(moved)


def adjudicate(session: Session, exam: ExamRow, scripts: Sequence[Script]) -> int:
    """Give answers on which two markers differ to an adjudicator, which may be one who was to be compared with them; how many
    nobody may adjudicate.
    """
    deal, lacking = Deal.of(session, exam, [script.attempt_id for script in scripts]), 0
    for script in scripts:
        chosen = deal.somebody(session, script.id, script.attempt_id, adjudicates=True)
        if chosen is None:
            lacking += 1
        elif lay(session, script.id, chosen, ADJUDICATOR, script.id).done_at is not None:
            # they have marked it to be compared, without knowing of the two
            question = session.get_one(Question, script.question_id)
            settle(session, script, plans.marking_of(session.get_one(Plan, exam.id)), question.marks)
    return lacking


def waiting_for_adjudicator(session: Session, exam: ExamRow) -> list[Script]:
    """Answers whose two marks differ and that are on no adjudicator's desk: nobody could have them."""
    marking = plans.marking_of(session.get_one(Plan, exam.id))
    if not marking.double:
        return []
    tasks = select(Task.id).where(Task.script_id == Script.id, Task.taken_back_at.is_(None))
    query = select(Script).where(
        Script.exam_id == exam.id,
        Script.final.is_(None),
        ~tasks.where(Task.role == ADJUDICATOR).exists(),
        ~tasks.where(Task.role == MARKER, Task.done_at.is_(None)).exists(),
    )
    return list(session.scalars(query.order_by(Script.id)))


def send_back(session: Session, exam: ExamRow, script_id: str, person_id: int, reason: str) -> None:
    """Have an answer marked once more by somebody who has marked it; raises NotFound, BroughtIn."""
    plan = session.get_one(Plan, exam.id, with_for_update=True)
    refuse_closed(plan)
    script = script_of(session, exam.id, script_id)
    task = session.scalar(
        select(Task).where(
            Task.script_id == script.id,
            Task.person_id == person_id,
            Task.done_at.is_not(None),
            Task.taken_back_at.is_(None),
        )
    )
    if task is None:
        raise NotFound
    task.done_at, task.returned = None, reason
    if task.role != CONTROL:
        script.final = None
    after = {"script": script.public_id, "marker": person_id, "reason": reason}
    record(session, "marking.send_back", thing="exam", thing_id=exam.public_id, after=after)


def review(session: Session, exam: ExamRow, script_id: str) -> None:
    """Have an answer marked by somebody who has not seen it, whose mark then counts instead of all others: for an appeal. Nothing
    where that is under way. Raises NotFound, NotCounted before the marks count, and TooFewMarkers.
    """
    session.get_one(Plan, exam.id, with_for_update=True)
    script = script_of(session, exam.id, script_id)
    if exam.marked_at is None:
        raise errors.NotCounted
    tasks = select(Task.id).where(Task.script_id == script.id, Task.role == REVIEW, Task.taken_back_at.is_(None))
    if session.scalar(tasks.where(Task.done_at.is_(None)).limit(1)) is not None:
        return
    chosen = Deal.of(session, exam, [script.attempt_id]).somebody(
        session, script.id, script.attempt_id, adjudicates=False, fresh=True
    )
    if chosen is None:
        raise errors.TooFewMarkers(1)
    lay(session, script.id, chosen, REVIEW, script.id)
    after = {"script": script.public_id, "marker": chosen}
    record(session, "marking.review", thing="exam", thing_id=exam.public_id, after=after)


def script_of(session: Session, exam_id: int, public_id: str) -> Script:
    """An answer of the exam; raises NotFound."""
    found = session.scalar(select(Script).where(Script.exam_id == exam_id, Script.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def recomputed(marking: Marking, maximum: Decimal, marks: Sequence[tuple[str, Decimal]]) -> Decimal | None:
    """What marks (role and mark, in order) come to, None where some are missing or differ: for checking what is stored."""
    reviews = [mark for role, mark in marks if role == REVIEW]
    if reviews:
        return reviews[-1]
    counting = [mark for role, mark in marks if role == MARKER]
    other = next((mark for role, mark in marks if role == ADJUDICATOR), None)
    if len(counting) < marking.markers:
        return None
    if not (marking.double and marking.differ(counting[0], counting[1], maximum)):
        return marking.final(counting, maximum)
    return None if other is None else marking.final(counting, maximum, other)


def points_of(mark: Mark) -> list[Decimal]:
    """Marks by criterion."""
    found: list[Any] = mark.points
    return [Decimal(point) / 100 for point in found]
