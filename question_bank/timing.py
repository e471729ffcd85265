"""When an attempt ends. `now` is an argument everywhere."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

#: covers answers in flight at the deadline: the network, not the candidate
GRACE = timedelta(seconds=5)


def deadline(
    started_at: datetime, *, allowance: timedelta, window_end: datetime, extra: timedelta = timedelta(0)
) -> datetime:
    """The moment an attempt ends: start + allowance, but not after the window; extra time moves both bounds."""
    return min(started_at + allowance, window_end) + extra


def is_open(now: datetime, ends_at: datetime) -> bool:
    """Whether an answer that arrives now still counts."""
    return now <= ends_at + GRACE


@dataclass(frozen=True, slots=True)
class Time:
    """The time of an attempt: when it ends as things stand, and since when it stands still, if it does.

    What arrives while it stands still counts: an answer that was given before the pause may be on its way for a long
    time, and no clock runs out meanwhile.
    """

    deadline_at: datetime
    paused_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether an answer that arrives now counts."""
        return self.paused_at is not None or is_open(now, self.deadline_at)

    def left(self, now: datetime) -> timedelta:
        """What is left of it; the same for as long as it stands still."""
        return max(timedelta(0), self.deadline_at - (self.paused_at or now))

    def over_at(self, now: datetime) -> datetime:
        """When an attempt that is ended now was over: not after its deadline."""
        return now if self.paused_at is not None else min(now, self.deadline_at)

    def extended(self, by: timedelta) -> "Time":
        """With more time."""
        return replace(self, deadline_at=self.deadline_at + by)

    def paused(self, now: datetime) -> "Time":
        """Standing still from now on; a second pause changes nothing."""
        return self if self.paused_at is not None else replace(self, paused_at=now)

    def resumed(self, now: datetime) -> "Time":
        """Going on, with as much left as there was at the pause."""
        if self.paused_at is None:
            return self
        return Time(self.deadline_at + (now - self.paused_at))


@dataclass(frozen=True, slots=True)
class Allowance:
    """What somebody was granted before the start: minutes, and a share of the time in percent (100: as everybody)."""

    minutes: int = 0
    percent: int = 100

    def beyond(self, usual: timedelta) -> timedelta:
        """More than the usual time by this; whole seconds."""
        share = Decimal(int(usual.total_seconds())) * (self.percent - 100) / 100
        return timedelta(minutes=self.minutes, seconds=int(share))
