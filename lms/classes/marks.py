"""Marks of learners: entered by hand, or taken from an exam."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    return take(session, found, changed_in_exam(session, found))


@dataclass(frozen=True, slots=True)
class Mark:
    """What an exam says of a learner now; all None where nothing counts."""

    learner: Learner
    score: Decimal | None
    maximum: Decimal | None
    passed: bool | None


def changed_in_exam(session: Session, found: TrainingClass) -> list[Mark]:
    """The marks of the learners of whom the exam says something else than stands there. Raises NotOpen and ExamNotOut."""
    exam = exams.by_ids(session, [found.exam_id]).get(found.exam_id) if found.exam_id else None
    if exam is None:
        raise errors.NotOpen
    if not exam.score_visible(now()):
        raise errors.ExamNotOut
    sat: dict[int, Any] = {}
    for row in session.execute(sitting.results(exam.id)):  # of several attempts that which counts comes first
        if row.total is not None and row.ended_how != "void":
            sat.setdefault(row.person_id, row)
    changed = []
    for learner in queries.all_learners(session, found.id):
        best = sat.get(learner.person_id)
        mark = Mark(learner, best.total, best.maximum, best.passed) if best else Mark(learner, None, None, None)
        if (learner.score, learner.assessed) != (mark.score, mark.passed):
            changed.append(mark)
    return changed


def take(session: Session, found: TrainingClass, changed: Sequence[Mark]) -> int:
    """Let these marks stand with their learners, written down; how many."""
    before = {mark.learner.public_id: _told(mark.learner.score) for mark in changed}
    after = {mark.learner.public_id: _told(mark.score) for mark in changed}
    for mark in changed:
        _set(mark.learner, mark.score, mark.maximum, assessed=mark.passed)
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
