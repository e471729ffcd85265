"""What the manager's pages show of a plan: which units, which cycle, how each number came about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash
from flask_babel import gettext
from sqlalchemy import Select
from sqlalchemy.orm import Session

from courseware.plans import ONCE, State
from lms.accounts.policy import Viewer
from lms.accounts.queries import UnitRow
from lms.clock import today
from lms.plans import queries
from lms.plans.models import TrainingPlan
from lms.plans.policy import paths_of
from lms.plans.queries import Tally
from lms.plans.words import MEANING, STATE_NAMES
from lms.rates import Footnotes, footnotes


@dataclass(frozen=True, slots=True)
class Scope:
    """
    Whose numbers are shown: the units one manages, the one chosen among them (None: all), the cycle.

    `own`: of the units that are shown those alone that are below no line of the table.
    """

    mine: tuple[UnitRow, ...]
    chosen: UnitRow | None
    cycle: str
    cycles: tuple[str, ...]
    own: bool = False

    @property
    def inside(self) -> tuple[UnitRow, ...]:
        """The units that are shown: the chosen one with all below it, or all."""
        path = self.chosen.path if self.chosen else "/"
        return tuple(unit for unit in self.mine if unit.path.startswith(path))

    @property
    def unit_ids(self) -> list[int]:
        """Their keys."""
        in_rows = self.in_rows if self.own else frozenset()
        return [unit.id for unit in self.inside if unit.id not in in_rows]

    @property
    def in_rows(self) -> frozenset[int]:
        """The keys of the units that are counted in a line of the table."""
        heads = tuple(row.path for row in self.rows)
        return frozenset(unit.id for unit in self.mine if unit.path.startswith(heads))

    @property
    def rows(self) -> tuple[UnitRow, ...]:
        """The units of the table: those directly below the chosen one, or the uppermost ones."""
        known = {unit.id for unit in self.mine}
        if self.chosen is None:
            tops = tuple(unit for unit in self.mine if unit.parent_id not in known)
            return (
                tops
                if len(tops) > 1
                else tuple(unit for unit in self.mine if unit.parent_id in {top.id for top in tops})
            )
        return tuple(unit for unit in self.mine if unit.parent_id == self.chosen.id)


@dataclass(frozen=True, slots=True)
class Looked:
    """A plan as its page shows it: the whole, the units, and the footnotes of the whole."""

    scope: Scope
    whole: Tally
    own: Tally | None
    rows: tuple[tuple[UnitRow, Tally], ...]
    notes: Footnotes


def scope(
    session: Session, viewer: Viewer, plan: TrainingPlan, asked: Mapping[str, str], units: Sequence[UnitRow]
) -> Scope:
    """What an address asks to see of a plan, within what its viewer manages."""
    paths = paths_of(viewer)
    mine = tuple(unit for unit in units if unit.path.startswith(paths))
    chosen = next((unit for unit in mine if unit.public_id == asked.get("unit")), None)
    cycles = tuple(queries.cycles_of(session, plan.id)) or (ONCE,)
    cycle = asked.get("cycle", "")
    return Scope(mine, chosen, cycle if cycle in cycles else cycles[0], cycles, own=bool(asked.get("own")))


def tallies(session: Session, plan: TrainingPlan, asked: Scope) -> dict[int, Tally]:
    """The counts of each unit that is shown, with all below it."""
    found = queries.tallies(session, today(), asked.unit_ids, plan_ids=[plan.id], cycle=[asked.cycle])
    own = {unit: tally for (_plan, unit), tally in found.items()}
    return queries.by_subtree(asked.mine, own)


def names(session: Session, plan: TrainingPlan, asked: Scope, wanted: str) -> Select[*tuple[Any, ...]]:
    """The people behind a number, for `paginate`."""
    only = queries.chosen(today(), wanted, {plan.id: queries.plan_of(session, plan).escalate})
    return queries.people(today(), asked.unit_ids, plan_ids=[plan.id], cycle=[asked.cycle], only=only)


def look(
    session: Session, viewer: Viewer, plan: TrainingPlan, asked: Mapping[str, str], units: Sequence[UnitRow]
) -> Looked:
    """Everything that the page of a plan counts."""
    seen = scope(session, viewer, plan, asked, units)
    found = queries.tallies(session, today(), seen.unit_ids, plan_ids=[plan.id], cycle=[seen.cycle])
    own = {unit: tally for (_plan, unit), tally in found.items()}
    below = queries.by_subtree(seen.mine, own)
    whole = sum(own.values(), Tally())
    rows = tuple((unit, below[unit.id]) for unit in seen.rows if unit.id in below)
    in_rows = seen.in_rows
    rest = sum((tally for unit, tally in own.items() if unit not in in_rows), Tally())
    return Looked(seen, whole, rest if rest.rates.called else None, rows, footnotes(whole.rates, MEANING))


def about(unit: UnitRow | None, *more: str) -> str:
    """What a paper is of: a unit (None: all one manages), and whatever else narrows it."""
    return " · ".join(word for word in (unit.name if unit else gettext("All my units"), *more) if word)


def state_choices() -> list[tuple[str, str]]:
    """What a list of names can be narrowed to."""
    wanted = (State.LATE, State.NOT_BEGUN, State.BEGUN)
    return [
        ("", gettext("All")),
        ("called", gettext("To take part")),
        ("spared", gettext("exempt, of those to take part")),
        ("took_part", gettext("Took part")),
        *((str(state), str(STATE_NAMES[state])) for state in wanted),
        ("escalated", gettext("told to the unit's training manager")),
        ("done", gettext("done")),
        *((str(state), str(STATE_NAMES[state])) for state in (State.DONE_LATE, State.EXEMPT, State.LEFT)),
    ]


def tell_reminded(count: int) -> None:
    """Say how many were reminded."""
    if count:
        flash(gettext("Reminded: %(count)s. They read it on their home page.", count=count), "good")
    else:
        flash(gettext("Nobody was reminded: whoever is late was reminded today."), "info")
