"""Tables of witnessed study: streams as the server knows them, and what they told, stretch by stretch."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Model, PublicId, UtcDateTime
from lms.ids import new_public_id


class StudyStream(Model):
    """One person before one page of a unit; moments in milliseconds since 1970 (UTC). See `courseware.witness.Stream`."""

    __tablename__ = "study_stream"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("course_unit.id"))
    version: Mapped[int] = mapped_column(Integer)
    page: Mapped[str] = mapped_column(String(120))
    opened: Mapped[int] = mapped_column(BigInteger)
    anchor: Mapped[int] = mapped_column(BigInteger)
    told: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    #: moment of the browser's clock
    clock: Mapped[int] = mapped_column(BigInteger)
    #: beats without a nonce of ours
    forged: Mapped[int] = mapped_column(Integer)
    #: how many intervals there are
    intervals: Mapped[int] = mapped_column(Integer)


class StudyInterval(Model):
    """A stretch of time with its verdict. It may grow at its end while the same goes on; nothing else of it ever changes."""

    __tablename__ = "study_interval"
    __table_args__ = (
        Index("ix_study_interval_person_id_ended", "person_id", "ended"),
        Index("ix_study_interval_person_id_day", "person_id", "day"),
    )

    stream_id: Mapped[int] = mapped_column(ForeignKey("study_stream.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: the calendar day on which it began, where the organisation works
    day: Mapped[date] = mapped_column(Date)
    #: milliseconds since 1970 (UTC)
    began: Mapped[int] = mapped_column(BigInteger)
    ended: Mapped[int] = mapped_column(BigInteger)
    #: courseware.witness.Verdict
    verdict: Mapped[str] = mapped_column(String(12))


class StudyWatch(Model):
    """What of a recording somebody has watched as far as that was witnessed, and where they are: a sum of what their streams
    told, in milliseconds of the recording. See `courseware.watching.Watched`.
    """

    __tablename__ = "study_watch"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    #: that of the recording's file
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: stretches as `courseware.watching.written` has them
    spans: Mapped[str] = mapped_column(Text)
    covered: Mapped[int] = mapped_column(Integer)
    place: Mapped[int] = mapped_column(Integer)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
