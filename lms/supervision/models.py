"""Tables of supervision: what was done to attempts and why, and what happened."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class MeasureTaken(Model):
    """Something done to one attempt, those of a room or all; each attempt's journal has it too."""

    __tablename__ = "supervision_measure"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: made by the page that asks for it: the same page sent twice is one measure
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    #: of question_bank.attempt.MEASURES
    kind: Mapped[str] = mapped_column(String(12))
    #: of an extension
    seconds: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(200))
    #: whom it was meant for: "all", "outage", "room:" and its name, "person:" and the staff number
    reach: Mapped[str] = mapped_column(String(80))
    #: attempts it changed; None while it is under way
    attempts: Mapped[int | None] = mapped_column(Integer)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Incident(Model):
    """Something that happened in an exam. A correction is a further one."""

    __tablename__ = "supervision_incident"
    __table_args__ = (UniqueConstraint("exam_id", "number"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    #: from 1 in each exam
    number: Mapped[int] = mapped_column(Integer)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    place: Mapped[str] = mapped_column(String(40))
    #: ids of the people concerned
    people: Mapped[Any] = mapped_column(Json)
    text: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
