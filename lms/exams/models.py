"""Tables of exams. A published exam is frozen: its blueprint, its items and its seed never change again."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Exam(Model):
    """One exam: drafted, then published (frozen), then over."""

    __tablename__ = "exam"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    title: Mapped[str] = mapped_column(String(120))
    #: the part of the organisation it belongs to: path of a unit
    owner_path: Mapped[str] = mapped_column(String(255))
    pool_id: Mapped[int] = mapped_column(ForeignKey("bank_pool.id"))
    #: draft or published
    state: Mapped[str] = mapped_column(String(12), default="draft")
    #: question_bank.blueprint.Blueprint as a record
    blueprint: Mapped[Any] = mapped_column(Json)
    #: minutes each candidate has
    minutes: Mapped[int] = mapped_column(Integer)
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    #: when the score may be seen: at_once, after_window or by_hand
    release: Mapped[str] = mapped_column(String(12), default="after_window")
    #: what is shown with the score: score, answers (own answers and key) or explanations (all of it)
    shows: Mapped[str] = mapped_column(String(12), default="score")
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: secret of the draw, or what the installation makes it of; the SHA-256 of the secret is shown before the exam
    seed: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when it was signed off; nothing of its results changes afterwards
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: how its papers come about: one of lms.exams.queries.DRAWN, DEALT
    assembly: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    #: whether `lms.admission` asks anything of those who enter: kept here, so that an exam that asks nothing costs nothing
    guarded: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: when marks that people gave came in, None as long as none count
    marked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: what is known of its papers beforehand, see lms.exams.proof
    proof: Mapped[Any | None] = mapped_column(Json)


class ExamAudience(Model):
    """A unit whose people, and those of every unit below it, may sit the exam."""

    __tablename__ = "exam_audience"
    __table_args__ = (UniqueConstraint("exam_id", "unit_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class ExamItem(Model):
    """An item version in the frozen snapshot of the pool."""

    __tablename__ = "exam_item"
    __table_args__ = ({"info": {"append_only": True}},)

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("bank_item_version.id"), primary_key=True)
    #: on trial when the exam was published: stands in field tests only
    trial: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: question_bank.difficulty.Difficulty as a record; None where nothing but the author's label was known
    difficulty: Mapped[Any | None] = mapped_column(Json)
