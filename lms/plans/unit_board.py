"""What the page of one's units counts: open plans, the cycles that run now, and whom the officer is told of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from courseware.plans import State
from lms.accounts import queries as accounts
from lms.accounts.policy import Role, Viewer
from lms.accounts.queries import UnitRow
from lms.clock import now, today
from lms.plans import queries
from lms.plans.models import PlanAssignment, TrainingPlan
from lms.plans.policy import paths_of
from lms.plans.queries import Tally
from lms.plans.words import MEANING
from lms.rates import Footnotes, footnotes

ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class UnitBoard:
    """The page: units and plans one sees, what was chosen of them, counts by plan and by unit, and who is told to me.

    `own`: the names are those of the shown units alone that are below no line of the table by unit; `rest`: their counts.
    `nearest`: keys of the units whose nearest training manager the viewer is; `told`: how many of them are late for so
    long that their plan tells that manager.
    """

    day: date
    mine: tuple[UnitRow, ...]
    plans: tuple[TrainingPlan, ...]
    unit: UnitRow | None
    plan: TrainingPlan | None
    wanted: str
    by_plan: tuple[tuple[TrainingPlan, Tally], ...]
    by_unit: tuple[tuple[UnitRow, Tally], ...]
    rest: Tally
    whole: Tally
    escalations: Mapping[int, int | None]
    nearest: frozenset[int]
    told: int
    own: bool = False

    @property
    def unit_ids(self) -> list[int]:
        """The units that are shown: the chosen one with all below it, or all."""
        path = self.unit.path if self.unit else "/"
        shown = [unit for unit in self.mine if unit.path.startswith(path)]
        heads = _heads(self.mine, self.unit) if self.own else []
        return [unit.id for unit in shown if not any(unit.path.startswith(head.path) for head in heads)]

    @property
    def notes(self) -> Footnotes:
        """The footnotes of the whole."""
        return footnotes(self.whole.rates, MEANING)

    @property
    def plan_ids(self) -> list[int]:
        """The plans that are shown."""
        return [plan.id for plan in self.plans if self.plan is None or plan.id == self.plan.id]


def look(session: Session, viewer: Viewer, asked: Mapping[str, str]) -> UnitBoard:
    """The page as an address asks for it."""
    day, paths = today(), paths_of(viewer)
    mine = tuple(accounts.units(session, paths=paths, closed=True))
    plans = tuple(row[0] for row in session.execute(queries.plans(paths, state="open")))
    unit = next((one for one in mine if one.public_id == asked.get("unit")), None)
    plan = next((one for one in plans if one.public_id == asked.get("plan")), None)
    wanted = asked.get("state", "") or str(State.LATE)
    inside = [one.id for one in mine if unit is None or one.path.startswith(unit.path)]
    found = queries.tallies(session, day, inside, plan_ids=[one.id for one in plans], cycle=queries.cycles(day))
    shown = {key: tally for key, tally in found.items() if plan is None or key[0] == plan.id}
    escalations = {key: says.escalate for key, says in queries.plans_of(session, [one.id for one in plans]).items()}
    nearest = nearest_to(session, viewer, mine)
    heads = _heads(mine, unit)
    inside_heads = {one.id for one in mine if any(one.path.startswith(head.path) for head in heads)}
    return UnitBoard(
        day=day,
        mine=mine,
        plans=plans,
        unit=unit,
        plan=plan,
        wanted=wanted,
        by_plan=tuple((one, sum((t for key, t in found.items() if key[0] == one.id), Tally())) for one in plans),
        by_unit=_by_unit(mine, heads, shown),
        rest=sum((tally for (_plan, one), tally in shown.items() if one not in inside_heads), Tally()),
        whole=sum(shown.values(), Tally()),
        escalations=escalations,
        nearest=nearest,
        told=_told(session, day, nearest, [one.id for one in plans], escalations),
        own=bool(asked.get("own")),
    )


def _heads(mine: Sequence[UnitRow], chosen: UnitRow | None) -> list[UnitRow]:
    """The units of the table: those directly below the chosen one, or below the uppermost ones."""
    known = {unit.id for unit in mine}
    wanted = {chosen.id} if chosen else {unit.id for unit in mine if unit.parent_id not in known}
    return [unit for unit in mine if unit.parent_id in wanted]


def _by_unit(
    mine: Sequence[UnitRow], heads: Sequence[UnitRow], shown: Mapping[tuple[int, int], Tally]
) -> tuple[tuple[UnitRow, Tally], ...]:
    """The counts of the units of the table with all below them, those with somebody late first."""
    own: dict[int, Tally] = {}
    for (_plan, unit_id), tally in shown.items():
        own[unit_id] = own.get(unit_id, Tally()) + tally
    below = queries.by_subtree(mine, own)
    rows = [(unit, below[unit.id]) for unit in heads if unit.id in below]
    return tuple(sorted(rows, key=lambda row: -row[1].late))


def names(looked: UnitBoard) -> Select[*tuple[Any, ...]]:
    """The names behind the numbers that the page shows, for `paginate`."""
    units = looked.unit_ids
    if looked.wanted == ESCALATED:
        units = [key for key in units if key in looked.nearest]
    only = queries.chosen(looked.day, looked.wanted, looked.escalations)
    cycle = queries.cycles(looked.day)
    return queries.people(looked.day, units, plan_ids=looked.plan_ids, cycle=cycle, only=only)


def nearest_to(session: Session, viewer: Viewer, mine: Sequence[UnitRow]) -> frozenset[int]:
    """The units of which the viewer is the nearest training manager: nobody else has a part that lies closer above them."""
    others = {row.unit_path or "/" for row in session.execute(accounts.grants(now=now(), role=Role.TRAINING_MANAGER))}
    own = paths_of(viewer)
    return frozenset(
        unit.id
        for unit in mine
        if max((path for path in others if unit.path.startswith(path)), key=len, default="/") in own
    )


def _told(
    session: Session, day: date, nearest: frozenset[int], plan_ids: Sequence[int], escalations: Mapping[int, int | None]
) -> int:
    query = select(func.count()).where(
        PlanAssignment.plan_id.in_(plan_ids),
        PlanAssignment.cycle.in_(queries.cycles(day)),
        PlanAssignment.unit_id.in_(sorted(nearest)),
        queries.escalated(escalations, day),
    )
    return session.scalar(query) or 0
