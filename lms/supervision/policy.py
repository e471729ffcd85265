"""Who supervises which exam."""

from sqlalchemy.orm import Session

from lms.accounts.policy import ALLOWS, Act, Viewer, may, unit_paths
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.queries import ExamRow


def access_supervised(session: Session, viewer: Viewer, public_id: str) -> ExamRow:
    """A published exam, for somebody whose grant reaches it; raises NotFound for everybody else."""
    exam = exams.by_public_id(session, public_id)
    if exam is None or exam.state != "published":
        raise NotFound
    reached = may(viewer, Act.SUPERVISE, unit_path=exam.owner_path) or may(
        viewer, Act.SUPERVISE, thing_id=exam.public_id
    )
    if not reached:
        raise NotFound
    return exam


def supervised_paths(viewer: Viewer) -> tuple[str, ...]:
    """Parts of the organisation whose exams the viewer supervises."""
    return unit_paths(viewer, Act.SUPERVISE)


def supervised_ids(viewer: Viewer) -> tuple[str, ...]:
    """Public ids of single exams the viewer was given to supervise."""
    return tuple(
        grant.thing_id
        for grant in viewer.grants
        if grant.scope == "exam" and grant.thing_id and Act.SUPERVISE in ALLOWS[grant.role]
    )
