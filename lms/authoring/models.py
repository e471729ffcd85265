"""Tables of authoring. Drafts are the only thing that is edited; what was decided is appended."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from courseware.drafting import State
from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id

_OPEN = text("state IN ('writing', 'submitted')")


class CourseDraft(Model):
    """A unit while it is written: a new one, or what is to be the next version of one."""

    __tablename__ = "course_draft"
    __table_args__ = (
        Index("uq_course_draft_open", "code", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_course_draft_state", "state"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    #: courseware.drafting.State
    state: Mapped[str] = mapped_column(String(12), default=State.WRITING.value)
    code: Mapped[str] = mapped_column(String(60))
    #: None until the unit has a first version; the version it was begun from, 0 for a new unit
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("course_unit.id"), index=True)
    based_on: Mapped[int] = mapped_column(Integer, default=0)
    #: courseware.record of the unit as it is now, sound or not; title, English title and subject again for lists
    record: Mapped[Any] = mapped_column(Json)
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(String(60))
    #: pages that were taken out and can be brought back: key, title, text, names of media
    removed: Mapped[Any] = mapped_column(Json, default=list)
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CourseDraftHand(Model):
    """Somebody who wrote in a draft: they do not review it."""

    __tablename__ = "course_draft_hand"
    __table_args__ = ({"info": {"append_only": True}},)

    draft_id: Mapped[int] = mapped_column(ForeignKey("course_draft.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CourseEvent(Model):
    """Something that was decided or said about a draft or a unit."""

    __tablename__ = "course_event"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("course_draft.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("course_unit.id"), index=True)
    #: a courseware.drafting.Move, or begin, import, comment, catch_up, withdraw, reopen
    act: Mapped[str] = mapped_column(String(12))
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: what was said with it
    words: Mapped[str] = mapped_column(Text, default="")
    #: of a submission the unit as it was submitted (courseware.record) and its hash; of an approval the number of the version
    record: Mapped[Any | None] = mapped_column(Json)
    sha256: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int | None] = mapped_column(Integer)


class CourseImport(Model):
    """A unit that was read from an archive and is looked at before it becomes a draft."""

    __tablename__ = "course_import"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    file_name: Mapped[str] = mapped_column(String(200))
    #: courseware.record of the unit; its media are kept
    record: Mapped[Any] = mapped_column(Json)
    #: "ready", "taken" or "dropped"
    state: Mapped[str] = mapped_column(String(12), default="ready")
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
