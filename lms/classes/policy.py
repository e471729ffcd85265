"""Whose class it is: managers of the unit that holds it, those above who decide on it, the learners on its roster."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from courseware.classes.states import OPEN, State, decides
from lms.accounts import queries as accounts
from lms.accounts.policy import Act, Viewer, may, unit_paths
from lms.accounts.queries import UnitRow
from lms.classes import errors
from lms.classes.models import ClassUpload, Learner, LeaveRequest, TrainingClass
from lms.errors import NotFound


def managed(viewer: Viewer) -> tuple[str, ...]:
    """The subtrees whose classes the viewer manages and whose people they may call."""
    return unit_paths(viewer, Act.MANAGE_CLASSES)


def access_class(session: Session, viewer: Viewer, public_id: str, *, lock: bool = False) -> TrainingClass:
    """A class of a unit that the viewer manages; raises NotFound for everybody else."""
    return access_with_unit(session, viewer, public_id, lock=lock)[0]


def access_with_unit(
    session: Session, viewer: Viewer, public_id: str, *, lock: bool = False
) -> tuple[TrainingClass, UnitRow]:
    """The same with the unit whose class it is."""
    query = select(TrainingClass).where(TrainingClass.public_id == public_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    unit = accounts.unit_by_id(session, found.unit_id)
    if not may(viewer, Act.MANAGE_CLASSES, unit_path=unit.path):
        raise NotFound
    return found, unit


def may_decide(session: Session, viewer: Viewer, found: TrainingClass) -> bool:
    """Whether the viewer stands above the unit of the class and did not hand in what waits."""
    return decides_on(viewer, found, accounts.unit_by_id(session, found.unit_id))


def decides_on(viewer: Viewer, found: TrainingClass, unit: UnitRow) -> bool:
    """The same of a class whose unit is known."""
    return viewer.id != found.handed_in_by and decides(unit.path, managed(viewer))


def refuse_closed(found: TrainingClass) -> None:
    """Raise NotOpen where roster and timetable are fixed."""
    if State(found.state) not in OPEN:
        raise errors.NotOpen


def refuse_unapproved(found: TrainingClass) -> None:
    """Raise NotOpen where attendance, leave and marks cannot be written: before the approval, from the closing on."""
    if found.state != State.APPROVED:
        raise errors.NotOpen


def access_learner(session: Session, found: TrainingClass, public_id: str) -> Learner:
    """Somebody on the roster of a class; raises NotFound."""
    query = select(Learner).where(
        Learner.public_id == public_id, Learner.class_id == found.id, Learner.removed_at.is_(None)
    )
    learner = session.scalar(query)
    if learner is None:
        raise NotFound
    return learner


def access_upload(session: Session, viewer: Viewer, found: TrainingClass, public_id: str) -> ClassUpload:
    """A file that the viewer sent for the roster of a class; raises NotFound."""
    query = select(ClassUpload).where(ClassUpload.public_id == public_id, ClassUpload.class_id == found.id)
    upload = session.scalar(query.where(ClassUpload.created_by == viewer.id))
    if upload is None:
        raise NotFound
    return upload


def access_request(session: Session, found: TrainingClass, public_id: str) -> LeaveRequest:
    """A request for leave from a class; raises NotFound."""
    query = select(LeaveRequest).where(LeaveRequest.public_id == public_id, LeaveRequest.class_id == found.id)
    asked = session.scalar(query)
    if asked is None:
        raise NotFound
    return asked


def access_own(
    session: Session, viewer: Viewer, public_id: str, *, lock: bool = False
) -> tuple[TrainingClass, Learner]:
    """A class on whose roster the viewer is, as soon as its plan is approved; raises NotFound. `lock`: whoever writes on its sheets
    or requests does so one after the other.
    """
    query = (
        select(TrainingClass, Learner)
        .join(Learner, Learner.class_id == TrainingClass.id)
        .where(TrainingClass.public_id == public_id, Learner.person_id == viewer.id, Learner.removed_at.is_(None))
        .where(TrainingClass.state.in_(TOLD))
    )
    row = session.execute(query.with_for_update(of=TrainingClass) if lock else query).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


#: states of classes that their learners see
TOLD = (State.APPROVED.value, State.CLOSING.value, State.CLOSED.value)
