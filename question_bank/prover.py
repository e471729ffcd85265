"""Before an exam is published: whether its blueprint can be served, and how fair its papers will be.

What cannot be worked out is simulated: `PAPERS` papers are dealt to a room as on the day, by a seed of their own.
"""

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from question_bank.assembly import Form
from question_bank.blueprint import Blueprint, Shortage, shortage
from question_bank.chance import derive
from question_bank.counting import distinct_papers
from question_bank.curve import MILLION, chance_right, expected_units, in_marks, thousandths
from question_bank.difficulty import Difficulty
from question_bank.fair import Seat, deal
from question_bank.pool import Pool
from question_bank.supply import Supply, supply

PAPERS = 200
ROW = 20
#: a question on a larger share of the papers is soon known to everybody
OFTEN = 0.20


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of an exam's papers beforehand.

    `method`: "matched" (in difficulty), "sliced" (too little is known to match), "common" or "fixed". `papers`: how many
    the blueprint allows, `exact` or at least; `digits` of that number. `overlap`: questions that two candidates can
    expect to share; `neighbours` and `neighbours_most`: the same for seats side by side, on average and at most.
    `exposure`: expected share of papers by version (of one paper for all: the chance to stand on it). In marks: `spread`, SD of the papers' difficulty at the pass mark
    as far as difficulties are known; `easiest` and `hardest`, marks that somebody at the pass mark can expect on the
    two extremes; `doubt`, the SD that not knowing difficulties better adds; `error`, the standard error of measurement
    at the pass mark. `enemies`: sets of which no two questions stand on one paper; `apart`: whether they do not.
    `calibrated` of `drawable` versions that count have a measured difficulty.
    """

    lack: Shortage | None
    method: str
    papers: int = 0
    exact: bool = True
    digits: int = 1
    overlap: float = 0.0
    neighbours: float = 0.0
    neighbours_most: int = 0
    exposure: Mapping[int, float] = field(default_factory=dict)
    spread: float = 0.0
    easiest: float = 0.0
    hardest: float = 0.0
    doubt: float = 0.0
    error: float = 0.0
    enemies: int = 0
    apart: bool = True
    calibrated: int = 0
    drawable: int = 0

    @property
    def feasible(self) -> bool:
        """Whether papers can be made at all; else `lack` says why not."""
        return self.lack is None

    @property
    def likely_spread(self) -> float:
        """SD of the papers' true difficulty to be expected, in marks."""
        return math.hypot(self.spread, self.doubt)

    @property
    def overexposed(self) -> tuple[int, ...]:
        """Versions that too many candidates will see, the most shown first."""
        often = [key for key, share in self.exposure.items() if share > OFTEN]
        return tuple(sorted(often, key=lambda key: (-self.exposure[key], key)))

    def to_record(self) -> dict[str, Any]:
        """JSON-able form; the number of papers is a string, or None where it has more digits than anybody reads."""
        lack = self.lack
        names = (
            "method", "exact", "digits", "overlap", "neighbours", "neighbours_most", "spread", "easiest", "hardest",
            "doubt", "error", "enemies", "apart", "calibrated", "drawable",
        )  # fmt: skip
        return {
            "lack": lack and {"sections": list(lack.sections), "wanted": lack.wanted, "held": lack.held},
            "papers": str(self.papers) if self.digits <= 100 else None,
            "exposure": {str(key): share for key, share in self.exposure.items()},
        } | {name: getattr(self, name) for name in names}


def prove(
    pool: Pool,
    blueprint: Blueprint,
    difficulties: Mapping[int, Difficulty] | None = None,
    *,
    seed: bytes = b"proof",
) -> Proof:
    """Everything that can be said before publishing; deterministic."""
    lack = shortage(pool, blueprint)
    if lack is not None:
        return Proof(lack, method=blueprint.paper if blueprint.paper != "personal" else "sliced")
    stock = supply(pool, blueprint, difficulties)
    seats = [Seat("", n // ROW, n % ROW) for n in range(PAPERS)]
    personal = blueprint.paper == "personal"
    seeds = [derive(seed, f"paper:{n}") for n in range(PAPERS)]
    forms = deal(pool, blueprint, seeds, seats, difficulties, common=derive(seed, "common"))
    exposure = _exposure(stock, pool, forms) if personal else _shares_of_one(blueprint, stock)
    marks = [in_marks(expected_units(form, stock.difficulties, stock.yardstick.cut)) for form in forms]
    count = distinct_papers(pool, blueprint)
    counted = [d for key, d in stock.difficulties.items() if key not in pool.trial]
    side_by_side = _shared_by_neighbours(forms, seats)
    return Proof(
        lack=None,
        method=("matched" if stock.matched else "sliced") if personal else blueprint.paper,
        papers=count.papers,
        exact=count.exact,
        digits=count.digits,
        overlap=sum(share * share for share in exposure.values()) if personal else float(blueprint.questions),
        neighbours=statistics.fmean(side_by_side),
        neighbours_most=max(side_by_side),
        exposure=exposure,
        spread=statistics.pstdev(marks),
        easiest=max(marks),
        hardest=min(marks),
        doubt=_doubt(forms, stock, exposure) if personal else 0.0,
        error=_error(forms, stock),
        enemies=sum(len([key for key in keys if key in stock.speaks]) > 1 for keys in pool.rivals()),
        apart=all(_apart(form, stock) for form in forms),
        calibrated=sum(difficulty.calibrated for difficulty in counted),
        drawable=len(counted),
    )


def _shares_of_one(blueprint: Blueprint, stock: Supply) -> dict[int, float]:
    """Where all have one paper: the chance of each version to stand on it."""
    if blueprint.paper == "fixed":
        return {key: 1.0 for section in blueprint.sections for key in section.listed}
    return {key: rate / MILLION for key, rate in stock.rates.items()}


def _exposure(stock: Supply, pool: Pool, forms: Sequence[Form]) -> dict[int, float]:
    """Shares of papers, the same for versions between which chance makes no difference."""
    counts = Counter(slot.version for form in forms for slot in form.slots)
    sizes = Counter(stock.speaks.values())
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for key, who in stock.speaks.items():
        version = pool.versions[key]
        alike[key in pool.trial, version.type, version.subject, stock.takers[who], sizes[who]].append(key)
    shares: dict[int, float] = {}
    for keys in alike.values():
        share = sum(counts[key] for key in keys) / (len(keys) * len(forms))
        shares |= dict.fromkeys(keys, share)
    return dict(sorted(shares.items()))


def _shared_by_neighbours(forms: Sequence[Form], seats: Sequence[Seat]) -> list[int]:
    """Questions that each two seats side by side share."""
    held = {seat: {slot.version for slot in form.slots} for seat, form in zip(seats, forms, strict=True)}
    return [len(held[seat] & held[near]) for seat in seats for near in seat.around() if near in held and near < seat]


def _doubt(forms: Sequence[Form], stock: Supply, exposure: Mapping[int, float]) -> float:
    """SD of the papers' difficulty from the errors of their questions' difficulties; what all share makes none."""
    variances = [
        sum((slope * stock.difficulties[key].b_error) ** 2 * (1 - exposure[key]) for key, slope in _slopes(form, stock))
        for form in forms
    ]
    return math.sqrt(statistics.fmean(variances))


def _slopes(form: Form, stock: Supply) -> list[tuple[int, float]]:
    """For each version that counts the marks that a logit of difficulty costs somebody at the pass mark."""
    return [
        (slot.version, float(slot.marks) * chance * (1 - chance))
        for slot in form.slots
        for chance in (chance_right(stock.yardstick.cut - thousandths(stock.difficulties[slot.version])) / MILLION,)
        if slot.marks
    ]


def _error(forms: Sequence[Form], stock: Supply) -> float:
    """Standard error of measurement at the pass mark, in marks, questions being right or wrong."""
    marks = {slot.version: float(slot.marks) for form in forms for slot in form.slots}
    variances = [sum(slope * marks[key] for key, slope in _slopes(form, stock)) for form in forms]
    return math.sqrt(statistics.fmean(variances))


def _apart(form: Form, stock: Supply) -> bool:
    return len({stock.speaks[slot.version] for slot in form.slots}) == len(form.slots)
