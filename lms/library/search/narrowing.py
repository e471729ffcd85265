"""What a search is narrowed by: category, kind, state, issuing body, number, and days between which it was issued."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.library.models import Document
from lms.library.search.characters import fold
from lms.library.search.engine import Condition, Every, Phrase, Some
from lms.library.search.filling import fact, number_facts
from lms.library.search.tokens import runs

FIELDS = ("subject", "kind", "status")
#: issuing bodies that a part of a name may stand for
MOST_ISSUERS = 50
FIRST, LAST = 1900, 2099


@dataclass(frozen=True, slots=True)
class Narrow:
    """Values by column, and the first and last day of issue; what is not asked for is absent."""

    values: Mapping[str, str]
    since: date | None = None
    until: date | None = None
    #: part of a document's number
    number: str = ""
    #: issuing bodies of which it is one; None: any
    issuers: tuple[str, ...] | None = None

    def within(self, condition: Condition) -> Condition:
        """The condition and that the document is one of these, by the facts in the index."""
        parts: list[Condition] = [Phrase((fact(name, value),)) for name, value in self.values.items()]
        parts += [Phrase((token,)) for token in number_facts(self.number)]
        if self.issuers is not None:
            parts.append(Some(tuple(Phrase((fact("issuer", name),)) for name in self.issuers or ("0",))))
        if self.since or self.until:
            parts.append(Some(_years(self.since, self.until)))
        return Every((condition, *parts)) if parts else condition

    def holds(self, row: Any) -> bool:
        """Whether a document's row is one of these: the index may be a moment behind, and knows only years."""
        if any(getattr(row, name) != value for name, value in self.values.items()):
            return False
        if self.issuers is not None and row.issuer not in self.issuers:
            return False
        if self.number and plain(self.number) not in plain(row.number or ""):
            return False
        if not (self.since or self.until):
            return True
        day = row.issued_on
        return day is not None and (self.since or day) <= day <= (self.until or day)


def narrow(only: Mapping[str, str], issuers: Sequence[str] | None = None) -> Narrow:
    """From what a page was asked: empty values and days that are none are ignored; `issuers` as in `Narrow`."""
    values = {name: only[name] for name in FIELDS if only.get(name)}
    days = _day(only.get("since", "")), _day(only.get("until", ""))
    return Narrow(values, *days, only.get("number", ""), None if issuers is None else tuple(issuers))


def issuers_named(session: Session, part: str) -> Sequence[str] | None:
    """The issuing bodies whose names have this part, None without one; at most one query, on the index of the names."""
    if not part:
        return None
    query = select(Document.issuer).where(Document.issuer.contains(part, autoescape=True)).distinct()
    return [name for name in session.scalars(query.order_by(Document.issuer).limit(MOST_ISSUERS)) if name]


def plain(text: str) -> str:
    """Its characters, letters and numerals alone, folded: numbers are written with all sorts of brackets."""
    return "".join(run for run, _han in runs(fold(text)))


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
