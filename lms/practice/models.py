"""Tables of practice: rounds, answers, what is known of each question, favourites."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Round(Model):
    """Some questions that somebody answers one after another; it may be left and gone on with."""

    __tablename__ = "practice_round"
    __table_args__ = (Index("ix_practice_round_person_id", "person_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: one of `lms.practice.queries.WAYS`, "one" for a single question, or one of its `TESTS`
    way: Mapped[str] = mapped_column(String(12))
    #: "" for all
    subject: Mapped[str] = mapped_column(String(40), default="")
    point: Mapped[str] = mapped_column(String(80), default="")
    #: ids of the items in their order; the place of an item is counted from 1
    items: Mapped[Any] = mapped_column(Json)
    #: orders the options
    seed: Mapped[bytes] = mapped_column(LargeBinary(32))
    #: how many were answered, and how many of these rightly
    answered: Mapped[int] = mapped_column(Integer, default=0)
    right: Mapped[int] = mapped_column(Integer, default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: of a test: its plan, what was asked, its outcome
    record: Mapped[Any] = mapped_column(Json, nullable=True)


class Answer(Model):
    """What somebody answered to one question of a round."""

    __tablename__ = "practice_answer"
    __table_args__ = (
        UniqueConstraint("round_id", "place"),
        Index("ix_practice_answer_person_id_item_id", "person_id", "item_id", "id"),
        Index("ix_practice_answer_item_id", "item_id", "id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("practice_round.id"))
    place: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("bank_item.id"))
    item_version_id: Mapped[int] = mapped_column(ForeignKey("bank_item_version.id"))
    #: as the question type stores it, None where nothing was answered
    response: Mapped[Any | None] = mapped_column(Json)
    #: what it earned, in thousandths of the marks; 1000 only where it is wholly right
    share: Mapped[int] = mapped_column(Integer)
    #: from the page to the answer, as far as the browser told; None for what cannot be
    seconds: Mapped[int | None] = mapped_column(Integer)
    #: `question_bank.spacing`: 1 again, 2 hard, 3 good, 4 easy
    rating: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Card(Model):
    """What practice knows of a person and an item; worked out from the answers, kept for lists."""

    __tablename__ = "practice_card"
    __table_args__ = (
        Index("ix_practice_card_person_id_due", "person_id", "due"),
        Index("ix_practice_card_person_id_mistaken", "person_id", "mistaken"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("bank_item.id"), primary_key=True)
    #: question_bank.spacing.Card
    record: Mapped[Any] = mapped_column(Json)
    #: when to practise it again; at once after a wrong answer
    due: Mapped[datetime] = mapped_column(UtcDateTime)
    #: how often it was answered, what the last answer earned (thousandths), and when that was
    answered: Mapped[int] = mapped_column(Integer, default=0)
    share: Mapped[int] = mapped_column(Integer, default=0)
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: quick right answers in a row
    quick: Mapped[int] = mapped_column(Integer, default=0)
    #: whether it is among the mistakes, and the first day since the last wrong answer on which it was right
    mistaken: Mapped[bool] = mapped_column(default=False)
    right_on: Mapped[date | None] = mapped_column(Date)


class Favourite(Model):
    """An item that somebody starred."""

    __tablename__ = "practice_favourite"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("bank_item.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
