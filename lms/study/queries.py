"""Reading the ledger of witnessed study."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypedDict

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from courseware.watching import Watched, read
from courseware.witness import SECOND, Verdict
from lms.clock import BUREAU_ZONE
from lms.study.models import StudyInterval, StudyStream, StudyWatch

_LENGTH = StudyInterval.ended - StudyInterval.began
_COUNTED = StudyInterval.verdict == str(Verdict.COUNTED)


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day with the milliseconds that count and those that do not."""

    day: date
    counted: int
    refused: int


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """A stretch of time: milliseconds since 1970, its verdict, the unit's key, the page it was before."""

    began: int
    ended: int
    verdict: Verdict
    unit_id: int
    page: str

    @property
    def begins(self) -> datetime:
        """The moment it began."""
        return datetime.fromtimestamp(self.began / SECOND, UTC)

    @property
    def finishes(self) -> datetime:
        """The moment it ended."""
        return datetime.fromtimestamp(self.ended / SECOND, UTC)

    @property
    def seconds(self) -> int:
        """Its length, rounded."""
        return round((self.ended - self.began) / SECOND)


class Asked(TypedDict):
    """Filters of the ledger: a calendar day, a unit's key, a verdict."""

    day: date | None
    unit_id: int | None
    verdict: Verdict | None


def counted_on(session: Session, person_id: int, moment: datetime) -> int:
    """Milliseconds of a person that count on the calendar day of a moment."""
    day = moment.astimezone(BUREAU_ZONE).date()
    found = select(func.sum(_LENGTH)).where(StudyInterval.person_id == person_id, StudyInterval.day == day, _COUNTED)
    return int(session.scalar(found) or 0)


def days(session: Session, person_id: int, *, limit: int) -> list[DayRow]:
    """The last days on which a person studied, newest first."""
    query = (
        select(
            StudyInterval.day,
            func.sum(case((_COUNTED, _LENGTH), else_=0)),
            func.sum(case((_COUNTED, 0), else_=_LENGTH)),
        )
        .where(StudyInterval.person_id == person_id)
        .group_by(StudyInterval.day)
        .order_by(StudyInterval.day.desc())
        .limit(limit)
    )
    return [DayRow(day, int(counted), int(refused)) for day, counted, refused in session.execute(query)]


def forged(session: Session, person_id: int) -> int:
    """How many beats came in a person's name that had no proof of ours."""
    return int(session.scalar(select(func.sum(StudyStream.forged)).where(StudyStream.person_id == person_id)) or 0)


def watched(session: Session, person_id: int, sha256: str) -> Watched:
    """What a person has watched of a recording."""
    query = select(StudyWatch.spans, StudyWatch.place).where(
        StudyWatch.person_id == person_id, StudyWatch.sha256 == sha256
    )
    row = session.execute(query).first()
    return Watched() if row is None else Watched(read(row.spans), row.place)


def intervals(
    person_id: int, *, day: date | None = None, unit_id: int | None = None, verdict: Verdict | None = None
) -> Select[*tuple[Any, ...]]:
    """A person's stretches of time, newest first, for `paginate`; rows as IntervalRow's fields."""
    query = (
        select(
            StudyInterval.began, StudyInterval.ended, StudyInterval.verdict, StudyStream.unit_id, StudyStream.page
        )
        .join(StudyStream, StudyStream.id == StudyInterval.stream_id)
        .where(StudyInterval.person_id == person_id)
        .order_by(StudyInterval.began.desc(), StudyInterval.stream_id.desc(), StudyInterval.number.desc())
    )  # fmt: skip
    if day is not None:
        query = query.where(StudyInterval.day == day)
    if unit_id is not None:
        query = query.where(StudyStream.unit_id == unit_id)
    return query if verdict is None else query.where(StudyInterval.verdict == str(verdict))


def row_of(values: Any) -> IntervalRow:
    """An IntervalRow from a row of `intervals`."""
    began, ended, verdict, unit_id, page = values
    return IntervalRow(began, ended, Verdict(verdict), unit_id, page)
