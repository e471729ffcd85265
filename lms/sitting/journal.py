"""Reading an attempt's journal, and appending the rare events that are part of a larger transaction; what candidates
send goes through the writer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.sitting.models import Attempt, AttemptEvent
from lms.sitting.store import SERVER
from question_bank.attempt import ENDS, Event, Kind, chain


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


def end_hashes(session: Session, attempt_ids: Sequence[int]) -> dict[int, bytes]:
    """Of each attempt that ended the hash of the event that ended it; what comes after it as evidence changes nothing."""
    ends = tuple(str(kind) for kind in ENDS)
    query = (
        select(AttemptEvent.attempt_id, AttemptEvent.hash)
        .where(AttemptEvent.attempt_id.in_(attempt_ids), AttemptEvent.kind.in_(ends))
        .order_by(AttemptEvent.number.desc())
    )
    return {row.attempt_id: row.hash for row in session.execute(query)}


def events(session: Session, attempt_id: int) -> list[Event]:
    """The whole journal in order."""
    rows = session.scalars(
        select(AttemptEvent).where(AttemptEvent.attempt_id == attempt_id).order_by(AttemptEvent.number)
    )
    return [event_of(row) for row in rows]


def event_of(row: AttemptEvent) -> Event:
    """A stored row as the domain's event."""
    return Event(row.number, row.client, row.client_seq, Kind(row.kind), row.slot, row.response, row.at)
