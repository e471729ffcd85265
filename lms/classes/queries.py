"""Reading classes: lists, rosters, timetables, and how much learners attended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, ScalarSelect, Select, and_, case, func, literal, or_, select, type_coerce
from sqlalchemy.orm import Session, aliased

from courseware.classes.attendance import Kind, Tally
from courseware.classes.states import State
from courseware.hours import Hours
from lms.accounts import queries as accounts
from lms.accounts.policy import Viewer
from lms.classes.models import (
    Attendance,
    ClassResult,
    ClassSession,
    ClassStep,
    Learner,
    LeaveRequest,
    Marking,
    TrainingClass,
)
from lms.classes.policy import TOLD, managed
from lms.database import Hundredths
from lms.errors import NotFound


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which classes a list shows: "" for all. `phase` is a key of `lms.classes.words.PHASES`; `deciding`: those that wait for
    a decision of this person.
    """

    phase: str = ""
    class_type: str = ""
    level: str = ""
    year: int | None = None
    unit_path: str = ""
    deciding: Viewer | None = None


def classes(paths: Sequence[str], wanted: Wanted, *, today: date) -> Select[*tuple[Any, ...]]:
    """Classes of the units below these paths with how many are on the roster, the latest days first; for `paginate`."""
    count = select(func.count()).where(Learner.class_id == TrainingClass.id, Learner.removed_at.is_(None))
    query = select(TrainingClass, count.scalar_subquery().label("learners"))
    query = query.where(TrainingClass.unit_id.in_(accounts.unit_ids([wanted.unit_path] if wanted.unit_path else paths)))
    if wanted.phase:
        query = query.where(_in_phase(wanted.phase, today))
    if wanted.deciding:
        query = query.where(_waits_for(wanted.deciding))
    if wanted.class_type:
        query = query.where(TrainingClass.class_type == wanted.class_type)
    if wanted.level:
        query = query.where(TrainingClass.level == wanted.level)
    if wanted.year is not None:
        query = query.where(in_year(wanted.year))
    return query.order_by(TrainingClass.last_day.desc(), TrainingClass.id.desc())


def to_close(viewer: Viewer, today: date) -> ScalarSelect[int]:
    """How many classes of the units a person manages are over and not closed, as a part of another query."""
    query = select(func.count(TrainingClass.id)).where(_managed_by(viewer), _in_phase("over", today))
    return query.scalar_subquery()


def to_decide(viewer: Viewer) -> ScalarSelect[int]:
    """How many classes wait for the decision of a person, likewise."""
    return select(func.count(TrainingClass.id)).where(_managed_by(viewer), _waits_for(viewer)).scalar_subquery()


def _managed_by(viewer: Viewer) -> ColumnElement[bool]:
    return TrainingClass.unit_id.in_(accounts.unit_ids(managed(viewer)))


def _waits_for(viewer: Viewer) -> ColumnElement[bool]:
    """Of the classes of their units: as `policy.decides_on`, for those where something waits."""
    # a right for a part of the organisation does not reach to decide on classes of its uppermost unit
    tops = [int(path.strip("/").rpartition("/")[2]) for path in managed(viewer) if path.count("/") > 2]
    return and_(
        TrainingClass.state.in_((State.SUBMITTED.value, State.CLOSING.value)),
        or_(TrainingClass.handed_in_by.is_(None), TrainingClass.handed_in_by != viewer.id),
        TrainingClass.unit_id.not_in(tops),
    )


@dataclass(frozen=True, slots=True)
class Nameable:
    """A class that a course may ask for."""

    public_id: str
    name: str
    first_day: date
    last_day: date


def nameable(session: Session, paths: Sequence[str], *, limit: int) -> list[Nameable]:
    """Classes of the units below these paths and of those above them, from the approval of their plan on, the latest first."""
    above = {int(key) for path in paths for key in path.strip("/").split("/") if key}
    near = or_(TrainingClass.unit_id.in_(accounts.unit_ids(paths)), TrainingClass.unit_id.in_(sorted(above)))
    query = select(TrainingClass.public_id, TrainingClass.name, TrainingClass.first_day, TrainingClass.last_day)
    query = query.where(near, TrainingClass.state.in_(TOLD)).order_by(TrainingClass.last_day.desc(), TrainingClass.id)
    return [Nameable(*row) for row in session.execute(query.limit(limit))]


def in_year(year: int) -> ColumnElement[bool]:
    """A class belongs to the year in which it ends."""
    return TrainingClass.last_day.between(date(year, 1, 1), date(year, 12, 31))


def _in_phase(phase: str, today: date) -> ColumnElement[bool]:
    """As `courseware.classes.states.phase`."""
    approved = TrainingClass.state == State.APPROVED.value
    by_day = {
        "soon": TrainingClass.first_day > today,
        "running": (TrainingClass.first_day <= today) & (TrainingClass.last_day >= today),
        "over": TrainingClass.last_day < today,
    }
    return approved & by_day[phase] if phase in by_day else TrainingClass.state == phase


def years(session: Session, paths: Sequence[str]) -> list[int]:
    """The years in which classes of these units end, newest first."""
    days = select(func.min(TrainingClass.last_day), func.max(TrainingClass.last_day))
    row: Any = session.execute(days.where(TrainingClass.unit_id.in_(accounts.unit_ids(paths)))).one()
    return [] if row[0] is None else list(range(row[1].year, row[0].year - 1, -1))


def steps(session: Session, class_id: int) -> Sequence[ClassStep]:
    """Every step of a class, in order."""
    return session.scalars(select(ClassStep).where(ClassStep.class_id == class_id).order_by(ClassStep.number)).all()


def learners(class_id: int, *, search: str = "", ids: Sequence[int] | None = None) -> Select[Learner]:
    """Who is on the roster, in the order in which they were put there. `search`: as in `accounts.people`."""
    query = select(Learner).where(Learner.class_id == class_id, Learner.removed_at.is_(None)).order_by(Learner.id)
    if search.strip():
        people = accounts.people(search=search).order_by(None).subquery()
        query = query.where(Learner.person_id.in_(select(people.c.id)))
    return query if ids is None else query.where(Learner.id.in_(ids))


def all_learners(session: Session, class_id: int) -> Sequence[Learner]:
    """Everybody on the roster."""
    return session.scalars(learners(class_id)).all()


def counts(session: Session, class_id: int) -> tuple[int, int]:
    """How many are on the roster, and how many of them are exempt."""
    query = select(func.count(), func.count().filter(Learner.exempt != ""))
    row = session.execute(query.where(Learner.class_id == class_id, Learner.removed_at.is_(None))).one()
    return int(row[0]), int(row[1])


def sessions(session: Session, class_id: int) -> Sequence[ClassSession]:
    """The timetable, in the order of its times."""
    query = select(ClassSession).where(ClassSession.class_id == class_id)
    return session.scalars(query.order_by(ClassSession.day, ClassSession.starts, ClassSession.id)).all()


def marked(session: Session, class_id: int) -> dict[int, int]:
    """By session how many on the roster, who are not exempt, have a mark."""
    query = (
        select(Attendance.session_id, func.count())
        .join(Learner, Learner.id == Attendance.learner_id)
        .where(Learner.class_id == class_id, Learner.removed_at.is_(None), Learner.exempt == "")
        .group_by(Attendance.session_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def coverage(session: Session, class_id: int, session_id: int) -> tuple[int, int]:
    """How many on the roster are not exempt, and how many of them the sheet of a session has."""
    there = and_(Attendance.learner_id == Learner.id, Attendance.session_id == session_id)
    query = select(func.count(), func.count(Attendance.learner_id)).select_from(Learner).outerjoin(Attendance, there)
    row = session.execute(
        query.where(Learner.class_id == class_id, Learner.removed_at.is_(None), Learner.exempt == "")
    ).one()
    return int(row[0]), int(row[1])


def marks(session: Session, session_id: int, learner_ids: Sequence[int]) -> dict[int, Attendance]:
    """What the sheet of a session says, by learner."""
    query = select(Attendance).where(Attendance.session_id == session_id, Attendance.learner_id.in_(learner_ids))
    return {row.learner_id: row for row in session.scalars(query)}


def marks_of(session: Session, learner_id: int) -> dict[int, Attendance]:
    """What all sheets say of a learner, by session."""
    found = session.scalars(select(Attendance).where(Attendance.learner_id == learner_id))
    return {row.session_id: row for row in found}


def markings(session: Session, session_id: int) -> int:
    """How often a sheet was marked."""
    return session.scalar(select(func.count()).where(Marking.session_id == session_id)) or 0


def last_marking(session: Session, session_id: int) -> Marking | None:
    """The newest marking of a sheet."""
    query = select(Marking).where(Marking.session_id == session_id).order_by(Marking.id.desc()).limit(1)
    return session.scalar(query)


#: hours are stored in hundredths; those of a quarter
HUNDREDTHS = 25
_NONE = literal(Decimal(0), Hundredths)
_HELD = case((ClassSession.id.is_not(None), ClassSession.hours), else_=_NONE)
_LEAVE = case(
    (and_(Attendance.kind == Kind.LEAVE.value, Attendance.leave < ClassSession.hours), Attendance.leave),
    (Attendance.kind == Kind.LEAVE.value, ClassSession.hours),
    else_=_NONE,
)
_ABSENT = case((Attendance.kind == Kind.ABSENT.value, ClassSession.hours), else_=_NONE)
#: that somebody was at a session, if only for a part of it
THERE = or_(
    Attendance.kind.in_([Kind.PRESENT.value, Kind.LATE.value]),
    and_(Attendance.kind == Kind.LEAVE.value, Attendance.leave < ClassSession.hours),
)


def tallies(
    session: Session,
    class_id: int,
    learner_ids: Sequence[int] | None = None,
    *,
    held: Sequence[ClassSession] | None = None,
    half_days: bool = True,
) -> dict[int, Tally]:
    """
    The attendance of these learners, or of all on the roster, over the whole class; `held` is its timetable where it is read.
    Who does not ask for half days is told 0: counting them takes as long as all else.

    It is `courseware.classes.attendance.tally` worked out by the database: a class may have tens of thousands of marks.
    """
    timetable = sessions(session, class_id) if held is None else held
    total, count = Hours.of(sum((one.hours for one in timetable), Decimal(0))), len(timetable)
    query = (
        select(
            Learner.id,
            func.count(Attendance.session_id),
            *(type_coerce(func.sum(one), Integer) for one in (_HELD, _LEAVE, _ABSENT)),
            func.count(func.distinct(case((THERE, ClassSession.half_day)))) if half_days else literal(0),
        )
        .outerjoin(Attendance, Attendance.learner_id == Learner.id)
        .outerjoin(ClassSession, ClassSession.id == Attendance.session_id)
        .where(Learner.class_id == class_id, Learner.removed_at.is_(None))
        .group_by(Learner.id)
    )
    if learner_ids is not None:
        query = query.where(Learner.id.in_(learner_ids))
    return {row[0]: _tally(total, count, row[1:]) for row in session.execute(query)}


def _tally(total: Hours, count: int, row: Sequence[Any]) -> Tally:
    seen, halves = row[0], row[4]
    hours, leave, absent = (hundredths // HUNDREDTHS for hundredths in row[1:4])
    return Tally(total, Hours(hours - leave - absent), Hours(leave), Hours(absent), halves, count - seen)


def in_force() -> ColumnElement[bool]:
    """The condition that no later revision of a result is there."""
    later = aliased(ClassResult)
    return (
        ~select(later.id)
        .where(later.learner_id == ClassResult.learner_id, later.revision > ClassResult.revision)
        .exists()
    )


def results(session: Session, class_id: int, learner_ids: Sequence[int]) -> dict[int, ClassResult]:
    """The results in force of these learners."""
    query = select(ClassResult).where(ClassResult.class_id == class_id, ClassResult.learner_id.in_(learner_ids))
    return {row.learner_id: row for row in session.scalars(query.order_by(ClassResult.revision))}


def results_of(session: Session, learner_ids: Sequence[int]) -> dict[int, ClassResult]:
    """The results in force of entries on rosters of any classes."""
    query = select(ClassResult).where(ClassResult.learner_id.in_(learner_ids))
    return {row.learner_id: row for row in session.scalars(query.order_by(ClassResult.revision))}


def session_of(session: Session, class_id: int, public_id: str) -> ClassSession:
    """A session of a class by its public id; raises NotFound."""
    query = select(ClassSession).where(ClassSession.public_id == public_id, ClassSession.class_id == class_id)
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def history(session: Session, learner_id: int) -> Sequence[ClassResult]:
    """Every result of a learner, the first one first."""
    query = select(ClassResult).where(ClassResult.learner_id == learner_id)
    return session.scalars(query.order_by(ClassResult.revision)).all()


def requests(class_id: int) -> Select[*tuple[Any, ...]]:
    """Requests for leave with who asks (key of the person), those that wait first; for `paginate`."""
    query = select(LeaveRequest, Learner.person_id).join(Learner, Learner.id == LeaveRequest.learner_id)
    waiting = case((LeaveRequest.state == "asked", 0), else_=1)
    return query.where(LeaveRequest.class_id == class_id).order_by(waiting, LeaveRequest.id.desc())


def waiting_requests(session: Session, class_id: int) -> int:
    """How many requests for leave wait."""
    query = select(func.count()).where(LeaveRequest.class_id == class_id, LeaveRequest.state == "asked")
    return session.scalar(query) or 0


def requests_of(session: Session, learner_id: int) -> Sequence[LeaveRequest]:
    """A learner's requests, newest first."""
    query = select(LeaveRequest).where(LeaveRequest.learner_id == learner_id)
    return session.scalars(query.order_by(LeaveRequest.id.desc())).all()


def mine(person_id: int) -> Select[*tuple[Any, ...]]:
    """The classes on whose rosters somebody is, the latest first, with the entry on the roster; for `paginate`."""
    return (
        select(TrainingClass, Learner)
        .join(Learner, Learner.class_id == TrainingClass.id)
        .where(Learner.person_id == person_id, Learner.removed_at.is_(None), TrainingClass.state.in_(TOLD))
        .order_by(TrainingClass.last_day.desc(), TrainingClass.id.desc())
    )
