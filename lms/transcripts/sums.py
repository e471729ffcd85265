"""Sums over rows of transcripts: every figure of a page or report is made here, of the very rows that stand below it."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Counted(Protocol):
    """What a row must say to be summed."""

    @property
    def person_id(self) -> int:
        """Whose it is."""

    @property
    def hours(self) -> Decimal:
        """Study hours of 45 minutes."""

    @property
    def void(self) -> str | None:
        """Why it counts for nothing: it was taken back, or its person was exempt."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Acts of learning (person-times, 人次), different people (人数) and study hours (学时) of some rows."""

    times: int = 0
    people: int = 0
    hours: Decimal = Decimal(0)


Row = TypeVar("Row", bound=Counted)


def total(rows: Iterable[Row]) -> Sum:
    """The sum of all rows that count."""
    kept = [row for row in rows if not row.void]
    return Sum(len(kept), len({row.person_id for row in kept}), sum((row.hours for row in kept), Decimal(0)))


def grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, Sum]:
    """The sums of groups of rows, in the order in which their keys appear."""
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        if not row.void:
            groups.setdefault(key(row), []).append(row)
    return {name: total(some) for name, some in groups.items()}
