"""Who sees which long work."""

from sqlalchemy.orm import Session

from lms.accounts.policy import Act, Viewer
from lms.admin import queries
from lms.admin.queries import JobRow
from lms.errors import NotFound


def access_job(session: Session, viewer: Viewer, public_id: str) -> JobRow:
    """One's own job, or any for a system administrator; raises NotFound for everybody else."""
    found = queries.job_by_public_id(session, public_id)
    if found is None or (found.owner != viewer.public_id and Act.RUN_SYSTEM not in viewer.acts):
        raise NotFound
    return found
