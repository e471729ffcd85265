"""Required training: days, who enters and leaves, where somebody stands."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.audience import EVERYBODY
from courseware.courses import Course, Item, Kind
from courseware.errors import BadRule
from courseware.plans import (
    Assignment,
    By,
    Due,
    Plan,
    State,
    cycle_on,
    due_on,
    entered,
    escalated_on,
    from_record,
    left,
    rated,
    reminded_on,
    state_on,
    to_record,
)
from courseware.rates import Standing

START = date(2026, 3, 1)
COURSE = Course((Item("a", Kind.UNIT, ref="law"),))


def plan(due: Due, **changes: Any) -> Plan:
    return replace(Plan(COURSE, EVERYBODY, START, due, grace=10), **changes)


FIXED = plan(Due(By.DAY, date(2026, 4, 30)))
AFTER = plan(Due(By.DAYS, days=20))
YEARLY = plan(Due(By.YEAR, month=11, month_day=31))


@pytest.mark.parametrize(
    ("asked", "on", "key", "last"),
    [
        (FIXED, START, "once", date(2026, 4, 30)),
        (FIXED, date(2026, 4, 1), "once", date(2026, 4, 30)),
        (FIXED, date(2026, 4, 25), "once", date(2026, 5, 5)),
        (AFTER, START, "once", date(2026, 3, 21)),
        (AFTER, date(2026, 4, 1), "once", date(2026, 4, 21)),
        (YEARLY, START, "2026", date(2026, 11, 30)),
        (YEARLY, date(2026, 11, 25), "2026", date(2026, 12, 5)),
        (YEARLY, date(2027, 1, 1), "2027", date(2027, 11, 30)),
        (YEARLY, date(2027, 1, 2), "2027", date(2027, 11, 30)),
    ],
)
def test_the_last_day(asked: Plan, on: date, key: str, last: date) -> None:
    """One day for all, days after the assignment, every year; who enters late has days of their own."""
    cycle = cycle_on(asked, on)
    assert cycle is not None

    assert (cycle.key, due_on(asked, cycle, on)) == (key, last)
    assert cycle_on(asked, START - timedelta(days=1)) is None


def test_learning_counts_from_the_cycle_on() -> None:
    """A plan of every year counts what was learned since New Year, also in its first year; one that allows it, everything."""
    first, second = cycle_on(YEARLY, START), cycle_on(YEARLY, date(2027, 5, 1))
    assert first
    assert second

    assert (first.since, second.since) == (date(2026, 1, 1), date(2027, 1, 1))
    assert [one and one.since for one in (cycle_on(FIXED, START), cycle_on(replace(FIXED, earlier=True), START))] == [
        START, None,
    ]  # fmt: skip


DUE = date(2026, 4, 30)


@pytest.mark.parametrize(
    ("held", "day", "state", "counts"),
    [
        (Assignment(DUE), DUE, State.NOT_BEGUN, Standing(False, False)),
        (Assignment(DUE, begun=True), DUE, State.BEGUN, Standing(True, False)),
        (Assignment(DUE, begun=True), date(2026, 5, 1), State.LATE, Standing(True, False)),
        (Assignment(DUE, done=DUE), date(2026, 9, 1), State.DONE, Standing(True, True)),
        (Assignment(DUE, done=date(2026, 5, 1)), DUE, State.DONE_LATE, Standing(True, True)),
        (Assignment(DUE, exempt="sick"), date(2026, 9, 1), State.EXEMPT, Standing(False, False, "sick")),
        (Assignment(DUE, left=START), date(2026, 9, 1), State.LEFT, None),
        (Assignment(DUE, left=START, begun=True), date(2026, 9, 1), State.LEFT, Standing(True, False)),
        (Assignment(DUE, left=START, done=START), date(2026, 9, 1), State.DONE, Standing(True, True)),
    ],
)
def test_where_somebody_stands(held: Assignment, day: date, state: State, counts: Standing | None) -> None:
    """Every state, and how it counts: who left without having taken part is not expected, what others did counts."""
    assert (state_on(held, day), rated(held)) == (state, counts)


def test_coming_back() -> None:
    """Who was late when leaving is late when back; whoever was in time has the days of somebody who enters now."""
    cycle = cycle_on(FIXED, START)
    assert cycle is not None
    first = entered(FIXED, cycle, None, START)
    early, late = left(first, date(2026, 4, 1)), left(first, date(2026, 5, 2))

    assert entered(FIXED, cycle, early, date(2026, 5, 20)) == Assignment(date(2026, 5, 30))
    assert entered(FIXED, cycle, early, date(2026, 4, 5)) == first
    assert entered(FIXED, cycle, late, date(2026, 5, 20)) == first


@given(st.sampled_from([FIXED, AFTER, YEARLY]), st.lists(st.booleans(), max_size=60))
def test_moving_there_and_back(asked: Plan, belongs: list[bool]) -> None:
    """Whoever comes and goes has one assignment, whose last day never comes nearer; a day that says the same changes nothing."""
    held: Assignment | None = None
    for number, inside in enumerate(belongs):
        day = START + timedelta(days=3 * number)
        cycle = cycle_on(asked, day)
        assert cycle is not None
        before = held
        for _twice in range(2):
            held = entered(asked, cycle, held, day) if inside else held and left(held, day)
        assert before is None or (held is not None and held.due >= before.due)
        assert held is None or (held.left is None) == inside


def test_reminders_and_the_officer() -> None:
    """Days before and after the last day; the officer some days after it, or never."""
    asked = replace(FIXED, before=(7, 1), after=(3,), escalate=14)

    assert reminded_on(asked, DUE) == {date(2026, 4, 23), date(2026, 4, 29), date(2026, 5, 3)}
    assert escalated_on(asked, DUE) == date(2026, 5, 14)
    assert escalated_on(replace(asked, escalate=None), DUE) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"course": None}, "course"),
        ({"audience": {"post": []}}, "rule.post"),
        ({"starts": "2026-13-01"}, "starts"),
        ({"due": {"by": "moon"}}, "due.by"),
        ({"due": {"by": "day", "day": None}}, "due.day"),
        ({"due": {"by": "days", "days": -1}}, "due.days"),
        ({"due": {"by": "year", "month": 13}}, "due.month"),
        ({"grace": True}, "grace"),
        ({"before": list(range(7))}, "before"),
        ({"escalate": 5000}, "escalate"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], field: str) -> None:
    """A plan that cannot be used is refused with the field; good ones survive storing."""
    for good in (FIXED, AFTER, YEARLY):
        assert from_record(to_record(good)) == good
    with pytest.raises(BadRule) as refused:
        from_record(to_record(FIXED) | changes)

    assert refused.value.facts["field"] == field
