"""Figures of an organisation's learning from the tallies, and the entries and people behind each of them."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from courseware.hours import Hours
from courseware.rates import Rates
from lms.accounts import queries as accounts
from lms.clock import BUREAU_ZONE
from lms.transcripts.models import TranscriptEntry
from lms.transcripts.queries import in_force
from lms.transcripts.tallies import NOWHERE as NOWHERE
from lms.transcripts.tallies import SAT, PersonTally, UnitTally

DECEMBER = 12
Rows = Select[*tuple[Any, ...]]
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which entries are meant: those earned in a year, in a month of it, in units below paths, of a kind, of a subject.

    `month` 0, `kind` "" and `subject` None: any; `subject` "": entries without one. `own`: the number of one unit, without
    those below it; NOWHERE: what was earned in no unit.
    """

    paths: tuple[str, ...]
    year: int
    month: int = 0
    kind: str = ""
    subject: str | None = None
    own: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Person-times (人次), those of them passed, study hours; entries of kinds that are passed or failed, and those passed."""

    entries: int = 0
    passed: int = 0
    hours: Hours = Hours()
    sat: int = 0
    sat_passed: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.entries + other.entries,
            self.passed + other.passed,
            self.hours + other.hours,
            self.sat + other.sat,
            self.sat_passed + other.sat_passed,
        )

    @property
    def rates(self) -> Rates:
        """As rates: who took part in exams and classes, and who passed."""
        return Rates(self.sat, (), self.sat, self.sat_passed)


def figures(session: Session, scope: Scope) -> Figures:
    """The sums of a scope; one query."""
    return _figures(session.execute(select(*_SUMS).where(*_tallied(scope))).one())


def by_month(session: Session, scope: Scope) -> dict[int, Figures]:
    """The sums of each month of the year in which something was learned, by its number; one query."""
    rows = session.execute(select(UnitTally.month, *_SUMS).where(*_tallied(scope)).group_by(UnitTally.month))
    return {month % 100: _figures(sums) for month, *sums in rows}


def by_kind(session: Session, scope: Scope) -> dict[str, Figures]:
    """The sums by kind of entry; one query."""
    rows = session.execute(select(UnitTally.kind, *_SUMS).where(*_tallied(scope)).group_by(UnitTally.kind))
    return {kind: _figures(sums) for kind, *sums in rows}


def by_subject(session: Session, scope: Scope) -> dict[str, Figures]:
    """The sums by subject, "" for entries without one; one query."""
    rows = session.execute(select(UnitTally.subject, *_SUMS).where(*_tallied(scope)).group_by(UnitTally.subject))
    return {subject: _figures(sums) for subject, *sums in rows}


def by_unit(session: Session, scope: Scope) -> dict[int, tuple[str, Figures]]:
    """The path and the sums of each unit in which something was earned, by its number, NOWHERE and "" for no unit; one query."""
    units = accounts.unit_paths_of_all().subquery()
    query = select(UnitTally.unit_id, func.coalesce(units.c.path, ""), *_SUMS)
    grouped = query.outerjoin(units, units.c.id == UnitTally.unit_id).group_by(UnitTally.unit_id, units.c.path)
    return {unit: (path, _figures(sums)) for unit, path, *sums in session.execute(grouped.where(*_tallied(scope)))}


def people_count(session: Session, scope: Scope) -> int:
    """How many different people have an entry that counts in the scope's year; month and subject are not looked at."""
    counted = select(func.count(PersonTally.person_id.distinct())).where(*_of_people(scope))
    return session.scalar(counted) or 0


def people_by_part(session: Session, scope: Scope, parts: Mapping[Key, Collection[int]]) -> dict[Key, int]:
    """How many different people have an entry that counts, for each part, given as the numbers of its units; one query.

    Who learned in two parts counts in both, and once in the whole.
    """
    keys: dict[int, list[Key]] = {}
    for key, units in parts.items():
        for unit in units:
            keys.setdefault(unit, []).append(key)
    people: dict[Key, set[int]] = {key: set() for key in parts}
    query = select(PersonTally.unit_id, PersonTally.person_id).where(*_of_people(scope)).distinct()
    for unit, person in session.execute(query):
        for key in keys.get(unit, ()):
            people[key].add(person)
    return {key: len(found) for key, found in people.items()}


def people(scope: Scope) -> Rows:
    """The people behind `people_count`: person's columns, entries, passed, quarters; most hours first."""
    sums = [func.sum(column) for column in (PersonTally.entries, PersonTally.passed, PersonTally.quarters)]
    named = accounts.named().subquery()
    return (
        select(named.c.public_id, named.c.name, named.c.staff_number, *sums)
        .join(named, named.c.id == PersonTally.person_id)
        .where(*_of_people(scope))
        .group_by(named.c.id, named.c.public_id, named.c.name, named.c.staff_number)
        .order_by(sums[2].desc(), named.c.staff_number)
    )


def entries(scope: Scope, *, passed: bool | None = None) -> Rows:
    """The entries behind the figures, newest first: their columns with the person's; `passed` narrows to those or others."""
    first = datetime(scope.year, scope.month or 1, 1, tzinfo=BUREAU_ZONE)
    ends_year = scope.month in (0, DECEMBER)
    after = datetime(scope.year + ends_year, 1 if ends_year else scope.month + 1, 1, tzinfo=BUREAU_ZONE)
    conditions: list[ColumnElement[bool]] = [
        TranscriptEntry.happened_at >= first.astimezone(UTC),
        TranscriptEntry.happened_at < after.astimezone(UTC),
        TranscriptEntry.void.is_(None),
        in_force(),
    ]
    if scope.own is not None:
        conditions.append(func.coalesce(TranscriptEntry.unit_id, NOWHERE) == scope.own)
    if scope.paths != ("/",):
        conditions.append(TranscriptEntry.unit_id.in_(accounts.unit_ids(scope.paths)))
    if scope.kind:
        conditions.append(TranscriptEntry.kind == scope.kind)
    if scope.subject is not None:
        conditions.append(func.coalesce(TranscriptEntry.subject, "") == scope.subject)
    if passed is not None:
        conditions.append(TranscriptEntry.passed.is_(passed))
    named = accounts.named().subquery()
    return (
        select(
            named.c.public_id, named.c.name, TranscriptEntry.unit_name, TranscriptEntry.kind, TranscriptEntry.title,
            TranscriptEntry.title_en, TranscriptEntry.hours, TranscriptEntry.score, TranscriptEntry.maximum,
            TranscriptEntry.passed, TranscriptEntry.happened_at,
        )
        .join(named, named.c.id == TranscriptEntry.person_id)
        .where(*conditions)
        .order_by(TranscriptEntry.happened_at.desc(), TranscriptEntry.id.desc())
    )  # fmt: skip


def years(session: Session) -> list[int]:
    """Years in which anybody learned anything, newest first."""
    return list(session.scalars(select(PersonTally.year).distinct().order_by(PersonTally.year.desc())))


_SAT = UnitTally.kind.in_(SAT)
_SUMS = (
    func.coalesce(func.sum(UnitTally.entries), 0),
    func.coalesce(func.sum(UnitTally.passed), 0),
    func.coalesce(func.sum(UnitTally.quarters), 0),
    func.coalesce(func.sum(UnitTally.entries).filter(_SAT), 0),
    func.coalesce(func.sum(UnitTally.passed).filter(_SAT), 0),
)


def _figures(sums: Sequence[int]) -> Figures:
    entered, passed, quarters, sat, sat_passed = sums
    return Figures(int(entered), int(passed), Hours(int(quarters)), int(sat), int(sat_passed))


def _tallied(scope: Scope) -> list[ColumnElement[bool]]:
    first, last = (scope.month, scope.month) if scope.month else (1, DECEMBER)
    found: list[ColumnElement[bool]] = [UnitTally.month.between(scope.year * 100 + first, scope.year * 100 + last)]
    if scope.own is not None:
        found.append(UnitTally.unit_id == scope.own)
    if scope.paths != ("/",):
        found.append(UnitTally.unit_id.in_(accounts.unit_ids(scope.paths)))
    if scope.kind:
        found.append(UnitTally.kind == scope.kind)
    if scope.subject is not None:
        found.append(UnitTally.subject == scope.subject)
    return found


def _of_people(scope: Scope) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [PersonTally.year == scope.year, PersonTally.entries > 0]
    if scope.own is not None:
        found.append(PersonTally.unit_id == scope.own)
    if scope.paths != ("/",):
        found.append(PersonTally.unit_id.in_(accounts.unit_ids(scope.paths)))
    if scope.kind:
        found.append(PersonTally.kind == scope.kind)
    return found
