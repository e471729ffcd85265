"""Questions that rest on a law, or on one article of it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from lms.bank.models import Item, ItemVersion, Pool
from question_bank.life import State

#: what may stand behind the name of a law where its name ends, before an article (2021年修订 among it), and behind the
#: article; as LIKE has it
_ENDS, _AFTER = ("》", " ", "\n", "(", "（"), ("\n", " ", "第", "、", "，")
_GAPS = ("》 ", " ", "（____年修_） ", "(____年修_) ", "》（____年修_） ")


@dataclass(frozen=True, slots=True)
class CitingItem:
    """A question and the laws it cites, a line each."""

    public_id: str
    pool: str
    pool_name: str
    ref: str
    stem: str
    cited: str


def citing(pool_ids: Collection[int], law: str, labels: Collection[str] = ()) -> Select[*tuple[Any, ...]]:
    """Questions of these pools that cite the law by its newest wording, for `paginate`; rows as CitingItem's fields.

    `law`: a title as citations write it, without 《》. `labels`: ways to write one article (第五条, 第5条); none for the law.
    """
    law = law.replace("/", "//").replace("%", "/%").replace("_", "/_")
    ends = [law + gap + label + after for gap in _GAPS for label in labels for after in _AFTER]
    return (
        select(Item.public_id, Pool.public_id, Pool.name, Item.ref, ItemVersion.stem_text, ItemVersion.cited)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.newest))
        .join(Pool, Pool.id == Item.pool_id)
        .where(Item.pool_id.in_(pool_ids), Item.state != State.RETIRED.value)
        .where(_holds(ends or [law + end for end in _ENDS]))
        .order_by(Pool.name, Item.ref, Item.id)
    )


def citing_row(row: Any) -> CitingItem:
    """A row of `citing`."""
    return CitingItem(*row)


def _holds(words: Collection[str]) -> ColumnElement[bool]:
    lines = ItemVersion.cited + "\n"
    return or_(*(lines.like(f"%{each}%", escape="/") for each in words))
