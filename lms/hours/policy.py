"""Who sees whose hours: everybody their own, a training manager those of their units; who reads which rules."""

from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.policy import Act, Viewer, may, unit_paths
from lms.accounts.queries import PersonRow, UnitRow
from lms.errors import NotFound
from lms.hours import queries
from lms.hours.queries import TrialRow, VersionRow


def access_hours(session: Session, viewer: Viewer, person_id: str) -> PersonRow:
    """The person whose hours `viewer` may see; raises NotFound for everybody else."""
    return accounts.access_person(session, viewer, Act.MANAGE_HOURS, person_id)


def access_rules(session: Session, viewer: Viewer, version_id: str) -> VersionRow:
    """A version that was adopted somewhere is everybody's to read, a draft a training manager's; raises NotFound."""
    found = queries.version(session, version_id)
    adopted = any(row.rules_id == found.id for row in queries.adoptions(session))
    if not adopted and not may(viewer, Act.MANAGE_HOURS):
        raise NotFound
    return found


def reach(viewer: Viewer) -> tuple[str, ...]:
    """The parts of the organisation (path prefixes) whose hours `viewer` manages."""
    return unit_paths(viewer, Act.MANAGE_HOURS)


def units_within(session: Session, viewer: Viewer) -> list[UnitRow]:
    """The units for which `viewer` may adopt rules."""
    return accounts.units(session, paths=reach(viewer))


def access_trial(session: Session, viewer: Viewer, trial_id: str) -> TrialRow:
    """A trial of `viewer`'s own; raises NotFound."""
    return queries.trial_of(session, viewer.id, trial_id)
