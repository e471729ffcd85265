"""The material of case studies in a pool: each wording carries its own copy, the ref says that it is the same."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from lms.bank.models import Item, ItemVersion
from question_bank.formats.record import from_record
from question_bank.item import ItemVersion as Wording
from question_bank.item import Stimulus

#: as many as a list can offer
MOST_OFFERED = 300


def _ref() -> ColumnElement[str | None]:
    found: ColumnElement[str | None] = ItemVersion.record[("stimulus", 0)].as_string()
    return found


def _newest(pool_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(ItemVersion)
        .join(Item, (Item.id == ItemVersion.item_id) & (Item.newest == ItemVersion.number))
        .where(Item.pool_id == pool_id, _ref().is_not(None))
    )


def of_pool(session: Session, pool_id: int) -> dict[str, Stimulus]:
    """The material of a pool by ref, the newest first; at most MOST_OFFERED pieces."""
    query = _newest(pool_id).with_only_columns(ItemVersion.record["stimulus"]).order_by(ItemVersion.id.desc())
    found: dict[str, Stimulus] = {}
    for ref, title, text in session.scalars(query.limit(10 * MOST_OFFERED)):
        if ref not in found and len(found) < MOST_OFFERED:
            found[ref] = Stimulus(ref, title, text)
    return found


def sharing(session: Session, pool_id: int, ref: str) -> Sequence[Wording]:
    """The newest wordings of a pool that rest on this material."""
    query = _newest(pool_id).with_only_columns(ItemVersion.record).where(_ref() == ref).order_by(Item.id)
    return [from_record(record) for record in session.scalars(query)]
