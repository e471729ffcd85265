"""Counting tallies anew from the entries in force: the mending of counts that a fault or a hand spoiled.

A year is one transaction. While it runs nothing is entered, so that no entry is counted twice or left out.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from lms.audit.service import record
from lms.clock import BUREAU_ZONE
from lms.transcripts.models import TranscriptEntry
from lms.transcripts.queries import in_force
from lms.transcripts.tallies import COUNTED, Counts, PersonTally, UnitTally, keys_of

#: entries that are in memory at once
AT_ONCE = 1000
CENTURY = 100
_LOCK = text("LOCK TABLE transcript_unit_tally, transcript_person_tally IN SHARE ROW EXCLUSIVE MODE")


@dataclass(frozen=True, slots=True)
class Recounted:
    """How many entries in force a year has, and how many counts said something else: by unit and month, by person."""

    entries: int
    units: int
    people: int


def years(session: Session) -> list[int]:
    """The years of entries and of tallies, the first one first."""
    bounds = select(func.min(TranscriptEntry.happened_at), func.max(TranscriptEntry.happened_at))
    row: tuple[datetime | None, ...] = tuple(session.execute(bounds).one())
    first, last = row
    found = {month // CENTURY for month in session.scalars(select(UnitTally.month).distinct())}
    found.update(session.scalars(select(PersonTally.year).distinct()))
    if first is not None and last is not None:
        found.update(range(first.astimezone(BUREAU_ZONE).year, last.astimezone(BUREAU_ZONE).year + 1))
    return sorted(found)


def recount(session: Session, year: int) -> Recounted:
    """Make the tallies of a year say what its entries in force say; written down where any of them did not."""
    _hold(session)
    lacking = Counts()
    entries = _add_entries(session, year, lacking)
    _take_away_tallies(session, year, lacking)
    units, people = lacking.write(session)
    if units or people:
        said = {"units": units, "people": people}
        record(session, "transcript.recount", thing="year", thing_id=str(year), after=said)
    return Recounted(entries, units, people)


def _hold(session: Session) -> None:
    """Let nobody count beside us; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK)


def _add_entries(session: Session, year: int, counts: Counts) -> int:
    since, before = (datetime(one, 1, 1, tzinfo=BUREAU_ZONE).astimezone(UTC) for one in (year, year + 1))
    entry = TranscriptEntry
    query = select(
        entry.person_id,
        entry.kind,
        entry.subject,
        entry.unit_id,
        entry.hours,
        entry.passed,
        entry.void,
        entry.happened_at,
    ).where(entry.happened_at >= since, entry.happened_at < before, in_force())
    found = 0
    for row in session.execute(query.execution_options(yield_per=AT_ONCE)):
        counts.add(row)
        found += 1
    return found


def _take_away_tallies(session: Session, year: int, counts: Counts) -> None:
    months = UnitTally.month.between(year * CENTURY, year * CENTURY + CENTURY - 1)
    for table, of_year, sums in (
        (UnitTally, months, counts.units),
        (PersonTally, PersonTally.year == year, counts.people),
    ):
        names = keys_of(table)
        columns = [getattr(table, name) for name in (*names, *COUNTED)]
        for row in session.execute(select(*columns).where(of_year).execution_options(yield_per=AT_ONCE)):
            sums[tuple(row[: len(names)])].add(*(-number for number in row[len(names) :]))
