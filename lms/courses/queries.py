"""Reading units and progress."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask import current_app
from sqlalchemy import Select, and_, func, select, union_all
from sqlalchemy.orm import Session, aliased

from courseware.progress import Act, Event, ProgressState, replay
from courseware.record import from_record
from courseware.unit import Unit
from lms.courses import alarm
from lms.courses.models import CourseMedia, CourseUnit, CourseUnitVersion, Progress, ProgressEvent, StudyTime

KEPT_UNITS = 128


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit in a list, with the viewer's progress in it."""

    id: int
    public_id: str
    code: str
    title: str
    title_en: str
    subject: str
    hours: Decimal
    pages: int
    opened: int
    percent: int
    started_at: datetime | None
    updated_at: datetime | None
    completed_at: datetime | None

    def name(self, language: str) -> str:
        """The title for a page in `language`."""
        return self.title_en if language.startswith("en") else self.title

    @property
    def state(self) -> str:
        """new, begun or done."""
        if self.completed_at is not None:
            return "done"
        return "new" if self.started_at is None else "begun"


@dataclass(frozen=True, slots=True)
class OpenUnit:
    """The newest version of a unit, parsed; `open` is False once it is withdrawn from learners."""

    id: int
    public_id: str
    number: int
    unit: Unit
    open: bool = True

    def title(self, language: str) -> str:
        """The title for a page in `language`."""
        return self.unit.title_en if language.startswith("en") else self.unit.title


def units(
    person_id: int, *, subject: str | None = None, state: str | None = None, text: str | None = None
) -> Select[*tuple[Any, ...]]:
    """Open units with the person's progress, by code; narrowed by subject, state (new, begun, done) and title."""
    query = (
        select(
            CourseUnit.id,
            CourseUnit.public_id,
            CourseUnit.code,
            CourseUnit.title,
            CourseUnit.title_en,
            CourseUnit.subject,
            CourseUnit.hours,
            CourseUnit.pages,
            func.coalesce(Progress.opened, 0),
            func.coalesce(Progress.percent, 0),
            Progress.started_at,
            Progress.updated_at,
            Progress.completed_at,
        )
        .outerjoin(Progress, and_(Progress.unit_id == CourseUnit.id, Progress.person_id == person_id))
        .where(CourseUnit.state == "open")
        .order_by(CourseUnit.code)
    )
    if subject:
        query = query.where(CourseUnit.subject == subject)
    if text:
        query = query.where(CourseUnit.title.contains(text, autoescape=True))
    conditions = {
        "new": Progress.started_at.is_(None),
        "begun": and_(Progress.started_at.is_not(None), Progress.completed_at.is_(None)),
        "done": Progress.completed_at.is_not(None),
    }
    return query.where(conditions[state]) if state in conditions else query


def row_of(values: Any) -> UnitRow:
    """A UnitRow from a row of `units`."""
    return UnitRow(*values)


def recent(session: Session, person_id: int, *, state: str, limit: int) -> list[UnitRow]:
    """Units the person has begun or done, the latest touched first."""
    return [row_of(row) for row in session.execute(_recent(person_id, state, limit))]


def recent_of_both(session: Session, person_id: int, *, begun: int, done: int) -> tuple[list[UnitRow], list[UnitRow]]:
    """As many units the person has begun, and done, at most, each the latest touched first; one query."""
    parts = [_recent(person_id, state, most).subquery() for state, most in (("begun", begun), ("done", done))]
    rows = [row_of(row) for row in session.execute(union_all(*(select(part) for part in parts)))]
    rows.sort(key=lambda row: row.updated_at or datetime.min.replace(tzinfo=UTC), reverse=True)
    return [row for row in rows if row.state == "begun"], [row for row in rows if row.state == "done"]


def _recent(person_id: int, state: str, limit: int) -> Select[*tuple[Any, ...]]:
    return units(person_id, state=state).order_by(None).order_by(Progress.updated_at.desc()).limit(limit)


def suggested(session: Session, person_id: int, *, limit: int) -> list[UnitRow]:
    """Units not begun yet, in the order of the catalogue."""
    return [row_of(row) for row in session.execute(units(person_id, state="new").limit(limit))]


def checks_of(session: Session, person_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Of how many units these people passed the check, of all that they have begun."""
    query = select(Progress.person_id, func.count(Progress.completed_at), func.count())
    query = query.where(Progress.person_id.in_(person_ids)).group_by(Progress.person_id)
    return {person: (passed, begun) for person, passed, begun in session.execute(query)}


def moments_of(session: Session, person_ids: Sequence[int]) -> list[tuple[int, datetime]]:
    """Person and moment of everything these people did in units."""
    query = select(ProgressEvent.person_id, ProgressEvent.at).where(ProgressEvent.person_id.in_(person_ids))
    return [(person, moment) for person, moment in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Referring:
    """An open unit and what it refers to: (source, article) each; `flagged`: one of its laws has changed and nobody has
    looked yet.
    """

    public_id: str
    title: str
    title_en: str
    references: list[tuple[str, str | None]]
    flagged: bool


def referring(session: Session) -> list[Referring]:
    """Every open unit with what it refers to, by code; one query."""
    other = aliased(CourseUnitVersion)
    last = select(func.max(other.number)).where(other.unit_id == CourseUnit.id)
    waiting = CourseUnit.id.in_(alarm.flagged()).label("flagged")
    rows = session.execute(
        select(
            CourseUnit.public_id, CourseUnit.title, CourseUnit.title_en,
            CourseUnitVersion.record["references"].label("held"), waiting,
        )
        .join(CourseUnitVersion, CourseUnitVersion.unit_id == CourseUnit.id)
        .where(CourseUnit.state == "open", CourseUnitVersion.number == last.scalar_subquery())
        .order_by(CourseUnit.code)
    )  # fmt: skip
    return [
        Referring(
            row.public_id,
            row.title,
            row.title_en,
            [(source, article or None) for source, article in row.held or ()],
            bool(row.flagged),
        )
        for row in rows
    ]


def newest(session: Session, public_id: str) -> OpenUnit | None:
    """The newest version of a unit; parsed units are kept in memory, a version never changes."""
    row = session.execute(
        select(CourseUnit.id, CourseUnit.public_id, CourseUnit.newest, CourseUnit.state).where(
            CourseUnit.public_id == public_id
        )
    ).first()
    if row is None:
        return None
    kept: dict[tuple[int, int], Unit] = current_app.extensions.setdefault("course_units", {})
    unit = kept.get((row.id, row.newest))
    if unit is None:
        record = session.scalar(
            select(CourseUnitVersion.record).where(
                CourseUnitVersion.unit_id == row.id, CourseUnitVersion.number == row.newest
            )
        )
        unit = from_record(record if isinstance(record, Mapping) else {})
        while len(kept) >= KEPT_UNITS:
            kept.pop(next(iter(kept)))
        kept[row.id, row.newest] = unit
    return OpenUnit(row.id, row.public_id, row.newest, unit, row.state == "open")


def events(session: Session, person_id: int, unit_id: int) -> list[Event]:
    """What the person did in the unit, in order."""
    rows = session.scalars(
        select(ProgressEvent)
        .where(ProgressEvent.person_id == person_id, ProgressEvent.unit_id == unit_id)
        .order_by(ProgressEvent.number)
    )
    return [Event(Act(row.act), row.at, row.page or "", Fraction(row.share) if row.share else None) for row in rows]


def state(session: Session, person_id: int, found: OpenUnit) -> ProgressState:
    """Where the person stands in this version of the unit."""
    return replay(events(session, person_id, found.id), pages=found.unit.page_keys, watch=found.unit.to_watch)


def studied(session: Session, person_id: int, unit_id: int) -> int:
    """Milliseconds that the person has studied the unit, as far as they count."""
    found = select(StudyTime.counted).where(StudyTime.person_id == person_id, StudyTime.unit_id == unit_id)
    return session.scalar(found) or 0


@dataclass(frozen=True, slots=True)
class StudiedUnit:
    """A unit that somebody studied, with the milliseconds that count in all its versions and the minutes it asks for."""

    id: int
    public_id: str
    title: str
    title_en: str
    counted: int
    minutes: int

    def name(self, language: str) -> str:
        """The title for a page in `language`."""
        return self.title_en if language.startswith("en") else self.title


def studied_units(session: Session, person_id: int) -> list[StudiedUnit]:
    """Units that the person studied, the one studied last first; one query."""
    rows = session.execute(
        select(
            CourseUnit.id, CourseUnit.public_id, CourseUnit.title, CourseUnit.title_en, StudyTime.counted,
            CourseUnit.minutes,
        )
        .join(StudyTime, StudyTime.unit_id == CourseUnit.id)
        .where(StudyTime.person_id == person_id)
        .order_by(StudyTime.updated_at.desc(), CourseUnit.id)
    )  # fmt: skip
    return [StudiedUnit(*row) for row in rows]


def media_type(session: Session, sha256: str) -> str | None:
    """The type of a stored file, None when there is none."""
    return session.scalar(select(CourseMedia.media_type).where(CourseMedia.sha256 == sha256))


def unit_count(session: Session) -> int:
    """How many units are open."""
    return session.scalar(select(func.count()).select_from(CourseUnit).where(CourseUnit.state == "open")) or 0
