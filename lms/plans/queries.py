"""Reading courses, plans and assignments: rows for pages, counts for rates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, false, func, or_, select, true
from sqlalchemy.orm import Session

from courseware.courses import Course, Kind, Learned
from courseware.courses import from_record as course_from
from courseware.facts import Channel
from courseware.hours import Hours
from courseware.plans import ONCE, Plan, State
from courseware.plans import from_record as plan_from
from courseware.rates import NOBODY, Rates
from lms.accounts import queries as accounts
from lms.accounts.queries import UnitRow
from lms.clock import BUREAU_ZONE
from lms.exams import queries as exams
from lms.plans.models import (
    PlanAssignment,
    PlanEvent,
    TrainingCourse,
    TrainingCourseVersion,
    TrainingPlan,
    TrainingPlanVersion,
)
from lms.sitting import queries as sitting
from lms.transcripts import queries as transcripts

#: how entries say how they were learned that say nothing of it
USUAL = {"unit": Channel.NETWORK, "exam": Channel.EXAM, "class": Channel.CLASS, "outside": Channel.OTHER}
DONE = (State.DONE, State.DONE_LATE)
HELD = 20


def plan_by(session: Session, public_id: str, *, lock: bool = False) -> TrainingPlan | None:
    """The plan with this public id."""
    query = select(TrainingPlan).where(TrainingPlan.public_id == public_id)
    return session.scalar(query.with_for_update() if lock else query)


def course_by(session: Session, public_id: str, *, lock: bool = False) -> TrainingCourse | None:
    """The course with this public id."""
    query = select(TrainingCourse).where(TrainingCourse.public_id == public_id)
    return session.scalar(query.with_for_update() if lock else query)


def assignment_by(session: Session, public_id: str, *, lock: bool = False) -> PlanAssignment | None:
    """The assignment with this public id."""
    query = select(PlanAssignment).where(PlanAssignment.public_id == public_id)
    return session.scalar(query.with_for_update() if lock else query)


def plan_id_of(session: Session, assignment: PlanAssignment) -> str:
    """The public id of the plan of an assignment."""
    return session.scalars(select(TrainingPlan.public_id).where(TrainingPlan.id == assignment.plan_id)).one()


def plan_of(session: Session, plan: TrainingPlan) -> Plan:
    """What a plan says now."""
    return plans_of(session, [plan.id])[plan.id]


def plans_of(session: Session, ids: Sequence[int]) -> dict[int, Plan]:
    """What these plans say now, by key; one query."""
    query = (
        select(TrainingPlan.id, TrainingPlanVersion.record)
        .join(TrainingPlanVersion, TrainingPlanVersion.plan_id == TrainingPlan.id)
        .where(TrainingPlan.id.in_(ids), TrainingPlanVersion.number == TrainingPlan.newest)
    )
    return {row.id: plan_from(row.record) for row in session.execute(query)}


def course_of(session: Session, course: TrainingCourse) -> Course:
    """What a course holds now."""
    query = select(TrainingCourseVersion.record).where(
        TrainingCourseVersion.course_id == course.id, TrainingCourseVersion.number == course.newest
    )
    return course_from(session.scalars(query).one())


def came_back(session: Session, assignment_ids: Sequence[int]) -> dict[int, date]:
    """When somebody last came back, by assignment; of who was late then nothing, for they were given no days."""
    query = select(PlanEvent.assignment_id, PlanEvent.at, PlanEvent.told).where(
        PlanEvent.assignment_id.in_(assignment_ids), PlanEvent.kind == "returned"
    )
    rows = session.execute(query.order_by(PlanEvent.id)).all()
    last = {row.assignment_id: (row.at.astimezone(BUREAU_ZONE).date(), row.told["due"]) for row in rows}
    return {key: day for key, (day, due) in last.items() if day.isoformat() <= due}


def _near(column: Any, paths: Sequence[str]) -> ColumnElement[bool]:
    """Whether a part of the organisation lies below one of these paths or above it."""
    above = {path[: end + 1] for path in paths for end, sign in enumerate(path) if sign == "/"}
    return or_(false(), column.in_(above), *(column.startswith(path, autoescape=True) for path in paths))


def _below(column: Any, paths: Sequence[str]) -> ColumnElement[bool]:
    return or_(false(), *(column.startswith(path, autoescape=True) for path in paths))


def plans(paths: Sequence[str], *, state: str = "") -> Select[TrainingPlan, str]:
    """Plans that managers of these subtrees see, with the titles of their courses, the newest first."""
    draft = (TrainingPlan.state != "draft") | _below(TrainingPlan.owner_path, paths)
    query = (
        select(TrainingPlan, TrainingCourse.title)
        .join(TrainingCourse, TrainingCourse.id == TrainingPlan.course_id)
        .where(_near(TrainingPlan.owner_path, paths), draft)
        .order_by(TrainingPlan.id.desc())
    )
    return query.where(TrainingPlan.state == state) if state else query


def courses(paths: Sequence[str]) -> Select[TrainingCourse]:
    """Courses that managers of these subtrees see, by title."""
    return (
        select(TrainingCourse)
        .where(_near(TrainingCourse.owner_path, paths))
        .order_by(TrainingCourse.title, TrainingCourse.id)
    )


def open_plans(session: Session) -> list[TrainingPlan]:
    """Every open plan."""
    return list(session.scalars(select(TrainingPlan).where(TrainingPlan.state == "open").order_by(TrainingPlan.id)))


def all_of(session: Session, plan_id: int) -> list[PlanAssignment]:
    """Every assignment of a plan."""
    query = select(PlanAssignment).where(PlanAssignment.plan_id == plan_id).order_by(PlanAssignment.id)
    return list(session.scalars(query))


def cycles(day: date) -> tuple[str, str]:
    """The keys of the cycles that can run on a day."""
    return ONCE, str(day.year)


def cycles_of(session: Session, plan_id: int) -> list[str]:
    """The cycles that a plan has had, newest first."""
    query = select(PlanAssignment.cycle).where(PlanAssignment.plan_id == plan_id).distinct()
    return sorted(session.scalars(query), reverse=True)


def state(day: date) -> ColumnElement[str]:
    """Where an assignment stands on a day, as courseware.plans.state_on has it."""
    one = PlanAssignment
    return case(
        (one.exempt.is_not(None), State.EXEMPT),
        (and_(one.done_on.is_not(None), one.done_on <= one.due_on), State.DONE),
        (one.done_on.is_not(None), State.DONE_LATE),
        (one.left_on.is_not(None), State.LEFT),
        (one.due_on < day, State.LATE),
        (one.begun, State.BEGUN),
        else_=State.NOT_BEGUN,
    )


def called() -> ColumnElement[bool]:
    """Whether an assignment is counted as somebody who was to take part."""
    return or_(PlanAssignment.left_on.is_(None), took_part())


def took_part() -> ColumnElement[bool]:
    """Whether anything was learned of it, with or without the rest."""
    return or_(PlanAssignment.begun, PlanAssignment.done_on.is_not(None))


def escalated(escalations: Mapping[int, int | None], day: date) -> ColumnElement[bool]:
    """Late for so long that the officer of the unit is told; `escalations`: days after the last day, by plan."""
    said = [
        and_(PlanAssignment.plan_id == plan, PlanAssignment.due_on <= day - timedelta(days=days))
        for plan, days in escalations.items()
        if days is not None
    ]
    return and_(state(day) == State.LATE, or_(false(), *said))


@dataclass(frozen=True, slots=True)
class Tally:
    """People of a group: how they count, how many are late, and how many have not begun and still have time."""

    rates: Rates = NOBODY
    late: int = 0
    not_begun: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Both groups, who are different people."""
        return Tally(self.rates + other.rates, self.late + other.late, self.not_begun + other.not_begun)


def tallies(
    session: Session, day: date, unit_ids: Sequence[int], *, plan_ids: Sequence[int], cycle: Sequence[str]
) -> dict[tuple[int, int], Tally]:
    """Counts by plan and unit; one query that reads one index."""
    one, now = PlanAssignment, state(day)
    counted = called()
    expected = one.exempt.is_(None)
    query = (
        select(
            one.plan_id, one.unit_id, one.exempt,
            func.count().filter(counted).label("called"),
            func.count().filter(and_(expected, took_part())).label("took_part"),
            func.count().filter(and_(expected, one.done_on.is_not(None))).label("passed"),
            func.count().filter(now == State.LATE).label("late"),
            func.count().filter(now == State.NOT_BEGUN).label("not_begun"),
        )
        .where(one.plan_id.in_(plan_ids), one.cycle.in_(cycle), one.unit_id.in_(unit_ids))
        .group_by(one.plan_id, one.unit_id, one.exempt)
    )  # fmt: skip
    found: dict[tuple[int, int], Tally] = {}
    for row in session.execute(query):
        exempt = ((row.exempt, row.called),) if row.exempt and row.called else ()
        tally = Tally(Rates(row.called, exempt, row.took_part, row.passed), row.late, row.not_begun)
        key = (row.plan_id, row.unit_id)
        found[key] = found.get(key, Tally()) + tally
    return found


def by_subtree(units: Sequence[UnitRow], own: Mapping[int, Tally]) -> dict[int, Tally]:
    """The counts of each unit with all below it, of those that have any; `own`: those of the units by themselves."""
    found: dict[int, Tally] = {}
    known = {unit.id for unit in units}
    paths = {unit.id: [int(key) for key in unit.path.strip("/").split("/")] for unit in units}
    for unit_id, tally in own.items():
        for above in paths.get(unit_id, ()):
            if above in known:
                found[above] = found.get(above, Tally()) + tally
    return found


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person in a list of names, with where they stand."""

    public_id: str
    state: State
    due_on: date
    done_on: date | None
    exempt: str | None
    reminded_on: date | None
    unit_id: int
    plan_public_id: str
    plan_title: str
    name: str
    staff_number: str


def people(
    day: date,
    unit_ids: Sequence[int],
    *,
    plan_ids: Sequence[int],
    cycle: Sequence[str],
    only: ColumnElement[bool] | None,
) -> Select[*tuple[Any, ...]]:
    """People with where they stand, those whose last day is nearest first, for `paginate`; rows as PersonLine's fields."""
    names, one = accounts.named().subquery(), PlanAssignment
    return (
        select(
            one.public_id, state(day), one.due_on, one.done_on, one.exempt, one.reminded_on, one.unit_id,
            TrainingPlan.public_id.label("plan_public_id"), TrainingPlan.title, names.c.name, names.c.staff_number,
        )
        .join(names, names.c.id == one.person_id)
        .join(TrainingPlan, TrainingPlan.id == one.plan_id)
        .where(
            one.plan_id.in_(plan_ids), one.cycle.in_(cycle), one.unit_id.in_(unit_ids), true() if only is None else only
        )
        .order_by(one.due_on, names.c.staff_number, one.id)
    )  # fmt: skip


def line(row: Any) -> PersonLine:
    """A PersonLine of a row of `people`."""
    return PersonLine(row[0], State(row[1]), *row[2:])


def chosen(day: date, wanted: str, escalations: Mapping[int, int | None]) -> ColumnElement[bool] | None:
    """
    The condition of a filter: a state, a number of the rates, or "escalated"; None for all.

    Numbers: "called", of them "spared" (exempt) and "took_part", and "done" with and without being late. Who left without having
    taken part is not called, exempt or not.
    """
    exempt = PlanAssignment.exempt.is_not(None)
    named = {
        "called": called(),
        "took_part": and_(~exempt, took_part()),
        "done": state(day).in_(DONE),
        "escalated": escalated(escalations, day),
        "spared": and_(exempt, called()),
    }
    if wanted in named:
        return named[wanted]
    return state(day) == wanted if wanted in set(State) else None


@dataclass(frozen=True, slots=True)
class DueRow:
    """What somebody still has to do."""

    public_id: str
    title: str
    due_on: date
    reminded_on: date | None


def due_for(session: Session, person_id: int, *, limit: int) -> list[DueRow]:
    """What is expected of a person and not done, the nearest last day first."""
    one = PlanAssignment
    query = (
        select(one.public_id, TrainingPlan.title, one.due_on, one.reminded_on)
        .join(TrainingPlan, TrainingPlan.id == one.plan_id)
        .where(
            one.person_id == person_id, TrainingPlan.state == "open", one.done_on.is_(None), one.left_on.is_(None),
            one.exempt.is_(None),
        )
        .order_by(one.due_on, one.id)
    )  # fmt: skip
    return [DueRow(*row) for row in session.execute(query.limit(limit))]


def late_below(paths: Sequence[str], day: date) -> ScalarSelect[int]:
    """How many assignments of open plans are overdue in the units below these paths, as a part of another query."""
    one = PlanAssignment
    query = (
        select(func.count(one.id))
        .join(TrainingPlan, TrainingPlan.id == one.plan_id)
        .where(
            TrainingPlan.state == "open", one.cycle.in_(cycles(day)), one.unit_id.in_(accounts.unit_ids(paths)),
            state(day) == State.LATE,
        )
    )  # fmt: skip
    return query.scalar_subquery()


@dataclass(frozen=True, slots=True)
class Mine:
    """One of a person's assignments with what its plan says."""

    row: PlanAssignment
    title: str
    plan_state: str
    plan: Plan


def mine(session: Session, person_id: int, *, only: int | None = None) -> list[Mine]:
    """A person's latest assignments, the nearest last day first; `only`: the key of one."""
    query = (
        select(PlanAssignment, TrainingPlan.title, TrainingPlan.state, TrainingPlanVersion.record)
        .join(TrainingPlan, TrainingPlan.id == PlanAssignment.plan_id)
        .join(TrainingPlanVersion, TrainingPlanVersion.plan_id == TrainingPlan.id)
        .where(PlanAssignment.person_id == person_id, TrainingPlanVersion.number == TrainingPlan.newest)
        .order_by(PlanAssignment.id.desc())
        .limit(HELD)
    )
    if only is not None:
        query = query.where(PlanAssignment.id == only)
    found = [Mine(row[0], row[1], row[2], plan_from(row[3])) for row in session.execute(query)]
    return sorted(found, key=lambda one: (one.row.due_on, one.row.id))


def learned(session: Session, person_ids: Sequence[int], asked: Iterable[Course]) -> dict[int, list[Learned]]:
    """What stands on the transcripts of people, exams by their own key where one of these courses asks for them."""
    refs = sorted({item.ref for course in asked for item in course.items if item.kind is Kind.EXAM})
    names: dict[str, str] = {}
    for ref in refs:
        exam = exams.by_public_id(session, ref)
        if exam is not None:
            names |= dict.fromkeys(sitting.sources_of(session, exam.id, person_ids), ref)
    found: dict[int, list[Learned]] = {}
    for row in transcripts.learned_by(session, person_ids):
        found.setdefault(row.person_id, []).append(
            Learned(
                kind=row.kind,
                ref=names.get(row.source, row.source),
                on=row.happened_at.astimezone(BUREAU_ZONE).date(),
                passed=row.passed,
                hours=Hours.of(row.hours),
                channel=Channel(row.channel) if row.channel else USUAL.get(row.kind),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class EventRow:
    """One step of an assignment; `by`: who did it, None for audience, transcript and calendar."""

    kind: str
    at: datetime
    by: int | None
    told: Any


def events(session: Session, assignment_id: int) -> list[EventRow]:
    """The steps of an assignment, newest first."""
    query = (
        select(PlanEvent.kind, PlanEvent.at, PlanEvent.by, PlanEvent.told)
        .where(PlanEvent.assignment_id == assignment_id)
        .order_by(PlanEvent.id.desc())
        .limit(50)
    )
    return [EventRow(*row) for row in session.execute(query)]
