"""The bell of an exam that is played: candidates come before it, as on an exam day."""

from datetime import timedelta

from sqlalchemy import update

from lms.clock import now
from lms.database import writing
from lms.exams.models import Exam


def opens_in(exam_id: int, seconds: float) -> None:
    """Let an exam open in so many seconds from now."""
    with writing() as session:
        session.execute(update(Exam).where(Exam.id == exam_id).values(opens_at=now() + timedelta(seconds=seconds)))
