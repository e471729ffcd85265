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
    #: "handed_in" by the candidate, "closed" by the server at the deadline, "forced" by whoever supervises, or "void"
    ended_how: Mapped[str | None] = mapped_column(String(12))
    #: when its result was told to those who wait for it, and its chain to the audit log
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: since when its time stands still, None while it runs; deadline_at is then the deadline without that pause
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: what was added to its time since the start, without pauses
    extra_seconds: Mapped[int] = mapped_column(Integer, default=0)
    #: the log-in that may write; another one must take over first. 0: none, it was released
    session_id: Mapped[int] = mapped_column(Integer)
    #: how many questions have an answer, how often the window lost the focus; written with the journal
    answered: Mapped[int] = mapped_column(Integer, default=0)
    away: Mapped[int] = mapped_column(Integer, default=0)
    #: number and chained hash of the newest event of the journal
    last_event: Mapped[int] = mapped_column(Integer, default=0)
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))


class Paper(Model):
    """The paper of a person for an exam, dealt before the bell or at a late start; the attempt takes it over."""

    __tablename__ = "sitting_paper"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    #: the batch it was dealt in, from 1; of a late one the batch it was dealt after, 0 before any
    batch: Mapped[int] = mapped_column(Integer)
    #: dealt alone at the start, because there was none; later papers do not regard it
    late: Mapped[bool]
    #: room, row and column, where they were known
    seat: Mapped[Any | None] = mapped_column(Json)
    #: question_bank.fair.record_of the form, sealed (lms.sitting.seal)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Dealt(Model):
    """How far the papers of an exam are dealt, so that the next batch goes on where the last one ended."""

    __tablename__ = "sitting_dealing"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    batches: Mapped[int] = mapped_column(Integer)
    papers: Mapped[int] = mapped_column(Integer)
    #: pairs of a version and the number of papers that hold it
    shown: Mapped[Any] = mapped_column(Json)


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


class Upload(Model):
    """A file that a candidate sent in an attempt: kept whether or not it became, or stayed, the answer (`lms.answer_files`)."""

    __tablename__ = "sitting_upload"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    slot: Mapped[int] = mapped_column(Integer)
    #: of the file as it was sent, and of its copy for those who mark it
    sha256: Mapped[str] = mapped_column(String(64))
    copy_sha256: Mapped[str] = mapped_column(String(64))
    #: as the candidate's computer named it
    name: Mapped[str] = mapped_column(String(200))
    #: `lms.answer_files.kinds.ENDINGS`
    kind: Mapped[str] = mapped_column(String(8))
    #: bytes
    size: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Presence(Model):
    """When the page of an attempt was last heard of; written for many at once, some seconds later."""

    __tablename__ = "sitting_presence"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Accommodation(Model):
    """More time for a person, granted before the start; one that was withdrawn is kept."""

    __tablename__ = "sitting_accommodation"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    minutes: Mapped[int] = mapped_column(Integer)
    #: of the usual time; 100 is as everybody
    percent: Mapped[int] = mapped_column(Integer)
    approver: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(200))
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Beat(Model):
    """One row: when the server was last at work. A gap in it while attempts were open is an outage."""

    __tablename__ = "sitting_beat"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Outage(Model):
    """A time in which the server was not at work while attempts of this exam were open."""

    __tablename__ = "sitting_outage"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: attempts that were open
    attempts: Mapped[int] = mapped_column(Integer)
    #: when their time was given back, or it was decided that it is not
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


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
    #: "automatic", or the kind of the decision that it follows from
    reason: Mapped[str] = mapped_column(String(40))
    #: the pass mark it went by, where that is not the exam's as it was published
    pass_mark: Mapped[Decimal | None] = mapped_column(Hundredths)
    #: number of the decision among those of the exam; None for the first grading
    decision: Mapped[int | None] = mapped_column(Integer)


class Equating(Model):
    """The own pass marks of an exam's papers, worked out of what its attempts earned (`question_bank.equating`)."""

    __tablename__ = "sitting_equating"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    worked_out_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: number of the last decision that had been carried out, 0 for none: marks were as they were after it
    after: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    #: ids of the attempts that counted, ascending; their pass marks in hundredths, in the same order
    attempts: Mapped[Any] = mapped_column(Json)
    cuts: Mapped[Any] = mapped_column(Json)
    #: ids of those whose outcome differs by it
    changed: Mapped[Any] = mapped_column(Json)
    #: question_bank.equating.Facts as a record
    facts: Mapped[Any] = mapped_column(Json)


class Remarking(Model):
    """What scoring an exam again would change: a remark, or the reversal of one."""

    __tablename__ = "sitting_remarking"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    #: question_bank.remarking.Remark as a record; None for a reversal
    remark: Mapped[Any | None] = mapped_column(Json)
    #: number of the decision that would be reversed
    reverses: Mapped[int | None] = mapped_column(Integer)
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: when it was worked out, None before
    worked_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: attempts that counted, and gradings they had: with others it is out of date
    basis: Mapped[Any | None] = mapped_column(Json)
    #: of each attempt that changes: id, marks before and after in hundredths, passed before and after
    changed: Mapped[Any | None] = mapped_column(Json)
    #: lms.sitting.remarking.Facts as a record
    facts: Mapped[Any | None] = mapped_column(Json)


class Decision(Model):
    """What was decided on the results of an exam after it: proposed by one person, agreed to by another, then carried out as
    further gradings. Decisions of an exam are numbered; each stands on those before it.
    """

    __tablename__ = "sitting_decision"
    __table_args__ = (UniqueConstraint("exam_id", "number"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    #: from 1 in each exam
    number: Mapped[int] = mapped_column(Integer)
    #: the reason that the gradings get: "equated", "restored" (the exam's pass mark again), "remarked", "marked"
    #: (nothing but marks that people gave) or "reversed"
    kind: Mapped[str] = mapped_column(String(12))
    equating_id: Mapped[int | None] = mapped_column(ForeignKey("sitting_equating.id"))
    remarking_id: Mapped[int | None] = mapped_column(ForeignKey("sitting_remarking.id"))
    reason: Mapped[str] = mapped_column(String(200))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: None as long as nobody decided
    agreed: Mapped[bool | None]
    #: when all gradings had been appended
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
