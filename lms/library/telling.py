"""What a change of the law means for whoever rests on it: the word that the library leaves, turned to their citations."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from lms.library.linking import Reference
from lms.library.links import cited_by
from question_bank.difference import Words, side_by_side

AMENDED, REMOVED, REPEALED = "amended", "removed", "repealed"

Thing = TypeVar("Thing", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Change:
    """What the law changed under one citation; `before` and `after` are words of the article."""

    how: str
    title: str
    article: str | None = None
    before: str | None = None
    after: str | None = None
    moved_to: str | None = None
    reason: str | None = None
    day: date | None = None
    document: str | None = None

    def record(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return asdict(self) | {"day": self.day.isoformat() if self.day else None}

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Change":
        """What `record` gave."""
        return cls(**(dict(record) | {"day": date.fromisoformat(record["day"]) if record["day"] else None}))


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change as pages show it: `before` and `after` in pieces, those that differ marked."""

    how: str
    title: str
    article: str | None
    before: Words
    after: Words
    moved_to: str | None
    reason: str | None
    day: date | None
    document: str | None
    at: datetime


def shown(change: Change, at: datetime) -> ChangeRow:
    """The change for a page."""
    before, after = side_by_side(change.before or "", change.after or "")
    return ChangeRow(
        change.how,
        change.title,
        change.article,
        before,
        after,
        change.moved_to,
        change.reason,
        change.day,
        change.document,
        at,
    )


def changes_under(
    session: Session, word: Mapping[str, Any], cited: Mapping[Thing, Collection[Reference]]
) -> dict[Thing, tuple[Change, ...]]:
    """Of these things with what they cite, those that the word concerns, and by what.

    A law that ended concerns all that cite it; an article with other words those that cite this article.
    """
    known = cited_by(session, sorted({one for found in cited.values() for one in found}, key=str))
    articles = {(one["number"], one["sub"]): one for one in word["articles"]}
    found: dict[Thing, tuple[Change, ...]] = {}
    for thing, references in cited.items():
        changes: dict[Change, None] = {}
        for reference in references:
            what = known[reference]
            if what.name != word["name"]:
                continue
            if word["how"] == REPEALED:
                changes[_repealed(word)] = None
            elif what.article in articles:
                changes[_amended(word, articles[what.article])] = None
        if changes:
            found[thing] = tuple(changes)
    return found


def _repealed(word: Mapping[str, Any]) -> Change:
    day = date.fromisoformat(word["day"]) if word["day"] else None
    return Change(REPEALED, word["title"], reason=word["reason"], day=day, document=word["document"])


def _amended(word: Mapping[str, Any], article: Mapping[str, Any]) -> Change:
    return Change(
        AMENDED if article["after"] is not None else REMOVED,
        word["title"],
        article["label"],
        article["before"],
        article["after"],
        article["moved_to"],
        document=word["document"],
    )
