"""Courses: what is done, what is missing, when all was done."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.courses import Course, Item, Kind, Learned, from_record, progress, to_record
from courseware.errors import BadRule
from courseware.facts import Channel
from courseware.hours import Hours

LAW = Item("a", Kind.UNIT, ref="law")
FOOD = Item("b", Kind.UNIT, ref="food", required=False)
DRUG = Item("c", Kind.UNIT, ref="drug", required=False)
TEST = Item("d", Kind.EXAM, ref="year")
CLASS = Item("e", Kind.CLASS, hours=Hours.of(8))
NET = Item("f", Kind.HOURS, channel=Channel.NETWORK, hours=Hours.of(3))
NAMED = Item("g", Kind.CLASS, "处级干部进修班", ref="k")
ABROAD = Item("h", Kind.OUTSIDE, channel=Channel.ABROAD, hours=Hours.of(8))
DAY = date(2026, 3, 1)


def unit(ref: str, after: int = 0, hours: str = "1") -> Learned:
    return Learned("unit", ref, DAY + timedelta(days=after), True, Hours.of(hours), Channel.NETWORK)


def sat(after: int, passed: bool) -> Learned:
    return Learned("exam", "year", DAY + timedelta(days=after), passed, channel=Channel.EXAM)


def held(ref: str, after: int = 0, *, passed: bool = True) -> Learned:
    return Learned("class", ref, DAY + timedelta(days=after), passed, Hours.of(8), Channel.CLASS)


def away(channel: Channel, after: int, hours: str = "8") -> Learned:
    return Learned("outside", "claim", DAY + timedelta(days=after), True, Hours.of(hours), channel)


@pytest.mark.parametrize(
    ("course", "learned", "missing", "completed", "begun"),
    [
        (Course((LAW, TEST)), [], "ad", None, False),
        (Course((LAW, TEST)), [unit("law", 2)], "d", None, True),
        (Course((LAW, TEST)), [sat(1, False)], "ad", None, True),
        (Course((LAW, TEST)), [sat(9, True), sat(5, True), unit("law", 2)], "", 5, True),
        (Course((FOOD, DRUG), electives=1), [unit("drug", 4)], "", 4, True),
        (Course((LAW, FOOD, DRUG), electives=1), [unit("law", 1)], "bc", None, True),
        (Course((LAW, FOOD, DRUG), electives=1), [unit("law", 1), unit("food", 7), unit("drug", 8)], "", 7, True),
        (Course((FOOD, DRUG), electives=2), [unit("food", 7), unit("drug", 8)], "", 8, True),
        (Course((NET,)), [unit("x", 1, "2"), unit("y", 3, "0.75")], "f", None, True),
        (Course((NET,)), [unit("x", 1, "2"), unit("y", 3, "0.75"), unit("z", 6, "0.25")], "", 6, True),
        (Course((CLASS,)), [Learned("class", "k", DAY, True, Hours.of(8), Channel.CLASS)], "", 0, True),
        (Course((CLASS,)), [Learned("class", "k", DAY, False, Hours.of(8), Channel.CLASS)], "e", None, True),
        (Course((LAW,)), [unit("law", -40)], "a", None, False),
        (Course((NAMED,)), [held("other")], "g", None, False),
        (Course((NAMED,)), [held("other"), held("k", 4)], "", 4, True),
        (Course((NAMED,)), [held("k", 4, passed=False)], "g", None, True),
        (Course((NAMED,)), [unit("k", 1)], "g", None, False),
        (Course((NAMED, CLASS)), [held("k", 4)], "", 4, True),
        (Course((ABROAD,)), [away(Channel.UNIVERSITY, 1)], "h", None, False),
        (Course((ABROAD,)), [away(Channel.ABROAD, 1, "4"), away(Channel.ABROAD, 6, "4")], "", 6, True),
        (Course((ABROAD,)), [Learned("class", "k", DAY, True, Hours.of(8), Channel.ABROAD)], "h", None, False),
    ],
)
def test_what_counts(course: Course, learned: list[Learned], missing: str, completed: int | None, begun: bool) -> None:
    """Required and elective, exams passed or not, hours of a way of learning, and learning of before the plan."""
    found = progress(course, learned, since=DAY - timedelta(days=30))
    on = None if found.completed_on is None else (found.completed_on - DAY).days

    assert ("".join(item.key for item in found.missing), on, found.begun) == (missing, completed, begun)


def test_in_order_one_opens_the_next() -> None:
    """Up to the first required item that is not done one may go on; elective ones hold nobody up; free is all at once."""
    course = Course((FOOD, LAW, TEST), electives=1, in_order=True)

    assert progress(course, []).open == {"a", "b"}
    assert progress(course, [unit("law")]).open == {"a", "b", "d"}
    assert progress(Course((LAW, TEST)), []).open == {"a", "d"}


entries = st.lists(
    st.one_of(
        st.builds(unit, st.sampled_from(["law", "food", "drug", "other"]), st.integers(0, 60)),
        st.builds(sat, st.integers(0, 60), st.booleans()),
    ),
    max_size=8,
)


@given(entries, st.randoms(use_true_random=False))
def test_the_order_of_entries_changes_nothing(learned: list[Learned], chance: Any) -> None:
    """Whatever order entries arrive in, and however often, all is done on the same day; more learning takes nothing away."""
    course = Course((LAW, FOOD, DRUG, TEST, NET), electives=1, in_order=True)
    shuffled = list(learned)
    chance.shuffle(shuffled)
    found = progress(course, learned)

    assert progress(course, shuffled) == found
    assert (found.completed_on is None) == bool(found.missing)
    assert set(found.done) <= set(progress(course, [*learned, unit("food")]).done)


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"items": []}, "items", "not_a_list"),
        ({"items": [{"key": "a", "kind": "unit", "ref": "x"}] * 2}, "items", "twice"),
        ({"items": [{"key": "a", "kind": "walk"}]}, "items.0", "unknown"),
        ({"items": [{"key": "a", "kind": "unit"}]}, "items.0", "incomplete"),
        ({"items": [{"key": "a", "kind": "hours", "hours": "3"}]}, "items.0", "incomplete"),
        ({"items": [{"key": "a", "kind": "class"}]}, "items.0.hours", "nothing_asked"),
        ({"items": [{"key": "a", "kind": "class", "channel": "abroad", "hours": "2"}]}, "items.0", "incomplete"),
        ({"items": [{"key": "a", "kind": "outside", "ref": "x", "hours": "2"}]}, "items.0", "incomplete"),
        ({"items": [{"key": "a", "kind": "unit", "ref": "x", "channel": "network"}]}, "items.0", "incomplete"),
        ({"items": [{"key": "a", "kind": "class", "hours": "0.3"}]}, "items.0", "unknown"),
        ({"electives": 2}, "electives", "too_many"),
        (
            {"items": [{"key": "a", "kind": "unit", "ref": "x", "required": False}], "electives": 0},
            "electives",
            "nothing_asked",
        ),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], field: str, why: str) -> None:
    """A course that cannot be used is refused with the place in it; a good one survives storing."""
    good = Course((LAW, FOOD, TEST, CLASS, NET, NAMED, ABROAD), electives=1)
    assert from_record(to_record(good)) == good
    with pytest.raises(BadRule) as refused:
        from_record(to_record(good) | changes)

    assert refused.value.facts == {"field": field, "why": why}
