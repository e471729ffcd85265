"""How far markers agree: severity and drift of each, agreement of the two marks of an answer."""

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.clock import BUREAU_ZONE
from lms.marking.allotting import MARKER
from lms.marking.models import Mark, Question, Script, Task
from question_bank.analysis.agreement import Intraclass, Severity, crossed, drift, intraclass, kappa, severities
from question_bank.analysis.agreement import Mark as Given
from question_bank.moderation import Marking

#: bands of a tenth of the marks, for kappa
BANDS = 10
#: fewer answers tell nothing
LEAST = 5


class Row(NamedTuple):
    """A mark: of which answer, by whom, in which role, of how many marks, how long it took and when."""

    script: int
    person: int
    role: str
    control: bool
    total: Decimal
    maximum: Decimal
    seconds: int | None
    at: datetime

    @property
    def percent(self) -> float:
        """Of the marks there are, so that questions of unlike worth compare."""
        return float(100 * self.total / self.maximum)


@dataclass(frozen=True, slots=True)
class MarkerFigures:
    """Of a marker: answers marked, median seconds, mean percent given; difference from the others over the same answers, and by day
    on the controls, in percent of the marks.
    """

    marked: int
    seconds: float | None
    mean: float
    severity: Severity | None
    days: tuple[Severity, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of answers with two marks: how many, mean difference in percent of the marks, how many differ too much, quadratic kappa of
    tenths, intraclass correlations; None where they cannot be worked out.
    """

    answers: int
    difference: float
    too_much: int
    kappa: float | None
    intraclass: Intraclass | None


def rows(session: Session, exam_id: int) -> list[Row]:
    """The newest mark of every task that was done."""
    query = (
        select(
            Task.id, Script.id, Task.person_id, Task.role, Script.control, Mark.total, Question.marks, Mark.seconds, Mark.at,
        )
        .join(Script, Script.id == Task.script_id)
        .join(Question, Question.id == Script.question_id)
        .join(Mark, Mark.task_id == Task.id)
        .where(Script.exam_id == exam_id, Task.taken_back_at.is_(None))
        .order_by(Task.id, Mark.number)
    )  # fmt: skip
    newest = {row[0]: Row(*row[1:]) for row in session.execute(query)}
    return list(newest.values())


def of_markers(found: Sequence[Row]) -> dict[int, MarkerFigures]:
    """Figures of every marker who has marked something."""
    by_person: dict[int, list[Row]] = defaultdict(list)
    for row in found:
        by_person[row.person].append(row)
    severe = severities(Given(row.script, row.person, row.percent) for row in found)
    drifts = _drifts([row for row in found if row.control])
    return {person: _figures(own, severe.get(person), drifts.get(person, ())) for person, own in by_person.items()}


def _figures(own: Sequence[Row], severity: Severity | None, days: tuple[Severity, ...]) -> MarkerFigures:
    seconds = [row.seconds for row in own if row.seconds is not None]
    mean = statistics.fmean(row.percent for row in own)
    return MarkerFigures(len(own), statistics.median(seconds) if seconds else None, mean, severity, days)


def _drifts(controls: Sequence[Row]) -> Mapping[int, tuple[Severity, ...]]:
    """By marker the difference on each day from what all gave the controls on average."""
    together: dict[int, list[float]] = defaultdict(list)
    for row in controls:
        together[row.script].append(row.percent)
    agreed = {script: statistics.fmean(percents) for script, percents in together.items()}
    marks = [
        Given(row.script, row.person, row.percent, row.at.astimezone(BUREAU_ZONE).date().toordinal())
        for row in controls
    ]
    found: dict[int, list[Severity]] = defaultdict(list)
    for (person, _day), severity in drift(marks, agreed).items():
        found[person].append(severity)
    return {person: tuple(days) for person, days in found.items()}


def of_pairs(found: Sequence[Row], marking: Marking) -> Agreement | None:
    """How far the two marks that count for an answer agree; None for too few answers."""
    together: dict[int, list[Row]] = defaultdict(list)
    for row in found:
        if row.role == MARKER:
            together[row.script].append(row)
    pairs = [(two[0], two[1]) for two in together.values() if len(two) == 2]
    if len(pairs) < LEAST:
        return None
    table = [(one.percent, other.percent) for one, other in pairs]
    return Agreement(
        answers=len(pairs),
        difference=statistics.fmean(abs(one - other) for one, other in table),
        too_much=sum(marking.differ(one.total, other.total, one.maximum) for one, other in pairs),
        kappa=kappa(crossed([_band(one) for one, _ in table], [_band(other) for _, other in table], BANDS), 2),
        intraclass=_intraclass(table),
    )


def _band(percent: float) -> int:
    return min(BANDS - 1, int(percent * BANDS / 100))


def _intraclass(table: Sequence[tuple[float, float]]) -> Intraclass | None:
    try:
        return intraclass(table)
    except ValueError:
        return None
