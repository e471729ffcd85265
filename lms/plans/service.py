"""Keeping courses and plans, reminding, exempting: one function a use case, within the caller's `writing()`."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from courseware.courses import Course
from courseware.courses import to_record as course_record
from courseware.plans import Plan, State
from courseware.plans import from_record as plan_from
from courseware.plans import to_record as plan_record
from lms import jobs
from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.clock import now, today
from lms.plans import assigning, errors, queries
from lms.plans.models import (
    PlanAssignment,
    TrainingCourse,
    TrainingCourseVersion,
    TrainingPlan,
    TrainingPlanVersion,
)

ASSIGN = "plans.assign"


def save_course(
    session: Session,
    course: TrainingCourse | None,
    by: Viewer,
    *,
    title: str,
    title_en: str,
    holds: Course,
    owner_path: str,
) -> TrainingCourse:
    """Keep a course: a new one, or the next version of this one."""
    if course is None:
        course = TrainingCourse(owner_path=owner_path, newest=0)
        session.add(course)
    course.title, course.title_en, course.newest = title, title_en or None, course.newest + 1
    session.flush()
    held = course_record(holds)
    session.add(
        TrainingCourseVersion(course_id=course.id, number=course.newest, record=held, made_at=now(), made_by=by.id)
    )
    after = {"title": title, "version": course.newest, "items": len(holds.items)}
    record(session, "training_course.save", thing="training_course", thing_id=course.public_id, after=after)
    return course


def save_plan(
    session: Session,
    plan: TrainingPlan | None,
    by: Viewer,
    *,
    title: str,
    course: TrainingCourse,
    says: Plan,
    owner_path: str,
) -> TrainingPlan:
    """Keep a plan: a new draft, or the next version of this one, which at once holds for an open one.

    Raises NotOpen, and BadRule for what could not be read again.
    """
    held = plan_record(says)
    plan_from(held)
    if plan is None:
        plan = TrainingPlan(owner_path=owner_path, newest=0, state="draft", made_by=by.id, made_at=now())
        session.add(plan)
    if plan.state == "closed":
        raise errors.NotOpen
    plan.title, plan.course_id, plan.newest = title, course.id, plan.newest + 1
    session.flush()
    session.add(TrainingPlanVersion(plan_id=plan.id, number=plan.newest, record=held, made_at=now(), made_by=by.id))
    after = {"title": title, "version": plan.newest, **{key: held[key] for key in ("audience", "starts", "due")}}
    record(session, "plan.save", thing="plan", thing_id=plan.public_id, after=after)
    if plan.state == "open":
        _ask(session, plan, by)
    return plan


def open_plan(session: Session, plan: TrainingPlan, by: Viewer) -> str:
    """Let it count: its audience is assigned at once, and looked at again every hour. The job's public id. Raises NotDraft."""
    if plan.state != "draft":
        raise errors.NotDraft
    plan.state = "open"
    record(session, "plan.open", thing="plan", thing_id=plan.public_id, after={"version": plan.newest})
    return _ask(session, plan, by)


def close_plan(session: Session, plan: TrainingPlan) -> None:
    """Nothing is expected by it any more; what was done stays. Raises NotOpen."""
    if plan.state != "open":
        raise errors.NotOpen
    plan.state = "closed"
    record(session, "plan.close", thing="plan", thing_id=plan.public_id)


def _ask(session: Session, plan: TrainingPlan, by: Viewer) -> str:
    return jobs.enqueue(
        session, ASSIGN, {"plan": plan.public_id}, owner=by.public_id, unique_key=f"plan:{plan.public_id}"
    )


def remind_late(
    session: Session,
    by: Viewer,
    unit_ids: Sequence[int],
    plan_ids: Sequence[int],
    only: ColumnElement[bool] | None = None,
) -> int:
    """Remind everybody of these units who is late in these open plans, nobody twice a day; how many."""
    day = today()
    waiting = (
        select(PlanAssignment)
        .join(TrainingPlan, TrainingPlan.id == PlanAssignment.plan_id)
        .where(
            TrainingPlan.state == "open", PlanAssignment.plan_id.in_(plan_ids), PlanAssignment.unit_id.in_(unit_ids),
            PlanAssignment.cycle.in_(queries.cycles(day)), queries.state(day) == State.LATE,
        )
    )  # fmt: skip
    count = assigning.remind(session, waiting if only is None else waiting.where(only), day, by=by.id)
    if count:
        record(session, "plan.remind", thing="plan", after={"people": count, "plans": len(plan_ids)})
    return count


def remind_one(session: Session, assignment: PlanAssignment, by: Viewer) -> int:
    """Remind one person of whom something is expected; 0 where they were reminded today, or nothing is."""
    day = today()
    expected = (State.LATE, State.BEGUN, State.NOT_BEGUN)
    waiting = select(PlanAssignment).where(PlanAssignment.id == assignment.id, queries.state(day).in_(expected))
    count = assigning.remind(session, waiting, day, by=by.id)
    if count:
        record(session, "plan.remind", thing="assignment", thing_id=assignment.public_id, after={"people": count})
    return count


def exempt(session: Session, assignment: PlanAssignment, reason: str, words: str, by: Viewer) -> None:
    """Nothing is expected of somebody, for a reason; raises Exempt where it was so before."""
    if assignment.exempt is not None:
        raise errors.Exempt
    assignment.exempt = reason
    _step(session, assignment, "exempted", by, {"reason": reason, "words": words})


def expect(session: Session, assignment: PlanAssignment, words: str, by: Viewer) -> None:
    """Take the exemption back; raises Exempt where there is none."""
    if assignment.exempt is None:
        raise errors.Exempt
    before, assignment.exempt = assignment.exempt, None
    _step(session, assignment, "expected", by, {"reason": before, "words": words})


def _step(session: Session, assignment: PlanAssignment, kind: str, by: Viewer, told: dict[str, str]) -> None:
    session.flush()
    assigning.tell(session, [(assignment, kind, told)], by=by.id)
    record(session, f"plan.{kind}", thing="assignment", thing_id=assignment.public_id, after=told)
