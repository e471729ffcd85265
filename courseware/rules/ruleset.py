"""A set of rules of hours: rates, caps, minima, carrying over, gates; where it comes from and what it leaves open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from courseware.facts import Channel, Facts
from courseware.rules.gates import Gates
from courseware.rules.measures import Measure


class Account(StrEnum):
    """What is counted."""

    HOURS = "hours"
    CREDITS = "credits"


class Per(StrEnum):
    """What a cap holds for: one class, article or journey, or a whole cycle."""

    WORK = "work"
    CYCLE = "cycle"


@dataclass(frozen=True, slots=True, order=True)
class Cycle:
    """Calendar years that belong together: one, or five."""

    first: int
    years: int = 1

    @property
    def last(self) -> int:
        """Its last year."""
        return self.first + self.years - 1

    @property
    def begins(self) -> date:
        """Its first day."""
        return date(self.first, 1, 1)

    @property
    def ends(self) -> date:
        """The first day after it."""
        return date(self.last + 1, 1, 1)

    def __contains__(self, year: int) -> bool:
        return self.first <= year <= self.last


@dataclass(frozen=True, slots=True)
class Rate:
    """What learning by a channel earns; `required` narrows it to compulsory (True) or elective (False) learning."""

    channel: Channel
    measure: Measure
    required: bool | None = None

    def fits(self, facts: Facts) -> bool:
        """Whether it is for such learning; what is not said to be compulsory is elective."""
        return self.channel is facts.channel and (self.required is None or self.required is bool(facts.required))


@dataclass(frozen=True, slots=True)
class Cap:
    """No more than `most` counts of these channels (none named: of all)."""

    most: Fraction
    per: Per
    channels: frozenset[Channel] = frozenset()

    def holds_for(self, channel: Channel) -> bool:
        """Whether it limits this channel."""
        return not self.channels or channel in self.channels


@dataclass(frozen=True, slots=True)
class Category:
    """A category of cadres: ranks, posts' levels or words of the personnel file that belong to it."""

    code: str
    name: str
    name_en: str
    ranks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Minimum:
    """
    What is owed in a cycle of `years`: at least so much, or so many days instead.

    `least` None: the organisation has to say how much (then the set cannot be adopted). `categories`: of whom (none
    named: of everybody). `channels`: which learning counts (none named: all). `required`: compulsory learning alone
    (True), or elective (False). `quality`: the least share of what was assessed (exams, classes) that must be passed.
    `promotion`: whoever is promoted without having met it makes up for it within a year.
    """

    code: str
    years: int
    least: Fraction | None
    days: int | None = None
    categories: frozenset[str] = frozenset()
    channels: frozenset[Channel] = frozenset()
    required: bool | None = None
    quality: Fraction | None = None
    promotion: bool = False

    def asks(self, category: str | None) -> bool:
        """Whether it is asked of people of this category."""
        return not self.categories or category in self.categories


@dataclass(frozen=True, slots=True)
class Carry:
    """Compulsory learning beyond `required` that `total` does not need either counts as elective in the next year."""

    required: Fraction
    total: Fraction


@dataclass(frozen=True, slots=True)
class RuleSet:
    """
    One version of a set of rules, in force from `starts` until the day before `ends`.

    `completion` is the share of its length from which on learning counts. `once`: channels in which the same work counts
    one time. `cycle_from`: a year in which a five-year cycle begins. `source` is where it is known from, `open` what
    that source leaves open and how it is read here, `fill_in` what the organisation has to say first.
    """

    code: str
    place: str
    name: str
    name_en: str
    account: Account
    starts: date
    ends: date | None
    cycle_from: int
    completion: Fraction | None
    rates: tuple[Rate, ...]
    caps: tuple[Cap, ...]
    once: frozenset[Channel]
    categories: tuple[Category, ...]
    minima: tuple[Minimum, ...]
    carry: Carry | None
    gates: Gates | None
    source: str
    open: tuple[str, ...]
    fill_in: tuple[str, ...]
    version: int = 1

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left for the organisation to fill in."""
        return not self.fill_in and all(minimum.least is not None for minimum in self.minima)

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.starts <= day and (self.ends is None or day < self.ends)

    def rate_for(self, facts: Facts) -> Rate | None:
        """The first rate for such learning."""
        return next((rate for rate in self.rates if rate.fits(facts)), None)

    def category_of(self, words: Iterable[str | None]) -> Category | None:
        """The category that one of these words (a rank, what the file says) names, the first word that names one."""
        for word in words:
            for category in self.categories:
                if word and (word in category.ranks or word in (category.name, category.code)):
                    return category
        return None

    def cycle(self, years: int, year: int) -> Cycle:
        """The cycle of so many years in which a year lies."""
        return Cycle(year - (year - self.cycle_from) % years, years)


@dataclass(frozen=True, slots=True)
class Adopted:
    """
    That a part of the organisation (its path) goes by these rules from a day on; None: by those of the part above.

    Of two for one part and day the one with the higher `number` stands.
    """

    path: str
    since: date
    rules: RuleSet | None
    number: int = 0


def in_force(adopted: Iterable[Adopted], path: str, day: date) -> RuleSet | None:
    """The rules for people of a part of the organisation on a day: those of the nearest part that has any."""
    newest: dict[str, Adopted] = {}
    for one in adopted:
        if path.startswith(one.path) and one.since <= day:
            held = newest.get(one.path)
            if held is None or (one.since, one.number) > (held.since, held.number):
                newest[one.path] = one
    nearest = max((one for one in newest.values() if one.rules), key=lambda one: len(one.path), default=None)
    return nearest.rules if nearest and nearest.rules and nearest.rules.holds_on(day) else None
