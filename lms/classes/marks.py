"""Marks of learners: entered by hand, or taken from an exam."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from courseware.classes.outcome import Assessment
from lms.audit.service import record
from lms.classes import errors, queries
from lms.classes.models import Learner, TrainingClass
from lms.classes.policy import refuse_unapproved
from lms.clock import now
from lms.exams import queries as exams
from lms.sitting import queries as sitting


def enter(session: Session, found: TrainingClass, scores: Mapping[int, Decimal | None]) -> int:
    """Enter marks by key of the learner, None to take one away; how many changed. Raises NotOpen."""
    refuse_unapproved(found)
    if found.assessment != Assessment.MARK:
        raise errors.NotOpen
    before, after = {}, {}
    for learner in session.scalars(queries.learners(found.id, ids=list(scores))):
        score = scores[learner.id]
        if score != learner.score:
            before[learner.public_id], after[learner.public_id] = _told(learner.score), _told(score)
            _set(learner, score, found.maximum, assessed=None if score is None else score >= (found.pass_mark or 0))
    if after:
        record(session, "class.marks", thing="class", thing_id=found.public_id, before=before, after=after)
    return len(after)


def take_exam(session: Session, found: TrainingClass) -> int:
    """
    Take the results of the exam as they are now; how many changed. Whose attempt was declared void since, or is not there, has
    none any more. Raises NotOpen and ExamNotOut.
    """
    refuse_unapproved(found)
    exam = exams.by_ids(session, [found.exam_id]).get(found.exam_id) if found.exam_id else None
    if exam is None:
        raise errors.NotOpen
    if not exam.score_visible(now()):
        raise errors.ExamNotOut
    people = {learner.person_id: learner for learner in queries.all_learners(session, found.id)}
    sat: dict[int, Any] = {}
    for row in session.execute(sitting.results(exam.id)):  # of several attempts that which counts comes first
        if row.total is not None and row.ended_how != "void":
            sat.setdefault(row.person_id, row)
    before, after = {}, {}
    for person, learner in people.items():
        best = sat.get(person)
        total, maximum, passed = (best.total, best.maximum, best.passed) if best else (None, None, None)
        if (learner.score, learner.assessed) != (total, passed):
            before[learner.public_id], after[learner.public_id] = _told(learner.score), _told(total)
            _set(learner, total, maximum, assessed=passed)
    if after:
        record(session, "class.exam_results", thing="class", thing_id=found.public_id, before=before, after=after)
    return len(after)


def judge_again(session: Session, found: TrainingClass) -> None:
    """Hold the marks that are there against a plan that was changed; those that it cannot have are none any more."""
    by_hand, before, after = found.assessment == Assessment.MARK, {}, {}
    for learner in queries.all_learners(session, found.id):
        score = learner.score if by_hand and (learner.score or 0) <= (found.maximum or 0) else None
        if score != learner.score:
            before[learner.public_id], after[learner.public_id] = _told(learner.score), _told(score)
        _set(learner, score, found.maximum, assessed=None if score is None else score >= (found.pass_mark or 0))
    if after:
        record(session, "class.marks", thing="class", thing_id=found.public_id, before=before, after=after)


def _set(learner: Learner, score: Decimal | None, maximum: Decimal | None, *, assessed: bool | None) -> None:
    learner.score, learner.maximum, learner.assessed = score, maximum if score is not None else None, assessed


def _told(score: Decimal | None) -> str | None:
    return None if score is None else str(score)
