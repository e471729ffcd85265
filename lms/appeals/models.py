"""Tables of appeals: how long they may be made, what was asked, and every step since."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class AppealRule(Model):
    """For how long appeals of an exam may be made, where that is not the usual time."""

    __tablename__ = "appeal_rule"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    #: days from the moment a result became visible; 0: none may be made
    days: Mapped[int] = mapped_column(Integer)


class Appeal(Model):
    """What a candidate asks of one grading, and how far it is."""

    __tablename__ = "appeal"
    __table_args__ = (UniqueConstraint("attempt_id", "revision"), Index("ix_appeal_exam_id_state", "exam_id", "state"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: the grading it is about
    revision: Mapped[int] = mapped_column(Integer)
    #: numbers of questions on the paper; empty: the whole result
    questions: Mapped[Any] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(String(1000))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: open, taken, found, kept, mending or withdrawn; what became of one that is being mended, the gradings tell
    state: Mapped[str] = mapped_column(String(12))
    #: who looks at it
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: "right" or "change", words for the candidate, and the grading that counted when they were written
    finding: Mapped[str | None] = mapped_column(String(12))
    words: Mapped[str | None] = mapped_column(String(1000))
    found_on: Mapped[int | None] = mapped_column(Integer)


class AppealStep(Model):
    """One step of an appeal: made, taken, found, returned, confirmed or withdrawn."""

    __tablename__ = "appeal_step"
    __table_args__ = ({"info": {"append_only": True}},)

    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: what was found with its words
    told: Mapped[Any | None] = mapped_column(Json)
