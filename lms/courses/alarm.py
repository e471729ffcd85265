"""The alarm of the units: a law changes, and the units that rest on the changed words are flagged until somebody has
looked. Learners read on and see that it has changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from courseware.record import from_record
from courseware.unit import Unit
from lms.audit.service import record
from lms.clock import now
from lms.courses.models import CourseUnit, CourseUnitVersion, UnitLawChange
from lms.errors import NotFound
from lms.library.queries import Reference, cited_in_text
from lms.library.telling import Change, ChangeRow, changes_under, shown


@dataclass(frozen=True, slots=True)
class Waiting:
    """A unit that waits for somebody to look."""

    id: int
    public_id: str
    title: str
    title_en: str
    subject: str

    def name(self, language: str) -> str:
        """The title for a page in `language`."""
        return self.title_en if language.startswith("en") else self.title


def resting_on(session: Session, word: Mapping[str, Any]) -> dict[int, tuple[Change, ...]]:
    """The open units, by id, that rest on what the word of the library says was changed, by their newest version."""
    rows = session.execute(
        select(CourseUnit.id, CourseUnitVersion.record)
        .join(
            CourseUnitVersion,
            (CourseUnitVersion.unit_id == CourseUnit.id) & (CourseUnitVersion.number == CourseUnit.newest),
        )
        .where(CourseUnit.state == "open")
    )
    return changes_under(session, word, {row.id: _cited(from_record(row.record)) for row in rows})


def flag(session: Session, found: Mapping[int, Iterable[Change]], *, word: str) -> int:
    """Note what was changed under these units; how many of them. `word`: public id of the job that brought it; a unit
    that heard it does not hear it again.
    """
    told = set(session.scalars(select(UnitLawChange.unit_id).where(UnitLawChange.word == word)))
    fresh = [unit for unit in sorted(found) if unit not in told]
    session.add_all(
        UnitLawChange(unit_id=unit, said=one.record(), word=word, at=now()) for unit in fresh for one in found[unit]
    )
    return len(fresh)


def settle(session: Session, unit_id: int, *, by: int | None = None) -> int:
    """What was noted about a unit has been looked at; how many changes."""
    rows = session.execute(
        update(UnitLawChange)
        .where(UnitLawChange.unit_id == unit_id, UnitLawChange.settled_at.is_(None))
        .values(settled_at=now(), settled_by=by)
        .returning(UnitLawChange.id)
    )
    return len(rows.all())


def clear(session: Session, public_id: str, *, by: int, note: str) -> bool:
    """Say that a unit stands as it is; False when nothing waited. Raises NotFound."""
    unit_id = session.scalar(select(CourseUnit.id).where(CourseUnit.public_id == public_id).with_for_update())
    if unit_id is None:
        raise NotFound
    count = settle(session, unit_id, by=by)
    if count:
        record(session, "course.law_cleared", thing="unit", thing_id=public_id, after={"changes": count, "note": note})
    return bool(count)


def flagged() -> Select[Any]:
    """Units of which a law has changed and nobody has looked yet."""
    return select(UnitLawChange.unit_id).where(UnitLawChange.settled_at.is_(None))


def waiting() -> Select[*tuple[Any, ...]]:
    """Units that wait, for `paginate`, by code; rows as Waiting's fields."""
    return (
        select(CourseUnit.id, CourseUnit.public_id, CourseUnit.title, CourseUnit.title_en, CourseUnit.subject)
        .where(CourseUnit.id.in_(flagged()), CourseUnit.state == "open")
        .order_by(CourseUnit.code)
    )


def count_waiting(session: Session) -> int:
    """How many units wait."""
    return session.scalar(select(func.count()).select_from(waiting().order_by(None).subquery())) or 0


def changes_of(session: Session, unit_ids: Iterable[int]) -> dict[int, list[ChangeRow]]:
    """What was changed under these units and nobody has looked at yet, the oldest first; one query."""
    rows = session.scalars(
        select(UnitLawChange)
        .where(UnitLawChange.unit_id.in_(list(unit_ids)), UnitLawChange.settled_at.is_(None))
        .order_by(UnitLawChange.unit_id, UnitLawChange.id)
    )
    found: dict[int, list[ChangeRow]] = {}
    for row in rows:
        found.setdefault(row.unit_id, []).append(shown(Change.of(row.said), row.at))
    return found


def _cited(unit: Unit) -> set[Reference]:
    """What a unit says it rests on, and what its pages cite."""
    own = tuple((one.source, one.article or None) for one in unit.references)
    return {*own, *(one for page in unit.pages for one in cited_in_text(page.markdown, own))}
