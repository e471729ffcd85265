"""What a unit of learning is: pages, a check, and where it comes from."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from courseware.hours import Hours
from courseware.problem import Problem, shortened
from courseware.video import Video, flaws

CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+\Z")
MOST_PAGES, MOST_CHECK_ITEMS, MOST_ENTRIES = 40, 20, 60
#: minutes of witnessed study that a unit may ask for
MOST_MINUTES = 600
#: minutes without a sign of the reader after which a page asks whether somebody is there: what they may be, what they are
#: unless a unit says otherwise; 0 asks never
FEWEST_PRESENCE, MOST_PRESENCE, PRESENCE = 3, 30, 8
MOST_PREREQUISITES, MOST_COST = 10, Decimal(100_000_000)
LONGEST_CODE, LONGEST_TITLE, LONGEST_LINE, LONGEST_TEXT = 60, 120, 300, 2000
SETTINGS = "unit.toml"


class Origin(StrEnum):
    """Whether the organisation wrote a unit itself or bought it."""

    SELF_MADE = "self-made"
    BOUGHT = "bought"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a unit comes from; a bought one names its supplier and the last day it may be used. `cost` is what was paid
    for it in yuan, with two decimals, None where nothing is said.
    """

    origin: Origin = Origin.SELF_MADE
    supplier: str = ""
    licence_end: date | None = None
    cost: Decimal | None = None

    def may_be_used(self, today: date) -> bool:
        """Whether the licence still runs; the last day counts."""
        return self.licence_end is None or today <= self.licence_end


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `key` is its name for ever (the file's stem); `markdown` is the text below the title line, `media` the
    pictures and recordings it names; above the text may stand a `video` and, as a file of its own, a `pdf`.
    """

    key: str
    title: str
    markdown: str
    media: tuple[str, ...] = ()
    video: Video | None = None
    pdf: str = ""

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all files that the page shows."""
        video = self.video.files if self.video else ()
        return tuple(dict.fromkeys((*self.media, *video, *([self.pdf] if self.pdf else []))))

    @property
    def must_be_watched(self) -> bool:
        """Whether opening the page is not enough: a share of its video is asked for."""
        return self.video is not None and self.video.share > 0

    @property
    def file(self) -> str:
        """The file the page stands in."""
        return f"{self.key}.md"


@dataclass(frozen=True, slots=True)
class Media:
    """A file of a unit beside its text: its name, its type, the SHA-256 and size of its bytes, and of a recording its length
    in milliseconds (0 where that is not known).
    """

    name: str
    media_type: str
    sha256: str
    size: int
    length: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """The questions at the end of a unit: ids of items of the bank, and the share of the marks that passes."""

    items: tuple[str, ...]
    pass_share: Fraction

    def passed_with(self, share: Fraction) -> bool:
        """Whether `share` of the marks (0 to 1) passes."""
        return share >= self.pass_share


@dataclass(frozen=True, slots=True)
class Completion:
    """What completing asks beside pages and check: minutes of study that the server has witnessed, 0 where it asks none."""

    minutes: int = 0


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
    """A unit of learning in one version; the bytes of its media stay with whoever read them. `prerequisites` are codes
    of units to complete before its check; `presence` are the minutes without a sign of the reader after which a page asks
    whether somebody is there, 0 for never.
    """

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
    completion: Completion = field(default_factory=Completion)
    prerequisites: tuple[str, ...] = ()
    presence: int = PRESENCE

    @property
    def page_keys(self) -> tuple[str, ...]:
        """The keys of the pages in reading order."""
        return tuple(page.key for page in self.pages)

    @property
    def to_watch(self) -> frozenset[str]:
        """The keys of the pages whose video must be watched."""
        return frozenset(page.key for page in self.pages if page.must_be_watched)

    def medium(self, name: str) -> Media | None:
        """The file of that name."""
        return next((one for one in self.media if one.name == name), None)

    def page(self, key: str) -> Page | None:
        """The page of that key, if this version has it."""
        return next((page for page in self.pages if page.key == key), None)

    def problems(self) -> tuple[Problem, ...]:
        """Everything that makes the unit unusable whatever else exists; empty for a sound unit."""
        return (
            *self._texts(),
            *self._numbers(),
            *self._before(),
            *self._pages(),
            *self._recordings(),
            *self._repeats(),
        )

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
        if not 0 <= self.completion.minutes <= MOST_MINUTES:
            yield _bad("completion.minutes", "out_of_range", self.completion.minutes)
        if self.presence and not FEWEST_PRESENCE <= self.presence <= MOST_PRESENCE:
            yield _bad("presence", "out_of_range", self.presence)
        yield from _count("check.items", len(self.check.items), MOST_CHECK_ITEMS)
        yield from _count("pages", len(self.pages), MOST_PAGES)
        if self.source.origin is Origin.BOUGHT and not self.source.supplier.strip():
            yield _bad("supplier", "missing", "")
        if self.source.origin is Origin.SELF_MADE and (self.source.supplier or self.source.licence_end):
            yield _bad("source", "unknown_value", self.source.origin)
        cost = self.source.cost
        if cost is not None and not (0 <= cost <= MOST_COST and cost * 100 % 1 == 0):
            yield _bad("cost", "out_of_range", cost)

    def _before(self) -> Iterator[Problem]:
        if len(self.prerequisites) > MOST_PREREQUISITES:
            yield _bad("prerequisites", "too_many", len(self.prerequisites), most=MOST_PREREQUISITES)
        for place, code in enumerate(self.prerequisites):
            if not CODE.match(code) or len(code) > LONGEST_CODE:
                yield _bad(f"prerequisites[{place}]", "bad_name", code)
            elif code == self.code:
                yield _bad("prerequisites", "cycle", code)

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

    def _recordings(self) -> Iterator[Problem]:
        held = {media.name: (media.media_type, media.length) for media in self.media}
        for page in self.pages:
            for one in flaws(page.video, held) if page.video else ():
                facts = {} if one.most is None else {"most": one.most}
                yield Problem(page.file, f"video.{one.field}", one.code, shortened(one.value), facts=facts)
            if page.pdf and held.get(page.pdf, ("", 0))[0] != "application/pdf":
                yield Problem(page.file, "pdf", "unknown_value", shortened(page.pdf))

    def _repeats(self) -> Iterator[Problem]:
        named = {
            "pages": self.page_keys,
            "check.items": self.check.items,
            "terms": tuple(term.term for term in self.terms),
            "media": tuple(media.name for media in self.media),
            "prerequisites": self.prerequisites,
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
