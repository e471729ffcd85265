"""Questions with more than right or wrong, as essays by bands: the graded response model (Samejima, 1969).

Each step up the categories has a curve of its own, all with the question's slope: the chance of at least category k is
1 / (1 + exp(-a (theta - b_k))). Marginal maximum likelihood by EM, abilities normal with mean 0 and SD 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from question_bank.analysis.abilities import Prior, normal_prior
from question_bank.analysis.climbing import Numbers, Progress, climb

_GRID = normal_prior(low=-6.0, high=6.0, nodes=49)
#: scoring steps in an M step; how often one is halved where it would put thresholds out of order
_STEPS, _HALVINGS = 3, 20
_LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Graded:
    """One question: slope `a`; `thresholds` in logits, ascending: abilities at which the next category or a higher one is
    as likely as not.
    """

    a: float
    thresholds: tuple[float, ...]

    def chances(self, ability: float) -> tuple[float, ...]:
        """Chance of each category, the lowest first."""
        intercepts = -self.a * np.array(self.thresholds)
        found = _chances(np.append(self.a, intercepts), np.array([ability]))
        return tuple(found[:, 0].tolist())

    def to_record(self) -> dict[str, Any]:
        """JSON-able form, rounded to six decimals."""
        return {"a": round(self.a, 6), "thresholds": [round(one, 6) for one in self.thresholds]}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Graded":
        """The inverse; raises KeyError."""
        return cls(record["a"], tuple(record["thresholds"]))


@dataclass(frozen=True, slots=True)
class GradedFit:
    """All questions; the log-likelihood; EM steps taken; whether the last one rose by less than a billionth."""

    items: tuple[Graded, ...]
    log_likelihood: float
    cycles: int
    converged: bool


def fit_graded(categories: Sequence[Sequence[int]], grid: Prior = _GRID, progress: Progress | None = None) -> GradedFit:
    """Fit; `categories`: a row a person, a column a question, from 0, with -1 where somebody did not meet it.

    Raises ValueError for rows of unlike lengths and where a question has an empty category below its highest, or just one.
    """
    table = np.array(categories, dtype=np.int64)
    if table.ndim != 2 or not table.size or table.min() < -1:
        raise ValueError("rows of categories from 0")
    counts = [np.bincount(column[column >= 0], minlength=2) for column in table.T]
    if any((count == 0).any() for count in counts):
        raise ValueError("a category that nobody reached, or just one")
    fit = _Fit(table, [len(count) for count in counts], np.array(grid.nodes), np.log(np.array(grid.weights)))
    top = climb(fit.step, np.concatenate([_start(count) for count in counts]), allowed=fit.allowed, progress=progress)
    items = tuple(Graded(float(p[0]), tuple((-p[1:] / p[0]).tolist())) for p in fit.split(top.place))
    return GradedFit(items, top.height, top.cycles, top.converged)


@dataclass(frozen=True, slots=True)
class _Fit:
    """Parameters in one row: for each question its slope and its intercepts, falling from the lowest threshold on."""

    table: NDArray[np.int64]
    sizes: list[int]
    nodes: Numbers
    logs: Numbers

    def split(self, place: Numbers) -> list[Numbers]:
        return np.split(place, np.cumsum(self.sizes)[:-1])

    def allowed(self, place: Numbers) -> bool:
        return bool(np.isfinite(place).all()) and all(_ordered(p) for p in self.split(place))

    def step(self, place: Numbers) -> tuple[Numbers, float]:
        parameters = self.split(place)
        found = np.tile(self.logs, (len(self.table), 1))
        for p, column in zip(parameters, self.table.T, strict=True):
            chances = np.vstack([np.log(_chances(p, self.nodes)), np.zeros(len(self.nodes))])
            found += chances[column]
        top = found.max(axis=1, keepdims=True)
        share = np.exp(found - top)
        whole = share.sum(axis=1, keepdims=True)
        share /= whole
        improved = []
        for p, column in zip(parameters, self.table.T, strict=True):
            counts = np.stack([share[column == category].sum(axis=0) for category in range(len(p))])
            improved.append(_improved(p, counts, self.nodes))
        return np.concatenate(improved), float((np.log(whole) + top).sum())


def _start(count: NDArray[np.int64]) -> Numbers:
    above = 1 - np.cumsum(count)[:-1] / count.sum()
    return np.concatenate([[1.0], np.log(above / (1 - above))])


def _ordered(p: Numbers) -> bool:
    return all(low > high for low, high in pairwise(p[1:]))


def _steps(p: Numbers, nodes: Numbers) -> Numbers:
    """Chances of at least each category by node, with 1 above all and 0 below."""
    logits = np.clip(p[0] * nodes + p[1:, None], -700.0, 700.0)
    inner = 1 / (1 + np.exp(-logits))
    return np.vstack([np.ones(len(nodes)), inner, np.zeros(len(nodes))])


def _chances(p: Numbers, nodes: Numbers) -> Numbers:
    """Chance of each category by node, never quite nothing."""
    found: Numbers = np.maximum(-np.diff(_steps(p, nodes), axis=0), _LEAST)
    return found


def _improved(p: Numbers, counts: Numbers, nodes: Numbers) -> Numbers:
    """Fisher scoring on what the E step expects; `counts`: persons by category and node."""
    met = counts.sum(axis=0)
    for _ in range(_STEPS):
        steps, chances = _steps(p, nodes), _chances(p, nodes)
        rise = steps * (1 - steps)
        slope = np.zeros((len(p), len(chances), len(nodes)))
        slope[0] = nodes * -np.diff(rise, axis=0)
        for n in range(1, len(p)):
            slope[n, n], slope[n, n - 1] = rise[n], -rise[n]
        score = np.einsum("kcq,cq->k", slope, counts / chances)
        bend = np.einsum("kcq,lcq,cq->kl", slope, slope, met / chances)
        move = np.linalg.solve(bend, score)
        for _ in range(_HALVINGS):
            if _ordered(p + move):
                break
            move /= 2
        p = p + move
    return p
