"""Reading rooms, seats, what is asked of those who enter, and how they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from lms.admission.models import Entry, Refusal, Room, RoomRule, Rule, Seat, Snapshot
from lms.exams import queries as exams


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room and how many sit there."""

    id: int
    public_id: str
    name: str
    seat_rows: int
    seat_columns: int
    taken: int

    @property
    def seats(self) -> int:
        """How many it has."""
        return self.seat_rows * self.seat_columns


@dataclass(frozen=True, slots=True)
class SeatRow:
    """Where somebody sits."""

    person_id: int
    room_id: int
    number: int


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What an exam asks for: see `models.Rule`."""

    code: bool = False
    address: bool = False
    browser: bool = False
    config_keys: Sequence[str] = ()
    exam_keys: Sequence[str] = ()
    camera: str = "off"
    camera_days: int = 30

    @property
    def asks(self) -> bool:
        """Whether it asks for anything."""
        return self.code or self.address or self.browser or self.camera != "off"


@dataclass(frozen=True, slots=True)
class RoomRuleRow:
    """What a room asks for; a room of an older release has no code yet."""

    room_id: int
    name: str
    code: str | None
    every_time: bool
    ranges: Sequence[str]


@dataclass(frozen=True, slots=True)
class EntryRow:
    """How somebody stands at the door: see `models.Entry`."""

    room_id: int | None = None
    session_id: int | None = None
    browser_session_id: int | None = None
    camera: bool | None = None
    camera_days: int | None = None
    let_in_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LetIn:
    """Somebody an invigilator let in by hand."""

    person_id: int
    by: int
    at: datetime
    why: str


def rooms(session: Session, exam_id: int) -> list[RoomRow]:
    """The rooms of an exam by name."""
    taken = select(Seat.room_id, func.count().label("taken")).group_by(Seat.room_id).subquery()
    query = (
        select(Room.id, Room.public_id, Room.name, Room.seat_rows, Room.seat_columns, func.coalesce(taken.c.taken, 0))
        .outerjoin(taken, taken.c.room_id == Room.id)
        .where(Room.exam_id == exam_id)
        .order_by(Room.name)
    )
    return [RoomRow(*row) for row in session.execute(query)]


def room(session: Session, exam_id: int, public_id: str) -> RoomRow | None:
    """One room of an exam."""
    return next((row for row in rooms(session, exam_id) if row.public_id == public_id), None)


def seats(session: Session, exam_id: int) -> list[SeatRow]:
    """Who sits where in an exam."""
    query = select(Seat.person_id, Seat.room_id, Seat.number).where(Seat.exam_id == exam_id)
    return [SeatRow(*row) for row in session.execute(query.order_by(Seat.room_id, Seat.number))]


def seat_of(session: Session, exam_id: int, person_id: int) -> tuple[str, int] | None:
    """Room and number of somebody's seat in an exam."""
    query = select(Room.name, Seat.number).join(Seat, Seat.room_id == Room.id)
    found = session.execute(query.where(Seat.exam_id == exam_id, Seat.person_id == person_id)).first()
    return (found.name, found.number) if found else None


def rule_of(session: Session, exam_id: int) -> RuleRow:
    """What an exam asks for."""
    query = select(
        Rule.code, Rule.address, Rule.browser, Rule.config_keys, Rule.exam_keys, Rule.camera, Rule.camera_days
    )
    found = session.execute(query.where(Rule.exam_id == exam_id)).first()
    return RuleRow(*found) if found else RuleRow()


def _room_rules(exam_id: int) -> Select[int, str, str | None, bool | None, list[str] | None]:
    return (
        select(Room.id, Room.name, RoomRule.code, RoomRule.every_time, RoomRule.ranges)
        .outerjoin(RoomRule, RoomRule.room_id == Room.id)
        .where(Room.exam_id == exam_id)
        .order_by(Room.name)
    )


def room_rules(session: Session, exam_id: int) -> list[RoomRuleRow]:
    """What the rooms of an exam ask for."""
    return [_room_rule(*row) for row in session.execute(_room_rules(exam_id))]


def rules_for(session: Session, exam_id: int, person_id: int) -> list[RoomRuleRow]:
    """The same of the room where somebody sits; of all rooms for somebody without a seat."""
    seat = select(Seat.room_id).where(Seat.exam_id == exam_id, Seat.person_id == person_id)
    query = _room_rules(exam_id).where(or_(Room.id.in_(seat), ~seat.exists()))
    return [_room_rule(*row) for row in session.execute(query)]


def _room_rule(
    room_id: int, name: str, code: str | None, every_time: bool | None, ranges: Sequence[str] | None  # noqa: FBT001
) -> RoomRuleRow:  # fmt: skip
    return RoomRuleRow(room_id, name, code, bool(every_time), tuple(ranges or ()))


def entry_of(session: Session, exam_id: int, person_id: int) -> EntryRow:
    """How somebody stands at the door of an exam."""
    query = select(
        Entry.room_id, Entry.session_id, Entry.browser_session_id, Entry.camera, Entry.camera_days, Entry.let_in_at
    )
    found = session.execute(query.where(Entry.exam_id == exam_id, Entry.person_id == person_id)).first()
    return EntryRow(*found) if found else EntryRow()


def let_in(session: Session, exam_id: int) -> list[LetIn]:
    """Whom invigilators let in by hand, the newest first."""
    query = select(Entry.person_id, Entry.let_in_by, Entry.let_in_at, Entry.let_in_why)
    query = query.where(Entry.let_in_at.is_not(None))
    query = query.where(Entry.exam_id == exam_id).order_by(Entry.let_in_at.desc(), Entry.person_id)
    return [
        LetIn(who, by, at, why or "")
        for who, by, at, why in session.execute(query)
        if by is not None and at is not None
    ]


def entered(session: Session, exam_id: int) -> int:
    """How many gave a right code."""
    query = select(func.count()).select_from(Entry).where(Entry.exam_id == exam_id, Entry.entered_at.is_not(None))
    return session.scalar(query) or 0


def snapshots(exam_id: int, person_id: int) -> Select[Snapshot]:
    """Pictures of somebody in an exam, the newest first, for `paginate`."""
    query = select(Snapshot).where(Snapshot.exam_id == exam_id, Snapshot.person_id == person_id)
    return query.order_by(Snapshot.id.desc())


def has_snapshot(session: Session, exam_id: int, public_id: str) -> bool:
    """Whether this is a picture of this exam."""
    query = select(Snapshot.id).where(
        Snapshot.exam_id == exam_id, Snapshot.public_id == public_id, Snapshot.fault.is_(None)
    )
    return session.scalar(query) is not None


def expired(session: Session, moment: datetime) -> dict[int, list[str]]:
    """By exam the pictures that have been kept for as long as they may: as their candidates were told, and no longer
    than the exam says by now.
    """
    query = select(Rule.exam_id, Rule.camera_days).where(Rule.exam_id.in_(select(Snapshot.exam_id)))
    days = {row.exam_id: row.camera_days for row in session.execute(query)}
    held = exams.by_ids(session, sorted(days))
    over = [each for each, exam in held.items() if exam.closes_at + timedelta(days=days[each]) < moment]
    kept = select(Snapshot.exam_id, Snapshot.public_id).where(or_(Snapshot.until < moment, Snapshot.exam_id.in_(over)))
    found: dict[int, list[str]] = {}
    for exam_id, public_id in session.execute(kept.order_by(Snapshot.id)):
        found.setdefault(exam_id, []).append(public_id)
    return found


def refusals(exam_id: int) -> Select[Refusal]:
    """Who was not let in, the newest first, for `paginate`."""
    return select(Refusal).where(Refusal.exam_id == exam_id).order_by(Refusal.id.desc())


def refused(session: Session, exam_id: int) -> int:
    """How many refusals there were."""
    return session.scalar(select(func.count()).select_from(Refusal).where(Refusal.exam_id == exam_id)) or 0
