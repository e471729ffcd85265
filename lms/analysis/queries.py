"""Reading what was worked out."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from lms.accounts.queries import UnitRow
from lms.analysis.models import Analysis
from lms.clock import BUREAU_ZONE
from lms.exams.queries import ExamRow
from lms.sitting import queries as sitting
from question_bank.analysis.report import Report

#: a unit with fewer people is not told apart: figures of so few are those of persons
LEAST_PEOPLE = 5


def day_of(exam: ExamRow) -> date:
    """The day on which people are told by the units they served in: that on which the exam closed."""
    return exam.closes_at.astimezone(BUREAU_ZONE).date()


@dataclass(frozen=True, slots=True)
class Found:
    """What an exam measured, when it was worked out, and whether results are still those it was worked out of."""

    report: Report
    units: Mapping[str, Sequence[float]]
    worked_out_at: datetime
    current: bool


def of_exam(session: Session, exam_id: int) -> Found | None:
    """What was worked out last; None where nothing was, or by another release."""
    row = session.get(Analysis, exam_id)
    if row is None:
        return None
    try:
        report = Report.from_record(row.report)
    except KeyError:
        return None
    return Found(report, row.units, row.worked_out_at, row.basis == sitting.basis(session, exam_id))


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """How the people of a unit did: how many, mean marks of 100 with a 95 % interval (half its width), share that passed; marks
    and share are None where there are too few people to be told apart. `inside`: how many units below have people.
    """

    public_id: str
    name: str
    people: int
    mean: float | None
    within: float | None
    passed: float | None
    inside: int


def units_below(found: Found, tree: Sequence[UnitRow], parent: UnitRow | None) -> list[UnitFigures]:
    """The units right below one (None: the roots) in which somebody sat the exam, in the order of the tree."""
    rows = [unit for unit in tree if unit.parent_id == (parent.id if parent else None)]
    return [_figures(found, unit, tree) for unit in rows if unit.public_id in found.units]


def _figures(found: Found, unit: UnitRow, tree: Sequence[UnitRow]) -> UnitFigures:
    people, total, squares, passed = found.units[unit.public_id]
    inside = sum(one.parent_id == unit.id and one.public_id in found.units for one in tree)
    if people < LEAST_PEOPLE:
        return UnitFigures(unit.public_id, unit.name, int(people), None, None, None, inside)
    variance = max(0.0, (squares - total * total / people) / (people - 1))
    within = 1.96 * math.sqrt(variance / people)
    return UnitFigures(unit.public_id, unit.name, int(people), total / people, within, passed / people, inside)


def all_units(
    found: Found, tree: Sequence[UnitRow], parent: UnitRow | None = None, depth: int = 0
) -> Iterator[tuple[int, UnitFigures]]:
    """Every unit in which somebody sat the exam, in the order of the tree, with its depth."""
    by_name = {unit.public_id: unit for unit in tree}
    for figures in units_below(found, tree, parent):
        yield depth, figures
        yield from all_units(found, tree, by_name[figures.public_id], depth + 1)
