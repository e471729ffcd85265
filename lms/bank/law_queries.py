"""Reading what the law changed under questions: what waits for somebody to look."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lms.bank.models import Item, ItemVersion, LawChange
from lms.library.telling import Change, ChangeRow, shown


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that is out of the draw because of the law."""

    id: int
    public_id: str
    ref: str
    words: str
    state: str
    drawn: int | None


def waiting(pool_id: int) -> Select[*tuple[Any, ...]]:
    """Questions of a pool that wait, for `paginate`, by reference; rows as Waiting's fields."""
    return (
        select(Item.id, Item.public_id, Item.ref, ItemVersion.stem_text, Item.state, Item.drawn)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.newest))
        .where(Item.pool_id == pool_id, Item.suspended != "", Item.state != "retired")
        .order_by(Item.ref)
    )


def changes_of(session: Session, item_ids: Iterable[int]) -> dict[int, list[ChangeRow]]:
    """What was changed under these items and nobody has looked at yet, the oldest first; one query."""
    rows = session.scalars(
        select(LawChange)
        .where(LawChange.item_id.in_(list(item_ids)), LawChange.settled_at.is_(None))
        .order_by(LawChange.item_id, LawChange.id)
    )
    found: dict[int, list[ChangeRow]] = {}
    for row in rows:
        change = Change(
            row.how, row.title, row.article, row.before, row.after, row.moved_to, row.reason, row.day, row.document
        )
        found.setdefault(row.item_id, []).append(shown(change, row.at))
    return found


def count_waiting(session: Session, pool_id: int) -> int:
    """How many questions of a pool wait."""
    return session.scalar(select(func.count()).select_from(waiting(pool_id).order_by(None).subquery())) or 0
