"""Working out who is assigned, and how far they are: in batches, again and again, with the same outcome each time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from courseware.courses import progress
from courseware.plans import Assignment, Cycle, Plan, cycle_of, cycle_on, due_on, entered, left, reminded_on
from lms.accounts import queries as accounts
from lms.audit.service import record
from lms.clock import now
from lms.ids import new_public_id
from lms.plans import audience, queries
from lms.plans.models import PlanAssignment, PlanEvent, TrainingPlan

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be worked out for a plan on a day: the unit of each member, and everybody concerned in batches.

    `again`: the plan was changed, so everybody is looked at once more.
    """

    plan_id: int
    plan: Plan
    cycle: Cycle
    day: date
    units: Mapping[int, int]
    batches: Sequence[Sequence[int]]
    again: bool


def work_of(session: Session, plan: TrainingPlan, day: date) -> Work | None:
    """The work on a plan, None before it starts."""
    said = queries.plan_of(session, plan)
    cycle = cycle_on(said, day)
    if cycle is None:
        return None
    query = audience.members(said.audience, accounts.units(session, closed=True), plan.owner_path, day)
    units = {row.id: row.unit_id for row in session.execute(query)}
    held = select(PlanAssignment.person_id, PlanAssignment.unit_id, PlanAssignment.left_on).where(
        PlanAssignment.plan_id == plan.id, PlanAssignment.cycle == cycle.key
    )
    rows = {row.person_id: (row.unit_id, row.left_on is None) for row in session.execute(held)}
    again = plan.applied != plan.newest
    stays = {person for person, (unit, open_now) in rows.items() if open_now and units.get(person) == unit}
    gone = {person for person, (_unit, open_now) in rows.items() if not open_now and person not in units}
    changed = (units.keys() | rows.keys()) - (set() if again else stays) - gone
    people = sorted(changed)
    batches = [people[first : first + AT_ONCE] for first in range(0, len(people), AT_ONCE)]
    return Work(plan.id, said, cycle, day, units, batches, again)


def assign(session: Session, work: Work, people: Sequence[int]) -> dict[str, int]:
    """Assign, close and open again for one batch, within the caller's transaction; how many of each step."""
    query = select(PlanAssignment).where(
        PlanAssignment.plan_id == work.plan_id,
        PlanAssignment.cycle == work.cycle.key,
        PlanAssignment.person_id.in_(people),
    )
    held = {row.person_id: row for row in session.scalars(query)}
    new = [person for person in people if person in work.units and person not in held]
    back = queries.came_back(session, [row.id for row in held.values()]) if work.again else {}
    steps = [step for row in held.values() for step in _moved(work, row, back.get(row.id))]
    if new:
        due = due_on(work.plan, work.cycle, work.day)
        rows = [
            {
                "public_id": new_public_id(), "plan_id": work.plan_id, "cycle": work.cycle.key, "person_id": person,
                "unit_id": work.units[person], "entered_on": work.day, "due_on": due, "begun": False,
            }
            for person in new
        ]  # fmt: skip
        session.execute(insert(PlanAssignment), rows)
        added = session.scalars(
            query.where(PlanAssignment.person_id.in_(new)).execution_options(populate_existing=True)
        )
        for row in added:
            held[row.person_id] = row
            steps.append((row, "assigned", {"due": row.due_on.isoformat()}))
    session.flush()
    tell(session, steps)
    learn(session, list(held.values()), {work.plan_id: work.plan})
    counts: dict[str, int] = {}
    for _row, kind, _told in steps:
        counts[kind] = counts.get(kind, 0) + 1
    return counts


Step = tuple[PlanAssignment, str, dict[str, Any] | None]


def _moved(work: Work, row: PlanAssignment, back: date | None) -> list[Step]:
    """What became of somebody who has the assignment; `back`: when they came back, if that gave them days."""
    before = Assignment(row.due_on, row.left_on, row.begun, row.done_on, row.exempt or "")
    steps: list[Step] = []
    if row.person_id not in work.units:
        row.left_on = left(before, work.day).left
        return [(row, "left", None)] if before.left is None else []
    if work.again and before.left is None and before.done is None:
        due = max(due_on(work.plan, work.cycle, day) for day in (row.entered_on, back or row.entered_on))
        if due != row.due_on:
            steps.append((row, "due", {"before": row.due_on.isoformat(), "due": due.isoformat()}))
            row.due_on = due
        before = Assignment(due, None, row.begun, None, row.exempt or "")
    after = entered(work.plan, work.cycle, before, work.day)
    row.due_on, row.left_on, row.unit_id = after.due, after.left, work.units[row.person_id]
    if before.left is not None:
        steps.append((row, "returned", {"due": row.due_on.isoformat()}))
    return steps


def tell(session: Session, steps: Sequence[Step], *, by: int | None = None) -> None:
    """Append these steps of assignments."""
    if steps:
        rows = [
            {"assignment_id": row.id, "kind": kind, "at": now(), "by": by, "told": told} for row, kind, told in steps
        ]
        session.execute(insert(PlanEvent), rows)


def learn(session: Session, rows: Sequence[PlanAssignment], plans: Mapping[int, Plan]) -> int:
    """Bring assignments to what the transcripts say; how many have become done, or are so no more."""
    found = queries.learned(
        session, sorted({row.person_id for row in rows}), [plans[key].course for key in {row.plan_id for row in rows}]
    )
    steps: list[Step] = []
    for row in rows:
        plan = plans[row.plan_id]
        cycle = cycle_of(plan, row.cycle)
        state = progress(plan.course, found.get(row.person_id, ()), since=cycle.since, until=cycle.until)
        if (state.completed_on is None) != (row.done_on is None):
            told = {"on": state.completed_on.isoformat()} if state.completed_on else None
            steps.append((row, "done" if state.completed_on else "undone", told))
        row.begun, row.done_on = state.begun, state.completed_on
    session.flush()
    tell(session, steps)
    return len(steps)


def followed(session: Session, people: Sequence[int]) -> int:
    """The same for everything that these people have in open plans."""
    query = (
        select(PlanAssignment)
        .join(TrainingPlan, TrainingPlan.id == PlanAssignment.plan_id)
        .where(TrainingPlan.state == "open", PlanAssignment.person_id.in_(people))
    )
    rows = list(session.scalars(query))
    return learn(session, rows, queries.plans_of(session, sorted({row.plan_id for row in rows}))) if rows else 0


def finish(session: Session, work: Work, counts: Mapping[str, int], version: int) -> None:
    """Note that the plan was worked out by a version, and what it came to."""
    plan = session.get_one(TrainingPlan, work.plan_id)
    plan.applied = version
    if counts:
        record(session, "plan.assign", thing="plan", thing_id=plan.public_id, after=dict(counts))


def remind_due(session: Session, plan_id: int, plan: Plan, day: date) -> int:
    """Remind those whose day it is, of whom something is expected; nobody twice a day. How many."""
    one = PlanAssignment
    waiting = select(one).where(
        one.plan_id == plan_id, one.done_on.is_(None), one.left_on.is_(None), one.exempt.is_(None),
        one.due_on.in_(_due_days(plan, day)),
    )  # fmt: skip
    return remind(session, waiting, day, by=None)


def _due_days(plan: Plan, day: date) -> list[date]:
    """The last days of those who are reminded on `day`: as far before it as those of `day` are reminded after it."""
    return sorted(day - (one - day) for one in reminded_on(plan, day))


def remind(session: Session, waiting: Any, day: date, *, by: int | None) -> int:
    """Remind those of a query of assignments who were not reminded on this day; how many."""
    fresh = PlanAssignment.reminded_on.is_(None) | (PlanAssignment.reminded_on < day)
    rows = list(session.scalars(waiting.where(fresh).with_for_update(of=PlanAssignment)))
    ids = [row.id for row in rows]
    for first in range(0, len(ids), AT_ONCE):
        some = PlanAssignment.id.in_(ids[first : first + AT_ONCE])
        session.execute(update(PlanAssignment).where(some).values(reminded_on=day))
    tell(session, [(row, "reminded", None) for row in rows], by=by)
    return len(rows)
