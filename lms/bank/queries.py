"""Reading pools and items."""

from collections.abc import Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.policy import Viewer
from lms.bank.models import Item, ItemVersion, Pool
from lms.html import clean
from question_bank import item as domain
from question_bank.formats.record import from_record
from question_bank.pool import Pool as DomainPool

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@lru_cache(maxsize=8192)
def rendered(text: str) -> Markup:
    """A stem, option or explanation as safe HTML."""
    return clean(_markdown.render(text))


def pools_for(session: Session, viewer: Viewer) -> Sequence[Pool]:
    """Pools."""
    return session.scalars(select(Pool).order_by(Pool.name)).all()


def pool_of_versions(session: Session, pool_id: int) -> DomainPool:
    """Newest ready versions of a pool."""
    rows = session.execute(
        select(ItemVersion.id, ItemVersion.record)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(Item.pool_id == pool_id, Item.state == "ready", ItemVersion.number == Item.newest)
    )
    return DomainPool.of((row.id, from_record(row.record)) for row in rows)


def versions(session: Session, ids: Sequence[int]) -> dict[int, domain.ItemVersion]:
    """Versions by id."""
    rows = session.execute(select(ItemVersion.id, ItemVersion.record).where(ItemVersion.id.in_(ids)))
    return {row.id: from_record(row.record) for row in rows}


def ready_by_refs(session: Session, refs: Sequence[str]) -> dict[str, domain.ItemVersion]:
    """Newest ready versions by the lasting names of their items."""
    rows = session.execute(
        select(Item.ref, ItemVersion.record)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.newest))
        .where(Item.ref.in_(refs), Item.state == "ready")
    )
    return {row.ref: from_record(row.record) for row in rows}
