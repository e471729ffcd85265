"""Tables of courses and plans. Courses and plans change by further versions; of each assignment every step is kept."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class TrainingCourse(Model):
    """Units, exams and other learning that belong together, through all its versions."""

    __tablename__ = "training_course"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str | None] = mapped_column(String(120))
    #: the part of the organisation it belongs to: path of a unit
    owner_path: Mapped[str] = mapped_column(String(255))
    #: number of the newest version
    newest: Mapped[int] = mapped_column(Integer)


class TrainingCourseVersion(Model):
    """A course as it was at one time."""

    __tablename__ = "training_course_version"
    __table_args__ = ({"info": {"append_only": True}},)

    course_id: Mapped[int] = mapped_column(ForeignKey("training_course.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: courseware.courses.Course as a record
    record: Mapped[Any] = mapped_column(Json)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class TrainingPlan(Model):
    """A plan of required training, through all its versions."""

    __tablename__ = "training_plan"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    title: Mapped[str] = mapped_column(String(120))
    owner_path: Mapped[str] = mapped_column(String(255))
    course_id: Mapped[int] = mapped_column(ForeignKey("training_course.id"))
    #: draft, open or closed
    state: Mapped[str] = mapped_column(String(12), default="draft")
    newest: Mapped[int] = mapped_column(Integer)
    #: the version that its assignments were last worked out by; 0: none was
    applied: Mapped[int] = mapped_column(Integer, default=0)
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TrainingPlanVersion(Model):
    """A plan as it was at one time."""

    __tablename__ = "training_plan_version"
    __table_args__ = ({"info": {"append_only": True}},)

    plan_id: Mapped[int] = mapped_column(ForeignKey("training_plan.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: courseware.plans.Plan as a record, the course as it was chosen in it
    record: Mapped[Any] = mapped_column(Json)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class PlanAssignment(Model):
    """One person in one cycle of a plan: where they stand, repeated from events and transcript for lists."""

    __tablename__ = "plan_assignment"
    __table_args__ = (
        UniqueConstraint("plan_id", "cycle", "person_id"),
        Index(
            "ix_plan_assignment_counted",
            "plan_id", "cycle", "unit_id", "left_on", "due_on", "done_on", "begun", "exempt",
        ),
        Index("ix_plan_assignment_person_id", "person_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    plan_id: Mapped[int] = mapped_column(ForeignKey("training_plan.id"))
    #: "once", or the year
    cycle: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: where the person serves, or served when they left
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    entered_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    #: when the person left the audience, None while they belong to it
    left_on: Mapped[date | None] = mapped_column(Date)
    begun: Mapped[bool] = mapped_column(default=False)
    done_on: Mapped[date | None] = mapped_column(Date)
    #: why nothing is expected: one of lms.plans.words.EXEMPTIONS; None for everybody else
    exempt: Mapped[str | None] = mapped_column(String(20))
    reminded_on: Mapped[date | None] = mapped_column(Date)


class PlanEvent(Model):
    """One step of an assignment: assigned, left, returned, due, done, undone, reminded, exempted or expected again."""

    __tablename__ = "plan_event"
    __table_args__ = (Index("ix_plan_event_assignment_id", "assignment_id"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("plan_assignment.id"))
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: None where nobody did it: audience, transcript or calendar
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    told: Mapped[Any | None] = mapped_column(Json)
