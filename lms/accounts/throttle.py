"""Slowing down guesses. Counted per account and address, and per account over all addresses; never per address
alone, so that a room full of people behind one address is not locked out by one of them.

Each attempt is counted before the password is looked at and taken back when it was right: a hundred guesses
sent at once are a hundred guesses.
"""

import hmac
import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lms.accounts.models import LoginThrottle
from lms.accounts.sessions import config
from lms.direct import Plain, ask, moment_of, value_of

ANYWHERE = ""
#: failures from one address before it waits, the first wait, and the longest
NEAR_LIMIT, NEAR_WAIT, NEAR_LONGEST = 5, timedelta(minutes=15), timedelta(hours=4)
#: the same over all addresses the account was never used from: slower to begin, never long
FAR_LIMIT, FAR_WAIT, FAR_LONGEST = 10, timedelta(minutes=1), timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)
KNOWN_FOR = timedelta(days=90)

_KNOWN = "SELECT 1 FROM login_session WHERE person_id = ? AND address = ? AND created_at > ? LIMIT 1"
_FAILED = "SELECT address, failures, last_at, blocked_until FROM login_throttle WHERE account = ?"
_COUNTED = """
INSERT INTO login_throttle (account, address, failures, last_at, blocked_until) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (account, address) DO UPDATE
SET failures = excluded.failures, last_at = excluded.last_at, blocked_until = excluded.blocked_until
"""
_FORGET = "DELETE FROM login_throttle WHERE account = ? AND address = ?"
#: a few rows that nobody needs any more, so that invented names do not fill the table
SWEPT = 50
_SWEEP = f"DELETE FROM login_throttle WHERE id IN (SELECT id FROM login_throttle WHERE last_at < ? LIMIT {SWEPT})"  # noqa: S608


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


def is_known(person_id: int, address: str, *, now: datetime) -> bool:
    """Whether the person signed in from this very address within the last 90 days."""
    return bool(ask(_KNOWN, (person_id, address, value_of(now - KNOWN_FOR))))


def count(plain: Plain, account: bytes, address: str, *, known: bool, now: datetime) -> datetime | None:
    """Count one attempt; until when the account waits, None when the attempt may be looked at.

    While it waits nothing is counted. From a known address only what came from there counts.
    """
    if not plain.sqlite:  # one attempt on an account at a time; SQLite has one writer anyway
        plain.run("SELECT pg_advisory_xact_lock(?)", (int.from_bytes(account[:8], "big", signed=True),))
    plain.run(_SWEEP, (plain.stored(now - FORGOTTEN_AFTER),))
    failed = _failed(plain, account, _addresses(address, known=known), now)
    latest: datetime = max((until for _failures, until in failed.values() if until), default=now)
    if latest > now:
        return latest
    for where, (failures, _until) in failed.items():
        until = _blocked_until(where, failures + 1, now)
        plain.run(_COUNTED, (account, where, failures + 1, plain.stored(now), plain.stored(until)))
    return None


def succeed(plain: Plain, account: bytes, address: str, *, known: bool) -> None:
    """Forget the failures of an account that was opened; a known address does not excuse strangers' guesses."""
    plain.run_each(_FORGET, [(account, where) for where in _addresses(address, known=known)])


def unlock(session: Session, account: bytes) -> None:
    """Forget all failures of an account."""
    session.execute(
        delete(LoginThrottle).where(LoginThrottle.account == account).execution_options(synchronize_session=False)
    )


def _addresses(address: str, *, known: bool) -> list[str]:
    """What an attempt from there is counted under."""
    return [network(address)] if known else [network(address), ANYWHERE]


def _failed(
    plain: Plain, account: bytes, addresses: Sequence[str], now: datetime
) -> dict[str, tuple[int, datetime | None]]:
    """Failures so far by address, and until when it waits; those of long ago are forgotten."""
    found: dict[str, tuple[int, datetime | None]] = dict.fromkeys(addresses, (0, None))
    for where, failures, last_at, until in plain.run(_FAILED, (account,)).fetchall():
        if where in found and now - moment_of(last_at) < FORGOTTEN_AFTER:
            found[where] = failures, moment_of(until) if until is not None else None
    return found


def _blocked_until(address: str, failures: int, now: datetime) -> datetime | None:
    limit, wait, longest = (
        (FAR_LIMIT, FAR_WAIT, FAR_LONGEST) if address == ANYWHERE else (NEAR_LIMIT, NEAR_WAIT, NEAR_LONGEST)
    )
    if failures < limit:
        return None
    return now + min(wait * (1 << min(failures - limit, 10)), longest)
