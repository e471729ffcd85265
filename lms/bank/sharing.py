"""Pools shared with single persons, by right."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.audit.service import record
from lms.bank.errors import BundledPool
from lms.bank.models import Share
from lms.bank.queries import PoolRow
from lms.clock import now


@dataclass(frozen=True, slots=True)
class ShareRow:
    """Who may do what with a pool beyond the grants of the organisation."""

    person_id: int
    access: str
    given_by: int
    given_at: datetime


def shares_of(session: Session, pool_id: int) -> list[ShareRow]:
    """The shares of a pool, oldest first."""
    query = select(Share.person_id, Share.access, Share.given_by, Share.given_at).filter_by(pool_id=pool_id)
    return [ShareRow(*row) for row in session.execute(query.order_by(Share.id))]


def share(session: Session, pool: PoolRow, person_id: int, access: str, *, by: int) -> None:
    """Give a person a right in a pool, instead of the one they have there; raises BundledPool."""
    if pool.bundled:
        raise BundledPool
    found = session.scalar(select(Share).filter_by(pool_id=pool.id, person_id=person_id).with_for_update())
    before = found.access if found else None
    if found is None:
        found = Share(pool_id=pool.id, person_id=person_id)
        session.add(found)
    found.access, found.given_by, found.given_at = access, by, now()
    session.flush()
    _told(session, pool, person_id, before, access)


def unshare(session: Session, pool: PoolRow, person_id: int) -> None:
    """Take a person's right back; nothing where there is none."""
    before = session.scalar(select(Share.access).filter_by(pool_id=pool.id, person_id=person_id))
    if before is not None:
        session.execute(delete(Share).where(Share.pool_id == pool.id, Share.person_id == person_id))
        _told(session, pool, person_id, before, None)


def _told(session: Session, pool: PoolRow, person_id: int, before: str | None, after: str | None) -> None:
    record(
        session,
        "bank.pool.share",
        thing="pool",
        thing_id=pool.public_id,
        before={"person": person_id, "access": before} if before else None,
        after={"person": person_id, "access": after},
    )
