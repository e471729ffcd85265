"""When an attempt ends. `now` is an argument everywhere."""

from datetime import datetime, timedelta

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
