"""Tables of standard setting. Judgements are append-only: the newest one of a judge in a round counts."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Sheet(Model):
    """A worksheet of a panel for the pass mark of an exam."""

    __tablename__ = "standard_sheet"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    #: one of question_bank.cut_scores.ANGOFF, HOFSTEE
    method: Mapped[str] = mapped_column(String(12))
    #: of Angoff's the questions that are judged: [version, marks that it stands for in hundredths]
    content: Mapped[Any] = mapped_column(Json)
    round: Mapped[int] = mapped_column(Integer, default=1)
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: question_bank.cut_scores.Standard as a record, None until it is settled; why
    standard: Mapped[Any | None] = mapped_column(Json)
    reason: Mapped[str | None] = mapped_column(String(200))
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Judge(Model):
    """Somebody on the panel."""

    __tablename__ = "standard_judge"

    sheet_id: Mapped[int] = mapped_column(ForeignKey("standard_sheet.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Judgement(Model):
    """What a judge said in a round."""

    __tablename__ = "standard_judgement"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("standard_sheet.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    round: Mapped[int] = mapped_column(Integer)
    #: Angoff: chances in hundredths, in the order of the questions; Hofstee: lowest and highest pass mark in hundredths of a mark,
    #: least and most share that may fail in hundredths
    values: Mapped[Any] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
