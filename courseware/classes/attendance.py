"""Attendance of a class in exact hours: present, late, absent, on leave; and the rule of one seventh.

干部教育培训工作条例: leave during training off the job may be at most one seventh of its hours, who takes more withdraws
(退学). Absence without leave is counted with it here: nobody is better off for not having asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from courseware.hours import MINUTES, Hours

SEVENTH = Fraction(1, 7)
#: from this share on a learner is warned: two thirds of what is allowed
WARNED = SEVENTH * Fraction(2, 3)
NOON, EVENING = 12 * 60 + 30, 18 * 60


class Kind(StrEnum):
    """What a sheet says of a learner at a session."""

    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Session:
    """A session: its study hours, and which half day it belongs to (see `half_day`)."""

    hours: Hours
    half_day: int | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A learner at a session. `leave`: hours of leave, of a mark of that kind; what exceeds the session counts as all of it."""

    kind: Kind
    leave: Hours = Hours()

    def attended(self, hours: Hours) -> Hours:
        """Of a session of so many hours, those in which the learner was there; who was late was there."""
        if self.kind is Kind.ABSENT:
            return Hours()
        return Hours(hours.quarters - self.on_leave(hours).quarters)

    def on_leave(self, hours: Hours) -> Hours:
        """Of a session of so many hours, those on leave."""
        return min(self.leave, hours) if self.kind is Kind.LEAVE else Hours()


@dataclass(frozen=True, slots=True)
class Tally:
    """
    A learner's attendance of a whole class: hours of all sessions, attended, on leave, absent without leave.

    `half_days`: mornings and afternoons of which something was attended. `unmarked`: sessions of which nothing is said yet.
    """

    total: Hours = Hours()
    attended: Hours = Hours()
    leave: Hours = Hours()
    absent: Hours = Hours()
    half_days: int = 0
    unmarked: int = 0

    @property
    def missed(self) -> Hours:
        """Hours of leave and of absence."""
        return self.leave + self.absent

    @property
    def share(self) -> Fraction:
        """What was missed, of all hours; 0 of a class without hours."""
        return Fraction(self.missed.quarters, self.total.quarters) if self.total else Fraction(0)

    @property
    def withdrawn(self) -> bool:
        """Whether more than a seventh was missed; exactly a seventh is allowed."""
        return bool(self.total) and self.missed.quarters * 7 > self.total.quarters

    @property
    def warned(self) -> bool:
        """Whether it is time to say that not much more may be missed."""
        return WARNED <= self.share <= SEVENTH

    @property
    def remaining(self) -> Hours:
        """How much more may be missed, in whole quarters."""
        return Hours(max(0, self.total.quarters // 7 - self.missed.quarters))


def tally(sessions: Iterable[tuple[Session, Mark | None]]) -> Tally:
    """The sum of sessions with what the sheets say of one learner, None for nothing yet."""
    total = attended = leave = absent = Hours()
    halves, unmarked = set[int](), 0
    for session, mark in sessions:
        total += session.hours
        if mark is None:
            unmarked += 1
            continue
        there = mark.attended(session.hours)
        attended, leave = attended + there, leave + mark.on_leave(session.hours)
        if mark.kind is Kind.ABSENT:
            absent += session.hours
        if there and session.half_day is not None:
            halves.add(session.half_day)
    return Tally(total, attended, leave, absent, len(halves), unmarked)


def half_day(day: date, starts: int) -> int | None:
    """The number of the half day in which something begins (`starts`: minutes since midnight); None for an evening.

    Before half past twelve it is a morning, before six an afternoon; evenings count hours, not half days.
    """
    return None if starts >= EVENING else day.toordinal() * 2 + (starts >= NOON)


def lasting(starts: int, ends: int) -> Hours:
    """Study hours between two times (minutes since midnight), to the nearest quarter, half a quarter up."""
    return Hours((8 * (ends - starts) + MINUTES) // (2 * MINUTES))
