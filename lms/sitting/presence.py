"""When the pages of attempts were last heard of: noted in memory, written for all of them every few seconds.

A page that hears nothing for nine seconds asks how its attempt stands. That costs one small query and no write of its own: the first
that asks after some seconds leaves the writer what was gathered meanwhile, and does not wait for it. The same writing
tells that the server is at work; where nothing told so for longer, there was an outage.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import current_app

from lms.accounts.gate import Ticket
from lms.clock import now
from lms.direct import ask, moment_of
from lms.errors import NotFound
from lms.sitting.store import Store
from lms.sitting.writer import writer
from question_bank.timing import Time

#: seconds between two writings
WRITE_AFTER = 3.0
#: without a sign of work for longer, the server was away
LONGEST_SILENCE = timedelta(seconds=20)
#: a log-in in use is noted this often, as the gate does
TOUCH_AFTER = timedelta(minutes=1)

_PULSE = (
    "SELECT a.deadline_at, a.paused_at, a.extra_seconds, a.ended_at, a.session_id, a.last_event, s.last_seen_at"
    " FROM attempt a LEFT JOIN login_session s ON s.id = a.session_id AND s.ended_at IS NULL"
    " WHERE a.public_id = ? AND a.person_id = ?"
)


@dataclass(frozen=True, slots=True)
class Heard:
    """A deed of no attempt: what was heard of lately."""

    at: datetime
    pages: Mapping[str, datetime] = field(default_factory=dict)
    sessions: Mapping[int, datetime] = field(default_factory=dict)
    attempt: str = ""

    def run(self, store: Store) -> None:
        """Write it down."""
        store.beat(self.at, LONGEST_SILENCE)
        store.seen(self.pages, self.sessions)


class _Gathered:
    """What this process has heard of since it last wrote."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pages: dict[str, datetime] = {}
        self.sessions: dict[int, datetime] = {}
        self.written = 0.0


def _gathered() -> _Gathered:
    found: _Gathered = current_app.extensions.setdefault("sitting.presence", _Gathered())
    return found


def saw(public_id: str) -> None:
    """The page of an attempt has sent something."""
    kept = _gathered()
    with kept.lock:
        kept.pages[public_id] = now()


def used(session_id: int, *, noted_at: datetime) -> None:
    """A log-in was used, and that was last noted at this time; it is written with what is heard next."""
    if now() - noted_at >= TOUCH_AFTER:
        kept = _gathered()
        with kept.lock:
            kept.sessions[session_id] = now()


@dataclass(frozen=True, slots=True)
class Pulse:
    """How an attempt stands, for its page."""

    time: Time
    extra_seconds: int
    ended: bool
    #: this log-in may write to it
    live: bool
    last: int


def pulse(who: Ticket) -> Pulse:
    """How the attempt of a ticket stands; its page was heard of. Raises NotFound."""
    rows = ask(_PULSE, (who.thing, who.person_id))
    if not rows:
        raise NotFound
    deadline, paused, extra, ended, session_id, last, used = rows[0]
    moment = now()
    kept = _gathered()
    with kept.lock:
        kept.pages[who.thing] = moment
        if used is not None and moment - moment_of(used) >= TOUCH_AFTER:
            kept.sessions[who.session_id] = moment
        due = time.monotonic() - kept.written >= WRITE_AFTER or current_app.testing
        if due:
            heard = Heard(moment, kept.pages, kept.sessions)
            kept.pages, kept.sessions, kept.written = {}, {}, time.monotonic()
    if due and current_app.testing:
        writer().do(heard)
    elif due:
        writer().later(heard)
    return Pulse(
        Time(moment_of(deadline), None if paused is None else moment_of(paused)),
        extra,
        ended is not None,
        session_id == who.session_id and used is not None,
        last,
    )
