"""Catalogues that are harvested, their harvests, and what came of them, as pages show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from lms.errors import NotFound
from lms.library.harvest.models import Harvest, Harvested, HarvestRefusal, HarvestSource


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A catalogue; `entries` is how many documents it has here, `state` and `begun_at` are those of its last harvest."""

    id: int
    public_id: str
    name: str
    address: str
    set_spec: str
    subject: str | None
    days: int
    is_stopped: bool
    harvested_until: str | None
    entries: int
    state: str | None
    begun_at: datetime | None


@dataclass(frozen=True, slots=True)
class HarvestRow:
    """A harvest."""

    id: int
    public_id: str
    state: str
    since: str | None
    parts: int
    tries: int
    counts: dict[str, int]
    reason: str | None
    facts: dict[str, Any]
    job_id: str | None
    begun_by: int | None
    begun_at: datetime
    ended_at: datetime | None


_SOURCE = tuple(getattr(HarvestSource, name) for name in SourceRow.__slots__[:9])
_HARVEST = tuple(getattr(Harvest, name) for name in HarvestRow.__slots__)


def sources() -> Select[*tuple[Any, ...]]:
    """Catalogues for `paginate`, by name; rows as SourceRow's fields."""
    entries = (
        select(func.count())
        .where(Harvested.source_id == HarvestSource.id, Harvested.document.is_not(None))
        .scalar_subquery()
    )
    other = aliased(Harvest)
    last = (
        select(func.max(other.id)).where(other.source_id == HarvestSource.id).correlate(HarvestSource).scalar_subquery()
    )
    return (
        select(*_SOURCE, entries, Harvest.state, Harvest.begun_at)
        .outerjoin(Harvest, Harvest.id == last)
        .order_by(HarvestSource.name, HarvestSource.id)
    )


def access_source(session: Session, public_id: str) -> SourceRow:
    """A catalogue; every librarian sees all. Raises NotFound."""
    row = session.execute(sources().where(HarvestSource.public_id == public_id)).first()
    if row is None:
        raise NotFound
    return SourceRow(*row)


def harvests(source_id: int) -> Select[*tuple[Any, ...]]:
    """The harvests of a catalogue for `paginate`, the newest first; rows as HarvestRow's fields."""
    return select(*_HARVEST).where(Harvest.source_id == source_id).order_by(Harvest.id.desc())


def access_harvest(session: Session, source_id: int, public_id: str) -> HarvestRow:
    """A harvest of a catalogue. Raises NotFound."""
    row = session.execute(harvests(source_id).where(Harvest.public_id == public_id)).first()
    if row is None:
        raise NotFound
    return HarvestRow(*row)


def refusals(harvest_id: int) -> Select[*tuple[Any, ...]]:
    """What a harvest could not take, for `paginate`: identifiers and reasons, in their order."""
    query = select(HarvestRefusal.identifier, HarvestRefusal.reason)
    return query.where(HarvestRefusal.harvest_id == harvest_id).order_by(HarvestRefusal.id)


def link_of(session: Session, document: str) -> str | None:
    """The address at which a document (public id) that is held elsewhere is, as far as it was said."""
    return session.scalar(select(Harvested.link).where(Harvested.document == document))
