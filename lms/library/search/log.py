"""What is searched for, without names: words, a day, how often, and how many documents were found.

Searches are counted in memory and written together, so that reading the library seldom waits for a writer; what a
process counted in its last minute is lost when it ends.
"""

import threading
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Date, Select, bindparam, delete, func, select, text
from sqlalchemy.orm import Session

from lms.clock import now, today
from lms.database import writing
from lms.library.search.models import Searched
from lms.library.search.query import Asked
from lms.library.search.tokens import QUERY_LENGTH

#: written after so many searches, or at the first one after so long
MANY, AGE = 50, timedelta(minutes=1)
#: different words kept of one day, and for how long
A_DAY, KEPT = 2000, timedelta(days=400)
MOST_FOUND = 1000
_ADD = text(
    "INSERT INTO ref_searched (day, words, times, found) VALUES (:day, :words, :times, :found) ON CONFLICT (day, words)"
    " DO UPDATE SET times = ref_searched.times + excluded.times, found = excluded.found"
).bindparams(bindparam("day", type_=Date))


@dataclass
class Counted:
    """The searches that this process has not written yet: times and documents found by day and words."""

    begun: datetime | None = None
    held: dict[tuple[date, str], tuple[int, int]] = field(default_factory=dict)
    searches: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def note(app: Flask, asked: Asked, found: int) -> None:
    """Count a search; writes what has gathered when that is much or old. Outside of any transaction that writes."""
    counted: Counted = app.extensions.setdefault("library_searched", Counted())
    words = " ".join(" ".join(word.parts) for word in asked.words)[:QUERY_LENGTH].strip()
    if not words:
        return
    with counted.lock:
        key = (today(), words)
        counted.held[key] = (counted.held.get(key, (0, 0))[0] + 1, min(found, MOST_FOUND))
        counted.searches += 1
        counted.begun = counted.begun or now()
        if counted.searches < MANY and now() - counted.begun < AGE:
            return
        held, counted.held, counted.searches, counted.begun = counted.held, {}, 0, None
    _write(held)


def _write(held: dict[tuple[date, str], tuple[int, int]]) -> None:
    with writing() as session:
        days = {day for day, _words in held}
        full = {day: _kept(session, day) for day in days}
        for (day, words), (times, found) in held.items():
            if full[day] < A_DAY:
                values = {"day": day, "words": words, "times": times, "found": found}
                session.execute(_ADD, values)


def _kept(session: Session, day: date) -> int:
    return session.scalar(select(func.count()).select_from(Searched).where(Searched.day == day)) or 0


def forget(session: Session) -> int:
    """Forget the days that are too long ago; how many rows."""
    old = Searched.day < today() - KEPT
    count = session.scalar(select(func.count()).select_from(Searched).where(old)) or 0
    session.execute(delete(Searched).where(old))
    return count


def most_searched(*, since: date, only_without: bool) -> Select[*tuple[Any, ...]]:
    """For `paginate`: words, times and most documents found since a day, the most frequent first; only those that never
    found anything where this is asked.
    """
    times, found = func.sum(Searched.times), func.max(Searched.found)
    query = select(Searched.words, times.label("times"), found.label("found"), func.max(Searched.day).label("last"))
    query = query.where(Searched.day >= since).group_by(Searched.words).order_by(times.desc(), Searched.words)
    return query.having(found == 0) if only_without else query
