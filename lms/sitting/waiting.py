"""What the door of an exam shows: who enters, for how long, and when; the page becomes the waiting room.

Where somebody sits is known to a feature above this one; it says so by `init_app`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from lms.accounts.gate import issue_ticket
from lms.accounts.policy import Viewer
from lms.clock import BUREAU_ZONE, now
from lms.exams.queries import ExamRow
from lms.sitting import quick

#: the seat of a person in an exam, in words; None where none was given
SeatOf = Callable[[Session, int, int], str | None]
#: whoever opens the door this long before the bell waits for it
NEAR = timedelta(minutes=30)
_KEY = "sitting.seat_of"


def init_app(app: Flask, seat_of: SeatOf) -> None:
    """Let the door say where a candidate sits."""
    app.extensions[_KEY] = seat_of


@dataclass(frozen=True, slots=True)
class Entry:
    """An exam for one person, before it begins."""

    seat: str | None
    #: what this person would have if the paper opened now, or at the bell; when it is over: what was to be had
    minutes: int
    #: what was granted to this person alone; part of `minutes`
    granted: int


def entry(session: Session, exam: ExamRow, viewer: Viewer) -> Entry:
    """What this person should know of the entrance."""
    seat_of: SeatOf | None = current_app.extensions.get(_KEY)
    usual = timedelta(minutes=exam.minutes)
    extra = quick.allowance(exam.id, viewer.id).beyond(usual)
    left = exam.closes_at - max(now(), exam.opens_at)
    if left <= timedelta(0):
        left = usual
    return Entry(
        seat=seat_of(session, exam.id, viewer.id) if seat_of else None,
        minutes=_minutes(min(usual, left) + extra),
        granted=_minutes(extra),
    )


def clock(exam: ExamRow) -> dict[str, Any]:
    """The server's time and the bell, in milliseconds since 1970, and how far the exam is."""
    moment = now()
    return {"now": _milliseconds(moment), "opens": _milliseconds(exam.opens_at), "phase": exam.phase(moment)}


def settings(exam: ExamRow, phase: str) -> dict[str, Any]:
    """What the script of the waiting room needs."""
    moment = now()
    zone = BUREAU_ZONE.utcoffset(moment.replace(tzinfo=None)) or timedelta(0)
    return {
        **clock(exam),
        "exam": exam.public_id,
        "phase": phase,
        "near": int(NEAR.total_seconds() * 1000),
        "zone": int(zone.total_seconds() * 1000),
        "clockUrl": url_for("sitting.clock", exam_id=exam.public_id),
        "headers": issue_ticket(exam.public_id),
        "words": _words(),
    }


def _words() -> dict[str, str]:
    return {
        "minutes": gettext("The exam begins in {minutes} minutes."),
        "minute": gettext("The exam begins in one minute."),
        "opens": gettext("The exam begins now. Your paper is being opened."),
        "openNow": gettext("The exam is open. Press Begin now when you are ready."),
        "busy": gettext("The server cannot open your paper yet. This page goes on trying; your time has not begun."),
        "ready": gettext("Your paper opens by itself at the bell. You need not press anything."),
        "notReady": gettext("Your paper does not open by itself."),
        "beReady": gettext("I am ready: open my paper at the bell"),
        "beNotReady": gettext("Do not open it by itself"),
        "clockAgrees": gettext("The clock of this computer agrees with the server's."),
        "clockAhead": gettext("The clock of this computer is {time} ahead. That changes nothing: the server's counts."),
        "clockBehind": gettext(
            "The clock of this computer is {time} behind. That changes nothing: the server's counts."
        ),
        "someMinutes": gettext("{minutes} min"),
        "someHours": gettext("{hours} h {minutes} min"),
        "keeps": gettext("This browser can keep your answers if the network fails."),
        "keepsNot": gettext(
            "This browser cannot keep answers on this computer (a private window?). They are sent at once, but would be "
            "lost with the page if the network failed: tell the invigilator now."
        ),
    }


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _minutes(time: timedelta) -> int:
    return int(time.total_seconds() // 60)
