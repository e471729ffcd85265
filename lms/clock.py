"""The only place that asks the wall clock. Everything else takes the time as an argument or asks `now()`."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

Clock = Callable[[], datetime]

BUREAU_ZONE = ZoneInfo("Asia/Shanghai")


def system_clock() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """The application's present moment (UTC). Tests give `create_app` a clock of their own."""
    clock: Clock = current_app.extensions["clock"]
    return clock()


def today() -> date:
    """The calendar day it is now where the organisation works (Asia/Shanghai)."""
    return now().astimezone(BUREAU_ZONE).date()
