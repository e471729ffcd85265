"""Giving and withdrawing roles; every function takes an open transaction."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.errors import AlreadyGranted, BadValue, OwnRights, RolesConflict
from lms.accounts.models import Person, RoleGrant, Unit
from lms.accounts.organisation import clean_text
from lms.accounts.policy import ROLE_NAMES, Act, Role, Viewer, conflict, may
from lms.accounts.queries import grant_rows
from lms.audit.service import record
from lms.clock import now
from lms.errors import Forbidden, NotFound
from lms.ids import is_public_id

SCOPES = ("organisation", "pool", "exam")


def grant_role(
    session: Session,
    person_id: int,
    role: Role,
    *,
    reason: str,
    by: Viewer | None,
    scope: str = "organisation",
    unit_id: int | None = None,
    thing_id: str | None = None,
    ends_at: datetime | None = None,
) -> str:
    """Give `role` for a unit and all below it (None: the whole organisation), one pool or one exam; its public id.

    `by` is the giver, None for the command line. Raises OwnRights, RolesConflict (naming the roles that may not
    meet), AlreadyGranted, Forbidden when the giver's own right does not reach so far, BadValue, NotFound.
    """
    if role is Role.CADRE or scope not in SCOPES:
        raise BadValue(field="role" if role is Role.CADRE else "scope")
    if (scope == "organisation") == (thing_id is not None) or (thing_id and (unit_id or not is_public_id(thing_id))):
        raise BadValue(field="scope")
    person = session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFound
    _check_giver(session, by, person_id, unit_id=unit_id)
    _check_meeting(session, person_id, role, (scope, _path(session, unit_id), thing_id))
    grant = RoleGrant(
        person_id=person_id,
        role=role.value,
        scope=scope,
        unit_id=unit_id,
        thing_id=thing_id,
        starts_at=now(),
        ends_at=ends_at,
        granted_by=by.id if by else None,
        reason=clean_text("reason", reason, longest=200),
    )
    session.add(grant)
    session.flush()
    after = {"role": role.value, "scope": scope, "unit": unit_id, "for": thing_id, "reason": grant.reason}
    record(session, "role.grant", thing="person", thing_id=person.public_id, after=after)
    return grant.public_id


def withdraw_role(session: Session, grant_id: str, *, by: Viewer | None, reason: str) -> None:
    """End a grant (its public id) now. Raises NotFound, OwnRights, Forbidden, BadValue."""
    grant = session.scalars(select(RoleGrant).where(RoleGrant.public_id == grant_id).with_for_update()).first()
    moment = now()
    if grant is None or (grant.ends_at is not None and grant.ends_at <= moment):
        raise NotFound
    _check_giver(session, by, grant.person_id, unit_id=grant.unit_id)
    person = session.get_one(Person, grant.person_id)
    grant.ends_at, grant.withdrawn_by = moment, by.id if by else None
    before = {"role": grant.role, "scope": grant.scope, "unit": grant.unit_id, "for": grant.thing_id}
    after = {"reason": clean_text("reason", reason, longest=200)}
    record(session, "role.withdraw", thing="person", thing_id=person.public_id, before=before, after=after)


def _check_giver(session: Session, by: Viewer | None, person_id: int, *, unit_id: int | None) -> None:
    if by is None:
        return
    if by.id == person_id:
        raise OwnRights
    if not may(by, Act.GRANT_ROLES, unit_path=_path(session, unit_id)):
        raise Forbidden


def _check_meeting(session: Session, person_id: int, role: Role, part: tuple[str, str, str | None]) -> None:
    held = grant_rows(session, person_id=person_id, now=now())
    if any((row.role, row.scope, row.unit_path, row.thing_id) == (role, *part) for row in held):
        raise AlreadyGranted
    clash = conflict({role, *(row.role for row in held)})
    if clash:
        raise RolesConflict(roles=", ".join(str(ROLE_NAMES[each]) for each in Role if each in clash))


def _path(session: Session, unit_id: int | None) -> str:
    if unit_id is None:
        return "/"
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound
    return unit.path
