"""Tables of hours. Rules and adoptions are append-only; what is worked out from them can be worked out again."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Hundredths, Json, Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class RulesVersion(Model):
    """One version of a set of rules; the sets are those that share a code."""

    __tablename__ = "hours_rules"
    __table_args__ = (UniqueConstraint("code", "number"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    code: Mapped[str] = mapped_column(String(40))
    #: 1, and one more with every further version
    number: Mapped[int] = mapped_column(Integer)
    #: the TOML text that courseware.rules.reading reads
    text: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: None for the sets that come with the software
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(200))


class Adoption(Model):
    """That a part of the organisation goes by a version from a day on; of two for one day the later row stands."""

    __tablename__ = "hours_adoption"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: None: the whole organisation
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    #: None: by what the part above goes by
    rules_id: Mapped[int | None] = mapped_column(ForeignKey("hours_rules.id"))
    from_date: Mapped[date] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(200))


class Summary(Model):
    """Where a person stood in a year when it was last worked out, so that lists can be searched."""

    __tablename__ = "hours_summary"
    __table_args__ = (Index("ix_hours_summary_year_state", "year", "state"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: lms.hours.account.Overall
    state: Mapped[str] = mapped_column(String(12))
    rules_id: Mapped[int | None] = mapped_column(ForeignKey("hours_rules.id"))
    category: Mapped[str | None] = mapped_column(String(40))
    #: sums of the year, in hundredths, rounded down: for lists only
    done: Mapped[Decimal] = mapped_column(Hundredths)
    missing: Mapped[Decimal] = mapped_column(Hundredths)
    #: the newest transcript entry and adoption that it knows, and the day on which that was
    last_entry: Mapped[int] = mapped_column(Integer)
    last_adoption: Mapped[int] = mapped_column(Integer)
    day: Mapped[date] = mapped_column(Date)
    worked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Trial(Model):
    """What a version would have made of a year: asked by somebody, worked out by a job; it changes nothing."""

    __tablename__ = "hours_trial"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    rules_id: Mapped[int] = mapped_column(ForeignKey("hours_rules.id"))
    year: Mapped[int] = mapped_column(Integer)
    #: the parts of the organisation (paths) whose people it is about
    paths: Mapped[Any] = mapped_column(Json)
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: public id of the job that works it out
    job: Mapped[str | None] = mapped_column(PublicId)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TrialLine(Model):
    """One person of a trial: the year by the rules in force and by those tried."""

    __tablename__ = "hours_trial_line"

    trial_id: Mapped[int] = mapped_column(ForeignKey("hours_trial.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    before: Mapped[Decimal] = mapped_column(Hundredths)
    after: Mapped[Decimal] = mapped_column(Hundredths)
    before_state: Mapped[str] = mapped_column(String(12))
    after_state: Mapped[str] = mapped_column(String(12))
    changed: Mapped[bool]
