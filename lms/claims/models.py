"""Tables of claims: how far each is, what was claimed in every version, every step, the evidence."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Hundredths, Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class Claim(Model):
    """What somebody claims, and how far it is."""

    __tablename__ = "claim"
    __table_args__ = (Index("ix_claim_state_submitted_at", "state", "submitted_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: draft, submitted, confirmed, approved, refused, withdrawn or taken_back
    state: Mapped[str] = mapped_column(String(12))
    #: the version that holds
    version: Mapped[int] = mapped_column(Integer)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: who confirmed it, and the subtree by the right of which; whoever approves stands above that
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_path: Mapped[str | None] = mapped_column(String(255))
    #: study hours as they were approved
    hours: Mapped[Decimal | None] = mapped_column(Hundredths)
    #: revisions of it that the transcript was told of
    revision: Mapped[int] = mapped_column(Integer, default=0)


class ClaimVersion(Model):
    """What was claimed: each change of a draft is a further version."""

    __tablename__ = "claim_version"
    __table_args__ = ({"info": {"append_only": True}},)

    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: courseware.facts.Channel
    channel: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))
    organiser: Mapped[str] = mapped_column(String(120))
    place: Mapped[str] = mapped_column(String(120))
    #: what names the article or event, folded, so that the same one is found again
    work: Mapped[str] = mapped_column(String(200), index=True)
    remark: Mapped[str] = mapped_column(String(1000))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    half_days: Mapped[int | None] = mapped_column(Integer)
    minutes: Mapped[int | None] = mapped_column(Integer)
    #: courseware.facts.Level
    level: Mapped[str | None] = mapped_column(String(12))
    #: study hours that are asked for
    hours: Mapped[Decimal] = mapped_column(Hundredths)
    #: public ids of the evidence
    files: Mapped[Any] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClaimStep(Model):
    """One step of a claim."""

    __tablename__ = "claim_step"
    __table_args__ = ({"info": {"append_only": True}},)

    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: "reason", "hours", "version", as far as the step has them
    told: Mapped[Any | None] = mapped_column(Json)


class ClaimFile(Model):
    """A file of evidence: both the file as it came and the copy that is shown lie under its hash."""

    __tablename__ = "claim_file"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    copy_sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(4))
    size: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
