"""Reading and verifying the audit log."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.audit.chain import START, digest
from lms.audit.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """The first entry that does not fit: its number and what is wrong with it."""

    number: int
    reason: str


def verify(session: Session, *, head: tuple[int, str] | None = None) -> Discrepancy | int:
    """Walk the whole chain; the first discrepancy, or how many entries there are when all is well.

    `head` is a number and a hash (hex) noted earlier outside the database; with it a log whose end was cut off,
    or that was rewritten as a whole, is found too.
    """
    expected, previous = 1, START
    query = select(AuditEntry).order_by(AuditEntry.number).execution_options(yield_per=1000)
    noted = head is None
    for entry in session.scalars(query):
        reason = _fault(entry, expected, previous)
        if reason:
            return Discrepancy(min(entry.number, expected), reason)
        if head and entry.number == head[0]:
            if entry.hash.hex() != head[1]:
                return Discrepancy(entry.number, "differs from the head that was noted")
            noted = True
        expected, previous = expected + 1, entry.hash
    return expected - 1 if noted else Discrepancy(expected, "the log ends before the head that was noted")


def _fault(entry: AuditEntry, expected: int, previous: bytes) -> str | None:
    if entry.number != expected:
        return "an entry is missing before this one" if entry.number > expected else "an entry was inserted"
    if entry.previous != previous:
        return "does not follow the entry before it"
    return None if digest(entry) == entry.hash else "was altered"


def head(session: Session) -> tuple[int, str]:
    """Number and hash (hex) of the last entry, to be noted outside the database; (0, zeros) when empty."""
    last = session.execute(
        select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc()).limit(1)
    ).first()
    return (last.number, last.hash.hex()) if last else (0, START.hex())


def entries(
    *,
    actor: str | None = None,
    act: str | None = None,
    thing_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Select[AuditEntry]:
    """Entries, newest first, narrowed by actor, beginning of the act, thing, and the time from `since` to `until`."""
    query = select(AuditEntry).order_by(AuditEntry.number.desc())
    if actor:
        query = query.where(AuditEntry.actor == actor)
    if act:
        query = query.where(AuditEntry.act.startswith(act, autoescape=True))
    if thing_id:
        query = query.where(AuditEntry.thing_id == thing_id)
    if since:
        query = query.where(AuditEntry.at >= since)
    if until:
        query = query.where(AuditEntry.at < until)
    return query
