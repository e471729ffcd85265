"""Who brings rosters: each file is its bringer's alone, and reaches their part of the organisation only."""

from sqlalchemy.orm import Session

from lms.accounts.policy import Act, Viewer, unit_paths
from lms.errors import Forbidden, NotFound
from lms.roster import queries
from lms.roster.queries import ImportRow


def access_import(session: Session, viewer: Viewer, public_id: str) -> ImportRow:
    """A file that `viewer` brought; raises NotFound for everybody else."""
    found = queries.import_by_public_id(session, public_id)
    if found is None or found.created_by != viewer.id or Act.IMPORT_PEOPLE not in viewer.acts:
        raise NotFound
    return found


def reach(viewer: Viewer) -> tuple[str, ...]:
    """The parts of the organisation that a file of `viewer` may touch; raises Forbidden when there is none."""
    paths = unit_paths(viewer, Act.IMPORT_PEOPLE)
    if not paths:
        raise Forbidden
    return paths
