"""Appending to and reading an attempt's journal. The only place that writes attempt events."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from lms.sitting.models import Attempt, AttemptEvent
from question_bank.attempt import Event, Kind, chain

#: the server's own events need no window; their count is the event's number
SERVER = "server"


def append(
    session: Session,
    attempt: Attempt,
    kind: Kind,
    *,
    at: datetime,
    slot: int | None = None,
    response: Any = None,
    client: str = SERVER,
    client_seq: int | None = None,
) -> Event:
    """Add one event to the journal of an attempt whose row the caller has locked."""
    number = attempt.last_event + 1
    event = Event(number, client, number if client_seq is None else client_seq, kind, slot, response, at)
    attempt.chain = chain(attempt.chain, event)
    attempt.last_event = number
    session.add(
        AttemptEvent(
            attempt_id=attempt.id,
            number=number,
            client=client,
            client_seq=event.client_seq,
            kind=str(kind),
            slot=slot,
            response=response,
            at=at,
            hash=attempt.chain,
        )
    )
    return event


def events(session: Session, attempt_id: int) -> list[Event]:
    """The whole journal in order."""
    rows = session.scalars(
        select(AttemptEvent).where(AttemptEvent.attempt_id == attempt_id).order_by(AttemptEvent.number)
    )
    return [event_of(row) for row in rows]


def known(session: Session, attempt_id: int, keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Event]:
    """Those of the (window, count) keys that are in the journal already."""
    wanted = list(keys)
    rows = session.scalars(
        select(AttemptEvent)
        .where(AttemptEvent.attempt_id == attempt_id)
        .where(tuple_(AttemptEvent.client, AttemptEvent.client_seq).in_(wanted))
    )
    return {(row.client, row.client_seq): event_of(row) for row in rows}


def newest_answers(session: Session, attempt_id: int, slots: Sequence[int]) -> dict[int, Event]:
    """The newest answer of each of these slots."""
    rows = session.scalars(
        select(AttemptEvent)
        .where(AttemptEvent.attempt_id == attempt_id, AttemptEvent.kind == Kind.ANSWER, AttemptEvent.slot.in_(slots))
        .order_by(AttemptEvent.number)
    )
    return {row.slot: event_of(row) for row in rows if row.slot is not None}


def event_of(row: AttemptEvent) -> Event:
    """A stored row as the domain's event."""
    return Event(row.number, row.client, row.client_seq, Kind(row.kind), row.slot, row.response, row.at)
