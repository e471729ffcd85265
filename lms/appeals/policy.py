"""Whose appeal it is, and who may decide on it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.policy import Viewer
from lms.appeals import errors
from lms.appeals.models import Appeal
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.policy import access_exam
from lms.exams.queries import ExamRow
from lms.sitting import queries as sitting


def access_own(session: Session, viewer: Viewer, public_id: str, *, lock: bool = False) -> tuple[Appeal, ExamRow]:
    """The viewer's own appeal and its exam; raises NotFound for any other."""
    query = select(Appeal).where(Appeal.public_id == public_id, Appeal.person_id == viewer.id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found, exams.by_ids(session, [found.exam_id])[found.exam_id]


def access_appeal(
    session: Session, viewer: Viewer, exam_id: str, public_id: str, *, lock: bool = False
) -> tuple[Appeal, ExamRow]:
    """An appeal of an exam that the viewer manages; raises NotFound for everybody else."""
    exam = access_exam(session, viewer, exam_id)
    query = select(Appeal).where(Appeal.public_id == public_id, Appeal.exam_id == exam.id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found, exam


def refuse_candidates(session: Session, appeal: Appeal, viewer: Viewer) -> None:
    """Raise SatIt for somebody who sat the exam."""
    if sitting.has_sat(session, appeal.exam_id, viewer.id):
        raise errors.SatIt


def refuse_deciders(session: Session, appeal: Appeal, viewer: Viewer) -> None:
    """Raise Decided for whoever proposed or agreed to a decision in force that the appeal is about."""
    decided = sitting.in_force(session, appeal.exam_id)
    _public_id, form = sitting.paper_of(session, appeal.attempt_id)
    given = sitting.gradings(session, appeal.attempt_id, appeal.exam_id)
    if viewer.id in sitting.deciders(decided, form, given, appeal.questions):
        raise errors.Decided
