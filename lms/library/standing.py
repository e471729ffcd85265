"""Whether a document stands on a day, and which of its texts. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

PENDING, CURRENT, AMENDED, REPEALED = "pending", "current", "amended", "repealed"


class Dated(Protocol):
    """A text with the days that it names."""

    @property
    def number(self) -> int:
        """Its place among the texts of its document."""

    @property
    def issued_on(self) -> date | None:
        """When it was made known."""

    @property
    def effective_on(self) -> date | None:
        """From when on the document stands, as this text says."""

    @property
    def amended_on(self) -> date | None:
        """When its words were last changed."""

    @property
    def stored_at(self) -> datetime:
        """When it came into the library."""


Text = TypeVar("Text", bound=Dated)


def begins(text: Dated) -> date | None:
    """The first day of a text: that of its amendment or of its effect, whichever is later; else when it was issued."""
    return max((day for day in (text.effective_on, text.amended_on) if day), default=text.issued_on)


def text_on(day: date, texts: Iterable[Text]) -> Text | None:
    """The text that stood on a day: the last that had begun. Without a day the first counts as having always been there, a
    newer one as begun when it came.
    """
    begun = [text for text in texts if _since(text) <= day]
    return max(begun, key=lambda text: (_since(text), text.number), default=None)


def _since(text: Dated) -> date:
    return begins(text) or (text.stored_at.date() if text.number > 1 else date.min)


def ends(repealed_on: date | None, valid_until: date | None) -> date | None:
    """The first day on which a document no longer stands, as far as anybody said."""
    after = valid_until + timedelta(days=1) if valid_until else None
    return min((day for day in (repealed_on, after) if day), default=None)


def standing(day: date, *, begins_on: date | None, ends_on: date | None, status: str) -> str:
    """Whether a document stands on a day: pending, current, amended or repealed. `ends_on` is the first day on which it
    does not; `status` what is said of it without a day.
    """
    if (ends_on is not None and ends_on <= day) or (ends_on is None and status == REPEALED):
        return REPEALED
    if begins_on is not None and day < begins_on:
        return PENDING
    return AMENDED if status == AMENDED else CURRENT
