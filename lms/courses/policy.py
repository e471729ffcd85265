"""Which units somebody may study."""

from sqlalchemy.orm import Session

from lms.accounts.policy import Act, Viewer, may
from lms.clock import today
from lms.courses import queries
from lms.courses.queries import OpenUnit
from lms.errors import NotFound


def may_manage(viewer: Viewer) -> bool:
    """Whether somebody keeps the courses."""
    return may(viewer, Act.MANAGE_COURSES)


def access_unit(session: Session, viewer: Viewer, public_id: str) -> OpenUnit:
    """The newest version of a unit, for anybody signed in; raises NotFound once its licence has ended or it is withdrawn
    (except for those who completed it)."""
    found = queries.newest(session, public_id)
    if found is None:
        raise NotFound
    in_use = found.open and found.unit.source.may_be_used(today())
    if not in_use and not queries.state(session, viewer.id, found).is_completed:
        raise NotFound
    return found
