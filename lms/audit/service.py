"""Writing audit entries, in the transaction of the write they tell of."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from flask import g, has_request_context, request
from flask_login import current_user
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lms.audit.chain import START, digest
from lms.audit.models import AuditEntry
from lms.clock import now

_ACTING: ContextVar[str | None] = ContextVar("acting", default=None)
_PG_LOCK = 7_310_001  # any fixed number: the advisory lock that orders the chain on PostgreSQL


class Said(NamedTuple):
    """What an entry tells of one thing: its public id, and what was and is known of it."""

    thing_id: str | None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def record(
    session: Session,
    act: str,
    *,
    thing: str | None = None,
    thing_id: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    result: str = "ok",
    actor: str | None = None,
) -> None:
    """Append one entry for a write in `session`; if it cannot be written, the write itself fails.

    `actor` is the public id of the person; by default the one who is signed in.
    """
    record_all(session, act, [Said(thing_id, before, after)], thing=thing, result=result, actor=actor)


def record_all(
    session: Session,
    act: str,
    said: Sequence[Said],
    *,
    thing: str | None = None,
    result: str = "ok",
    actor: str | None = None,
) -> None:
    """As `record`, an entry for each of many things of a kind, in their order."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PG_LOCK})
    session.flush()
    last = session.execute(
        select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc()).limit(1)
    ).first()
    first, previous, moment = last.number + 1 if last else 1, last.hash if last else START, now()
    for number, one in enumerate(said, first):
        entry = AuditEntry(
            number=number,
            at=moment,
            actor=actor or _who(),
            act=act,
            thing=thing,
            thing_id=one.thing_id,
            before=dict(one.before) if one.before else None,
            after=dict(one.after) if one.after else None,
            result=result,
            address=request.remote_addr if has_request_context() else None,
            request_id=g.get("request_id") if has_request_context() else None,
            previous=previous,
        )
        entry.hash = previous = digest(entry)
        session.add(entry)
    session.flush()


@contextmanager
def acting(actor: str | None) -> Iterator[None]:
    """Entries written inside, outside of any request, name `actor`: the person who started the job."""
    token = _ACTING.set(actor)
    try:
        yield
    finally:
        _ACTING.reset(token)


def _who() -> str | None:
    if not has_request_context():
        return _ACTING.get()
    if not current_user.is_authenticated:
        return None
    return str(current_user.public_id)
