"""Writing audit entries, in the transaction of the write they tell of."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple

from flask import g, has_request_context, request
from flask_login import current_user
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lms.audit.chain import START, digest
from lms.audit.models import AuditEntry as AuditEntry
from lms.clock import now
from lms.direct import Plain

_ACTING: ContextVar[str | None] = ContextVar("acting", default=None)
_PG_LOCK = 7_310_001  # any fixed number: the advisory lock that orders the chain on PostgreSQL

_APPEND = """
INSERT INTO audit_entry (number, at, actor, act, thing, thing_id, result, address, request_id, previous, hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


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
        entry = _entry(act, one, thing=thing, result=result, actor=actor, moment=moment)
        entry.number, entry.previous = number, previous
        entry.hash = previous = digest(entry)
        session.add(entry)
    session.flush()


def note(
    act: str, *, thing: str | None = None, thing_id: str | None = None, result: str = "ok", actor: str | None = None
) -> AuditEntry:
    """What `append` appends; made where the request is known."""
    return _entry(act, Said(thing_id), thing=thing, result=result, actor=actor, moment=now())


def append(plain: Plain, entry: AuditEntry) -> None:
    """Append a note in a transaction of constant statements, as `record` does in a session."""
    if not plain.sqlite:
        plain.run("SELECT pg_advisory_xact_lock(?)", (_PG_LOCK,))
    last = plain.run("SELECT number, hash FROM audit_entry ORDER BY number DESC LIMIT 1").fetchone()
    entry.number, entry.previous = (last[0] + 1, bytes(last[1])) if last else (1, START)
    entry.hash = digest(entry)
    plain.run(
        _APPEND,
        (
            entry.number, plain.stored(entry.at), entry.actor, entry.act, entry.thing, entry.thing_id, entry.result,
            entry.address, entry.request_id, entry.previous, entry.hash,
        ),
    )  # fmt: skip


def _entry(act: str, said: Said, *, thing: str | None, result: str, actor: str | None, moment: datetime) -> AuditEntry:
    """An entry without its place in the chain."""
    return AuditEntry(
        at=moment,
        actor=actor or _who(),
        act=act,
        thing=thing,
        thing_id=said.thing_id,
        before=dict(said.before) if said.before else None,
        after=dict(said.after) if said.after else None,
        result=result,
        address=request.remote_addr if has_request_context() else None,
        request_id=g.get("request_id") if has_request_context() else None,
    )


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
