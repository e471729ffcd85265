"""The lists of mistakes and of favourites, as the database filters, sorts and cuts them.

As everywhere in practice a question that `bank.for_practice` does not hold is in neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Subquery, func, select

from lms.bank import queries as bank
from lms.clock import today
from lms.practice.models import Card, Favourite
from lms.practice.queries import RIGHT, told_answers

#: what comes first in a list, by when a question was last wrong (starred) and how often it was wrong (answered)
FIRST = ("newest", "oldest", "most", "fewest")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a list is asked for; `subject` is "" for all."""

    subject: str = ""
    first: str = "newest"


@dataclass(frozen=True, slots=True)
class Listed:
    """A question in a list: when it was last wrong (starred), how often it was wrong (answered), how often answered, and
    what the last answer earned in thousandths, None where there is none.
    """

    item: str
    stem: str
    type: str
    subject: str
    point: str
    at: datetime
    times: int
    answered: int
    share: int | None


def mistakes(person_id: int, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """The person's mistakes for `paginate`, rows as Listed's fields."""
    held, wrong = bank.for_practice(today()), _wrong(person_id)
    query = (
        select(*_words(held), wrong.c.at, wrong.c.times, Card.answered, Card.share)
        .join(Card, (Card.item_id == held.c.item_id) & (Card.person_id == person_id) & Card.mistaken.is_(True))
        .join(wrong, wrong.c.item_id == held.c.item_id)
    )
    return _sorted(query, held, wanted, wrong.c.at, wrong.c.times)


def favourites(person_id: int, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """The person's favourites for `paginate`, rows as Listed's fields."""
    held, times = bank.for_practice(today()), func.coalesce(Card.answered, 0)
    query = (
        select(*_words(held), Favourite.at, times, times, Card.share)
        .join(Favourite, (Favourite.item_id == held.c.item_id) & (Favourite.person_id == person_id))
        .outerjoin(Card, (Card.item_id == held.c.item_id) & (Card.person_id == person_id))
    )
    return _sorted(query, held, wanted, Favourite.at, times)


def row_of(values: Sequence[Any]) -> Listed:
    """A row of either list."""
    return Listed(*values)


def _words(held: Subquery) -> list[Any]:
    return [held.c.item, held.c.stem_text, held.c.type, held.c.subject, func.coalesce(held.c.point, "")]


def _wrong(person_id: int) -> Subquery:
    """Of each item how often the person answered it less than wholly right, and when last."""
    told = told_answers(person_id)
    query = select(told.c.item_id, func.max(told.c.at).label("at"), func.count().label("times"))
    return query.where(told.c.share < RIGHT).group_by(told.c.item_id).subquery("wrong")


def _sorted(
    query: Select[*tuple[Any, ...]], held: Subquery, wanted: Wanted, at: Any, times: Any
) -> Select[*tuple[Any, ...]]:
    if wanted.subject:
        query = query.where(held.c.subject == wanted.subject)
    orders = {
        "newest": (at.desc(),),
        "oldest": (at.asc(),),
        "most": (times.desc(), at.desc()),
        "fewest": (times.asc(),),
    }
    return query.order_by(*orders[wanted.first], held.c.item_id)
