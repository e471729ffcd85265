"""Tables of transcripts. Nothing in them is ever changed: a correction is a further revision of the same entry."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Hundredths, Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class TranscriptEntry(Model):
    """One thing learned or proved: a unit finished, an exam sat, a class attended, learning elsewhere."""

    __tablename__ = "transcript_entry"
    __table_args__ = (
        UniqueConstraint("person_id", "source", "revision"),
        Index("ix_transcript_entry_person_id_happened_at", "person_id", "happened_at"),
        Index("ix_transcript_entry_unit_id_happened_at", "unit_id", "happened_at"),
        Index("ix_transcript_entry_happened_at", "happened_at"),
        {"info": {"append_only": True}},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: "unit", "exam", "class" (a training class) or "outside" (learning elsewhere, claimed and approved)
    kind: Mapped[str] = mapped_column(String(12))
    #: public id of the unit, the attempt, the class or the claim
    source: Mapped[str] = mapped_column(String(64))
    #: 1, and one more with every correction; the highest is in force
    revision: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str | None] = mapped_column(String(200))
    subject: Mapped[str | None] = mapped_column(String(40))
    hours: Mapped[Decimal] = mapped_column(Hundredths)
    score: Mapped[Decimal | None] = mapped_column(Hundredths)
    maximum: Mapped[Decimal | None] = mapped_column(Hundredths)
    passed: Mapped[bool]
    #: why it counts for nothing, as if it had never been: "taken_back" or "exempt"; None where it counts
    void: Mapped[str | None] = mapped_column(String(12))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: where and as what the person served on that day; the name as it was when the entry was made
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    unit_name: Mapped[str | None] = mapped_column(String(120))
    post: Mapped[str | None] = mapped_column(String(80))
    #: what rules of hours may ask of it: courseware.facts
    facts: Mapped[Any | None] = mapped_column(Json)
    #: why this revision differs from the one before; None where nobody said
    why: Mapped[str | None] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Certificate(Model):
    """A transcript as it was printed: what its code's page confirms."""

    __tablename__ = "transcript_certificate"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: sixteen characters, printed in groups of four
    code: Mapped[str] = mapped_column(String(16), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: everything printed: lms.transcripts.printed.Printed as a record
    content: Mapped[Any] = mapped_column(Json)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
