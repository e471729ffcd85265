"""
The account of a person's learning: acts in, postings out.

It is a function of the *set* of acts: neither the order in which they arrive nor their repetition changes it. Nothing
counts twice: one thing learned has one posting, the same work counts once, what is carried into a year leaves the year
before it. A corrected act is shown with its reversal, which takes away exactly what it had brought.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from courseware.facts import Channel
from courseware.rules.gates import Judged, Seen
from courseware.rules.learning import Learning
from courseware.rules.ruleset import Account, Adopted, Cap, Per, Rate, RuleSet, in_force

NOBODY_SAW = Seen(None, None, None)
_ZERO = Fraction(0)


class Entry(StrEnum):
    """What a posting is."""

    EARNED = "earned"
    CORRECTED = "corrected"
    REVERSAL = "reversal"
    CARRIED_OUT = "carried_out"
    CARRIED_IN = "carried_in"
    GATES = "gates"


class Nothing(StrEnum):
    """Why something earns nothing by itself, before any cap."""

    NO_RULES = "no_rules"
    NO_RATE = "no_rate"
    NOT_PASSED = "not_passed"
    UNFINISHED = "unfinished"
    UNKNOWN = "unknown"
    SAME_WORK = "same_work"
    BY_GATES = "by_gates"


@dataclass(frozen=True, slots=True)
class Cut:
    """What a cap took away: `before` is what counted towards it already, `taken` how much is lost."""

    cap: Cap
    before: Fraction
    taken: Fraction


@dataclass(frozen=True, slots=True)
class Posting:
    """
    One line of the account: what was learned, by which rules and rate, in which year it counts, how much.

    `worth` is what the rate gives, `amount` what counts after the `cuts` (negative for a reversal and for what is carried
    out). `half_days` count towards minima in days. `instead` is the source that counted in place of the same work.
    """

    entry: Entry
    year: int
    rules: RuleSet | None
    amount: Fraction
    act: Learning | None = None
    rate: Rate | None = None
    worth: Fraction = _ZERO
    required: bool = False
    half_days: int = 0
    nothing: Nothing | None = None
    cuts: tuple[Cut, ...] = ()
    instead: str = ""
    judged: Judged | None = None

    @property
    def channel(self) -> Channel | None:
        """How it was learned; None for what is carried over."""
        return self.act.facts.channel if self.act else Channel.NETWORK if self.entry is Entry.GATES else None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The postings of one person, by year, day and source."""

    postings: tuple[Posting, ...]

    def of_years(self, first: int, last: int, account: Account | None = None) -> list[Posting]:
        """The postings of these years, of one account where one is named."""
        return [
            posting
            for posting in self.postings
            if first <= posting.year <= last
            and (account is None or (posting.rules and posting.rules.account is account))
        ]

    def total(self, year: int) -> Fraction:
        """The sum of a year."""
        return sum((posting.amount for posting in self.postings if posting.year == year), _ZERO)


def ledger(
    acts: Iterable[Learning], adopted: Sequence[Adopted], *, today: date, seen: Mapping[int, Seen] | None = None
) -> Ledger:
    """
    The account of a person by the rules adopted, as it stands on `today` (only years that are over carry over).

    `seen`: by year how the person studied, for rules by gates.
    """
    current, earlier = _revisions(acts)
    earned = _capped(_once([_judged(act, in_force(adopted, act.path, act.day)) for act in current]))
    postings = [*earned, *_reversals(earlier, adopted), *_gates(earned, seen or {})]
    postings += _carried(postings, today)
    return Ledger(tuple(sorted(postings, key=_place)))


def _place(posting: Posting) -> tuple[int, date, str, int, str]:
    act = posting.act
    day = (
        act.day
        if act
        else date(posting.year, 1, 1)
        if posting.entry is Entry.CARRIED_IN
        else date(posting.year, 12, 31)
    )
    return posting.year, day, act.source if act else "", act.revision if act else 0, str(posting.entry)


def _revisions(acts: Iterable[Learning]) -> tuple[list[Learning], list[Learning]]:
    """The acts in force by day and source, and those that a correction replaced."""
    by_source: dict[str, dict[int, Learning]] = defaultdict(dict)
    for act in acts:
        held = by_source[act.source].get(act.revision, act)
        # two wordings of one revision cannot be, and must not let the order of arrival decide
        by_source[act.source][act.revision] = act if held == act else max(held, act, key=repr)
    current = [revisions.pop(max(revisions)) for revisions in by_source.values()]
    earlier = [act for revisions in by_source.values() for act in revisions.values()]
    return sorted(current, key=lambda act: (act.day, act.source)), earlier


def _judged(act: Learning, rules: RuleSet | None) -> Posting:
    """What an act is worth by itself."""
    rate = rules.rate_for(act.facts) if rules else None
    nothing = _nothing(act, rules, rate)
    worth = rate.measure.worth(act) if rate and nothing is None else _ZERO
    return Posting(
        Entry.EARNED,
        act.day.year,
        rules,
        amount=worth or _ZERO,
        act=act,
        rate=rate,
        worth=worth or _ZERO,
        required=bool(act.facts.required),
        half_days=0 if nothing else act.facts.half_days or 0,
        nothing=Nothing.UNKNOWN if worth is None else nothing,
    )


def _nothing(act: Learning, rules: RuleSet | None, rate: Rate | None) -> Nothing | None:
    if rules is None:
        return Nothing.NO_RULES
    if not act.passed:
        return Nothing.NOT_PASSED
    if rules.gates and act.facts.channel is Channel.NETWORK:
        return Nothing.BY_GATES
    if rate is None:
        return Nothing.NO_RATE
    if act.share is not None and rules.completion is not None and act.share < rules.completion:
        return Nothing.UNFINISHED
    return None


def _once(postings: list[Posting]) -> list[Posting]:
    """The same work once: in the earliest year, there what is worth most, of equals the first."""
    groups: dict[tuple[Channel, str], list[Posting]] = defaultdict(list)
    for posting in postings:
        act = posting.act
        if act and act.facts.work and posting.rules and act.facts.channel in posting.rules.once and not _empty(posting):
            groups[act.facts.channel, act.work].append(posting)
    instead: dict[str, str] = {}
    for group in groups.values():
        first, *rest = sorted(group, key=lambda posting: (posting.year, -posting.worth, _place(posting)))
        if first.act:
            instead |= {posting.act.source: first.act.source for posting in rest if posting.act}
    return [
        replace(posting, amount=_ZERO, half_days=0, nothing=Nothing.SAME_WORK, instead=instead[posting.act.source])
        if posting.act and posting.act.source in instead
        else posting
        for posting in postings
    ]


def _empty(posting: Posting) -> bool:
    return posting.nothing is not None and not posting.half_days


def _capped(postings: list[Posting]) -> list[Posting]:
    """Cut by the caps in their order; earlier learning fills them first."""
    used: dict[tuple[object, ...], Fraction] = defaultdict(Fraction)
    return [_cut(posting, used) for posting in postings]


def _cut(posting: Posting, used: dict[tuple[object, ...], Fraction]) -> Posting:
    act, rules = posting.act, posting.rules
    if act is None or rules is None or not posting.amount:
        return posting
    caps = [(_key(cap, rules, act), cap) for cap in rules.caps if cap.holds_for(act.facts.channel)]
    amount, cuts = posting.amount, []
    for key, cap in caps:
        room = max(_ZERO, cap.most - used[key])
        if amount > room:
            cuts.append(Cut(cap, used[key], amount - room))
            amount = room
    for key, _cap in caps:
        used[key] += amount
    return replace(posting, amount=amount, cuts=tuple(cuts))


def _key(cap: Cap, rules: RuleSet, act: Learning) -> tuple[object, ...]:
    held_for = (act.facts.channel, act.work) if cap.per is Per.WORK else (act.day.year,)
    return rules.code, rules.version, rules.caps.index(cap), *held_for


def _reversals(earlier: Iterable[Learning], adopted: Sequence[Adopted]) -> Iterator[Posting]:
    """What a corrected act had been worth, and the same taken away again."""
    for act in earlier:
        was = _judged(act, in_force(adopted, act.path, act.day))
        yield replace(was, entry=Entry.CORRECTED, half_days=0)
        yield replace(was, entry=Entry.REVERSAL, amount=-was.amount, half_days=0)


def _gates(postings: Sequence[Posting], seen: Mapping[int, Seen]) -> Iterator[Posting]:
    groups: dict[tuple[int, RuleSet], Fraction] = defaultdict(Fraction)
    for posting in postings:
        if posting.nothing is Nothing.BY_GATES and posting.rules and posting.act:
            groups[posting.year, posting.rules] += posting.act.minutes or 0
    for (year, rules), minutes in groups.items():
        if rules.gates:
            judged = rules.gates.judge(minutes, seen.get(year, NOBODY_SAW))
            yield Posting(Entry.GATES, year, rules, judged.worth, worth=judged.worth, judged=judged)


def _carried(postings: Sequence[Posting], today: date) -> list[Posting]:
    """What years that are over leave to the next, by the rules in force at the end of each."""
    found: list[Posting] = []
    for year in sorted({posting.year for posting in postings if posting.year < today.year}):
        held = [posting for posting in (*postings, *found) if posting.year == year]
        rules = max((p for p in held if p.rules and p.act), key=_place, default=None)
        surplus = _surplus(held, rules.rules) if rules and rules.rules else _ZERO
        if rules and surplus:
            found.append(Posting(Entry.CARRIED_OUT, year, rules.rules, -surplus, worth=surplus, required=True))
            found.append(Posting(Entry.CARRIED_IN, year + 1, rules.rules, surplus, worth=surplus))
    return found


def _surplus(held: Iterable[Posting], rules: RuleSet) -> Fraction:
    if rules.carry is None:
        return _ZERO
    counted = [posting for posting in held if posting.rules and posting.rules.account is rules.account]
    required = sum((posting.amount for posting in counted if posting.required), _ZERO)
    total = sum((posting.amount for posting in counted), _ZERO)
    return max(_ZERO, min(required - rules.carry.required, total - rules.carry.total))
