"""Tables of analyses: worked out anew whenever results change, never part of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Analysis(Model):
    """What an exam measured, as it was worked out last."""

    __tablename__ = "analysis"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    worked_out_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: attempts that counted, and gradings they had: with others it is out of date
    basis: Mapped[Any] = mapped_column(Json)
    #: question_bank.analysis.report.Report as a record
    report: Mapped[Any] = mapped_column(Json)
    #: by public id of the unit: [people, sum of marks, sum of squares, passed], units above included; hundredths
    units: Mapped[Any] = mapped_column(Json)


class Copying(Model):
    """The comparison of an exam's candidates with each other, as it was made last."""

    __tablename__ = "analysis_copying"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    worked_out_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: as that of an Analysis
    basis: Mapped[Any] = mapped_column(Json)
    #: candidates whose answers made the model, those of them with a seat, questions, pairs that were compared
    candidates: Mapped[int] = mapped_column(Integer)
    seated: Mapped[int] = mapped_column(Integer)
    questions: Mapped[int] = mapped_column(Integer)
    pairs: Mapped[int] = mapped_column(Integer)


class CopyingPair(Model):
    """A pair whose answers agree more than chance allows: something to look at."""

    __tablename__ = "analysis_copying_pair"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    #: chance of so much agreement, by itself and after Benjamini & Hochberg
    m4_p: Mapped[float] = mapped_column(Float)
    q: Mapped[float] = mapped_column(Float)
    #: the larger of the two, in standard deviations
    omega: Mapped[float] = mapped_column(Float)
    #: numbers of identical answers
    right: Mapped[int] = mapped_column(Integer)
    wrong: Mapped[int] = mapped_column(Integer)
    #: versions with identical wrong answers
    versions: Mapped[Any] = mapped_column(Json)
    #: room, row and column of both, as they were then
    seats: Mapped[Any] = mapped_column(Json)


class Essays(Model):
    """The comparison of an exam's written answers with each other, as it was made last."""

    __tablename__ = "analysis_essays"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    worked_out_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: as that of an Analysis
    basis: Mapped[Any] = mapped_column(Json)
    #: questions with written answers, answers, those too short to be compared, and those beyond the most that are compared
    questions: Mapped[int] = mapped_column(Integer)
    texts: Mapped[int] = mapped_column(Integer)
    short: Mapped[int] = mapped_column(Integer)
    beyond: Mapped[int] = mapped_column(Integer)


class EssayPair(Model):
    """Two answers to one question with passages in common: something to look at."""

    __tablename__ = "analysis_essay_pair"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    #: reference of the question
    ref: Mapped[str] = mapped_column(String(80))
    first_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    #: number of the question on the paper of each
    first_slot: Mapped[int] = mapped_column(Integer)
    second_slot: Mapped[int] = mapped_column(Integer)
    #: the share of the first that is found in the second
    containment: Mapped[float] = mapped_column(Float)
    #: characters of the first that are found in the second, and those of the longest passage
    characters: Mapped[int] = mapped_column(Integer)
    longest: Mapped[int] = mapped_column(Integer)
    #: first character and one after the last in the first answer, the same in the second
    passages: Mapped[Any] = mapped_column(Json)
    #: room, row and column of each as they were then, None without a seat
    seats: Mapped[Any] = mapped_column(Json)
