"""Whose attempt it is, and who may look at it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.policy import Viewer
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.sitting.models import Attempt


@dataclass(frozen=True, slots=True)
class Sat:
    """An attempt and its exam."""

    attempt: Attempt
    exam: ExamRow


def access_own_attempt(session: Session, viewer: Viewer, public_id: str) -> Sat:
    """The viewer's own attempt; raises NotFound for any other."""
    attempt = session.scalar(select(Attempt).where(Attempt.public_id == public_id, Attempt.person_id == viewer.id))
    if attempt is None:
        raise NotFound
    return Sat(attempt, exams.by_ids(session, [attempt.exam_id])[attempt.exam_id])


def access_sittable_exam(session: Session, viewer: Viewer, public_id: str) -> ExamRow:
    """A published exam for whose audience the viewer counts; raises NotFound for any other."""
    exam = exams.by_public_id(session, public_id)
    if exam is None or not exams.sittable(session, viewer.unit_path, exam_id=exam.id):
        raise NotFound
    return exam
