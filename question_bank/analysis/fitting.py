"""A fit of item response curves under way: what a step of EM does to slopes, intercepts and the spread of abilities.

M steps by Newton's method, on slopes and intercepts, where the likelihood has one peak; standard errors by Louis' formula
(1982); mean squares after Wright & Masters (1982) and Wu (1997).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

import numpy as np

from question_bank.analysis.abilities import Prior, normal_prior
from question_bank.analysis.curves import Curve
from question_bank.analysis.marginal import Answers, Expected, Numbers, bend, chances, expected, missing

#: slopes: all 1 and abilities with SD 1; all 1 and an SD to be found; one for all to be found; each its own
Model = Literal["unit", "rasch", "1pl", "2pl"]
MODELS: tuple[Model, ...] = ("unit", "rasch", "1pl", "2pl")
GRID = normal_prior(low=-6.0, high=6.0, nodes=49)
#: Newton steps in an M step, and how far one may go
_NEWTON, _FARTHEST_A, _FARTHEST_D = 3, 0.5, 1.5
#: slopes stay above, where a prior holds them positive
_LEAST_A = 0.05
#: directions in which the answers say less than this share of what they say in the best one have no error
_SINGULAR = 1e-10


@dataclass(frozen=True, slots=True)
class Settings:
    """How to fit. `b_sd`: SD in logits of a normal prior of difficulties times slopes around their mean, None for none;
    `a_sd`: SD of a normal prior of log slopes around 0, for "2pl"; `grid`: the nodes, for abilities of mean 0 and SD 1.

    The prior is of difficulties times slopes, and around their own mean, because one of difficulties around 0 would pull
    a common slope upwards: hundreds of difficulties fit their prior better on a shorter scale.
    Raises ValueError for an unknown model, for a prior without spread, and for one of slopes that are not free.
    """

    model: Model = "1pl"
    b_sd: float | None = 2.5
    a_sd: float | None = None
    grid: Prior = field(default=GRID)

    def __post_init__(self) -> None:
        if self.model not in MODELS or any(sd is not None and sd <= 0 for sd in (self.a_sd, self.b_sd)):
            raise ValueError("no such model or prior")
        if self.a_sd is not None and self.model != "2pl":
            raise ValueError("slopes have a prior where each is free")


class Fit:
    """A fit under way. Parameters in one row: slopes, intercepts, mean and SD of the abilities.

    "rasch" without anchors is fitted as "1pl", where EM is quicker: slope and SD change places in the end.
    """

    def __init__(self, answers: Answers, settings: Settings, anchors: Mapping[int, Curve]) -> None:
        self.answers, self.settings = answers, settings
        self.nodes, self.logs = np.array(settings.grid.nodes), np.log(np.array(settings.grid.weights))
        self.met, self.right = answers.counts()
        curves = [anchors.get(int(item)) for item in answers.items]
        self.held = np.array([curve is not None for curve in curves])
        self.anchored = bool(self.held.any())
        self.rescaled = settings.model == "rasch" and not self.anchored
        self.a = np.array([curve.a if curve else 1.0 for curve in curves])
        self.b = np.array([curve.b if curve else 0.0 for curve in curves])
        self._check([curve for curve in curves if curve])
        if self.anchored and settings.model == "1pl":
            self.a[:] = self.a[self.held][0]
        #: how slopes are found: not at all, one for all, each
        self.common = not self.anchored and settings.model in ("rasch", "1pl")
        self.single = settings.model == "2pl"

    def _check(self, curves: list[Curve]) -> None:
        slopes = {curve.a for curve in curves}
        alike = ((self.right == 0) | (self.right == self.met)) & ~self.held
        wanted = self.settings.model in ("unit", "rasch")
        if self.settings.b_sd is None and alike.any():
            raise ValueError("an item that all answered alike needs a prior")
        if self.held.all() or any(curve.c for curve in curves):
            raise ValueError("anchors without lucky guesses, beside other items")
        if (wanted and slopes - {1.0}) or (self.settings.model == "1pl" and len(slopes) > 1):
            raise ValueError("anchors with slopes of another model")

    def start(self) -> Numbers:
        """Logits of smoothed shares, a little stretched; anchors as they are."""
        logits = 1.2 * np.log((self.right + 0.5) / (self.met - self.right + 0.5))
        return np.concatenate([self.a, np.where(self.held, -self.a * self.b, logits), [0.0, 1.0]])

    def split(self, place: Numbers) -> tuple[Numbers, Numbers, float, float]:
        """Slopes, intercepts, mean and SD of the abilities."""
        size = len(self.a)
        return place[:size], place[size : 2 * size], float(place[-2]), float(place[-1])

    def allowed(self, place: Numbers) -> bool:
        """Whether the model can have such parameters: a spread, and slopes that their prior knows."""
        a, _d, _mean, sd = self.split(place)
        return bool(np.isfinite(place).all() and sd > 0 and (self.settings.a_sd is None or (a >= _LEAST_A).all()))

    def step(self, place: Numbers) -> tuple[Numbers, float]:
        """An EM step, and the penalised log-likelihood before it."""
        a, d, mean, sd = self.split(place)
        found = expected(self.answers, a, d, mean + sd * self.nodes, self.logs)
        height = found.log_likelihood + self.penalty(a, d)
        a, d = a.copy(), d.copy()
        for _ in range(_NEWTON):
            self._improve(found, a, d, mean + sd * self.nodes)
        if self.anchored:
            share = found.weights.sum(axis=0) / len(found.weights)
            nodes = mean + sd * self.nodes
            mean = float(share @ nodes)
            sd = math.sqrt(float(share @ (nodes - mean) ** 2))
        return np.concatenate([a, d, [mean, sd]]), height

    def _improve(self, found: Expected, a: Numbers, d: Numbers, nodes: Numbers) -> None:
        """A Newton step of the M step, in place."""
        by_a, by_d, aa, ad, dd = self.slopes(found, a, d, nodes)
        free = ~self.held
        if self.single:
            whole = aa * dd - ad**2
            move = (by_a * dd - by_d * ad) / whole
        elif self.common:
            move = np.full_like(a, (by_a - ad / dd * by_d).sum() / (aa - ad**2 / dd).sum())
        else:
            move = np.zeros_like(a)
        move = np.clip(move, -_FARTHEST_A, _FARTHEST_A)
        if self.settings.a_sd is not None:
            move = np.maximum(move, _LEAST_A - a)
        a[free] += move[free]
        d[free] += np.clip((by_d - ad * move) / dd, -_FARTHEST_D, _FARTHEST_D)[free]

    def slopes(
        self, found: Expected, a: Numbers, d: Numbers, nodes: Numbers
    ) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
        """First derivatives by a and d and negative second ones (aa, ad, dd), with the priors'."""
        own = bend(found, a, d, nodes)
        by_a, by_d, aa, dd = own.by_a, own.by_d, own.aa, own.dd
        if self.settings.b_sd is not None:
            by_d = by_d - (d - d[~self.held].mean()) / self.settings.b_sd**2
            dd = dd + 1 / self.settings.b_sd**2
        if self.settings.a_sd is not None:
            by_a = by_a - np.log(a) / (a * self.settings.a_sd**2)
            aa = aa + 1 / (a * self.settings.a_sd) ** 2
        return by_a, by_d, aa, own.ad, dd

    def difficulty(self, a: Numbers, d: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """b as it will be reported, and its derivatives by a and d."""
        if self.rescaled:
            return -d, np.zeros_like(d), np.full_like(d, -1.0)
        return -d / a, d / a**2, -1 / a

    def penalty(self, a: Numbers, d: Numbers) -> float:
        """Log-density of the priors of what is not held, but for a constant."""
        free, found = ~self.held, 0.0
        if self.settings.b_sd is not None:
            found -= float(((d[free] - d[free].mean()) ** 2).sum()) / (2 * self.settings.b_sd**2)
        if self.settings.a_sd is not None:
            found -= float((np.log(a[free]) ** 2).sum()) / (2 * self.settings.a_sd**2)
        return found

    def covariance(self, found: Expected, place: Numbers) -> Numbers:
        """Of the slopes and intercepts, given the anchors and the population: the inverse of the observed information
        (Louis, 1982); what is held has none.
        """
        a, d, mean, sd = self.split(place)
        size, nodes = len(a), mean + sd * self.nodes
        _by_a, _by_d, aa, ad, dd = self.slopes(found, a, d, nodes)
        whole = np.block([[np.diag(aa), np.diag(ad)], [np.diag(ad), np.diag(dd)]])
        whole -= missing(self.answers, found, a, d, nodes)
        chosen = np.zeros((2 * size, size))
        chosen[size:] = np.eye(size)
        if self.single:
            chosen = np.eye(2 * size)
        elif self.common:
            chosen = np.column_stack([np.repeat([1.0, 0.0], size), chosen])
        chosen = chosen[:, chosen[~np.tile(self.held, 2)].any(axis=0)]
        inner = np.linalg.pinv(chosen.T @ whole @ chosen, rcond=_SINGULAR, hermitian=True)
        found_all: Numbers = chosen @ inner @ chosen.T
        return found_all

    def errors(self, found: Expected, place: Numbers) -> tuple[list[float | None], list[float | None]]:
        """Standard errors of slopes and difficulties, None for what was held or cannot be told."""
        a, d, _mean, _sd = self.split(place)
        size, spread = len(a), self.covariance(found, place)
        _b, b_a, b_d = self.difficulty(a, d)
        aa, dd, ad = np.diag(spread)[:size], np.diag(spread)[size:], np.diag(spread[:size, size:])
        slopes = np.zeros(size) if self.rescaled else aa
        return _roots(slopes), _roots(b_a**2 * aa + 2 * b_a * b_d * ad + b_d**2 * dd)


def _roots(variances: Numbers) -> list[float | None]:
    return [math.sqrt(one) if one > 0 else None for one in cast("list[float]", variances.tolist())]


def mean_squares(found: Expected, a: Numbers, d: Numbers, nodes: Numbers) -> tuple[Numbers, Numbers]:
    """Infit and outfit of each item: squared residuals over their variance, weighted by it or one by one."""
    p = np.clip(chances(a, d, nodes), 1e-12, 1 - 1e-12)
    right, wrong = found.right, found.met - found.right
    infit = (right * (1 - p) ** 2 + wrong * p**2).sum(axis=1) / (found.met * p * (1 - p)).sum(axis=1)
    outfit = (right * (1 - p) / p + wrong * p / (1 - p)).sum(axis=1) / found.met.sum(axis=1)
    return infit, outfit
