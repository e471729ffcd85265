"""Changing what is said about questions, many at once: subject, labels, validity, citations; never words or key."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from question_bank.item import Citation, ItemVersion

#: texts that may be set or, with "", be taken away; they label an item and leave what was reviewed as it was
LABELS = ("subject", "point", "objective", "cognitive", "difficulty", "enemies", "classification")
DAYS = ("valid_from", "valid_until")


@dataclass(frozen=True, slots=True)
class Leave:
    """Says that a field stays as it is."""


@dataclass(frozen=True, slots=True)
class Clear:
    """Says that a day is taken away."""


LEAVE, CLEAR = Leave(), Clear()


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be said instead; None and LEAVE leave a field as it is."""

    subject: str | None = None
    point: str | None = None
    objective: str | None = None
    cognitive: str | None = None
    difficulty: str | None = None
    enemies: str | None = None
    classification: str | None = None
    valid_from: date | Leave | Clear = LEAVE
    valid_until: date | Leave | Clear = LEAVE
    add_citation: Citation | None = None
    remove_citation: Citation | None = None

    @property
    def none(self) -> bool:
        """Whether nothing is to change."""
        return self == Changes()

    @property
    def touches_sources(self) -> bool:
        """Whether what an item rests on changes: a reviewer looked at that, so it is a new wording and no label."""
        return self.add_citation is not None or self.remove_citation is not None

    def applied(self, version: ItemVersion) -> ItemVersion:
        """The version with these particulars; equal to `version` when it has them already."""
        labels: dict[str, Any] = {name: value for name in LABELS if (value := getattr(self, name)) is not None}
        days: dict[str, Any] = {
            name: None if isinstance(value, Clear) else value
            for name in DAYS
            if not isinstance(value := getattr(self, name), Leave)
        }
        return replace(version, **labels, **days, citations=self._cited(version.citations))

    def _cited(self, citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
        """One that names no article takes all articles of its source away."""
        gone, more = self.remove_citation, self.add_citation
        kept = tuple(
            one
            for one in citations
            if gone is None or one.source != gone.source or (gone.article and one.article != gone.article)
        )
        return kept if more is None or more in kept else (*kept, more)

    def to_record(self) -> dict[str, Any]:
        """JSON-able form: only what is to change."""
        record: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Citation):
                record[field.name] = [value.source, value.article]
            elif isinstance(value, date):
                record[field.name] = value.isoformat()
            elif isinstance(value, Clear):
                record[field.name] = ""
            elif isinstance(value, str):
                record[field.name] = value
        return record

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Changes":
        """The inverse."""
        given: dict[str, Any] = dict(record)
        for name in DAYS:
            if name in given:
                given[name] = date.fromisoformat(given[name]) if given[name] else CLEAR
        for name in ("add_citation", "remove_citation"):
            if name in given:
                given[name] = Citation(*given[name])
        return cls(**given)
