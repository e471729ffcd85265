"""Tables of training classes. What was closed is never changed: steps, sheets and results are appended."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Hundredths, Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class TrainingClass(Model):
    """A class: its plan, and how far it is."""

    __tablename__ = "training_class"
    __table_args__ = (Index("ix_training_class_last_day_state", "last_day", "state"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(120))
    #: for certificates and transcripts that are read in English
    name_en: Mapped[str | None] = mapped_column(String(120))
    #: in the words of the reports: a key of TYPES
    class_type: Mapped[str] = mapped_column(String(20))
    #: courseware.facts.Level, and "own" or another key of CHANNELS
    level: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(12))
    #: the unit whose class it is, who organises and who hosts it
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    organiser: Mapped[str] = mapped_column(String(120))
    host: Mapped[str] = mapped_column(String(120))
    place: Mapped[str] = mapped_column(String(120))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    #: study hours of 45 minutes that the plan says
    planned_hours: Mapped[Decimal] = mapped_column(Hundredths)
    called: Mapped[str] = mapped_column(String(500))
    required: Mapped[bool]
    #: courseware.classes.outcome.Assessment; of a mark its maximum and the pass mark, of an exam which one
    assessment: Mapped[str] = mapped_column(String(12))
    maximum: Mapped[Decimal | None] = mapped_column(Hundredths)
    pass_mark: Mapped[Decimal | None] = mapped_column(Hundredths)
    exam_id: Mapped[int | None] = mapped_column(ForeignKey("exam.id"), index=True)
    #: courseware.classes.states.State
    state: Mapped[str] = mapped_column(String(12), default="draft")
    #: who handed in the plan, or the closing, that waits for a decision
    handed_in_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: the job that writes the results of one that was closed
    job_id: Mapped[str | None] = mapped_column(PublicId)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClassStep(Model):
    """A step of a class from one state to another."""

    __tablename__ = "class_step"
    __table_args__ = ({"info": {"append_only": True}},)

    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: "create", "edit" or courseware.classes.states.Move
    kind: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(String(500))


class Learner(Model):
    """Somebody on the roster of a class, from the unit in which they served when they were put on it."""

    __tablename__ = "class_learner"
    __table_args__ = (UniqueConstraint("class_id", "person_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    #: a key of EXEMPTIONS and what is to be said of it; "" for whoever is to take part
    exempt: Mapped[str] = mapped_column(String(12), default="")
    exempt_note: Mapped[str] = mapped_column(String(200), default="")
    #: mark entered, or taken from the exam with its maximum and whether it was passed
    score: Mapped[Decimal | None] = mapped_column(Hundredths)
    maximum: Mapped[Decimal | None] = mapped_column(Hundredths)
    assessed: Mapped[bool | None]
    #: since when not on the roster any more
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClassUpload(Model):
    """A file of people for a roster: what is to be taken, and what is wrong with the other rows."""

    __tablename__ = "class_upload"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    #: rows as lms.classes.upload.Line
    lines: Mapped[Any] = mapped_column(Json)
    left_out: Mapped[Any] = mapped_column(Json)
    #: how many were put on the roster; None as long as nobody took them
    taken: Mapped[int | None] = mapped_column(Integer)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClassSession(Model):
    """A session of the timetable; times are minutes since midnight where the organisation works."""

    __tablename__ = "class_session"
    __table_args__ = (
        Index("ix_class_session_class_id_day", "class_id", "day", "starts"),
        Index("ix_class_session_day", "day"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    day: Mapped[date] = mapped_column(Date)
    starts: Mapped[int] = mapped_column(Integer)
    ends: Mapped[int] = mapped_column(Integer)
    #: courseware.classes.attendance.half_day
    half_day: Mapped[int | None] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(120))
    lecturer: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(120))
    hours: Mapped[Decimal] = mapped_column(Hundredths)


class Attendance(Model):
    """What the sheet of a session says of a learner at present."""

    __tablename__ = "class_attendance"

    session_id: Mapped[int] = mapped_column(ForeignKey("class_session.id"), primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("class_learner.id"), primary_key=True, index=True)
    #: courseware.classes.attendance.Kind, and hours of leave
    kind: Mapped[str] = mapped_column(String(8))
    leave: Mapped[Decimal] = mapped_column(Hundredths)


class Marking(Model):
    """Once that a sheet was marked: what it said of those concerned before and after. The newest can be undone."""

    __tablename__ = "class_marking"
    __table_args__ = (Index("ix_class_marking_session_id", "session_id"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("class_session.id"))
    #: "sheet", "undo", "code" (the learner by the code of the room) or "leave" (granted)
    way: Mapped[str] = mapped_column(String(8))
    #: by key of the learner [kind, hours of leave], null for nothing said
    before: Mapped[Any] = mapped_column(Json)
    after: Mapped[Any] = mapped_column(Json)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class LeaveRequest(Model):
    """A learner asks to be away from sessions."""

    __tablename__ = "class_leave"
    __table_args__ = (Index("ix_class_leave_class_id_state", "class_id", "state"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    learner_id: Mapped[int] = mapped_column(ForeignKey("class_learner.id"), index=True)
    #: keys of the sessions
    sessions: Mapped[Any] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(String(500))
    #: asked, granted, refused or withdrawn
    state: Mapped[str] = mapped_column(String(10), default="asked")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(String(500), default="")


class ClassResult(Model):
    """What came of a class for a learner; a correction is a further revision, the highest is in force."""

    __tablename__ = "class_result"
    __table_args__ = (UniqueConstraint("learner_id", "revision"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("class_learner.id"))
    revision: Mapped[int] = mapped_column(Integer)
    #: courseware.classes.outcome.Outcome
    outcome: Mapped[str] = mapped_column(String(10))
    exempt: Mapped[str] = mapped_column(String(12))
    #: study hours: of all sessions, attended, on leave, absent without leave, granted
    total: Mapped[Decimal] = mapped_column(Hundredths)
    attended: Mapped[Decimal] = mapped_column(Hundredths)
    leave: Mapped[Decimal] = mapped_column(Hundredths)
    absent: Mapped[Decimal] = mapped_column(Hundredths)
    granted: Mapped[Decimal] = mapped_column(Hundredths)
    half_days: Mapped[int] = mapped_column(Integer)
    score: Mapped[Decimal | None] = mapped_column(Hundredths)
    maximum: Mapped[Decimal | None] = mapped_column(Hundredths)
    #: of whoever passed
    certificate: Mapped[str | None] = mapped_column(String(24))
    #: of a correction: why it was made
    why: Mapped[str] = mapped_column(String(500))
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
