"""What the personnel archive says of training classes: where and by whom they were held, and how each learner attended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from courseware.classes.states import Move
from lms.classes.models import Attendance, ClassResult, ClassSession, ClassStep, Learner, TrainingClass
from lms.classes.queries import THERE, in_force


@dataclass(frozen=True, slots=True)
class Held:
    """A class as it was held. `sessions`: how many; `confirmed_by`: who confirmed its closing, and when."""

    organiser: str
    host: str
    place: str
    first_day: date
    last_day: date
    sessions: int
    lecturers: tuple[str, ...]
    confirmed_by: int | None
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attended:
    """
    How somebody attended a class: at how many of its sessions the sheets say they were, and by the result in force the study
    hours on leave, those of all sessions, and the number of the certificate ("" without one).
    """

    sessions: int
    leave: Decimal
    total: Decimal
    certificate: str


def held(session: Session, class_ids: Sequence[str]) -> dict[str, Held]:
    """Classes by public id; others are left out. Three queries, whatever their number."""
    classes = session.scalars(select(TrainingClass).where(TrainingClass.public_id.in_(class_ids))).all()
    keys = [one.id for one in classes]
    timetable = select(ClassSession.class_id, ClassSession.lecturer).where(ClassSession.class_id.in_(keys))
    lecturers: dict[int, list[str]] = {}
    for row in session.execute(timetable.order_by(ClassSession.day, ClassSession.starts, ClassSession.id)):
        lecturers.setdefault(row.class_id, []).append(row.lecturer)
    confirmed = select(ClassStep).where(ClassStep.class_id.in_(keys), ClassStep.kind == Move.CONFIRM.value)
    steps = {step.class_id: step for step in session.scalars(confirmed.order_by(ClassStep.number))}
    found = {}
    for one in classes:
        step, names = steps.get(one.id), lecturers.get(one.id, [])
        found[one.public_id] = Held(
            one.organiser, one.host, one.place, one.first_day, one.last_day, len(names),
            tuple(dict.fromkeys(name for name in names if name)), step.person_id if step else None, step.at if step else None,
        )  # fmt: skip
    return found


def attended(session: Session, class_ids: Sequence[str], person_ids: Sequence[int]) -> dict[tuple[str, int], Attended]:
    """By class (public id) and person, of whoever has a result. One query."""
    there = (
        select(Attendance.learner_id, cast(func.count(), Integer).label("count"))
        .join(Learner, Learner.id == Attendance.learner_id)
        .join(ClassSession, ClassSession.id == Attendance.session_id)
        .where(Learner.person_id.in_(person_ids), THERE)
        .group_by(Attendance.learner_id)
        .subquery()
    )
    query = (
        select(
            TrainingClass.public_id, Learner.person_id, there.c.count, ClassResult.leave, ClassResult.total,
            ClassResult.certificate,
        )
        .join(Learner, Learner.class_id == TrainingClass.id)
        .join(ClassResult, ClassResult.learner_id == Learner.id)
        .outerjoin(there, there.c.learner_id == Learner.id)
        .where(TrainingClass.public_id.in_(class_ids), Learner.person_id.in_(person_ids), in_force())
    )  # fmt: skip
    return {(row[0], row[1]): Attended(row[2] or 0, row[3], row[4], row[5] or "") for row in session.execute(query)}
