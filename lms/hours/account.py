"""What the rules make of a person's transcript: the acts, the account, what is owed; worked out whenever it is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from fractions import Fraction

from courseware.facts import Facts
from courseware.hours import Hours
from courseware.rules.gates import Seen
from courseware.rules.learning import Learning, facts_of
from courseware.rules.ledger import Ledger, ledger
from courseware.rules.ruleset import Adopted, Category, RuleSet, in_force
from courseware.rules.standing import Owed, Promotion, State, needs_category, promotions, standing
from lms.clock import BUREAU_ZONE
from lms.transcripts.queries import RevisionRow

HUNDREDTH = Decimal("0.01")


class Overall(StrEnum):
    """Where somebody stands with everything that is owed: the worst of it."""

    MISSED = "missed"
    BEHIND = "behind"
    UNKNOWN = "unknown"
    ON_TRACK = "on_track"
    MET = "met"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Served:
    """Who somebody is to the rules on the day that is asked about: place in the organisation, words that name a category."""

    path: str
    words: tuple[str | None, ...]
    appointed: date | None


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account, and where they stand in a year by the rules in force for them then (None: none are)."""

    rules: RuleSet | None
    category: Category | None
    book: Ledger
    owed: tuple[Owed, ...]
    promotions: tuple[Promotion, ...]
    overall: Overall
    year: int

    @property
    def done(self) -> Fraction:
        """The sum of the year, of the unit that the rules count."""
        account = self.rules.account if self.rules else None
        return sum((posting.amount for posting in self.book.of_years(self.year, self.year, account)), Fraction(0))

    @property
    def missing(self) -> Fraction:
        """The most that one of the minima lacks."""
        return max((owed.missing for owed in self.owed), default=Fraction(0))


def learning_of(row: RevisionRow, paths: Mapping[int, str]) -> Learning:
    """What an entry of the transcript says, for the rules; its place is where that unit stands today."""
    facts = Facts.from_record(row.facts) if row.facts else None
    return Learning(
        source=row.source,
        revision=row.revision,
        day=row.happened_at.astimezone(BUREAU_ZONE).date(),
        kind=row.kind,
        hours=Hours.of(row.hours),
        passed=row.passed,
        facts=facts_of(row.kind, facts),
        entry=row.public_id,
        path=paths.get(row.unit_id or 0, "/"),
        void=bool(row.void),
    )


def day_of(year: int, today: date) -> date:
    """The day on which it is asked who owes what in a year: its last one, in the present year today."""
    return min(today, date(year, 12, 31))


def account_of(
    acts: Sequence[Learning],
    adopted: Sequence[Adopted],
    served: Served,
    year: int,
    *,
    today: date,
    seen: Mapping[int, Seen] | None = None,
) -> Account:
    """The account of one person, and where they stand in a year."""
    book = ledger(acts, adopted, today=today, seen=seen)
    rules = in_force(adopted, served.path, day_of(year, today))
    if rules is None:
        return Account(None, None, book, (), (), Overall.NOTHING, year)
    category = rules.category_of(served.words)
    code = category.code if category else None
    owed = standing(book, rules, code, year, today=today)
    made_up = promotions(book, rules, code, served.appointed, today=today) if served.appointed else ()
    made_up = tuple(one for one in made_up if one.appointed.year <= year <= one.due.year)
    overall = _overall(owed, made_up, unknown=needs_category(rules, code))
    return Account(rules, category, book, owed, made_up, overall, year)


def _overall(owed: Sequence[Owed], made_up: Sequence[Promotion], *, unknown: bool) -> Overall:
    states = {*(one.state for one in owed), *(one.state for one in made_up)}
    for state, overall in ((State.MISSED, Overall.MISSED), (State.BEHIND, Overall.BEHIND)):
        if state in states:
            return overall
    if unknown:
        return Overall.UNKNOWN
    return Overall.ON_TRACK if State.ON_TRACK in states else Overall.MET if states else Overall.NOTHING


def hundredths(amount: Fraction) -> Decimal:
    """An amount for a list: two decimals, rounded down."""
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(HUNDREDTH, ROUND_DOWN)
