"""What a unit of learning is: pages, a check, and where it comes from."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from courseware.hours import Hours
from courseware.problem import Problem, shortened

CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+\Z")
MOST_PAGES, MOST_CHECK_ITEMS, MOST_ENTRIES = 40, 20, 60
LONGEST_CODE, LONGEST_TITLE, LONGEST_LINE, LONGEST_TEXT = 60, 120, 300, 2000
SETTINGS = "unit.toml"


class Origin(StrEnum):
    """Whether the organisation wrote a unit itself or bought it."""

    SELF_MADE = "self-made"
    BOUGHT = "bought"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a unit comes from; a bought one names its supplier and the last day it may be used."""

    origin: Origin = Origin.SELF_MADE
    supplier: str = ""
    licence_end: date | None = None

    def may_be_used(self, today: date) -> bool:
        """Whether the licence still runs; the last day counts."""
        return self.licence_end is None or today <= self.licence_end


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `key` is its name for ever (the file's stem); `markdown` is the text below the title line."""

    key: str
    title: str
    markdown: str
    media: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The file the page stands in."""
        return f"{self.key}.md"


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or recording of a unit: its name, its type, and the SHA-256 and size of its bytes."""

    name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Check:
    """The questions at the end of a unit: ids of items of the bank, and the share of the marks that passes."""

    items: tuple[str, ...]
    pass_share: Fraction

    def passed_with(self, share: Fraction) -> bool:
        """Whether `share` of the marks (0 to 1) passes."""
        return share >= self.pass_share


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the trade and what it means."""

    term: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A source a unit rests on; `article` is empty where the whole of it is meant."""

    source: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of learning in one version; the bytes of its media stay with whoever read them."""

    code: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    subject: str
    hours: Hours
    check: Check
    pages: tuple[Page, ...]
    source: Source = field(default_factory=Source)
    objectives: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    references: tuple[Reference, ...] = ()
    media: tuple[Media, ...] = ()

    @property
    def page_keys(self) -> tuple[str, ...]:
        """The keys of the pages in reading order."""
        return tuple(page.key for page in self.pages)

    def page(self, key: str) -> Page | None:
        """The page of that key, if this version has it."""
        return next((page for page in self.pages if page.key == key), None)

    def problems(self) -> tuple[Problem, ...]:
        """Everything that makes the unit unusable whatever else exists; empty for a sound unit."""
        return (*self._texts(), *self._numbers(), *self._pages(), *self._repeats())

    def _texts(self) -> Iterator[Problem]:
        limits = {
            "title": LONGEST_TITLE,
            "title_en": LONGEST_TITLE,
            "summary": LONGEST_TEXT,
            "summary_en": LONGEST_TEXT,
            "subject": LONGEST_CODE,
        }
        if not CODE.match(self.code) or len(self.code) > LONGEST_CODE:
            yield _bad("code", "bad_name", self.code)
        for name, most in limits.items():
            yield from _words(name, getattr(self, name), most)
        for name, entries in (("objectives", self.objectives), ("terms", self.terms), ("references", self.references)):
            if len(entries) > MOST_ENTRIES:
                yield _bad(name, "too_many", len(entries), most=MOST_ENTRIES)
        for place, objective in enumerate(self.objectives):
            yield from _words(f"objectives[{place}]", objective, LONGEST_LINE)
        for place, term in enumerate(self.terms):
            yield from _words(f"terms[{place}].term", term.term, LONGEST_LINE)
            yield from _words(f"terms[{place}].meaning", term.meaning, LONGEST_TEXT)
        for place, reference in enumerate(self.references):
            yield from _words(f"references[{place}].source", reference.source, LONGEST_LINE)

    def _numbers(self) -> Iterator[Problem]:
        if not self.hours:
            yield _bad("hours", "out_of_range", self.hours)
        if not 0 < self.check.pass_share <= 1:
            yield _bad("check.pass", "out_of_range", self.check.pass_share)
        yield from _count("check.items", len(self.check.items), MOST_CHECK_ITEMS)
        yield from _count("pages", len(self.pages), MOST_PAGES)
        if self.source.origin is Origin.BOUGHT and not self.source.supplier.strip():
            yield _bad("supplier", "missing", "")
        if self.source.origin is Origin.SELF_MADE and (self.source.supplier or self.source.licence_end):
            yield _bad("source", "unknown_value", self.source.origin)

    def _pages(self) -> Iterator[Problem]:
        held = {media.name for media in self.media}
        for page in self.pages:
            if not page.title.strip():
                yield Problem(page.file, "title", "no_title", line=1)
            if not page.markdown.strip():
                yield Problem(page.file, "text", "missing")
            for name in page.media:
                if name not in held:
                    yield Problem(page.file, "picture", "unknown_value", shortened(name))

    def _repeats(self) -> Iterator[Problem]:
        named = {
            "pages": self.page_keys,
            "check.items": self.check.items,
            "terms": tuple(term.term for term in self.terms),
            "media": tuple(media.name for media in self.media),
        }
        for name, values in named.items():
            for value in repeated(values):
                yield _bad(name, "duplicate", value)


def repeated(values: Iterable[str]) -> tuple[str, ...]:
    """The values that occur more than once, each once, in the order of their first occurrence."""
    return tuple(value for value, times in Counter(values).items() if times > 1)


def _bad(name: str, code: str, value: object, **facts: object) -> Problem:
    return Problem(SETTINGS, name, code, shortened(value), facts=facts)


def _words(name: str, value: str, most: int) -> Iterator[Problem]:
    if not value.strip():
        yield _bad(name, "missing", "")
    elif len(value) > most:
        yield _bad(name, "too_long", value, most=most, held=len(value))


def _count(name: str, held: int, most: int) -> Iterator[Problem]:
    if not held:
        yield _bad(name, "missing", "")
    elif held > most:
        yield _bad(name, "too_many", held, most=most)
