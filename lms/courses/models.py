"""Tables of courses: units in immutable versions, their media, and what people did in them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Hundredths, Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class CourseUnit(Model):
    """A unit through all its versions."""

    __tablename__ = "course_unit"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    #: its lasting name, e.g. "penalty-01"
    code: Mapped[str] = mapped_column(String(60), unique=True)
    #: "open" to learners or "withdrawn" (kept for those who took it)
    state: Mapped[str] = mapped_column(String(12), default="open")
    #: number of the newest version; its title and subject are repeated here for lists
    newest: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(String(60), index=True)
    hours: Mapped[Decimal] = mapped_column(Hundredths)
    pages: Mapped[int] = mapped_column(Integer)
    #: minutes of witnessed study that the newest version asks for
    minutes: Mapped[int] = mapped_column(Integer, default=0)
    #: minutes without a sign of the reader after which pages of the newest version ask; 0: never
    presence: Mapped[int] = mapped_column(Integer, default=8)
    #: whether a version was written here: then loading the bundled content leaves the unit alone
    authored: Mapped[bool] = mapped_column(default=False)


class CourseUnitVersion(Model):
    """A unit as it was taught at one time."""

    __tablename__ = "course_unit_version"
    __table_args__ = (UniqueConstraint("unit_id", "number"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("course_unit.id"))
    number: Mapped[int] = mapped_column(Integer)
    #: courseware.record: the whole unit
    record: Mapped[Any] = mapped_column(Json)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CourseMedia(Model):
    """A stored picture or recording; the file lies in the media folder under its hash."""

    __tablename__ = "course_media"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int] = mapped_column(Integer)


class ProgressEvent(Model):
    """One thing a person did in a unit: opened a page, watched its video, tried the check, completed it."""

    __tablename__ = "course_progress_event"
    __table_args__ = ({"info": {"append_only": True}},)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("course_unit.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    act: Mapped[str] = mapped_column(String(16))
    page: Mapped[str | None] = mapped_column(String(120))
    #: share of the check's marks, as a fraction "5/6"
    share: Mapped[str | None] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class UnitLawChange(Model):
    """What the law changed under a unit; settled when somebody has looked, or with the unit's next version."""

    __tablename__ = "course_law_change"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("course_unit.id"), index=True)
    #: lms.library.telling.Change as a record
    said: Mapped[Any] = mapped_column(Json)
    #: public id of the job by which the library told of it: a job may run twice
    word: Mapped[str] = mapped_column(PublicId)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Progress(Model):
    """Where a person stands in a unit, repeated from the events for lists."""

    __tablename__ = "course_progress"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("course_unit.id"), primary_key=True)
    position: Mapped[str] = mapped_column(String(120))
    opened: Mapped[int] = mapped_column(Integer)
    percent: Mapped[int] = mapped_column(Integer)
    last_event: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StudyTime(Model):
    """How long somebody has studied a unit in all its versions, as far as it was witnessed: the sum for lists and rules."""

    __tablename__ = "course_study_time"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("course_unit.id"), primary_key=True)
    #: milliseconds that count
    counted: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CourseNote(Model):
    """What somebody wrote for himself on a page of a unit. Nobody else sees it."""

    __tablename__ = "course_note"
    __table_args__ = (Index("ix_course_note_person_id_unit_id", "person_id", "unit_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("course_unit.id"))
    page: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    #: the words before the last change
    earlier: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: taken away, and may be put back
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
