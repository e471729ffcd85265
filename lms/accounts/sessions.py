"""Sessions: a random token in a cookie, its hash in a row that can be ended; every function takes a transaction."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.accounts.models import LoginSession, Person
from lms.accounts.queries import SessionRow, sessions_of
from lms.audit.service import AuditEntry, append, note, record
from lms.clock import now
from lms.config import Config
from lms.direct import Plain, plain_of, write
from lms.ids import new_public_id

TOKEN_BYTES = 32

#: a device asks for its code once it was confirmed
_ASKED = "SELECT 1 FROM totp WHERE person_id = ? AND confirmed_at IS NOT NULL"
_BEGIN = """
INSERT INTO login_session (
  public_id, person_id, token_hash, address, user_agent, second_factor_passed, password_change_due,
  created_at, last_seen_at, ends_at, second_factor_asked
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
_TOUCH = "UPDATE login_session SET last_seen_at = ? WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that began: its key, and the token that only the browser keeps."""

    session_id: int
    token: str


def config() -> Config:
    """The settings of this installation."""
    found: Config = current_app.extensions["config"]
    return found


def hash_of(token: str) -> bytes:
    """What is stored of a token. It has 256 random bits, so a fast hash suffices."""
    return hashlib.sha256(token.encode("ascii", "replace")).digest()


def idle_since(moment: datetime) -> datetime:
    """Sessions last used at or before this have ended at `moment`."""
    return moment - timedelta(minutes=config().session_idle_minutes)


def live_sessions(session: Session, person_id: int) -> list[SessionRow]:
    """The sessions of a person that have not ended by now, the latest used first."""
    moment = now()
    return sessions_of(session, person_id, now=moment, idle_since=idle_since(moment))


def begin_session(
    session: Session,
    person_id: int,
    *,
    address: str,
    user_agent: str,
    second_factor_passed: bool = False,
    password_change_due: bool = False,
) -> Begun:
    """Begin a session for a person whose password was checked. Writes one audit entry."""
    public_id = session.get_one(Person, person_id).public_id
    beginning = Beginning.of(
        person_id, public_id, address=address, user_agent=user_agent,
        second_factor_passed=second_factor_passed, password_change_due=password_change_due,
    )  # fmt: skip
    return beginning.write(plain_of(session))


@dataclass(frozen=True, slots=True)
class Beginning:
    """A session that is about to begin; made where the request is known, written wherever."""

    token: str
    values: tuple[Any, ...]
    moments: tuple[datetime, datetime]
    entry: AuditEntry

    @classmethod
    def of(
        cls,
        person_id: int,
        person: str,
        *,
        address: str,
        user_agent: str,
        second_factor_passed: bool = False,
        password_change_due: bool = False,
    ) -> Self:
        """Of a person (id, public id) at this moment."""
        token, moment = secrets.token_urlsafe(TOKEN_BYTES), now()
        agent = "".join(char for char in user_agent if char.isprintable())[:200]
        values = (
            new_public_id(), person_id, hash_of(token), address[:64], agent, second_factor_passed, password_change_due,
        )  # fmt: skip
        entry = note("session.begin", thing="person", thing_id=person, actor=person)
        return cls(token, values, (moment, moment + timedelta(hours=config().session_hours)), entry)

    def write(self, plain: Plain) -> Begun:
        """Begin it. Writes one audit entry."""
        begins, ends = (plain.stored(moment) for moment in self.moments)
        asked = plain.run(_ASKED, (self.values[1],)).fetchone() is not None
        row = plain.run(_BEGIN, (*self.values, begins, begins, ends, asked)).fetchone()
        append(plain, self.entry)
        return Begun(row[0], self.token)


def renew_token(session: Session, session_id: int) -> str:
    """Give a session a new token, as after each further proof of identity; the old one opens nothing more."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.get_one(LoginSession, session_id).token_hash = hash_of(token)
    return token


def end_session(session: Session, session_id: int, *, why: str) -> bool:
    """End one session; whether it was still open. Writes one audit entry when it was."""
    login = session.get(LoginSession, session_id)
    if login is None or login.ended_at is not None:
        return False
    login.ended_at, login.ended_why = now(), why
    person = session.get_one(Person, login.person_id)
    record(
        session,
        "session.end",
        thing="person",
        thing_id=person.public_id,
        after={"why": why, "session": login.public_id},
    )
    return True


def end_all(session: Session, person_id: int, *, why: str, keep: int | None = None) -> int:
    """End every session of a person but `keep`; how many. The caller's use case writes the audit entry."""
    ended = session.execute(
        update(LoginSession)
        .where(LoginSession.person_id == person_id, LoginSession.ended_at.is_(None), LoginSession.id != (keep or 0))
        .values(ended_at=now(), ended_why=why)
        .returning(LoginSession.id)
    )
    return len(ended.all())


def touch(session_id: int, *, moment: datetime) -> None:
    """Note that a session was used at `moment`; the gate calls this at most once a minute."""
    write(lambda plain: plain.run(_TOUCH, (plain.stored(moment), session_id)) and None)


def session_id_of(session: Session, person_id: int, public_id: str) -> int | None:
    """The key of one of a person's sessions, None when it is not theirs."""
    return session.scalar(
        select(LoginSession.id).where(LoginSession.person_id == person_id, LoginSession.public_id == public_id)
    )
