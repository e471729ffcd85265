"""Plans of classes and the steps they take: one function a use case, one transaction each; every step is kept and audited."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courseware.classes.states import DECISIONS, REASONED, Move, State, after
from lms import jobs
from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.classes import errors, marks, readiness
from lms.classes.models import ClassStep, TrainingClass
from lms.classes.policy import may_decide
from lms.clock import now

CLOSE = "classes.close"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a plan says, by the names of TrainingClass. Hours are study hours of 45 minutes."""

    name: str
    class_type: str
    level: str
    channel: str
    unit_id: int
    organiser: str
    host: str
    place: str
    first_day: date
    last_day: date
    planned_hours: Decimal
    called: str
    required: bool
    assessment: str
    maximum: Decimal | None = None
    pass_mark: Decimal | None = None
    exam_id: int | None = None
    name_en: str | None = None

    @property
    def asks(self) -> tuple[str, Decimal | None, Decimal | None, int | None]:
        """What passing asks besides attendance."""
        return self.assessment, self.maximum, self.pass_mark, self.exam_id

    def told(self) -> dict[str, Any]:
        """For the audit log."""
        return {
            key: value if isinstance(value, bool | int | None) else str(value) for key, value in asdict(self).items()
        }


def create(session: Session, plan: Plan, by: Viewer) -> str:
    """Begin a plan; its public id."""
    found = TrainingClass(**asdict(plan), state=State.DRAFT.value, created_by=by.id, created_at=now())
    session.add(found)
    session.flush()
    write_step(session, found, "create", by, after=plan.told())
    return found.public_id


def edit(session: Session, found: TrainingClass, plan: Plan, by: Viewer) -> None:
    """Change a plan that nobody waits for; marks that were entered are judged by what it says now. Raises NotOpen."""
    if found.state != State.DRAFT:
        raise errors.NotOpen
    fields = asdict(plan)
    before = Plan(**{name: getattr(found, name) for name in fields})
    for name, value in fields.items():
        setattr(found, name, value)
    write_step(session, found, "edit", by, before=before.told(), after=plan.told())
    if before.asks != plan.asks:
        marks.judge_again(session, found)


def step(session: Session, found: TrainingClass, move: Move, by: Viewer, why: str = "") -> None:
    """
    Take a class on. Handing in the closing fixes what will be written; approving it lets a job write it.

    Raises BadMove, SecondPerson, ReasonNeeded, Incomplete and ExamNotOut.
    """
    before = State(found.state)
    reached = after(before, move)
    if move in DECISIONS and not may_decide(session, by, found):
        raise errors.SecondPerson
    if move in REASONED and not why:
        raise errors.ReasonNeeded
    if move is Move.SUBMIT:
        readiness.of_plan(session, found)
    if move is Move.PROPOSE:
        readiness.of_closing(session, found)
    found.state = reached.value
    if move in (Move.SUBMIT, Move.PROPOSE):
        found.handed_in_by = by.id
    if move is Move.CONFIRM:
        found.job_id = jobs.enqueue(
            session, CLOSE, {"class": found.public_id}, owner=by.public_id, unique_key=f"close:{found.public_id}"
        )
    write_step(session, found, move.value, by, why, before={"state": before.value}, after={"state": reached.value})


def write_step(
    session: Session,
    found: TrainingClass,
    kind: str,
    by: Viewer,
    why: str = "",
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Append a step of a class and its entry in the audit log."""
    last = session.scalar(select(func.max(ClassStep.number)).where(ClassStep.class_id == found.id)) or 0
    session.add(ClassStep(class_id=found.id, number=last + 1, kind=kind, person_id=by.id, at=now(), why=why))
    said = {**(after or {}), "why": why} if why else after
    record(session, f"class.{kind}", thing="class", thing_id=found.public_id, before=before, after=said)
