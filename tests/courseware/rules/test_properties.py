"""What holds of every account, whatever was learned: order and repetition are nothing, nothing counts twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from courseware.facts import Channel, Facts, Level
from courseware.hours import Hours
from courseware.rules.learning import Learning
from courseware.rules.ledger import Entry, ledger
from courseware.rules.ruleset import Adopted, Per, RuleSet, in_force
from courseware.rules.why import CODES, why
from tests.courseware.rules.test_examples import rules_of

TODAY = date(2027, 6, 1)
SETS = {name: rules_of(name) for name in ("national", "yunnan", "shanxi", "nanjing", "jiaozuo")}
#: the first half of 2026 by one set, the rest by another; one branch by a third
SPLIT = [
    Adopted("/", date(2023, 1, 1), SETS["national"], 1),
    Adopted("/", date(2026, 7, 1), SETS["nanjing"], 2),
    Adopted("/2/", date(2026, 1, 1), SETS["shanxi"], 3),
]
facts = st.builds(
    Facts,
    st.sampled_from(Channel),
    minutes=st.none() | st.integers(0, 3000),
    half_days=st.none() | st.integers(0, 40),
    required=st.none() | st.booleans(),
    level=st.none() | st.sampled_from(Level),
    work=st.sampled_from(["", "甲", "乙"]),
    studied=st.none() | st.integers(0, 3000),
)
acts = st.builds(
    Learning,
    source=st.sampled_from("abcdefgh"),
    revision=st.integers(1, 3),
    day=st.integers(0, 800).map(lambda days: date(2025, 1, 1) + timedelta(days)),
    kind=st.sampled_from(["unit", "exam", "class", "outside"]),
    hours=st.integers(0, 200).map(Hours),
    passed=st.booleans(),
    facts=facts,
    path=st.sampled_from(["/", "/1/", "/2/7/"]),
)
learned = st.lists(acts, max_size=12)
books = st.sampled_from([SPLIT, *([Adopted("/", rules.starts, rules)] for rules in SETS.values())])


@settings(max_examples=150, deadline=None)
@given(learned, books, st.randoms(use_true_random=False))
def test_order_and_repetition_are_irrelevant(some: list[Learning], adopted: list[Adopted], chance: Random) -> None:
    """
    The account is one of the set of acts.
    """
    again = [*some, *some[:4]]
    chance.shuffle(again)

    assert ledger(again, adopted, today=TODAY) == ledger(some, adopted, today=TODAY)


@settings(max_examples=150, deadline=None)
@given(learned, books)
def test_nothing_counts_twice(some: list[Learning], adopted: list[Adopted]) -> None:
    """
    One thing has one posting in force, worth no more than its rate gives; corrections and what is carried sum to nothing;
    the same work counts once; no cap is passed.
    """
    found = ledger(some, adopted, today=TODAY).postings
    earned = [p for p in found if p.entry is Entry.EARNED]
    moved = [p for p in found if p.entry not in (Entry.EARNED, Entry.GATES)]
    works = [(p.act.facts.channel, p.act.work) for p in earned if p.amount and _once(p.act, p.rules)]

    assert sorted(p.act.source for p in earned if p.act) == sorted({act.source for act in some})
    assert all(Fraction(0) <= p.amount <= p.worth for p in earned)
    assert all(p.amount == p.worth - sum(cut.taken for cut in p.cuts) for p in earned if p.nothing is None)
    assert sum(p.amount for p in moved) == 0
    assert len(works) == len(set(works))
    for rules in SETS.values():
        for cap in rules.caps:
            held = [p for p in earned if p.rules is rules and p.act and cap.holds_for(p.act.facts.channel)]
            keys = {p.act.work if cap.per is Per.WORK else p.year for p in held if p.act}
            sums = [sum(p.amount for p in held if p.act and key in (p.act.work, p.year)) for key in keys]
            assert all(one <= cap.most for one in sums) or (cap.per is Per.WORK and len(cap.channels) > 1)


def _once(act: Learning | None, rules: RuleSet | None) -> bool:
    return bool(act and rules and act.facts.work and act.facts.channel in rules.once)


@settings(max_examples=150, deadline=None)
@given(learned, acts, books)
def test_taking_back_restores(some: list[Learning], wrong: Learning, adopted: list[Adopted]) -> None:
    """
    Something entered and then taken back leaves every year's sum as if it had never been there.
    """
    wrong = replace(wrong, source="wrong", revision=1)
    back = replace(wrong, revision=2, hours=Hours(), passed=False)
    without, taken = (ledger(acts_, adopted, today=TODAY) for acts_ in (some, [*some, wrong, back]))

    assert {year: taken.total(year) for year in range(2024, 2030)} == {
        year: without.total(year) for year in range(2024, 2030)
    }


@settings(max_examples=150, deadline=None)
@given(learned, books)
def test_every_posting_says_why(some: list[Learning], adopted: list[Adopted]) -> None:
    """
    Each has at least one step, of a known code; whatever is cut says by how much; rules are those of the day.
    """
    for posting in ledger(some, adopted, today=TODAY).postings:
        steps = why(posting)

        assert steps
        assert all(step.code in CODES for step in steps)
        assert len([step for step in steps if step.code.startswith("cap_")]) == len(posting.cuts)
        if posting.act:
            assert posting.rules is in_force(adopted, posting.act.path, posting.act.day)


def test_a_change_in_mid_year_splits_it() -> None:
    """
    Half of the year counts by one set, half by the other; a branch by its own until it goes by those above again.
    """
    day: Callable[[int, int], date] = lambda month, number: date(2026, month, number)  # noqa: E731  two words long
    back = [*SPLIT, Adopted("/2/", day(10, 1), None, 4)]
    asked = [("/", day(6, 30)), ("/", day(7, 1)), ("/2/9/", day(9, 30)), ("/2/9/", day(10, 1)), ("/", date(2022, 1, 1))]

    assert [rules and rules.code for rules in (in_force(back, *one) for one in asked)] == [
        "national", "nanjing", "shanxi", "nanjing", None,
    ]  # fmt: skip
