"""Counts of transcripts by unit and month and by person and year, kept up to date in the transaction that enters.

Hundreds of thousands of entries are too many to be summed for a page. What a tally says is what the entries in force say; a
correction takes back what the revision before it had added.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, String, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.clock import BUREAU_ZONE
from lms.database import Model
from lms.transcripts.models import TranscriptEntry

#: kinds that are passed or failed
SAT = frozenset({"exam", "class"})
NOWHERE = 0
COUNTED = ("entries", "passed", "quarters")
#: rows that are written with one statement
AT_ONCE = 1000


class UnitTally(Model):
    """What was learned in a unit in a month: entries that count (person-times, 人次), those passed, study hours in quarters."""

    __tablename__ = "transcript_unit_tally"

    month: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: the unit in which people served on the day; 0: in none
    unit_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    #: code of the subject, "" without one
    subject: Mapped[str] = mapped_column(String(40), primary_key=True)
    entries: Mapped[int] = mapped_column(Integer)
    passed: Mapped[int] = mapped_column(Integer)
    quarters: Mapped[int] = mapped_column(Integer)


class PersonTally(Model):
    """What a person learned in a year while serving in a unit; counts as in UnitTally."""

    __tablename__ = "transcript_person_tally"

    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    entries: Mapped[int] = mapped_column(Integer)
    passed: Mapped[int] = mapped_column(Integer)
    quarters: Mapped[int] = mapped_column(Integer)


Table = type[UnitTally] | type[PersonTally]


@dataclass(slots=True)
class _Sum:
    entries: int = 0
    passed: int = 0
    quarters: int = 0

    def add(self, entries: int, passed: int, quarters: int) -> None:
        self.entries += entries
        self.passed += passed
        self.quarters += quarters

    def __bool__(self) -> bool:
        return bool(self.entries or self.passed or self.quarters)


class Counts:
    """What is to be added to tallies, gathered before it is written."""

    def __init__(self) -> None:
        self.units: dict[Any, _Sum] = defaultdict(_Sum)
        self.people: dict[Any, _Sum] = defaultdict(_Sum)

    def add(self, entry: Any, sign: int = 1) -> None:
        """Count an entry in force, a TranscriptEntry or a row with its columns; with `sign` -1 take it back."""
        if entry.void:
            return
        day, unit = entry.happened_at.astimezone(BUREAU_ZONE), entry.unit_id or NOWHERE
        for held in (
            self.units[day.year * 100 + day.month, unit, entry.kind, entry.subject or ""],
            self.people[day.year, unit, entry.person_id, entry.kind],
        ):
            held.add(sign, sign * entry.passed, sign * int(entry.hours * 4))

    def write(self, session: Session) -> tuple[int, int]:
        """Add it to what the tables say; how many rows of units, and of people, changed."""
        return _add(session, UnitTally, self.units), _add(session, PersonTally, self.people)


def keys_of(table: Table) -> tuple[str, ...]:
    """The names of what a row of a tally is about, in the order in which counts are gathered."""
    return tuple(column.name for column in table.__table__.primary_key)


def note(session: Session, fresh: Sequence[TranscriptEntry]) -> None:
    """Count entries that were just added (and flushed) for people who are locked."""
    ids = {entry.id for entry in fresh}
    keys = sorted({(entry.person_id, entry.source) for entry in fresh})
    query = select(TranscriptEntry).where(tuple_(TranscriptEntry.person_id, TranscriptEntry.source).in_(keys))
    before, after = dict[Any, TranscriptEntry](), dict[Any, TranscriptEntry]()
    for entry in session.scalars(query.order_by(TranscriptEntry.revision)):
        after[entry.person_id, entry.source] = entry
        if entry.id not in ids:
            before[entry.person_id, entry.source] = entry
    found = Counts()
    for key, entry in after.items():
        earlier = before.get(key)
        if earlier is not entry:
            found.add(entry)
            if earlier is not None:
                found.add(earlier, -1)
    found.write(session)


def _add(session: Session, table: Table, sums: dict[Any, _Sum]) -> int:
    names = keys_of(table)
    rows = [
        {**dict(zip(names, key, strict=True)), "entries": one.entries, "passed": one.passed, "quarters": one.quarters}
        for key, one in sorted(sums.items())
        if one
    ]
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    adding = insert(table)
    summed = {name: getattr(table, name) + adding.excluded[name] for name in COUNTED}
    statement = adding.on_conflict_do_update(index_elements=list(names), set_=summed)
    for first in range(0, len(rows), AT_ONCE):
        session.execute(statement, rows[first : first + AT_ONCE])
    return len(rows)
