"""Simulated people, made in bulk: a unit of their own, a posting, a log-in each, and a password where they sign in.

Only ever in a database that is thrown away: rows go in without the audit entries that real people get.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from lms.accounts import sessions
from lms.accounts.models import LoginSession, Password, Person, Posting, Unit
from lms.accounts.passwords import hasher
from lms.clock import now, today

_DAY = timedelta(days=1)
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class People:
    """Simulated people: their ids, and the token in each one's cookie."""

    ids: list[int]
    tokens: list[str]


def unit(session: Session) -> int:
    """A unit for them; its id."""
    made = Unit(code=f"load-{secrets.token_hex(6)}", name="演练", kind="bureau", path="/")
    session.add(made)
    session.flush()
    made.path = f"/{made.id}/"
    return made.id


def candidates(session: Session, count: int, unit_id: int, *, label: str) -> People:
    """So many who are signed in; `label` begins their staff numbers and is not used twice."""
    moment, ids = now(), _people(session, count, unit_id, label)
    tokens = [secrets.token_urlsafe(sessions.TOKEN_BYTES) for _ in ids]
    session.execute(
        insert(LoginSession),
        [
            {
                "person_id": person,
                "token_hash": sessions.hash_of(token),
                "created_at": moment,
                "last_seen_at": moment,
                "ends_at": moment + timedelta(hours=12),
                "address": "127.0.0.1",
                "user_agent": "simulated",
            }
            for person, token in zip(ids, tokens, strict=True)
        ],
    )
    return People(ids, tokens)


def signing_in(session: Session, count: int, unit_id: int, *, label: str) -> list[tuple[str, str]]:
    """So many who are not signed in: staff numbers and the one password of all, hashed as every password is."""
    password = secrets.token_urlsafe(12)
    hashed, moment = hasher().hash(password), now()
    ids = _people(session, count, unit_id, label)
    session.execute(insert(Password), [{"person_id": person, "hash": hashed, "set_at": moment} for person in ids])
    return [(f"{label}{number:06}", password) for number in range(count)]


def _people(session: Session, count: int, unit_id: int, label: str) -> list[int]:
    moment, since = now(), today() - _DAY
    for first in range(0, count, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, count))
        session.execute(
            insert(Person),
            [{"staff_number": f"{label}{n:06}", "name": f"考生{n:06}", "created_at": moment} for n in numbers],
        )
    named = Person.staff_number.startswith(label, autoescape=True)
    ids = list(session.scalars(select(Person.id).where(named).order_by(Person.id)))
    session.execute(
        insert(Posting), [{"person_id": i, "unit_id": unit_id, "from_date": since, "post": "科员"} for i in ids]
    )
    return ids
