"""Tables of harvesting: foreign catalogues, each harvest of one, what came from them, what was refused."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class HarvestSource(Model):
    """A catalogue that is harvested."""

    __tablename__ = "ref_harvest_source"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(120))
    #: base address, and the set of it that is wanted ("" for all)
    address: Mapped[str] = mapped_column(String(400))
    set_spec: Mapped[str] = mapped_column(String(200))
    #: subject of everything that comes from it
    subject: Mapped[str | None] = mapped_column(String(60))
    #: days after which it is harvested again by itself, 0 for never
    days: Mapped[int] = mapped_column(Integer)
    is_stopped: Mapped[bool] = mapped_column(default=False)
    #: by its own clock, when the last complete harvest was answered first: the next asks for what changed since
    harvested_until: Mapped[str | None] = mapped_column(String(30))
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Harvest(Model):
    """A harvest: running, or ended as done, failed or cancelled."""

    __tablename__ = "ref_harvest"
    __table_args__ = (CheckConstraint("state IN ('running', 'done', 'failed', 'cancelled')", name="state"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    source_id: Mapped[int] = mapped_column(ForeignKey("ref_harvest_source.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    #: from which moment on changes are asked for (by the other clock), None for everything
    since: Mapped[str | None] = mapped_column(String(30))
    #: the token of the next part; the moment at which the first part was answered, by the other clock
    token: Mapped[str | None] = mapped_column(String(2000))
    answered: Mapped[str | None] = mapped_column(String(30))
    #: parts read so far, beginnings of the hashes of their tokens, how often in a row the other side was away
    parts: Mapped[int] = mapped_column(Integer, default=0)
    #: records of the part in hand that are done with
    handled: Mapped[int] = mapped_column(Integer, default=0)
    tokens: Mapped[Any] = mapped_column(Json, default=list)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    #: counts by outcome: new, changed, unchanged, removed, refused
    counts: Mapped[Any] = mapped_column(Json, default=dict)
    #: why it waits or failed, with facts
    reason: Mapped[str | None] = mapped_column(String(40))
    facts: Mapped[Any] = mapped_column(Json, default=dict)
    job_id: Mapped[str | None] = mapped_column(PublicId)
    #: None when it began by itself
    begun_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HarvestRefusal(Model):
    """A record that could not be taken."""

    __tablename__ = "ref_harvest_refusal"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    harvest_id: Mapped[int] = mapped_column(ForeignKey("ref_harvest.id"), index=True)
    identifier: Mapped[str] = mapped_column(String(500))
    reason: Mapped[str] = mapped_column(String(40))


class Harvested(Model):
    """A record of a catalogue and the document that it became; a deleted one has none."""

    __tablename__ = "ref_harvested"
    __table_args__ = (UniqueConstraint("source_id", "identifier"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("ref_harvest_source.id"))
    identifier: Mapped[str] = mapped_column(String(500))
    document: Mapped[str | None] = mapped_column(PublicId, unique=True)
    #: address of the thing itself
    link: Mapped[str | None] = mapped_column(String(1000))
