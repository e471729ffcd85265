"""Who may manage which exam."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.policy import ALLOWS, Act, Viewer, may, unit_paths
from lms.database import is_writing
from lms.errors import NotFound
from lms.exams import errors, queries
from lms.exams.models import Exam
from lms.exams.queries import ExamRow


def access_exam(session: Session, viewer: Viewer, public_id: str) -> ExamRow:
    """The exam, for somebody who may manage it; raises NotFound for everybody else."""
    exam = queries.by_public_id(session, public_id)
    if exam is None or not (
        may(viewer, Act.MANAGE_EXAMS, unit_path=exam.owner_path)
        or may(viewer, Act.MANAGE_EXAMS, thing_id=exam.public_id)
    ):
        raise NotFound
    return exam


def managed_paths(viewer: Viewer) -> tuple[str, ...]:
    """Parts of the organisation for which the viewer makes exams."""
    return unit_paths(viewer, Act.MANAGE_EXAMS)


def managed_ids(viewer: Viewer) -> tuple[str, ...]:
    """Public ids of single exams the viewer was given."""
    return tuple(
        grant.thing_id
        for grant in viewer.grants
        if grant.scope == "exam" and grant.thing_id and Act.MANAGE_EXAMS in ALLOWS[grant.role]
    )


def refuse_archived(session: Session, exam_id: int) -> None:
    """Raise ExamArchived for an exam that is signed off; asked by whatever would change results, or what is known of them.

    Within a transaction that writes, nobody signs it off before its end.
    """
    query = select(Exam.archived_at).where(Exam.id == exam_id)
    if session.scalar(query.with_for_update(read=True) if is_writing() else query) is not None:
        raise errors.ExamArchived
