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
    """
    A unit right below the one that is shown, with everything below it; with `own` the one that is shown itself; without a
    unit what was learned while serving in none. `people` count once in each part.
    """

    unit: UnitRow | None
    own: bool
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


def of_year(session: Session, scope: Scope, parts: Sequence[UnitRow], above: UnitRow | None) -> Summary:
    """The figures of a scope; `parts` are the units that are told apart, `above` the one of which these are the parts. Seven
    queries.
    """
    months, kinds = quick.by_month(session, scope), quick.by_kind(session, scope)
    subjects = quick.by_subject(session, scope)
    return Summary(
        people=quick.people_count(session, scope),
        all=sum(months.values(), NONE),
        before=quick.figures(session, Scope(scope.paths, scope.year - 1, kind=scope.kind)),
        months=[(month, months.get(month, NONE)) for month in MONTHS],
        kinds=sorted(kinds.items(), key=lambda pair: -pair[1].entries),
        subjects=sorted(subjects.items(), key=lambda pair: (not pair[0], -pair[1].entries)),
        parts=_parts(session, scope, parts, above),
    )


def _parts(session: Session, scope: Scope, below: Sequence[UnitRow], above: UnitRow | None) -> list[Part]:
    """The parts, and where anything was learned there the unit itself and no unit: together they are the whole."""
    found = quick.by_unit(session, scope)
    paths = {path for path, _figures in found.values()}
    units: list[tuple[UnitRow | None, bool]] = [(unit, False) for unit in below]
    units += [(unit, own) for unit, own in ((above, True), (None, False)) if (unit.path if unit else "") in paths]
    inside = [[number for number, (path, _) in found.items() if _belongs(unit, own, path)] for unit, own in units]
    people = quick.people_by_part(session, scope, dict(enumerate(inside)))
    return [
        Part(unit, own, people[place], sum((found[number][1] for number in inside[place]), NONE))
        for place, (unit, own) in enumerate(units)
    ]


def _belongs(unit: UnitRow | None, own: bool, path: str) -> bool:  # noqa: FBT001
    if unit is None:
        return not path
    return path == unit.path if own else path.startswith(unit.path)
