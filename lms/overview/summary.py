"""The figures of a year for a part of the organisation, as the page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.accounts.queries import UnitRow
from lms.transcripts import quick
from lms.transcripts.quick import Figures, Scope

NONE = Figures()
MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True)
class Part:
    """A unit right below the one that is shown, with everything below it; `people` count once in each part."""

    unit: UnitRow
    people: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class Summary:
    """The year: people and figures in all, and apart by month, kind, subject and unit."""

    people: int
    all: Figures
    before: Figures
    months: Sequence[tuple[int, Figures]]
    kinds: Sequence[tuple[str, Figures]]
    subjects: Sequence[tuple[str, Figures]]
    parts: Sequence[Part]


def of_year(session: Session, scope: Scope, parts: Sequence[UnitRow]) -> Summary:
    """The figures of a scope; `parts` are the units that are told apart. Seven queries."""
    months, kinds = quick.by_month(session, scope), quick.by_kind(session, scope)
    subjects, paths = quick.by_subject(session, scope), quick.by_unit(session, scope)
    people = quick.people_by_part(session, scope, [(unit.id, unit.path) for unit in parts])
    before = Scope(scope.paths, scope.year - 1, kind=scope.kind)
    return Summary(
        people=quick.people_count(session, scope),
        all=sum(months.values(), NONE),
        before=quick.figures(session, before),
        months=[(month, months.get(month, NONE)) for month in MONTHS],
        kinds=sorted(kinds.items(), key=lambda pair: -pair[1].entries),
        subjects=sorted(((code, one) for code, one in subjects.items() if code), key=lambda pair: -pair[1].entries),
        parts=[
            Part(unit, people[unit.id], sum((one for path, one in paths.items() if path.startswith(unit.path)), NONE))
            for unit in parts
        ],
    )
