"""Where a person stands: what is owed in a cycle, what is done, what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from courseware.rules.ledger import Entry, Ledger, Posting
from courseware.rules.ruleset import Cycle, Minimum, RuleSet

HALF_DAYS = 2
_ZERO = Fraction(0)
ASSESSED = frozenset({"exam", "class"})


class State(StrEnum):
    """Where somebody stands with what is owed; BEHIND: less is done than of the cycle is over."""

    MET = "met"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Owed:
    """
    One minimum beside what is done: amounts of the account, and days.

    `days` are days attended that count. `passed` of `assessed` acts were passed (for minima with a quality). `missing`
    is what the amount lacks, 0 where it is met, be it by days.
    """

    minimum: Minimum
    cycle: Cycle
    least: Fraction
    done: Fraction
    days: Fraction
    passed: int
    assessed: int
    state: State

    @property
    def missing(self) -> Fraction:
        """What is still to be done."""
        return _ZERO if self.state is State.MET else max(_ZERO, self.least - self.done)


@dataclass(frozen=True, slots=True)
class Promotion:
    """A promotion without what had to be learned before: it is to be made up for until `due`."""

    minimum: Minimum
    appointed: date
    due: date
    least: Fraction
    done: Fraction
    state: State


def standing(ledger: Ledger, rules: RuleSet, category: str | None, year: int, *, today: date) -> tuple[Owed, ...]:
    """What is owed by somebody of this category in the cycles in which `year` lies, as it stands on `today`."""
    return tuple(
        _owed(ledger, rules, minimum, rules.cycle(minimum.years, year), today=today)
        for minimum in rules.minima
        if minimum.least is not None and minimum.asks(category)
    )


def needs_category(rules: RuleSet, category: str | None) -> bool:
    """Whether something is owed by category, and the person's is not known."""
    return category is None and any(minimum.categories for minimum in rules.minima)


def promotions(
    ledger: Ledger, rules: RuleSet, category: str | None, appointed: date, *, today: date
) -> tuple[Promotion, ...]:
    """
    What somebody appointed to a leading post on a day has to make up for within a year (条例, 2023).

    It concerns minima that promotion asks for and that were not met, in the cycle of that day, before it; nobody is asked
    for what the rules did not ask for on that day.
    """
    if not rules.holds_on(appointed):
        return ()
    due = _year_later(appointed)
    found = []
    for minimum in rules.minima:
        if not (minimum.promotion and minimum.least is not None and minimum.asks(category)):
            continue
        cycle = rules.cycle(minimum.years, appointed.year)
        counted = [p for p in ledger.postings if _counts(p, minimum, rules) and cycle.begins <= _day(p) < due]
        before = [posting for posting in counted if _day(posting) < appointed]
        if _met(minimum, _sum(before), _days(before)):
            continue
        met = _met(minimum, _sum(counted), _days(counted))
        state = State.MET if met else State.MISSED if today >= due else State.ON_TRACK
        found.append(Promotion(minimum, appointed, due, minimum.least, _sum(counted), state))
    return tuple(found)


def _owed(ledger: Ledger, rules: RuleSet, minimum: Minimum, cycle: Cycle, *, today: date) -> Owed:
    postings = [p for p in ledger.of_years(cycle.first, cycle.last, rules.account) if _counts(p, minimum, rules)]
    least, done, days = minimum.least or _ZERO, _sum(postings), _days(postings)
    tried = [p.act for p in ledger.of_years(cycle.first, cycle.last) if p.entry is Entry.EARNED and p.act]
    assessed = [act for act in tried if act.kind in ASSESSED and not act.void]
    passed = sum(act.passed for act in assessed)
    met = _met(minimum, done, days) and _good(minimum, passed, len(assessed))
    state = State.MET if met else _unmet(minimum, done, days, cycle, today)
    return Owed(minimum, cycle, least, done, days, passed, len(assessed), state)


def _counts(posting: Posting, minimum: Minimum, rules: RuleSet) -> bool:
    if posting.rules is None or posting.rules.account is not rules.account:
        return False
    if minimum.channels and posting.channel not in minimum.channels:
        return False
    return minimum.required is None or posting.required is minimum.required


def _met(minimum: Minimum, done: Fraction, days: Fraction) -> bool:
    return done >= (minimum.least or _ZERO) or (minimum.days is not None and days >= minimum.days)


def _good(minimum: Minimum, passed: int, assessed: int) -> bool:
    return minimum.quality is None or (assessed > 0 and Fraction(passed, assessed) >= minimum.quality)


def _unmet(minimum: Minimum, done: Fraction, days: Fraction, cycle: Cycle, today: date) -> State:
    if today >= cycle.ends:
        return State.MISSED
    over = Fraction(max(0, (today - cycle.begins).days), (cycle.ends - cycle.begins).days)
    share = done / minimum.least if minimum.least else Fraction(1)
    if minimum.days:
        share = max(share, days / minimum.days)
    return State.BEHIND if share < over else State.ON_TRACK


def _sum(postings: Iterable[Posting]) -> Fraction:
    return sum((posting.amount for posting in postings), _ZERO)


def _days(postings: Iterable[Posting]) -> Fraction:
    return Fraction(sum(posting.half_days for posting in postings), HALF_DAYS)


def _day(posting: Posting) -> date:
    return posting.act.day if posting.act else date(posting.year, 12, 31)


def _year_later(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28) + timedelta(days=1)
