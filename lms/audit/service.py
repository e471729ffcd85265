"""Writing audit entries, in the transaction of the write they tell of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import g, has_request_context, request
from flask_login import current_user
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lms.audit.chain import START, digest
from lms.audit.models import AuditEntry
from lms.clock import now

_ACTING: ContextVar[str | None] = ContextVar("acting", default=None)
_PG_LOCK = 7_310_001  # any fixed number: the advisory lock that orders the chain on PostgreSQL


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
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PG_LOCK})
    session.flush()
    last = session.execute(
        select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc()).limit(1)
    ).first()
    number, previous = (last.number + 1, last.hash) if last else (1, START)
    entry = AuditEntry(
        number=number,
        at=now(),
        actor=actor or _who(),
        act=act,
        thing=thing,
        thing_id=thing_id,
        before=dict(before) if before else None,
        after=dict(after) if after else None,
        result=result,
        address=request.remote_addr if has_request_context() else None,
        request_id=g.get("request_id") if has_request_context() else None,
        previous=previous,
    )
    entry.hash = digest(entry)
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
