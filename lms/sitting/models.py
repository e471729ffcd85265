"""Tables of sitting: the attempt, its journal of events and its results.

The journal is append-only and chained by hash per attempt; the answers of an attempt are what its journal says.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Hundredths, Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Attempt(Model):
    """One person's sitting of one exam."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("exam_id", "person_id", "number"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: 1 for the first sitting of this person
    number: Mapped[int] = mapped_column(Integer, default=1)
    #: question_bank.assembly.Form as a record: item versions, order, presentation seeds
    form: Mapped[Any] = mapped_column(Json)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    #: when it was over, None while it is open
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    #: "handed_in" by the candidate or "closed" by the server at the deadline
    ended_how: Mapped[str | None] = mapped_column(String(12))
    #: when its result was told to those who wait for it, and its chain to the audit log
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: the log-in that may write; another one must take over first
    session_id: Mapped[int] = mapped_column(Integer)
    #: number and chained hash of the newest event of the journal
    last_event: Mapped[int] = mapped_column(Integer, default=0)
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))


class Paper(Model):
    """The paper of a person for an exam, dealt before the bell; the attempt takes it over."""

    __tablename__ = "sitting_paper"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    #: question_bank.assembly.Form as a record
    form: Mapped[Any] = mapped_column(Json)


class AttemptEvent(Model):
    """One thing that happened in an attempt, as the server saw it."""

    __tablename__ = "attempt_event"
    __table_args__ = (UniqueConstraint("attempt_id", "client", "client_seq"), {"info": {"append_only": True}})

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: the browser window that sent it (random) and its own count: the key of idempotence
    client: Mapped[str] = mapped_column(String(22))
    client_seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(12))
    slot: Mapped[int | None] = mapped_column(Integer)
    response: Mapped[Any | None] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AttemptResult(Model):
    """A grading of an attempt. A correction is a new revision; the highest one counts."""

    __tablename__ = "attempt_result"
    __table_args__ = ({"info": {"append_only": True}},)

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    total: Mapped[Decimal] = mapped_column(Hundredths)
    maximum: Mapped[Decimal] = mapped_column(Hundredths)
    passed: Mapped[bool]
    #: question_bank.grading.Result as a record
    scores: Mapped[Any] = mapped_column(Json)
    graded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(40))
