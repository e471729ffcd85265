"""Who sees whose time of study: everybody their own, a training manager that of their units."""

from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.policy import Act, Viewer, may
from lms.accounts.queries import PersonRow
from lms.errors import NotFound


def access_learner(session: Session, viewer: Viewer, person_id: str) -> PersonRow:
    """The person whose time of study `viewer` may see; raises NotFound for everybody else."""
    person = accounts.person_by_public_id(session, person_id)
    if person.id != viewer.id and not may(viewer, Act.SEE_TRANSCRIPTS, unit_path=person.unit_path or "/"):
        raise NotFound
    return person
