"""Whose claim it is, and who decides on it.

A claim is confirmed by a manager whose right reaches the claimant, and approved by another person whose right is that of a
subtree above the one by which it was confirmed, or of the whole organisation. Nobody decides on a claim of their own. Who serves
nowhere any more belongs to the unit where they served last.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.policy import ALLOWS, Act, Viewer, may, unit_paths
from lms.accounts.queries import PersonRow
from lms.claims.errors import NotAbove, OwnClaim
from lms.claims.models import Claim
from lms.errors import NotFound


def access_own(session: Session, viewer: Viewer, public_id: str, *, lock: bool = False) -> Claim:
    """The viewer's own claim; raises NotFound for any other."""
    query = select(Claim).where(Claim.public_id == public_id, Claim.person_id == viewer.id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found


def access_at_desk(session: Session, viewer: Viewer, public_id: str, *, lock: bool = False) -> tuple[Claim, PersonRow]:
    """A claim that was submitted by somebody of the viewer's units, and who that is, with the unit where they serve or served last;
    raises NotFound.
    """
    query = select(Claim).where(Claim.public_id == public_id, Claim.submitted_at.is_not(None))
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    person = claimants(session, [found.person_id])[found.person_id]
    if found.person_id == viewer.id or not may(viewer, Act.APPROVE_CLAIMS, unit_path=person.unit_path or "/"):
        raise NotFound
    return found, person


def claimants(session: Session, person_ids: Sequence[int]) -> dict[int, PersonRow]:
    """People by key, with the unit where each serves, or served last."""
    return accounts.as_served_last(session, accounts.people_by_ids(session, person_ids))


def confirming_path(viewer: Viewer, claim: Claim, person: PersonRow) -> str:
    """The narrowest subtree by the right of which `viewer` confirms a claim. Raises OwnClaim and NotFound."""
    if claim.person_id == viewer.id:
        raise OwnClaim
    paths = [
        grant.unit_path
        for grant in viewer.grants
        if grant.scope == "organisation" and Act.APPROVE_CLAIMS in ALLOWS[grant.role]
        if (person.unit_path or "/").startswith(grant.unit_path)
    ]
    if not paths:
        raise NotFound
    return max(paths, key=len)


def refuse_below(viewer: Viewer, claim: Claim, person: PersonRow) -> None:
    """Raise NotAbove for whoever may not approve a claim that was confirmed, OwnClaim for whose it is."""
    if claim.person_id == viewer.id:
        raise OwnClaim
    if not is_above(viewer, claim, person):
        raise NotAbove


def is_above(viewer: Viewer, claim: Claim, person: PersonRow) -> bool:
    """Whether `viewer` may approve a claim, or correct what was approved: another person than who confirmed it, and above."""
    if claim.confirmed_by in (None, viewer.id):
        return False
    confirmed, unit = claim.confirmed_path or "/", person.unit_path or "/"
    return any(
        unit.startswith(path) and (path == "/" or (confirmed.startswith(path) and confirmed != path))
        for path in unit_paths(viewer, Act.APPROVE_CLAIMS)
    )
