"""Required training: who was to do what by when, and where somebody stands on a day.

A person is assigned once a cycle, however often they leave the audience and come back. Decided here:

- Who enters later has at least `grace` days, whatever the day of the others.
- Who leaves keeps the assignment, closed: what they did counts, and they are no longer expected.
- Who comes back has the old assignment open again. Who was late when leaving is late when back; others get the days that
  somebody who enters on that day gets, if those are later than their own. A plan that is changed leaves them these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from courseware.audience import Rule, read_day
from courseware.audience import from_record as rule_of
from courseware.audience import to_record as rule_record
from courseware.courses import Course
from courseware.courses import from_record as course_of
from courseware.courses import to_record as course_record
from courseware.errors import BadRule
from courseware.rates import Standing as Rated

MOST_DAYS = 1100
MOST_REMINDERS = 6
ONCE = "once"


class By(StrEnum):
    """How the last day is said: one day for all, days after the assignment, or one day in every year."""

    DAY = "day"
    DAYS = "days"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Due:
    """The last day: `day` for DAY, `days` for DAYS, `month` and `month_day` for YEAR."""

    by: By
    day: date | None = None
    days: int = 0
    month: int = 12
    month_day: int = 31


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of whom. `starts`: the first day; `earlier`: what was learned before the cycle counts too.

    `before` and `after`: days before and after the last day on which a reminder is told; `escalate`: days after the last
    day on which the officer of the unit is told, None for never.
    """

    course: Course
    audience: Rule
    starts: date
    due: Due
    grace: int = 30
    earlier: bool = False
    before: tuple[int, ...] = (7,)
    after: tuple[int, ...] = (1,)
    escalate: int | None = 14


@dataclass(frozen=True, slots=True)
class Cycle:
    """One run of a plan: the whole of it, or a year. Learning counts from `since` to `until`; None: without a bound."""

    key: str
    first: date
    since: date | None
    until: date | None


def cycle_on(plan: Plan, day: date) -> Cycle | None:
    """The cycle that runs on `day`, None before the plan starts."""
    if day < plan.starts:
        return None
    return cycle_of(plan, str(day.year) if plan.due.by is By.YEAR else ONCE)


def cycle_of(plan: Plan, key: str) -> Cycle:
    """The cycle of a key: ONCE, or a year. Nobody does the training of one year by what they learn in the next."""
    if key == ONCE:
        return Cycle(key, plan.starts, None if plan.earlier else plan.starts, None)
    begins = date(int(key), 1, 1)
    return Cycle(key, max(plan.starts, begins), None if plan.earlier else begins, date(int(key), 12, 31))


def due_on(plan: Plan, cycle: Cycle, entered: date) -> date:
    """The last day of somebody who entered the audience on a day; whoever entered before the cycle began with it."""
    entered = max(entered, cycle.first)
    if plan.due.by is By.DAYS:
        return entered + timedelta(days=plan.due.days)
    if plan.due.by is By.DAY and plan.due.day is not None:
        last = plan.due.day
    else:
        last = day_of_year(int(cycle.key) if cycle.key != ONCE else cycle.first.year, plan.due)
    return last if entered <= cycle.first else max(last, entered + timedelta(days=plan.grace))


def day_of_year(year: int, due: Due) -> date:
    """The last day in a year; a day that the month does not have is its last one."""
    following = date(year + due.month // 12, due.month % 12 + 1, 1)
    return min(following - timedelta(days=1), date(year, due.month, 1) + timedelta(days=due.month_day - 1))


@dataclass(frozen=True, slots=True)
class Assignment:
    """What stands of one person in one cycle. `left`: the day on which they left the audience, None while they belong."""

    due: date
    left: date | None = None
    begun: bool = False
    done: date | None = None
    exempt: str = ""


def entered(plan: Plan, cycle: Cycle, held: Assignment | None, day: date) -> Assignment:
    """The assignment of somebody who belongs to the audience on `day`: a new one, the one they have, or it again."""
    if held is None:
        return Assignment(due_on(plan, cycle, day))
    if held.left is None:
        return held
    was_late = held.left > held.due and held.done is None
    return replace(held, left=None, due=held.due if was_late else max(held.due, due_on(plan, cycle, day)))


def left(held: Assignment, day: date) -> Assignment:
    """The assignment of somebody who does not belong any more."""
    return held if held.left is not None else replace(held, left=day)


class State(StrEnum):
    """Where somebody stands."""

    DONE = "done"
    DONE_LATE = "done_late"
    BEGUN = "begun"
    NOT_BEGUN = "not_begun"
    LATE = "late"
    EXEMPT = "exempt"
    LEFT = "left"


def state_on(held: Assignment, day: date) -> State:
    """Where somebody stands on a day: exempt before everything else, done before being gone."""
    if held.exempt:
        return State.EXEMPT
    if held.done is not None:
        return State.DONE if held.done <= held.due else State.DONE_LATE
    if held.left is not None:
        return State.LEFT
    if day > held.due:
        return State.LATE
    return State.BEGUN if held.begun else State.NOT_BEGUN


def rated(held: Assignment) -> Rated | None:
    """How somebody counts in participation and pass rate; None for who left without having taken part."""
    took_part = held.begun or held.done is not None
    if held.left is not None and not took_part:
        return None
    return Rated(took_part, held.done is not None, held.exempt)


def reminded_on(plan: Plan, due: date) -> frozenset[date]:
    """The days on which somebody with this last day is reminded."""
    days = [timedelta(days=-days) for days in plan.before] + [timedelta(days=days) for days in plan.after]
    return frozenset(due + days for days in days)


def escalated_on(plan: Plan, due: date) -> date | None:
    """The first day on which the officer of the unit is told."""
    return None if plan.escalate is None else due + timedelta(days=plan.escalate)


def to_record(plan: Plan) -> dict[str, Any]:
    """For storing."""
    return {
        "course": course_record(plan.course),
        "audience": rule_record(plan.audience),
        "starts": plan.starts.isoformat(),
        "due": {
            "by": str(plan.due.by), "day": plan.due.day.isoformat() if plan.due.day else None, "days": plan.due.days,
            "month": plan.due.month, "month_day": plan.due.month_day,
        },
        "grace": plan.grace,
        "earlier": plan.earlier,
        "before": list(plan.before),
        "after": list(plan.after),
        "escalate": plan.escalate,
    }  # fmt: skip


def from_record(record: Mapping[str, Any]) -> Plan:
    """The plan of a record; raises BadRule with the field that is wrong."""
    course, due = record.get("course"), record.get("due")
    if not isinstance(course, Mapping):
        raise BadRule(field="course", why="missing")
    if not isinstance(due, Mapping):
        raise BadRule(field="due", why="missing")
    return Plan(
        course=course_of(course),
        audience=rule_of(record.get("audience")),
        starts=read_day(record.get("starts"), "starts"),
        due=_due(due),
        grace=_days(record.get("grace"), "grace"),
        earlier=record.get("earlier") is True,
        before=_some_days(record.get("before"), "before"),
        after=_some_days(record.get("after"), "after"),
        escalate=None if record.get("escalate") is None else _days(record.get("escalate"), "escalate"),
    )


def _due(record: Mapping[str, Any]) -> Due:
    if record.get("by") not in set(By):
        raise BadRule(field="due.by", why="unknown")
    by = By(record["by"])
    due = Due(
        by,
        day=read_day(record.get("day"), "due.day") if by is By.DAY else None,
        days=_days(record.get("days"), "due.days") if by is By.DAYS else 0,
        month=_days(record.get("month", 12), "due.month"),
        month_day=_days(record.get("month_day", 31), "due.month_day"),
    )
    if not (1 <= due.month <= 12 and 1 <= due.month_day <= 31):
        raise BadRule(field="due.month", why="not_a_day")
    return due


def _days(value: object, field: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_DAYS:
        raise BadRule(field=field, why="not_days")
    return value


def _some_days(value: object, field: str) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) > MOST_REMINDERS:
        raise BadRule(field=field, why="not_a_list")
    return tuple(sorted({_days(one, field) for one in value}))
