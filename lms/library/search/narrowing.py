"""What a search is narrowed by: category, kind, state and the days between which a document was issued."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lms.library.search.engine import Condition, Every, Phrase, Some
from lms.library.search.filling import fact

FIELDS = ("subject", "kind", "status")
FIRST, LAST = 1900, 2099


@dataclass(frozen=True, slots=True)
class Narrow:
    """Values by column, and the first and last day of issue; what is not asked for is absent."""

    values: Mapping[str, str]
    since: date | None = None
    until: date | None = None

    def within(self, condition: Condition) -> Condition:
        """The condition and that the document is one of these, by the facts in the index."""
        parts: list[Condition] = [Phrase((fact(name, value),)) for name, value in self.values.items()]
        if self.since or self.until:
            parts.append(Some(_years(self.since, self.until)))
        return Every((condition, *parts)) if parts else condition

    def holds(self, row: Any) -> bool:
        """Whether a document's row is one of these: the index may be a moment behind, and knows only years."""
        if any(getattr(row, name) != value for name, value in self.values.items()):
            return False
        if not (self.since or self.until):
            return True
        day = row.issued_on
        return day is not None and (self.since or day) <= day <= (self.until or day)


def narrow(only: Mapping[str, str]) -> Narrow:
    """From what a page was asked: empty values and days that are none are ignored."""
    values = {name: only[name] for name in FIELDS if only.get(name)}
    return Narrow(values, _day(only.get("since", "")), _day(only.get("until", "")))


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _years(since: date | None, until: date | None) -> tuple[Condition, ...]:
    """Whole decades where they fit, single years around them."""
    year = max(FIRST, since.year if since else FIRST)
    last = min(LAST, until.year if until else LAST)
    found: list[Condition] = []
    while year <= last:
        whole = year % 10 == 0 and year + 9 <= last
        found.append(Phrase((fact("decade", str(year)[:3]) if whole else fact("year", str(year)),)))
        year += 10 if whole else 1
    return tuple(found) or (Phrase((fact("year", "0"),)),)
