"""The timetable of a class: sessions put on it, changed, removed; what they clash with."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from courseware.classes.attendance import half_day
from courseware.classes.states import State
from lms.audit.service import record
from lms.classes import errors, queries
from lms.classes.models import Attendance, ClassSession, Learner, Marking, TrainingClass
from lms.classes.policy import refuse_closed

MOST_SESSIONS = 200
#: a class of more is a typing error: it would be half a year of whole days
MOST_HOURS = Decimal(1000)
#: clashes that a page shows
MOST_CLASHES = 20
#: classes that take no room
_HELD = [State.DRAFT.value, State.SUBMITTED.value, State.APPROVED.value, State.CLOSING.value, State.CLOSED.value]


@dataclass(frozen=True, slots=True)
class Slot:
    """A session by the names of ClassSession; times in minutes since midnight, hours in quarters of a study hour."""

    day: date
    starts: int
    ends: int
    title: str
    lecturer: str
    place: str
    hours: Decimal

    def told(self) -> dict[str, Any]:
        """For the audit log."""
        return {**asdict(self), "day": self.day.isoformat(), "hours": str(self.hours)}


def add(session: Session, found: TrainingClass, slot: Slot) -> str:
    """Put a session on the timetable; its public id. Raises NotOpen and TooManySessions."""
    refuse_closed(found)
    held = queries.sessions(session, found.id)
    if len(held) >= MOST_SESSIONS or sum((one.hours for one in held), slot.hours) > MOST_HOURS:
        raise errors.TooManySessions(most=MOST_SESSIONS)
    made = ClassSession(class_id=found.id, half_day=half_day(slot.day, slot.starts), **asdict(slot))
    session.add(made)
    session.flush()
    record(session, "class.session", thing="class", thing_id=found.public_id, after=slot.told())
    return made.public_id


def change(session: Session, found: TrainingClass, one: ClassSession, slot: Slot) -> None:
    """Change a session; raises NotOpen and TooManySessions."""
    refuse_closed(found)
    others = [held.hours for held in queries.sessions(session, found.id) if held.id != one.id]
    if sum(others, slot.hours) > MOST_HOURS:
        raise errors.TooManySessions(most=MOST_SESSIONS)
    before = Slot(**{name: getattr(one, name) for name in asdict(slot)})
    for name, value in asdict(slot).items():
        setattr(one, name, value)
    one.half_day = half_day(slot.day, slot.starts)
    record(
        session,
        "class.session_changed",
        thing="class",
        thing_id=found.public_id,
        before=before.told(),
        after=slot.told(),
    )


def remove(session: Session, found: TrainingClass, one: ClassSession) -> None:
    """Take a session off the timetable of which no sheet was ever marked; raises NotOpen and Marked."""
    refuse_closed(found)
    if session.scalar(select(func.count()).where(Marking.session_id == one.id)):
        raise errors.Marked
    slot = Slot(one.day, one.starts, one.ends, one.title, one.lecturer, one.place, one.hours)
    record(session, "class.session_removed", thing="class", thing_id=found.public_id, before=slot.told())
    session.delete(one)


@dataclass(frozen=True, slots=True)
class Clash:
    """A session of this class and one of another that cannot both be: `kind` is "place", "lecturer" or "learners"."""

    kind: str
    mine: str
    other: str
    class_name: str
    unit_id: int
    day: date
    count: int = 1


def clashes(session: Session, found: TrainingClass) -> list[Clash]:
    """At most MOST_CLASHES of each kind: rooms and lecturers wanted twice, learners who are in two classes at once."""
    mine, other = aliased(ClassSession), aliased(ClassSession)
    same: dict[str, ColumnElement[bool]] = {
        "place": (mine.place == other.place) & (mine.place != ""),
        "lecturer": (mine.lecturer == other.lecturer) & (mine.lecturer != ""),
    }
    query = (
        select(mine.title, other.title, TrainingClass.name, TrainingClass.unit_id, mine.day)
        .join(
            other,
            (other.day == mine.day) & (other.starts < mine.ends) & (other.ends > mine.starts) & (other.id != mine.id),
        )
        .join(TrainingClass, TrainingClass.id == other.class_id)
        .where(mine.class_id == found.id, TrainingClass.state.in_(_HELD))
        .order_by(mine.day, mine.starts, other.id)
        .limit(MOST_CLASHES)
    )
    wanted = [Clash(kind, *row) for kind, condition in same.items() for row in session.execute(query.where(condition))]
    here, there = aliased(Learner), aliased(Learner)
    both = (
        query.add_columns(func.count())
        .join(here, (here.class_id == mine.class_id) & here.removed_at.is_(None) & (here.exempt == ""))
        .join(
            there, (there.class_id == other.class_id) & (there.person_id == here.person_id) & there.removed_at.is_(None)
        )
        .where(other.class_id != mine.class_id, there.exempt == "")
        .group_by(
            mine.id,
            other.id,
            TrainingClass.id,
            mine.title,
            other.title,
            TrainingClass.name,
            TrainingClass.unit_id,
            mine.day,
        )
    )
    return wanted + [Clash("learners", *row) for row in session.execute(both)]


def has_marks(session: Session, found: TrainingClass) -> frozenset[int]:
    """Keys of the sessions of which a sheet was marked."""
    query = select(Attendance.session_id).join(ClassSession, ClassSession.id == Attendance.session_id)
    return frozenset(session.scalars(query.where(ClassSession.class_id == found.id).distinct()))


def minutes(text: str) -> int:
    """Minutes since midnight of "09:30"; raises ValueError."""
    hour, _colon, minute = text.partition(":")
    found = int(hour) * 60 + int(minute)
    if not 0 <= found < 24 * 60:
        raise ValueError(text)
    return found


def clock(minute: int) -> str:
    """Minutes since midnight as people write them: 09:30."""
    return f"{minute // 60:02}:{minute % 60:02}"


def total(held: Sequence[ClassSession]) -> Decimal:
    """Study hours of a timetable."""
    return sum((one.hours for one in held), Decimal(0))
