"""Signing in, activating, giving the second factor: use cases that check slowly between two short transactions.

First the attempt is counted, then the password is hashed without any lock held, then the outcome is stored
together with its one audit entry.
"""

import math
from dataclasses import dataclass
from datetime import datetime

from flask import g, has_request_context
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import credentials, second_factor, throttle
from lms.accounts.errors import TooManyAttempts, WrongCode, WrongCredentials
from lms.accounts.models import Password, Person
from lms.accounts.passwords import hasher, is_expired
from lms.accounts.people import normal_staff_number
from lms.accounts.policy import Viewer
from lms.accounts.sessions import Beginning, Begun, begin_session, config, end_session
from lms.audit.service import append, note, record
from lms.clock import now
from lms.database import reading, writing
from lms.direct import Plain, ask, moment_of, write
from lms.errors import Refused

_KNOWN = """
SELECT p.id, p.public_id, p.enabled, w.id, w.hash, w.set_at, w.must_change
FROM person p LEFT JOIN password w ON w.person_id = p.id WHERE p.staff_number = ? ORDER BY w.id DESC LIMIT 1
"""
_STORED = "SELECT w.hash, p.enabled FROM password w JOIN person p ON p.id = w.person_id WHERE w.id = ? AND p.id = ?"
_BETTER = "UPDATE password SET hash = ? WHERE id = ?"


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored of the person who wants in."""

    id: int
    public_id: str
    enabled: bool
    password_id: int | None
    hash: str | None
    set_at: datetime | None
    must_change: bool


def sign_in(staff_number: str, password: str, *, address: str, user_agent: str) -> Begun:
    """Begin a session for the right staff number and password.

    Raises WrongCredentials (in equal time whatever is wrong), TooManyAttempts, Busy.
    """
    number = normal_staff_number(staff_number)
    account = throttle.account_key("password", number)
    person = _load(number)
    known = _count(account, address, person)
    right = hasher().verify(person.hash if person else None, password)
    if person is None or not right or not person.enabled:
        _refused("session.refused", person.public_id if person else None, WrongCredentials.code)
        raise WrongCredentials
    better = hasher().hash(password) if person.hash and hasher().outdated(person.hash) else None
    due = person.must_change or is_expired(config().password_policy, person.set_at or now(), now=now())
    beginning = Beginning.of(
        person.id, person.public_id, address=address, user_agent=user_agent, password_change_due=due
    )

    def enter(plain: Plain) -> Begun:
        stored = plain.run(_STORED, (person.password_id, person.id)).fetchone()
        if stored is None or stored[0] != person.hash or not stored[1]:
            raise WrongCredentials
        if better:
            plain.run(_BETTER, (better, person.password_id))
        throttle.succeed(plain, account, address, known=known)
        return beginning.write(plain)

    return write(enter)


def activate(staff_number: str, code: str, password: str, *, address: str, user_agent: str) -> Begun:
    """Set a password with an activation code and begin a session.

    Raises WrongCode (equally for an unknown person), WeakPassword (the code stays good), TooManyAttempts, Busy.
    """
    number = normal_staff_number(staff_number)
    account = throttle.account_key("activation", number)
    person = _load(number)
    known = _count(account, address, person)
    if person is None or not person.enabled or not _is_good(person.id, code):
        _refused("activation.refused", person.public_id if person else None, WrongCode.code)
        raise WrongCode
    write(lambda plain: throttle.succeed(plain, account, address, known=known))
    credentials.check_new_password(reading(), person.id, password)
    hashed = hasher().hash(password)
    with writing() as session:
        credentials.use_code(session, person.id, kind="activation", code=code)
        credentials.store_password(session, person.id, hashed=hashed)
        throttle.unlock(session, throttle.account_key("password", number))
        return begin_session(session, person.id, address=address, user_agent=user_agent)


def give_second_factor(viewer: Viewer, code: str, *, address: str) -> str:
    """Pass the second factor with a device's or a recovery code; the session's new token.

    Raises WrongCode; after five wrong ones the session ends with TooManyAttempts.
    """
    account = throttle.account_key("code", viewer.public_id)
    until = _counted(account, address, known=False)
    if until:
        with writing() as session:
            end_session(session, viewer.session_id, why="ended")
        _note_refusal()
        raise _too_many(until)
    try:
        with writing() as session:
            throttle.unlock(session, account)
            return _pass(session, viewer, code)
    except WrongCode:
        _refused("second_factor.refused", viewer.public_id, WrongCode.code)
        raise


def change_own_password(viewer: Viewer, *, old: str, new: str, address: str) -> None:
    """Change one's password; the person's other sessions end.

    Raises WrongCredentials when the old one is wrong, WeakPassword, TooManyAttempts, Busy.
    """
    account = throttle.account_key("change", viewer.public_id)
    session = reading()
    kept = session.scalar(
        select(Password.hash).where(Password.person_id == viewer.id).order_by(Password.id.desc()).limit(1)
    )
    until = _counted(account, address, known=True)
    if until or not hasher().verify(kept, old):
        refusal: Refused = _too_many(until) if until else WrongCredentials()
        _refused("password.refused", viewer.public_id, refusal.code)
        raise refusal
    credentials.check_new_password(reading(), viewer.id, new)
    hashed = hasher().hash(new)
    with writing() as session:
        throttle.unlock(session, account)
        credentials.change_password(session, viewer.id, hashed=hashed, session_id=viewer.session_id)


def unlock(person_id: int) -> None:
    """Forget all failed attempts on a person's account."""
    with writing() as session:
        person = session.get_one(Person, person_id)
        for kind, name in (
            ("password", person.staff_number),
            ("activation", person.staff_number),
            ("code", person.public_id),
            ("change", person.public_id),
        ):
            throttle.unlock(session, throttle.account_key(kind, name))
        record(session, "person.unlock", thing="person", thing_id=person.public_id)


def _pass(session: Session, viewer: Viewer, code: str) -> str:
    digits = "".join(code.split())
    if len(digits) == 6 and digits.isdigit():
        return second_factor.pass_with_device(session, viewer, digits)
    return second_factor.pass_with_recovery_code(session, viewer, code)


def _load(number: str) -> _Known | None:
    rows = ask(_KNOWN, (number,))
    if not rows:
        return None
    id_, public_id, enabled, password_id, kept, set_at, must_change = rows[0]
    moment = None if set_at is None else moment_of(set_at)
    return _Known(id_, public_id, bool(enabled), password_id, kept, moment, bool(must_change))


def _count(account: bytes, address: str, person: _Known | None) -> bool:
    """Count the attempt; whether the address is known. Raises TooManyAttempts, after its audit entry."""
    known = person is not None and throttle.is_known(person.id, address, now=now())
    until = _counted(account, address, known=known)
    if until:
        _refused("session.refused", person.public_id if person else None, TooManyAttempts.code)
        raise _too_many(until)
    return known


def _counted(account: bytes, address: str, *, known: bool) -> datetime | None:
    moment = now()
    return write(lambda plain: throttle.count(plain, account, address, known=known, now=moment))


def _is_good(person_id: int, code: str) -> bool:
    return credentials.has_code(reading(), person_id, kind="activation", code=code)


def _too_many(until: datetime) -> TooManyAttempts:
    return TooManyAttempts(minutes=max(1, math.ceil((until - now()).total_seconds() / 60)))


def _refused(act: str, person: str | None, code: str) -> None:
    entry = note(act, thing="person", thing_id=person, result=code)
    write(lambda plain: append(plain, entry))
    _note_refusal()


def _note_refusal() -> None:
    """Tell the gate that this request's refusal has its audit entry already."""
    if has_request_context():
        g.refusal_recorded = True
