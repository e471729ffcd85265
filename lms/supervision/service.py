"""What whoever supervises does, one function a use case: rooms and seats, measures, incidents."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.policy import Viewer
from lms.accounts.queries import PersonRow
from lms.admission import service as admission
from lms.audit.service import record
from lms.clock import now
from lms.database import reading, writing
from lms.errors import BadRequest, NotFound
from lms.exams.policy import refuse_archived
from lms.exams.queries import ExamRow
from lms.ids import is_public_id
from lms.sitting import queries as sitting_queries
from lms.sitting import service as sitting
from lms.sitting.telling import tell_voided
from lms.supervision import queries
from lms.supervision.errors import NoCandidate
from lms.supervision.models import Incident, MeasureTaken
from lms.supervision.queries import RoomRow
from question_bank.attempt import Kind

MOST_SIDE = 40  # rows or columns of a room
MOST_COMPLAINTS = 20


@dataclass(frozen=True, slots=True)
class Order:
    """A measure that is asked for: what, for whom, why."""

    key: str
    kind: Kind
    reason: str
    #: for the record: "all", "outage", "room:...", "person:..."
    reach: str
    #: public ids of the attempts
    attempts: Sequence[str]
    seconds: int = 0


def carry_out(exam: ExamRow, order: Order, by: Viewer) -> int:
    """Do it to each attempt, in order with its answers; how many it changed. The same order again changes nothing.

    It is recorded before anything is done: what was interrupted can be seen and sent again. Raises ExamArchived.
    """
    if not is_public_id(order.key):
        raise BadRequest
    with writing() as session:
        refuse_archived(session, exam.id)
        taken = queries.measure_by_key(session, order.key)
        if taken is not None and taken.exam_id != exam.id:
            raise NotFound
        if taken is not None and taken.attempts is not None:
            return taken.attempts
        if taken is None:
            _record(session, exam, order, by)
    changed = sitting.measure(
        exam.id, order.attempts, order.kind, key=order.key, reason=order.reason, by=by.public_id,
        seconds=order.seconds,
    )  # fmt: skip
    with writing() as session:
        taken = queries.measure_by_key(session, order.key)
        if taken is not None:
            taken.attempts = changed
        if order.kind is Kind.VOID:
            tell_voided(session, exam.id, order.attempts)
    return changed


def _record(session: Session, exam: ExamRow, order: Order, by: Viewer) -> None:
    session.add(
        MeasureTaken(
            public_id=order.key, exam_id=exam.id, kind=str(order.kind), seconds=order.seconds, reason=order.reason,
            reach=order.reach, attempts=None, created_by=by.id, created_at=now(),
        )
    )  # fmt: skip
    after = {
        "exam": exam.public_id, "kind": str(order.kind), "seconds": order.seconds, "reason": order.reason,
        "reach": order.reach, "attempts": list(order.attempts),
    }  # fmt: skip
    record(session, f"supervision.{order.kind}", thing="measure", thing_id=order.key, after=after)


def compensate(exam: ExamRow, outage_id: str, by: Viewer, reason: str) -> int:
    """Give everybody who was open in an outage, and is still, the time that it lasted; how many. Raises NotFound."""
    outage = next((each for each in sitting_queries.outages(reading(), exam.id) if each.public_id == outage_id), None)
    if outage is None or outage.decided_at is not None:
        raise NotFound
    attempts = sitting_queries.open_at(reading(), exam.id, outage.began_at)
    seconds = math.ceil((outage.ended_at - outage.began_at).total_seconds())
    changed = carry_out(exam, Order(outage_id, Kind.EXTEND, reason, "outage", attempts, seconds), by)
    with writing() as session:
        sitting.decide_outage(session, exam.id, outage_id)
    return changed


def seat_by_unit(session: Session, exam: ExamRow) -> int:
    """Seat everybody who has no seat, unit after unit, room after room; how many found one."""
    rooms, taken = queries.rooms(session, exam.id), queries.seats(session, exam.id)
    used = {(seat.room_id, seat.number) for seat in taken}
    free = [(room.id, n) for room in rooms for n in range(1, room.seats + 1) if (room.id, n) not in used]
    seated = {seat.person_id for seat in taken}
    waiting = [person.id for person in queries.candidates(session, exam.id) if person.id not in seated]
    pairs = list(zip(waiting, free, strict=False))
    admission.seat_all(session, exam.id, [(who, room, number) for who, (room, number) in pairs])
    record(session, "supervision.seat.by_unit", thing="exam", thing_id=exam.public_id, after={"people": len(pairs)})
    return len(pairs)


def deal_for_seats(session: Session, exam: ExamRow) -> int:
    """Have the papers dealt anew for the seats as they are; how many seats. Raises DealtTooLate and BeingDealt."""
    places = queries.places(session, exam.id)
    sitting.deal_anew(session, exam, places)
    record(session, "supervision.deal", thing="exam", thing_id=exam.public_id, after={"seats": len(places)})
    return len(places)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A line that cannot be taken: its number, and why: shape, person, room, seat or twice."""

    line: int
    why: str


def seat_by_list(session: Session, exam: ExamRow, text: str) -> tuple[int, list[Complaint]]:
    """Seat people by lines of staff number;room;seat: all of them, or none where a line has a fault."""
    people = queries.by_staff_number(queries.candidates(session, exam.id))
    rooms = {room.name: room for room in queries.rooms(session, exam.id)}
    wanted, complaints = _read(text, people, rooms)
    if not complaints:
        complaints = _clashes(session, exam.id, wanted)
    if complaints:
        return 0, complaints[:MOST_COMPLAINTS]
    admission.seat_all(session, exam.id, [(who, room, number) for who, room, number, _line in wanted])
    record(session, "supervision.seat.list", thing="exam", thing_id=exam.public_id, after={"people": len(wanted)})
    return len(wanted), []


_Wanted = list[tuple[int, int, int, int]]


def _read(text: str, people: Mapping[str, PersonRow], rooms: Mapping[str, RoomRow]) -> tuple[_Wanted, list[Complaint]]:
    wanted: _Wanted = []
    complaints: list[Complaint] = []
    seen: set[object] = set()
    for number, raw in enumerate(text.splitlines(), 1):
        if not raw.strip():
            continue
        cells = [cell.strip() for cell in raw.translate({0xFF1B: ";", 0xFF0C: ";", ord(","): ";", 9: ";"}).split(";")]
        person = people.get(cells[0].upper())
        room = rooms.get(cells[1]) if len(cells) == 3 else None
        seat = int(cells[2]) if len(cells) == 3 and cells[2].isdecimal() and len(cells[2]) < 5 else 0
        why = "shape" if len(cells) != 3 else _why(person, room, seat)
        if person is None or room is None or why:
            complaints.append(Complaint(number, why or "shape"))
            continue
        if person.id in seen or (room.id, seat) in seen:
            complaints.append(Complaint(number, "twice"))
        seen |= {person.id, (room.id, seat)}
        wanted.append((person.id, room.id, seat, number))
    return wanted, complaints


def _why(person: PersonRow | None, room: RoomRow | None, seat: int) -> str:
    if person is None:
        return "person"
    if room is None:
        return "room"
    return "" if 1 <= seat <= room.seats else "seat"


def _clashes(session: Session, exam_id: int, wanted: _Wanted) -> list[Complaint]:
    moving = {person for person, _room, _seat, _line in wanted}
    held = {(s.room_id, s.number) for s in queries.seats(session, exam_id) if s.person_id not in moving}
    return [Complaint(line, "seat") for _person, room, seat, line in wanted if (room, seat) in held]


def log_incident(
    session: Session, exam: ExamRow, *, happened_at: datetime, place: str, numbers: Sequence[str], text: str, by: Viewer
) -> str:
    """Write down what happened; its reference. Raises ExamArchived and NoCandidate."""
    refuse_archived(session, exam.id)
    people = queries.by_staff_number(queries.candidates(session, exam.id))
    for number in numbers:
        if number not in people:
            raise NoCandidate(number=number)
    latest = select(Incident.number).where(Incident.exam_id == exam.id).order_by(Incident.number.desc())
    count = (session.scalar(latest.limit(1)) or 0) + 1
    made = Incident(
        exam_id=exam.id, number=count, happened_at=happened_at, place=place,
        people=[people[number].id for number in numbers], text=text, created_by=by.id, created_at=now(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    reference = queries.reference(exam, count)
    record(session, "supervision.incident", thing="incident", thing_id=made.public_id, after={"reference": reference})
    return reference
