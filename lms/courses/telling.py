"""What others are told of units: their versions, for those who write them, and what comes first, for those who learn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from courseware.record import from_record
from courseware.unit import Page, Unit
from lms.clock import today
from lms.courses import alarm, recordings
from lms.courses.models import CourseUnit, CourseUnitVersion, Progress
from lms.courses.queries import OpenUnit
from lms.courses.recordings import ShownDocument, ShownVideo

_RECORD = CourseUnitVersion.record
_ORIGIN = _RECORD["source"]["origin"].as_string()
_SUPPLIER = _RECORD["source"]["supplier"].as_string()
_LICENCE = _RECORD["source"]["licence_end"].as_string()
_COST = _RECORD["source"]["cost"].as_string()
_NEWEST = and_(CourseUnitVersion.unit_id == CourseUnit.id, CourseUnitVersion.number == CourseUnit.newest)


@dataclass(frozen=True, slots=True)
class HeldUnit:
    """A unit in the list of those who keep the courses, by its newest version; `cost` is yuan as text."""

    id: int
    public_id: str
    code: str
    title: str
    title_en: str
    subject: str
    hours: Decimal
    state: str
    newest: int
    origin: str
    supplier: str
    licence_end: str | None
    cost: str | None
    flagged: bool

    def name(self, language: str) -> str:
        """The title for a page in `language`."""
        return self.title_en if language.startswith("en") else self.title


@dataclass(frozen=True, slots=True)
class Choice:
    """Which units are listed; what is empty narrows nothing. `ends_by`: licences that end on that day or before."""

    text: str = ""
    state: str = ""
    subject: str = ""
    origin: str = ""
    ends_by: date | None = None
    flagged: bool = False


def held(chosen: Choice) -> Select[*tuple[Any, ...]]:
    """Every unit that is chosen, for `paginate`, by code (by the end of the licence where that is asked for); rows as
    HeldUnit's fields.
    """
    flagged = CourseUnit.id.in_(alarm.flagged())
    query = select(
        CourseUnit.id, CourseUnit.public_id, CourseUnit.code, CourseUnit.title, CourseUnit.title_en,
        CourseUnit.subject, CourseUnit.hours, CourseUnit.state, CourseUnit.newest,
        _ORIGIN, _SUPPLIER, _LICENCE, _COST, flagged,
    ).join(CourseUnitVersion, _NEWEST)  # fmt: skip
    for word in chosen.text.split():
        query = query.where(
            CourseUnit.title.icontains(word, autoescape=True)
            | CourseUnit.title_en.icontains(word, autoescape=True)
            | CourseUnit.code.icontains(word, autoescape=True)
        )
    for column, value in ((CourseUnit.state, chosen.state), (CourseUnit.subject, chosen.subject)):
        if value:
            query = query.where(column == value)
    if chosen.origin:
        query = query.where(chosen.origin == _ORIGIN)
    if chosen.flagged:
        query = query.where(flagged)
    if chosen.ends_by is not None:
        return query.where(chosen.ends_by.isoformat() >= _LICENCE).order_by(_LICENCE, CourseUnit.code)
    return query.order_by(CourseUnit.code)


def count_ending(session: Session, day: date) -> int:
    """How many open units have a licence that ends on that day or before."""
    query = held(Choice(state="open", ends_by=day)).order_by(None)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a unit in a list."""

    number: int
    sha256: str
    created_at: datetime


def versions(session: Session, unit_id: int) -> list[VersionRow]:
    """The versions of a unit, the newest first."""
    rows = session.execute(
        select(CourseUnitVersion.number, CourseUnitVersion.sha256, CourseUnitVersion.created_at)
        .where(CourseUnitVersion.unit_id == unit_id)
        .order_by(CourseUnitVersion.number.desc())
    )
    return [VersionRow(*row) for row in rows]


def version(session: Session, unit_id: int, number: int) -> Unit | None:
    """A version of a unit, None where there is none of that number."""
    record = session.scalar(
        select(_RECORD).where(CourseUnitVersion.unit_id == unit_id, CourseUnitVersion.number == number)
    )
    return from_record(record) if isinstance(record, Mapping) else None


def by_code(session: Session, code: str) -> OpenUnit | None:
    """The newest version of the unit of a code, whoever may see it; None where there is none."""
    row = session.execute(
        select(CourseUnit.id, CourseUnit.public_id, CourseUnit.newest, _RECORD, CourseUnit.state)
        .join(CourseUnitVersion, _NEWEST)
        .where(CourseUnit.code == code)
    ).first()
    if row is None:
        return None
    return OpenUnit(row.id, row.public_id, row.newest, from_record(row.record), row.state == "open")


def page_keys_ever(session: Session, unit_id: int) -> set[str]:
    """The keys of every page that a version of the unit had."""
    records = session.scalars(select(_RECORD["pages"]).where(CourseUnitVersion.unit_id == unit_id))
    return {str(page[0]) for pages in records for page in pages or ()}


def needs(session: Session) -> dict[str, tuple[str, ...]]:
    """The prerequisites of every unit by its newest version, by code; one query."""
    rows = session.execute(select(CourseUnit.code, _RECORD["prerequisites"]).join(CourseUnitVersion, _NEWEST))
    return {code: tuple(before or ()) for code, before in rows}


@dataclass(frozen=True, slots=True)
class Named:
    """A unit by its names, and whether it is open to learners."""

    public_id: str
    code: str
    title: str
    title_en: str
    open: bool

    def name(self, language: str) -> str:
        """The title for a page in `language`."""
        return self.title_en if language.startswith("en") else self.title


_NAMED = (
    CourseUnit.public_id, CourseUnit.code, CourseUnit.title, CourseUnit.title_en,
    (CourseUnit.state == "open").label("open"),
)  # fmt: skip


def named(session: Session, codes: Sequence[str]) -> dict[str, Named]:
    """Units by code."""
    rows = session.execute(select(*_NAMED).where(CourseUnit.code.in_(codes))) if codes else ()
    return {row.code: Named(*row) for row in rows}


def open_units(session: Session, *, limit: int) -> list[Named]:
    """The units that are open to learners, by code."""
    query = select(*_NAMED).where(CourseUnit.state == "open").order_by(CourseUnit.code).limit(limit)
    return [Named(*row) for row in session.execute(query)]


def lacking(session: Session, person_id: int, unit: Unit) -> list[Named]:
    """The units that come before this one and that the person has not completed, in the unit's order.

    One that learners cannot open (withdrawn, its licence ended, not there at all) keeps nobody waiting.
    """
    if not unit.prerequisites:
        return []
    rows = session.execute(
        select(*_NAMED, _LICENCE)
        .join(CourseUnitVersion, _NEWEST)
        .outerjoin(Progress, and_(Progress.unit_id == CourseUnit.id, Progress.person_id == person_id))
        .where(CourseUnit.code.in_(unit.prerequisites), CourseUnit.state == "open", Progress.completed_at.is_(None))
    )
    day = today().isoformat()
    found = {row[1]: Named(*row[:5]) for row in rows if row[5] is None or row[5] >= day}
    return [found[code] for code in unit.prerequisites if code in found]


def standing(session: Session, unit_id: int) -> tuple[int, int]:
    """How many people are under way in a unit, and how many have completed it."""
    done = func.count(Progress.completed_at)
    row = session.execute(select(func.count() - done, done).where(Progress.unit_id == unit_id)).one()
    return int(row[0]), int(row[1])


def shown_video(unit: Unit, page: Page) -> ShownVideo | None:
    """The video of a page as learners see it, None where it has none."""
    return recordings.video_of(unit, page)


def shown_document(unit: Unit, page: Page) -> ShownDocument | None:
    """The document of a page as learners see it, None where it has none."""
    return recordings.document_of(unit, page)
