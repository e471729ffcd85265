"""Who sends a request: the one query that every page of a signed-in person needs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from lms.accounts.models import LoginSession, Person, Posting, RoleGrant, Unit
from lms.accounts.policy import Grant, Role, Viewer
from lms.database import UtcDateTime


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one request needs to know of its session."""

    viewer: Viewer
    last_seen_at: datetime
    second_factor_asked: bool


_REACHED = aliased(Unit)
_NOW = bindparam("now", type_=UtcDateTime)
_IN_FORCE = and_(RoleGrant.starts_at <= _NOW, or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > _NOW))
#: built once: every request of a signed-in person runs it
_VIEWER = (
    select(
        LoginSession.id.label("session_id"),
        LoginSession.public_id.label("session_public_id"),
        LoginSession.last_seen_at,
        LoginSession.second_factor_passed,
        LoginSession.second_factor_asked,
        LoginSession.password_change_due,
        Person.id,
        Person.public_id,
        Person.name,
        Person.locale,
        Unit.id.label("unit_id"),
        Unit.name.label("unit_name"),
        Unit.path.label("unit_path"),
        RoleGrant.role,
        RoleGrant.scope,
        RoleGrant.thing_id,
        _REACHED.path.label("reached"),
    )
    .join(Person, Person.id == LoginSession.person_id)
    .outerjoin(Posting, and_(Posting.person_id == Person.id, Posting.to_date.is_(None)))
    .outerjoin(Unit, Unit.id == Posting.unit_id)
    .outerjoin(RoleGrant, and_(RoleGrant.person_id == Person.id, _IN_FORCE))
    .outerjoin(_REACHED, _REACHED.id == RoleGrant.unit_id)
    .where(
        LoginSession.token_hash == bindparam("token_hash"),
        LoginSession.ended_at.is_(None),
        LoginSession.ends_at > _NOW,
        LoginSession.last_seen_at > bindparam("idle_since", type_=UtcDateTime),
        Person.enabled,
    )
)


def viewer_of(session: Session, token_hash: bytes, *, now: datetime, idle_since: datetime) -> Loaded | None:
    """The person of a live session, with unit and roles, in one query; None when it ended or the account did."""
    rows = session.execute(_VIEWER, {"token_hash": token_hash, "now": now, "idle_since": idle_since}).all()
    if not rows:
        return None
    row = rows[0]
    given = tuple(Grant(Role(one.role), one.scope, one.reached or "/", one.thing_id) for one in rows if one.role)
    return Loaded(
        Viewer(
            id=row.id,
            public_id=row.public_id,
            name=row.name,
            unit_id=row.unit_id,
            unit_name=row.unit_name,
            unit_path=row.unit_path,
            locale=row.locale,
            session_id=row.session_id,
            grants=given,
            second_factor_passed=row.second_factor_passed,
            password_change_due=row.password_change_due,
            session_public_id=row.session_public_id,
        ),
        row.last_seen_at,
        row.second_factor_asked,
    )
