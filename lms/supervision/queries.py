"""Reading what supervision shows: candidates with their seats, rooms, measures, incidents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.queries import PersonRow
from lms.admission import queries as admission
from lms.admission.queries import RoomRow as RoomRow
from lms.admission.queries import SeatRow as SeatRow
from lms.admission.queries import room as room
from lms.admission.queries import rooms as rooms
from lms.admission.queries import seats as seats
from lms.clock import BUREAU_ZONE
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.sitting import queries as sitting
from lms.supervision.models import Incident, MeasureTaken


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident with the people concerned."""

    reference: str
    happened_at: datetime
    place: str
    text: str
    people: tuple[PersonRow, ...]
    by: PersonRow
    created_at: datetime


def candidates(session: Session, exam_id: int) -> list[PersonRow]:
    """Everybody who may sit an exam or has sat it, by unit and staff number; in four queries at most."""
    named = set(exams.audience(session, exam_id))
    units = accounts.units(session)
    place = {unit.id: number for number, unit in enumerate(units)}
    paths = [unit.path for unit in units if unit.id in named]
    found = {
        row.id: row for row in (PersonRow(*r) for r in session.execute(accounts.people(paths=paths, enabled=True)))
    }
    moved = [person_id for person_id in sitting.attempts_of(session, exam_id) if person_id not in found]
    if moved:
        found |= accounts.people_by_ids(session, moved)
    return sorted(found.values(), key=lambda row: (place.get(row.unit_id or 0, len(place)), row.staff_number))


def candidate(session: Session, exam_id: int, public_id: str) -> PersonRow | None:
    """One of them."""
    return next((person for person in candidates(session, exam_id) if person.public_id == public_id), None)


def places(session: Session, exam_id: int) -> dict[int, tuple[str, int, int]]:
    """Room, row and column (from 1) of everybody who has a seat."""
    by_id = {row.id: row for row in rooms(session, exam_id)}
    found = {}
    for seat in seats(session, exam_id):
        row, column = divmod(seat.number - 1, by_id[seat.room_id].seat_columns)
        found[seat.person_id] = (by_id[seat.room_id].name, row + 1, column + 1)
    return found


def sits_elsewhere(session: Session, exam: ExamRow) -> int:
    """How many papers were dealt for another seat than their candidate has now; 0 where they may not be dealt anew."""
    dealt = sitting.dealt_seats(session, exam)
    now_at = places(session, exam.id) if dealt else {}
    return sum(now_at.get(person) != seat for person, seat in dealt.items())


def seat_in_words(session: Session, exam_id: int, person_id: int) -> str | None:
    """Where somebody sits in an exam, as a person says it; None without a seat."""
    found = admission.seat_of(session, exam_id, person_id)
    return gettext("%(room)s, seat %(number)s", room=found[0], number=found[1]) if found else None


def measures(exam_id: int) -> Select[MeasureTaken]:
    """What was done in an exam, the newest first, for `paginate`."""
    return select(MeasureTaken).where(MeasureTaken.exam_id == exam_id).order_by(MeasureTaken.id.desc())


def measure_by_key(session: Session, key: str) -> MeasureTaken | None:
    """The measure with this public id, of whatever exam."""
    return session.scalar(select(MeasureTaken).where(MeasureTaken.public_id == key))


def reference(exam: ExamRow, number: int) -> str:
    """What an incident is called in letters and on the telephone: day of the exam, its number, a count."""
    return f"{exam.opens_at.astimezone(BUREAU_ZONE):%Y%m%d}-{exam.id}-{number:03}"


def incidents(session: Session, exam: ExamRow) -> list[IncidentRow]:
    """What happened in an exam, in order."""
    found = session.scalars(select(Incident).where(Incident.exam_id == exam.id).order_by(Incident.number)).all()
    named = {person for row in found for person in (*row.people, row.created_by)}
    people = accounts.people_by_ids(session, sorted(named))
    return [_incident(exam, row, people) for row in found]


def _incident(exam: ExamRow, row: Incident, people: Mapping[int, PersonRow]) -> IncidentRow:
    concerned = tuple(people[person] for person in row.people if person in people)
    return IncidentRow(
        reference(exam, row.number), row.happened_at, row.place, row.text, concerned, people[row.created_by],
        row.created_at,
    )  # fmt: skip


def by_staff_number(people: Sequence[PersonRow]) -> dict[str, PersonRow]:
    """The same people by their staff numbers."""
    return {person.staff_number: person for person in people}


def numbers(rows: Sequence[Any]) -> dict[int, int]:
    """Seat numbers by person."""
    return {row.person_id: row.number for row in rows}
