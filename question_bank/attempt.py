"""An attempt is its journal: events that only ever grow, chained by hash; its state is read off them."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from question_bank.timing import Time


class Kind(StrEnum):
    """What can happen in an attempt."""

    START = "start"
    ANSWER = "answer"
    FLAG = "flag"
    #: an answer that came after a newer one from elsewhere: kept as evidence, does not count
    STALE = "stale"
    #: an answer that came after the end: kept as evidence, does not count
    LATE = "late"
    TAKE_OVER = "take_over"
    HAND_IN = "hand_in"
    CLOSE = "close"
    #: the window with the paper lost the focus, and has it again: a hint for whoever supervises, never a verdict
    AWAY = "away"
    BACK = "back"
    # what whoever supervises does; the response has the reason and who it was
    EXTEND = "extend"
    PAUSE = "pause"
    RESUME = "resume"
    #: handed in by somebody else than the candidate
    FORCE = "force"
    #: declared void: everything is kept as evidence and nothing is scored
    VOID = "void"
    #: no log-in may write until one takes over
    RELEASE = "release"


#: what a candidate's browser may send
FROM_CANDIDATE = frozenset({Kind.ANSWER, Kind.FLAG, Kind.AWAY, Kind.BACK})
#: of these, what is about the window and no question
OF_WINDOW = frozenset({Kind.AWAY, Kind.BACK})
#: what ends an attempt
ENDS = frozenset({Kind.HAND_IN, Kind.CLOSE, Kind.FORCE, Kind.VOID})
#: what whoever supervises may do
MEASURES = frozenset({Kind.EXTEND, Kind.PAUSE, Kind.RESUME, Kind.FORCE, Kind.VOID, Kind.RELEASE})


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the journal. `client` and `client_seq` make a repeated sending harmless."""

    number: int
    client: str
    client_seq: int
    kind: Kind
    slot: int | None
    response: Any
    at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a journal amounts to."""

    #: slot -> response, the newest that counts
    answers: dict[int, Any] = field(default_factory=dict)
    #: slot -> the event that answer came with
    answered_by: dict[int, Event] = field(default_factory=dict)
    flagged: frozenset[int] = frozenset()
    ended: Kind | None = None
    last: int = 0
    #: be it open or handed in before
    voided: bool = False
    #: how often the window lost the focus
    away: int = 0


def replay(events: Iterable[Event]) -> Attempt:
    """The state after these events, in the order of their numbers."""
    answers: dict[int, Any] = {}
    answered_by: dict[int, Event] = {}
    flagged: set[int] = set()
    ended: Kind | None = None
    last = away = 0
    voided = False
    for event in sorted(events, key=lambda event: event.number):
        last = event.number
        if event.kind is Kind.ANSWER and event.slot is not None:
            answers[event.slot] = event.response
            answered_by[event.slot] = event
        elif event.kind is Kind.FLAG and event.slot is not None:
            (flagged.add if event.response else flagged.discard)(event.slot)
        away += event.kind is Kind.AWAY
        voided = voided or event.kind is Kind.VOID
        if event.kind in ENDS and ended is None:
            ended = event.kind
    return Attempt(answers, answered_by, frozenset(flagged), ended, last, voided, away)


def time_of(first: Time, events: Iterable[Event]) -> Time:
    """The time of an attempt that began with `first`, after what its journal says of extensions and pauses."""
    time = first
    for event in sorted(events, key=lambda event: event.number):
        if event.kind is Kind.EXTEND:
            time = time.extended(timedelta(seconds=event.response["seconds"]))
        elif event.kind is Kind.PAUSE:
            time = time.paused(event.at)
        elif event.kind is Kind.RESUME:
            time = time.resumed(event.at)
    return time


class Origin(NamedTuple):
    """Whence an answer is: the number of its event, the window that sent it, and its count there."""

    number: int
    client: str
    client_seq: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """An answer or flag as it arrives. `base`: the newest event the browser knew of when it was made."""

    client: str
    client_seq: int
    kind: Kind
    #: None for what is about the window
    slot: int | None
    response: Any
    base: int


def is_stale(incoming: Incoming, newest: Origin | Event | None) -> bool:
    """Whether an answer must not replace the newest one of its slot.

    From the same window the later count wins; from another window only an answer given by somebody who had seen
    the newest one (or knew there was none) may replace it. So a forgotten window never overwrites in silence.
    """
    if newest is None:
        return False
    if newest.client == incoming.client:
        return incoming.client_seq < newest.client_seq
    return newest.number > incoming.base


def chain(previous: bytes, event: Event) -> bytes:
    """The hash of an event: SHA-256 over the hash before it and the event's canonical JSON."""
    content = [
        event.number,
        event.client,
        event.client_seq,
        str(event.kind),
        event.slot,
        event.response,
        event.at.isoformat(timespec="microseconds"),
    ]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return hashlib.sha256(previous + text.encode()).digest()


#: no 0 O 1 I L: the code is read aloud and typed in
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def receipt_code(head: bytes) -> str:
    """Ten characters (about 49 bits) that stand for the head of the chain at hand-in."""
    number = int.from_bytes(hashlib.sha256(b"receipt" + head).digest()[:16], "big")
    letters = []
    for _ in range(10):
        number, place = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    return "".join(letters)
