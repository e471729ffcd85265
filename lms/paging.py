"""Pages of a list, cut by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

T = TypeVar("T")
SIZE = 25
LAST_NUMBER = 100_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page: its rows, its number from 1, rows a page, and how many rows there are in all."""

    items: Sequence[T]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, -(-self.total // self.size))

    @property
    def has_prev(self) -> bool:
        """Whether there is a page before this one."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether there is a page after this one."""
        return self.number < self.pages


def requested_page() -> int:
    """The page number in the address, 1 when it is absent or nonsense."""
    text = request.args.get("page", "1")
    return min(max(int(text), 1), LAST_NUMBER) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def paginate(session: Session, query: Select[*tuple[Any, ...]], *, number: int, size: int = SIZE) -> Page[Any]:
    """Run `query` for one page: two statements, a count and the rows."""
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    number = min(number, max(1, -(-total // size)))
    rows = session.execute(query.limit(size).offset((number - 1) * size)).all()
    items = [row[0] if len(row) == 1 else row for row in rows]
    return Page(items=items, number=number, size=size, total=total)


def url_for_page(number: int) -> str:
    """The address of another page of the list that is being shown, filters kept."""
    arguments = {**(request.view_args or {}), **request.args.to_dict(flat=False), "page": number}
    return url_for(request.endpoint or "home.index", **arguments)
