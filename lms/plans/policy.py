"""Who sees and keeps which courses and plans: training managers, those of their own part of the organisation."""

from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.policy import Act, Viewer, may, unit_paths
from lms.errors import NotFound
from lms.plans import queries
from lms.plans.models import PlanAssignment, TrainingCourse, TrainingPlan

ACT = Act.MANAGE_PLANS


def paths_of(viewer: Viewer) -> tuple[str, ...]:
    """The subtrees whose people's training the viewer manages."""
    return unit_paths(viewer, ACT)


def may_change(viewer: Viewer, owner_path: str) -> bool:
    """Whether the viewer keeps what belongs to this part of the organisation."""
    return may(viewer, ACT, unit_path=owner_path)


def access_plan(
    session: Session, viewer: Viewer, public_id: str, *, change: bool = False, lock: bool = False
) -> TrainingPlan:
    """The plan, for managers of its part, and, unless it is to be changed, of parts above and below; raises NotFound."""
    plan = queries.plan_by(session, public_id, lock=lock)
    if plan is None or not _reaches(viewer, plan.owner_path, change=change):
        raise NotFound
    if plan.state == "draft" and not may_change(viewer, plan.owner_path):
        raise NotFound
    return plan


def access_course(
    session: Session, viewer: Viewer, public_id: str, *, change: bool = False, lock: bool = False
) -> TrainingCourse:
    """The course, likewise."""
    course = queries.course_by(session, public_id, lock=lock)
    if course is None or not _reaches(viewer, course.owner_path, change=change):
        raise NotFound
    return course


def access_assignment(session: Session, viewer: Viewer, public_id: str, *, lock: bool = False) -> PlanAssignment:
    """What one person has to do, for the managers of the unit where it is counted; raises NotFound."""
    found = queries.assignment_by(session, public_id, lock=lock)
    if found is None or not may(viewer, ACT, unit_path=accounts.unit_by_id(session, found.unit_id).path):
        raise NotFound
    return found


def access_own(session: Session, viewer: Viewer, public_id: str) -> PlanAssignment:
    """One's own; raises NotFound."""
    found = queries.assignment_by(session, public_id)
    if found is None or found.person_id != viewer.id:
        raise NotFound
    return found


def _reaches(viewer: Viewer, owner_path: str, *, change: bool) -> bool:
    mine = paths_of(viewer)
    inside = any(owner_path.startswith(path) for path in mine)
    return inside or (not change and any(path.startswith(owner_path) for path in mine))
