"""The rules of the five places and the national minima, by worked examples with their boundary values."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from courseware.facts import Channel, Facts, Level
from courseware.hours import Hours
from courseware.rules.gates import Seen
from courseware.rules.learning import Learning
from courseware.rules.ledger import Entry, Ledger, Nothing, ledger
from courseware.rules.reading import read
from courseware.rules.ruleset import Adopted, RuleSet
from courseware.rules.standing import State, promotions, standing

SETS = Path(__file__).parents[3] / "courseware" / "rules" / "sets"
TODAY = date(2026, 12, 31)


def rules_of(name: str) -> RuleSet:
    """A shipped set."""
    reading = read((SETS / f"{name}.toml").read_text(encoding="utf-8"))
    assert reading.rules, reading.problems
    return reading.rules


def act(channel: Channel, source: str = "a", *, day: date = date(2026, 3, 2), **facts: Any) -> Learning:
    """Something learned; `hours`, `passed`, `revision` and `kind` are of the act, the rest are facts."""
    own = {name: facts.pop(name) for name in ("passed", "revision", "kind") if name in facts}
    hours = Hours.of(facts.pop("hours", "0"))
    made = Learning(source, 1, day, "unit", hours, passed=True, facts=Facts(channel, **facts))
    return replace(made, **own)


def by(rules: RuleSet, *acts: Learning, today: date = TODAY, seen: dict[int, Seen] | None = None) -> Ledger:
    """The account by one set, adopted everywhere since it began."""
    return ledger(acts, [Adopted("/", rules.starts, rules)], today=today, seen=seen)


EXAMPLES: list[tuple[str, Channel, dict[str, Any], str]] = [
    *(
        ("yunnan", Channel.NETWORK, {"minutes": minutes}, earned)
        for minutes, earned in [(0, "0"), (1, "1/4"), (15, "1/4"), (16, "1/2"), (29, "1/2"), (30, "1"), (300, "1")]
    ),
    ("yunnan", Channel.EXAM, {}, "1/2"),
    ("yunnan", Channel.EXAM, {"passed": False}, "0"),
    ("yunnan", Channel.CLASS, {"half_days": 2}, "0"),
    *(
        ("shanxi", Channel.NETWORK, {"minutes": minutes, "required": required}, earned)
        for minutes, required, earned in [
            (45, True, "1"), (45, False, "1/2"), (45, None, "1/2"), (44, True, "3/4"), (90, True, "2"), (90, False, "1"),
        ]
    ),
    ("shanxi", Channel.NETWORK, {"minutes": 45, "required": True, "studied": 41}, "1"),
    ("shanxi", Channel.NETWORK, {"minutes": 45, "required": True, "studied": 40}, "0"),
    ("shanxi", Channel.CLASS, {"half_days": 2}, "8"),
    ("shanxi", Channel.IN_HOUSE, {"half_days": 6}, "24"),
    ("nanjing", Channel.CLASS, {"half_days": 1}, "3"),
    ("nanjing", Channel.CLASS, {"half_days": 2}, "6"),
    ("nanjing", Channel.CLASS, {}, "0"),
    ("nanjing", Channel.TRIP, {"half_days": 16}, "48"),
    ("nanjing", Channel.TRIP, {"half_days": 17}, "48"),
    ("nanjing", Channel.TRIP, {"half_days": 15}, "45"),
    ("nanjing", Channel.ABROAD, {"half_days": 30}, "24"),
    ("nanjing", Channel.ABROAD, {"half_days": 31}, "48"),
    ("nanjing", Channel.UNIVERSITY, {}, "24"),
    ("nanjing", Channel.LECTURING, {"minutes": 90}, "10"),
    ("nanjing", Channel.LECTURING, {"minutes": 45}, "5"),
    ("nanjing", Channel.ARTICLE, {"level": Level.CITY}, "12"),
    ("nanjing", Channel.ARTICLE, {"level": Level.PROVINCE}, "24"),
    ("nanjing", Channel.ARTICLE, {"level": Level.STATE}, "48"),
    ("nanjing", Channel.ARTICLE, {"level": Level.COUNTY}, "0"),
    ("nanjing", Channel.STUDY_GROUP, {}, "3"),
    ("nanjing", Channel.IN_HOUSE, {"half_days": 6}, "18"),
    ("nanjing", Channel.IN_HOUSE, {"half_days": 7}, "18"),
    ("nanjing", Channel.IN_HOUSE, {"half_days": 5}, "15"),
    ("national", Channel.NETWORK, {"hours": "1.25"}, "5/4"),
    ("national", Channel.CLASS, {"minutes": 45}, "1"),
    ("national", Channel.CLASS, {"minutes": 44}, "3/4"),
    ("national", Channel.CLASS, {"hours": "7.5"}, "15/2"),
    ("anhui", Channel.NETWORK, {"hours": "2"}, "2"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "channel", "facts", "earned"), EXAMPLES)
def test_what_one_act_earns(place: str, channel: Channel, facts: dict[str, Any], earned: str) -> None:
    """
    Each figure of the five sets, on both sides of each boundary.
    """
    found = by(rules_of(place), act(channel, **facts))

    assert found.total(2026) == Fraction(earned)


def test_the_same_article_counts_once() -> None:
    """
    In one year the highest level, across years what came first; another article counts beside it.
    """
    city = act(Channel.ARTICLE, "city", level=Level.CITY, work="论放管服", day=date(2026, 2, 1))
    state = act(Channel.ARTICLE, "state", level=Level.STATE, work=" 论放管服 ", day=date(2026, 5, 1))
    later = act(Channel.ARTICLE, "later", level=Level.STATE, work="论放管服", day=date(2027, 1, 5))
    other = act(Channel.ARTICLE, "other", level=Level.CITY, work="另一篇")
    found = by(rules_of("nanjing"), city, state, later, other, today=date(2027, 2, 1))

    assert (found.total(2026), found.total(2027)) == (Fraction(60), Fraction(0))
    assert {p.act.source: p.instead for p in found.postings if p.act and p.nothing is Nothing.SAME_WORK} == {
        "city": "state",
        "later": "state",
    }


@pytest.mark.parametrize(
    ("required", "elective", "carried"),
    [("56", "28", "0"), ("70", "14", "0"), ("70", "28", "14"), ("60", "25", "1"), ("55", "60", "0"), ("90", "0", "6")],
)
def test_nanjing_carries_its_surplus(required: str, elective: str, carried: str) -> None:
    """
    Compulsory learning that neither 56 nor 84 needs is elective next year, and no longer counts in this one.
    """
    acts = [
        act(Channel.NETWORK, "r", hours=required, required=True),
        act(Channel.NETWORK, "e", hours=elective, required=False),
        act(Channel.NETWORK, "n", hours="1", required=True, day=date(2027, 3, 1)),
    ]
    open_year, over = (by(rules_of("nanjing"), *acts, today=day) for day in (date(2026, 12, 31), date(2027, 6, 1)))

    assert open_year.total(2026) == Fraction(required) + Fraction(elective)
    assert (over.total(2026), over.total(2027)) == (open_year.total(2026) - Fraction(carried), 1 + Fraction(carried))
    assert [p.required for p in over.postings if p.entry is Entry.CARRIED_IN] == ([False] if Fraction(carried) else [])
    assert by(rules_of("nanjing"), *acts, today=date(2028, 6, 1)).total(2028) == 0


@pytest.mark.parametrize(
    ("required", "elective", "states"),
    [("56", "28", "met met"), ("55.75", "40", "missed met"), ("56", "27.75", "met missed")],
)
def test_nanjing_minima(required: str, elective: str, states: str) -> None:
    """
    At least 56 compulsory and 84 in all.
    """
    rules = rules_of("nanjing")
    acts = [act(Channel.NETWORK, "r", hours=required, required=True), act(Channel.NETWORK, "e", hours=elective)]
    found = standing(by(rules, *acts), rules, None, 2026, today=date(2027, 1, 1))

    assert [str(owed.state) for owed in found] == states.split()


@pytest.mark.parametrize(
    ("minutes", "visits", "done", "earned", "passed"),
    [
        (720, 24, 9, "6", True), (719, 24, 9, "23/4", False), (720, 23, 9, "23/4", False), (720, 24, 8, "0", False),
        (1200, 40, 9, "10", True), (5000, 400, 9, "10", True), (1200, None, 9, "0", False),
    ],
)  # fmt: skip
def test_jiaozuo_has_three_gates(minutes: int, visits: int | None, done: int, earned: str, passed: bool) -> None:
    """
    Sixty of a hundred of time and visits, and all nine exercises, are the 6 credits that pass; all of it is 10.
    """
    rules = rules_of("jiaozuo")
    halves = [
        act(Channel.NETWORK, "a", minutes=minutes // 2),
        act(Channel.NETWORK, "b", minutes=minutes - minutes // 2),
    ]
    found = by(rules, *halves, seen={2026: Seen(visits, done, 9)})
    (owed,) = standing(found, rules, None, 2026, today=TODAY)
    (gates,) = [posting for posting in found.postings if posting.judged]

    assert (found.total(2026), owed.state is State.MET) == (Fraction(earned), passed)
    assert gates.judged is not None
    assert gates.judged.passed is passed


@pytest.mark.parametrize(
    ("rank", "facts", "met"),
    [
        ("二级调研员", {"minutes": 550 * 45}, True),
        ("二级调研员", {"minutes": 550 * 45 - 12}, False),
        ("二级调研员", {"half_days": 130}, True),
        ("二级调研员", {"half_days": 129}, False),
        ("一级主任科员", {"minutes": 90 * 45}, True),
        ("一级主任科员", {"minutes": 90 * 45 - 12}, False),
        ("一级主任科员", {"half_days": 24}, True),
        ("一级主任科员", {"half_days": 23}, False),
    ],
)
def test_national_minima(rank: str, facts: dict[str, int], met: bool) -> None:
    """
    Higher ranks owe 550 hours or three months in five years, the others 90 hours or 12 days a year, by classes.
    """
    rules = rules_of("national")
    category = rules.category_of([None, rank])
    assert category
    owed = standing(by(rules, act(Channel.CLASS, **facts)), rules, category.code, 2026, today=TODAY)

    assert {one.minimum.code: one.state is State.MET for one in owed} == {
        ("five-years" if "调研员" in rank else "year"): met,
        "network": False,
    }
    assert [one.cycle.first for one in owed] == ([2023, 2026] if "调研员" in rank else [2026, 2026])


def test_promoted_without_training() -> None:
    """
    What was not learned before a promotion is owed within a year of it, to the day.
    """
    rules, appointed = rules_of("national"), date(2026, 3, 1)
    late = act(Channel.CLASS, "late", half_days=24, day=date(2027, 3, 1))
    in_time = replace(late, source="in time", day=date(2027, 2, 28))
    before = replace(late, source="before", day=date(2026, 2, 28))

    def state(*acts: Learning, today: date = date(2027, 3, 2)) -> list[State]:
        return [one.state for one in promotions(by(rules, *acts), rules, "junior", appointed, today=today)]

    assert state(before) == []
    assert state(late) == [State.MISSED]
    assert state(in_time) == [State.MET]
    assert state(today=date(2027, 2, 28)) == [State.ON_TRACK]
    assert promotions(by(rules), rules, "junior", date(2022, 12, 31), today=date(2027, 3, 2)) == ()


def test_what_anhui_leaves_open_is_not_made_up() -> None:
    """
    Its source has no numbers: the set says what the organisation has to fill in, and owes nobody anything.
    """
    rules = rules_of("anhui")

    assert not rules.is_whole
    assert rules.fill_in
    assert [(minimum.years, minimum.least) for minimum in rules.minima] == [(1, None), (5, None)]
    assert standing(by(rules), rules, None, 2026, today=TODAY) == ()
    assert all(rules_of(name).is_whole for name in ("national", "yunnan", "shanxi", "nanjing", "jiaozuo"))


def test_quality_beside_quantity() -> None:
    """
    With a share that must be passed, enough hours alone do not do.
    """
    text = (SETS / "anhui.toml").read_text(encoding="utf-8").replace('least = "?"', 'least = "2"\nquality = "0.5"')
    rules = read(text).rules
    assert rules
    exams = [act(Channel.EXAM, name, kind="exam", passed=name == "x") for name in ("x", "y", "z")]
    learned = act(Channel.NETWORK, "u", hours="2")
    states = [
        standing(by(rules, learned, *some), rules, None, 2026, today=TODAY)[0].state is State.MET
        for some in ([], exams[:1], exams[:2], exams)
    ]

    assert states == [False, True, True, False]
