"""Tables of marking. Marks are append-only: another mark for the same answer is a further row, and the newest one counts."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Hundredths, Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Plan(Model):
    """How the answers of an exam are marked."""

    __tablename__ = "marking_plan"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    #: question_bank.moderation.Marking as a record
    settings: Mapped[Any] = mapped_column(Json)
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: when the answers were drawn among the markers
    allotted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when they could not be drawn: how many had too few markers
    lacking: Mapped[int | None] = mapped_column(Integer)
    #: public id of the change of scoring (lms.sitting) as which the marks were brought in last
    remarking: Mapped[str | None] = mapped_column(PublicId)


class Question(Model):
    """A question that people mark, worth so many marks."""

    __tablename__ = "marking_question"
    __table_args__ = (UniqueConstraint("exam_id", "item_version_id", "marks"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("bank_item_version.id"))
    marks: Mapped[Decimal] = mapped_column(Hundredths)
    #: question_bank.moderation.Rubric as a record
    rubric: Mapped[Any] = mapped_column(Json)


class Marker(Model):
    """Somebody who marks answers of an exam."""

    __tablename__ = "marking_marker"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    #: whether answers on which two markers differ too much may come to them
    adjudicates: Mapped[bool]
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: when they were taken off, None while they mark
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Script(Model):
    """An answer to be marked. Its public id says nothing about whose it is."""

    __tablename__ = "marking_script"
    __table_args__ = (UniqueConstraint("attempt_id", "slot"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("marking_question.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    slot: Mapped[int] = mapped_column(Integer)
    #: whether everybody marks it, to see how markers compare
    control: Mapped[bool]
    #: what the marks come to, None while some are missing or differ too much
    final: Mapped[Decimal | None] = mapped_column(Hundredths)


class Task(Model):
    """An answer on a marker's desk."""

    __tablename__ = "marking_task"
    __table_args__ = (UniqueConstraint("script_id", "person_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    script_id: Mapped[int] = mapped_column(ForeignKey("marking_script.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: "marker", "control" (compared and not counted), "adjudicator" or "review" (after an appeal: counts instead of all
    #: others)
    role: Mapped[str] = mapped_column(String(12))
    #: the order on the desk, at random
    place: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: when the mark that counts was given, None while one is wanted
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when it was given to somebody else, or was not needed any more
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: why it came back to be marked once more
    returned: Mapped[str | None] = mapped_column(String(200))


class Mark(Model):
    """What a marker gave an answer."""

    __tablename__ = "marking_mark"
    __table_args__ = (UniqueConstraint("task_id", "number"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("marking_task.id"))
    #: 1 for the first mark of this marker, the highest counts
    number: Mapped[int] = mapped_column(Integer)
    #: marks by criterion in hundredths, in the order of the rubric
    points: Mapped[Any] = mapped_column(Json)
    total: Mapped[Decimal] = mapped_column(Hundredths)
    #: read by those who mark and examine
    comment: Mapped[str] = mapped_column(Text)
    #: read by the candidate, once results are out; empty for nothing
    told: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: passages of the answer with a remark: [first character, one after the last, words]
    notes: Mapped[Any] = mapped_column(Json)
    seconds: Mapped[int | None] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
