"""What waits for reviewers, what was sent back to authors, and what happened to an item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, aliased

from lms.bank.forms import UNCLASSIFIED
from lms.bank.models import RELABEL, Item, ItemEvent, ItemVersion, Pool
from lms.subjects import CODES
from question_bank.life import Move, State

WAITING, LAW = "waiting", "law"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which part of the queue is shown; every part may be empty."""

    #: WAITING for approval, or LAW: suspended since a law changed
    kind: str = WAITING
    pool: str = ""
    #: None for all, "" for the unclassified
    subject: str | None = None
    author: str = ""

    @classmethod
    def of(cls, address: Mapping[str, str]) -> "QueueFilter":
        """The filters in an address; what is not known there counts as absent."""
        subject = address.get("subject", "")
        return cls(
            kind=LAW if address.get("kind") == LAW else WAITING,
            pool=address.get("pool", "")[:40],
            subject="" if subject == UNCLASSIFIED else (subject if subject in CODES else None),
            author=address.get("author", "")[:40],
        )

    def to_address(self) -> dict[str, Any]:
        """The inverse of `of`."""
        subject = UNCLASSIFIED if self.subject == "" else self.subject or ""
        kind = self.kind if self.kind != WAITING else ""
        named = {"kind": kind, "pool": self.pool, "subject": subject, "author": self.author}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An item in the queue; `event_id` says since when, None where nobody noted it."""

    id: int
    public_id: str
    ref: str
    number: int
    drawn: int | None
    type: str
    subject: str
    stem_text: str
    created_by: int | None
    pool_id: str
    pool_name: str
    event_id: int | None
    since: datetime | None


_ROW = (
    Item.id,
    Item.public_id,
    Item.ref,
    Item.newest,
    Item.drawn,
    ItemVersion.type,
    ItemVersion.subject,
    ItemVersion.stem_text,
    ItemVersion.created_by,
    Pool.public_id,
    Pool.name,
    ItemEvent.id,
    ItemEvent.at,
)
_WAITS = Item.state == State.IN_REVIEW
_SUSPENDED = (Item.suspended != "") & (Item.state != State.RETIRED)


def queue(pools: Sequence[int], chosen: QueueFilter, *, author_id: int | None) -> Select[*tuple[Any, ...]]:
    """What waits in these pools, the longest waiting first, rows as QueueRow's fields, for `paginate`."""
    act = Move.SUBMIT if chosen.kind == WAITING else Move.SUSPEND
    entered = aliased(ItemEvent)
    since = select(func.max(entered.id)).where(entered.item_id == Item.id, entered.act == act).scalar_subquery()
    query = (
        select(*_ROW)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.newest))
        .join(Pool, Pool.id == Item.pool_id)
        .outerjoin(ItemEvent, ItemEvent.id == since)
        .where(Item.pool_id.in_(pools), _WAITS if chosen.kind == WAITING else _SUSPENDED)
    )
    if chosen.pool:
        query = query.where(Pool.public_id == chosen.pool)
    if chosen.subject is not None:
        query = query.where(ItemVersion.subject == chosen.subject)
    if chosen.author:
        query = query.where(ItemVersion.created_by == author_id)
    return query.order_by(_since(), Item.id)


def _since() -> ColumnElement[int]:
    return func.coalesce(ItemEvent.id, 0)


def following(session: Session, queued: Select[*tuple[Any, ...]], item_id: int, event_id: int | None) -> str | None:
    """The public id of the item that comes after this one in the queue, else of the first other one."""
    later = queued.where((_since() > (event_id or 0)) | ((_since() == (event_id or 0)) & (Item.id > item_id)))
    for query in (later, queued):
        row = session.execute(query.where(Item.id != item_id).limit(1)).first()
        if row is not None:
            return QueueRow(*row).public_id
    return None


def entered_at(session: Session, item_id: int, kind: str) -> int | None:
    """The event by which an item came into the queue."""
    act = Move.SUBMIT if kind == WAITING else Move.SUSPEND
    return session.scalar(select(func.max(ItemEvent.id)).where(ItemEvent.item_id == item_id, ItemEvent.act == act))


def tally(session: Session, pools: Sequence[int]) -> tuple[int, int]:
    """How many items wait for approval in these pools, and how many are suspended."""
    if not pools:
        return 0, 0
    waits, suspended = (func.coalesce(func.sum(case((held, 1), else_=0)), 0) for held in (_WAITS, _SUSPENDED))
    row = session.execute(select(waits, suspended).where(Item.pool_id.in_(pools))).one()
    return int(row[0]), int(row[1])


def waiting_authors(session: Session, pools: Sequence[int]) -> list[int]:
    """Who wrote what waits in these pools."""
    query = (
        select(ItemVersion.created_by)
        .join(Item, (Item.id == ItemVersion.item_id) & (Item.newest == ItemVersion.number))
        .where(Item.pool_id.in_(pools), _WAITS | _SUSPENDED)
        .distinct()
    )
    return [one for one in session.scalars(query) if one is not None]


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """An item that was sent back, with the words of the reviewer."""

    public_id: str
    ref: str
    stem_text: str
    pool_name: str
    by: int | None
    at: datetime
    comment: str | None


def returned(person_id: int) -> Select[*tuple[Any, ...]]:
    """Wordings of a person that were sent back and not worded anew since, newest first, rows as ReturnedRow's fields."""
    later = aliased(ItemEvent)
    latest = (
        select(func.max(later.id))
        .where(later.item_id == Item.id, later.number == Item.newest, later.act == Move.SEND_BACK)
        .scalar_subquery()
    )
    return (
        select(
            Item.public_id, Item.ref, ItemVersion.stem_text, Pool.name, ItemEvent.by, ItemEvent.at, ItemEvent.comment
        )
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.newest))
        .join(Pool, Pool.id == Item.pool_id)
        .join(ItemEvent, ItemEvent.id == latest)
        .where(Item.state == State.DRAFT, ItemVersion.created_by == person_id)
        .order_by(ItemEvent.id.desc())
    )


def returned_count(session: Session, person_id: int) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(returned(person_id).order_by(None).subquery())) or 0


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened to an item."""

    number: int
    act: str
    comment: str | None
    by: int | None
    at: datetime


def history(session: Session, item_id: int) -> list[EventRow]:
    """What happened to an item, oldest first."""
    query = select(ItemEvent.number, ItemEvent.act, ItemEvent.comment, ItemEvent.by, ItemEvent.at)
    return [EventRow(*row) for row in session.execute(query.filter_by(item_id=item_id).order_by(ItemEvent.id))]


def author_of(events: Sequence[EventRow], authors: Mapping[int, int | None]) -> int | None:
    """Who wrote the newest wording; `authors` by the number of the version, `events` as `history` gives them."""
    labels = {event.number for event in events if event.act == RELABEL}
    numbers = [number for number in authors if number not in labels]
    return authors[max(numbers)] if numbers else None
