"""Participation and pass rate of closed classes: by class, unit, year or type, and the names behind every number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, extract, func, select
from sqlalchemy.orm import Session

from courseware.classes.outcome import Outcome, grouped, standing
from courseware.hours import Hours
from courseware.rates import NOBODY, Rates
from lms.accounts import queries as accounts
from lms.accounts.queries import UnitRow
from lms.classes.models import ClassResult, Learner, TrainingClass
from lms.classes.queries import in_force, in_year

#: what the list of names can be narrowed to
SHOWN = ("called", "exempt", "expected", "took_part", "away", "passed", "not_passed")
BY = ("unit", "class", "type", "year")


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Of which people and classes: those who served below `paths` when called; of one year, type or class where given.

    `alone`: key of a unit, of which its own people are meant and nobody below it.
    """

    paths: tuple[str, ...]
    year: int | None = None
    class_type: str = ""
    class_id: int | None = None
    alone: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: its key in the address, its name, the rates."""

    key: str
    name: str
    rates: Rates


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    found = [in_force(), Learner.unit_id.in_(accounts.unit_ids(asked.paths))]
    if asked.year is not None:
        found.append(in_year(asked.year))
    if asked.class_type:
        found.append(TrainingClass.class_type == asked.class_type)
    if asked.class_id is not None:
        found.append(TrainingClass.id == asked.class_id)
    if asked.alone is not None:
        found.append(Learner.unit_id == asked.alone)
    return found


def _grouped(session: Session, asked: Asked, key: Any) -> dict[Any, Rates]:
    """Rates by a column. Who is called to two classes counts in each: these are person-times (人次)."""
    there = ClassResult.attended > Decimal(0)
    query = (
        select(key, ClassResult.outcome, there, ClassResult.exempt, func.count())
        .select_from(ClassResult)
        .join(Learner, Learner.id == ClassResult.learner_id)
        .join(TrainingClass, TrainingClass.id == ClassResult.class_id)
        .where(*_conditions(asked))
        .group_by(key, ClassResult.outcome, there, ClassResult.exempt)
    )
    groups: dict[Any, list[tuple[Any, int]]] = {}
    for held, came, attended, exempt, count in session.execute(query):
        one = standing(Outcome(came), Hours(int(bool(attended))), exempt)
        groups.setdefault(held, []).append((one, count))
    return {held: grouped(some) for held, some in groups.items()}


def together(lines: Sequence[Line]) -> Rates:
    """All lines in one."""
    return sum((line.rates for line in lines), NOBODY)


def by_unit(session: Session, asked: Asked, units: Sequence[UnitRow], top: UnitRow | None) -> list[Line]:
    """
    A line for each unit just below `top` (below none: for the highest of `units`), with all that is below it.

    People of `top` itself have a line of their own.
    """
    found = _grouped(session, asked, Learner.unit_id)
    heads = _heads(units, top)
    lines: dict[int, Rates] = {}
    for unit in units:
        if unit.id in found:
            head = next((one for one in heads if unit.path.startswith(one.path)), top)
            if head is not None:
                lines[head.id] = lines.get(head.id, NOBODY) + found[unit.id]
    named = [*([top] if top else []), *heads]
    return [Line(unit.public_id, unit.name, lines[unit.id]) for unit in named if unit.id in lines]


def _heads(units: Sequence[UnitRow], top: UnitRow | None) -> list[UnitRow]:
    if top is not None:
        return [unit for unit in units if unit.parent_id == top.id]
    known = {unit.id for unit in units}
    return [unit for unit in units if unit.parent_id not in known]


def by_class(session: Session, asked: Asked, ids: Sequence[TrainingClass]) -> list[Line]:
    """A line for each of these classes."""
    found = _grouped(session, asked, TrainingClass.id)
    return [Line(one.public_id, one.name, found[one.id]) for one in ids if one.id in found]


def by_type(session: Session, asked: Asked, names: Mapping[str, Any]) -> list[Line]:
    """A line for each type, in the order of their names."""
    found = _grouped(session, asked, TrainingClass.class_type)
    return [Line(key, str(name), found[key]) for key, name in names.items() if key in found]


def by_year(session: Session, asked: Asked) -> list[Line]:
    """A line for each year, newest first."""
    found = _grouped(session, asked, extract("year", TrainingClass.last_day))
    return [Line(str(int(year)), str(int(year)), found[year]) for year in sorted(found, reverse=True)]


def whole(session: Session, asked: Asked) -> Rates:
    """The rates of all that is asked for."""
    return sum(_grouped(session, asked, TrainingClass.id).values(), NOBODY)


def closed_classes(asked: Asked) -> Select[TrainingClass]:
    """The classes that have results of such people, the latest first; for `paginate`."""
    ids = (
        select(ClassResult.class_id)
        .join(Learner, Learner.id == ClassResult.learner_id)
        .join(TrainingClass, TrainingClass.id == ClassResult.class_id)
        .where(*_conditions(asked))
    )
    query = select(TrainingClass).where(TrainingClass.id.in_(ids))
    return query.order_by(TrainingClass.last_day.desc(), TrainingClass.id.desc())


def people(asked: Asked, shown: str, exempt: str = "") -> Select[*tuple[Any, ...]]:
    """The people behind a number (one of SHOWN): result, class, keys of person and unit of the day; for `paginate`."""
    spared = ClassResult.outcome == Outcome.EXEMPT.value
    passed, there = ClassResult.outcome == Outcome.PASSED.value, ClassResult.attended > Decimal(0)
    narrowed = {
        "called": None,
        "exempt": and_(spared, ClassResult.exempt == exempt) if exempt else spared,
        "expected": ~spared,
        "took_part": and_(~spared, there),
        "away": and_(~spared, ~there),
        "passed": passed,
        "not_passed": and_(~spared, there, ~passed),
    }[shown]
    query = (
        select(ClassResult, TrainingClass, Learner.person_id, Learner.unit_id)
        .join(Learner, Learner.id == ClassResult.learner_id)
        .join(TrainingClass, TrainingClass.id == ClassResult.class_id)
        .where(*_conditions(asked))
        .order_by(TrainingClass.last_day.desc(), TrainingClass.id.desc(), Learner.id)
    )
    return query if narrowed is None else query.where(narrowed)
