"""Slowing down guesses. Counted per account and address, and per account over all addresses; never per address
alone, so that a room full of people behind one address is not locked out by one of them.

Each attempt is counted before the password is looked at and taken back when it was right: a hundred guesses
sent at once are a hundred guesses.
"""

import hmac
import ipaddress
from datetime import datetime, timedelta

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from lms.accounts.models import LoginSession, LoginThrottle
from lms.accounts.sessions import config

ANYWHERE = ""
#: failures from one address before it waits, the first wait, and the longest
NEAR_LIMIT, NEAR_WAIT, NEAR_LONGEST = 5, timedelta(minutes=15), timedelta(hours=4)
#: the same over all addresses the account was never used from: slower to begin, never long
FAR_LIMIT, FAR_WAIT, FAR_LONGEST = 10, timedelta(minutes=1), timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)
KNOWN_FOR = timedelta(days=90)
_SWEEP = 50


def account_key(kind: str, name: str) -> bytes:
    """What an account is counted under: a keyed hash, so that what was typed is not kept."""
    return hmac.digest(config().secret_key.encode(), f"throttle/{kind}/{name}".encode(), "sha256")


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 one IPv6 customer gets."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))


def is_known(session: Session, person_id: int, address: str, *, now: datetime) -> bool:
    """Whether the person signed in from this very address within the last 90 days."""
    known = select(LoginSession.id).where(
        LoginSession.person_id == person_id, LoginSession.address == address, LoginSession.created_at > now - KNOWN_FOR
    )
    return session.scalar(known.limit(1)) is not None


def count(session: Session, account: bytes, address: str, *, known: bool, now: datetime) -> datetime | None:
    """Count one attempt; until when the account waits, None when the attempt may be looked at.

    While it waits nothing is counted. From a known address only what came from there counts.
    """
    _lock(session, account)
    _sweep(session, now)
    near = _row(session, account, network(address), now)
    rows = [near] if known else [near, _row(session, account, ANYWHERE, now)]
    latest: datetime = max((row.blocked_until for row in rows if row.blocked_until), default=now)
    if latest > now:
        return latest
    for row in rows:
        row.failures += 1
        row.last_at = now
        row.blocked_until = _until(row, now)
    return None


def succeed(session: Session, account: bytes, address: str, *, known: bool) -> None:
    """Forget the failures of an account that was opened; a known address does not excuse strangers' guesses."""
    addresses = [network(address)] if known else [network(address), ANYWHERE]
    _delete(session, account, addresses)


def unlock(session: Session, account: bytes) -> None:
    """Forget all failures of an account."""
    session.execute(
        delete(LoginThrottle).where(LoginThrottle.account == account).execution_options(synchronize_session=False)
    )


def _until(row: LoginThrottle, now: datetime) -> datetime | None:
    limit, wait, longest = (
        (FAR_LIMIT, FAR_WAIT, FAR_LONGEST) if row.address == ANYWHERE else (NEAR_LIMIT, NEAR_WAIT, NEAR_LONGEST)
    )
    if row.failures < limit:
        return None
    return now + min(wait * (1 << min(row.failures - limit, 10)), longest)


def _row(session: Session, account: bytes, address: str, now: datetime) -> LoginThrottle:
    found = session.scalars(
        select(LoginThrottle).where(LoginThrottle.account == account, LoginThrottle.address == address)
    ).first()
    if found is None:
        found = LoginThrottle(account=account, address=address, failures=0, last_at=now)
        session.add(found)
        session.flush()
    elif now - found.last_at >= FORGOTTEN_AFTER:
        found.failures, found.blocked_until = 0, None
    return found


def _lock(session: Session, account: bytes) -> None:
    """One attempt on an account at a time (SQLite has one writer anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(account[:8], "big", signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _delete(session: Session, account: bytes, addresses: list[str]) -> None:
    session.execute(
        delete(LoginThrottle)
        .where(LoginThrottle.account == account, LoginThrottle.address.in_(addresses))
        .execution_options(synchronize_session=False)
    )


def _sweep(session: Session, now: datetime) -> None:
    """Drop a few rows nobody needs any more, so that invented names do not fill the table."""
    old = select(LoginThrottle.id).where(LoginThrottle.last_at < now - FORGOTTEN_AFTER).limit(_SWEEP)
    ids = session.scalars(old).all()
    if ids:
        session.execute(
            delete(LoginThrottle).where(LoginThrottle.id.in_(ids)).execution_options(synchronize_session=False)
        )
