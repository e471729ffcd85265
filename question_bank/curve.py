"""Test characteristic curves: how many marks somebody of an ability can expect on a paper (Rasch).

Whole numbers throughout, so that a paper matched by these curves is the same on every machine: abilities and
difficulties in thousandths of a logit, chances in millionths, marks in `MARK` units.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import cache

from question_bank.assembly import Form
from question_bank.blueprint import Blueprint
from question_bank.difficulty import Difficulty, difficulties_of
from question_bank.pool import Pool

MILLION = 1_000_000
#: units of one mark: hundredths of a mark times millionths of a chance
MARK = 100 * MILLION
#: abilities looked at, in thousandths of a logit: the one at the cut, and this far below and above it
APART = 800
#: chances hardly change beyond
FURTHEST = 8_000
_CONTEXT = Context(prec=20, rounding=ROUND_HALF_EVEN)
_CENT = Decimal("0.01")


@cache
def chance_right(lead: int) -> int:
    """The chance, in millionths, of somebody whose ability lies `lead` thousandths of a logit above the difficulty."""
    lead = max(-FURTHEST, min(FURTHEST, lead))
    odds = _CONTEXT.exp(Decimal(-lead).scaleb(-3, context=_CONTEXT))
    chance = _CONTEXT.divide(Decimal(MILLION), _CONTEXT.add(Decimal(1), odds))
    return int(chance.to_integral_value(ROUND_HALF_EVEN))


def thousandths(difficulty: Difficulty) -> int:
    """A difficulty in thousandths of a logit."""
    return round(difficulty.b * 1000)


def hundredths(marks: Decimal) -> int:
    """Marks in hundredths."""
    return int(marks * 100)


def in_marks(units: int) -> float:
    """Units in marks."""
    return units / MARK


def marks_of(units: int) -> Decimal:
    """Units in marks, to hundredths, half up."""
    return _CONTEXT.divide(Decimal(units), Decimal(MARK)).quantize(_CENT, ROUND_HALF_UP, _CONTEXT)


@dataclass(frozen=True, slots=True)
class Part:
    """A section as the curve of the whole bank sees it: its marks in hundredths, its quota, what may stand in it."""

    hundredths: int
    quota: int
    difficulties: tuple[int, ...]

    def expected(self, ability: int) -> int:
        """Units that the section brings on average over its questions."""
        if not self.difficulties:
            return 0
        chances = sum(chance_right(ability - b) for b in self.difficulties)
        return self.hundredths * self.quota * chances // len(self.difficulties)


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What every paper is measured against: the bank's average paper under the blueprint.

    `cut`: the ability (thousandths of a logit) that just reaches the pass mark on it; `points`: the three abilities
    at which papers are matched; `targets`: units that the average paper brings there.
    """

    cut: int
    points: tuple[int, int, int]
    targets: tuple[int, int, int]


def yardstick(pool: Pool, blueprint: Blueprint, difficulties: Mapping[int, Difficulty]) -> Yardstick:
    """The average paper of a pool; where the pass mark is out of reach the cut is the furthest ability."""
    parts = []
    for section in blueprint.sections:
        if section.counts:
            keys = section.listed if blueprint.paper == "fixed" else pool.versions
            fitting = tuple(thousandths(difficulties[key]) for key in keys if section.draws(pool, key))
            parts.append(Part(hundredths(section.worth), section.quota, fitting))
    cut = _ability(parts, hundredths(blueprint.pass_mark) * MILLION)
    points = (cut - APART, cut, cut + APART)
    low, middle, high = (sum(part.expected(point) for part in parts) for point in points)
    return Yardstick(cut, points, (low, middle, high))


def _ability(parts: Sequence[Part], wanted: int) -> int:
    """The least ability that can expect these units (the curve only rises)."""
    low, high = -FURTHEST, FURTHEST
    while low < high:
        middle = (low + high) // 2
        if sum(part.expected(middle) for part in parts) >= wanted:
            high = middle
        else:
            low = middle + 1
    return low


def expected_units(form: Form, difficulties: Mapping[int, Difficulty], ability: int) -> int:
    """Units that somebody of this ability can expect on a paper."""
    return sum(
        hundredths(slot.marks) * chance_right(ability - thousandths(difficulties[slot.version]))
        for slot in form.slots
        if slot.marks
    )


def equated_cut(
    form: Form, difficulties: Mapping[int, Difficulty] | None, blueprint: Blueprint, *, pool: Pool
) -> Decimal:
    """The pass mark of a paper that could not be matched: as hard to reach on it as the pass mark is on the average one.

    True-score equating: the curve of the average paper is inverted at the pass mark, and the paper's own curve read at
    the ability found. Hundredths of a mark, half up. Raw marks stay what they are.
    """
    return equated_cuts([form], difficulties, blueprint, pool=pool)[0]


def equated_cuts(
    forms: Iterable[Form], difficulties: Mapping[int, Difficulty] | None, blueprint: Blueprint, *, pool: Pool
) -> list[Decimal]:
    """The same for many papers."""
    known = difficulties_of(pool, difficulties)
    cut = yardstick(pool, blueprint, known).cut
    return [marks_of(expected_units(form, known, cut)) for form in forms]
