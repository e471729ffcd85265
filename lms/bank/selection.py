"""Which questions of a pool an action on many is for: ticked ones, or all that the filters of the list let through."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.accounts import queries as accounts
from lms.bank import listing
from lms.bank.listing import ItemFilter
from lms.bank.models import Item

#: as many as one page of a list can tick, and more
MOST_TICKED = 100
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Selection:
    """Ticked questions (public ids), or with `all` whatever the filters let through."""

    chosen: ItemFilter
    ticked: tuple[str, ...] = ()
    all: bool = False

    @classmethod
    def of(cls, address: "MultiDict[str, str]") -> "Selection":
        """The selection in an address."""
        everything = address.get("all") == "1"
        ticked = () if everything else tuple(dict.fromkeys(address.getlist("item[]")))[:MOST_TICKED]
        return cls(ItemFilter.of(address), ticked, everything)

    def to_address(self) -> dict[str, Any]:
        """The inverse; the filters stand there too, so that one finds the way back to the list."""
        chosen = self.chosen.to_address()
        return chosen | ({"all": "1"} if self.all else {"item[]": list(self.ticked)})

    def ids(self, session: Session, pool_id: int) -> list[int]:
        """Keys of the questions that are there, in the order of the list."""
        if not self.all:
            query = select(Item.id).where(Item.pool_id == pool_id, Item.public_id.in_(self.ticked)).order_by(Item.ref)
            return list(session.scalars(query))
        author = accounts.people_by_public_ids(session, [self.chosen.author] if self.chosen.author else [])
        author_id = author[self.chosen.author].id if author else None
        return listing.ids_of(session, pool_id, self.chosen, author_id=author_id)


def public_ids(session: Session, ids: Sequence[int]) -> list[str]:
    """Public ids of questions, in the order of `ids`."""
    found: dict[int, str] = {}
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        found |= {
            row.id: row.public_id for row in session.execute(select(Item.id, Item.public_id).where(Item.id.in_(part)))
        }
    return [found[one] for one in ids if one in found]
