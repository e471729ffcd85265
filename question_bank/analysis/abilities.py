"""What answers say of somebody's ability, once the curves of the questions are known.

Four estimates, in logits: the posterior mean (EAP; Bock & Mislevy, 1982), the posterior mode (Birnbaum, 1969), the most
likely ability, and Warm's weighted likelihood (1989), which takes the first bias out of the latter. Totals of right
answers have their exact distribution by the recursion of Lord & Wingersky (1984). Plain arithmetic throughout.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from question_bank.analysis.curves import Curve, expected_score, total_information

#: abilities beyond are not told apart, in logits
FURTHEST = 4.0
_NODES, _STEPS, _ENOUGH = 41, 64, 1e-9


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known beforehand: weights, summing to 1, at abilities in logits, in ascending order.

    Raises ValueError where these do not belong together.
    """

    nodes: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        fits = len(self.nodes) == len(self.weights) and min(self.weights, default=-1.0) >= 0
        if not fits or not math.isclose(math.fsum(self.weights), 1, rel_tol=1e-9):
            raise ValueError("a weight for each ability, together 1")


@dataclass(frozen=True, slots=True)
class Ability:
    """An estimate and its standard error, both in logits; for EAP the error is the SD of the posterior."""

    theta: float
    error: float


@dataclass(frozen=True, slots=True)
class Total:
    """A number of right answers: the chance to meet it, the EAP of those who have it and its SD in logits, and how many
    they can expect to have right another time (a total drawn towards the mean by what chance was in it).
    """

    right: int
    chance: float
    theta: float
    error: float
    expected: float


def normal_prior(
    mean: float = 0.0, sd: float = 1.0, *, low: float = -FURTHEST, high: float = FURTHEST, nodes: int = _NODES
) -> Prior:
    """A normal distribution on equally spaced abilities from `low` to `high`, by the trapezoidal rule.

    Raises ValueError without spread, room or at least two nodes.
    """
    if nodes < 2 or sd <= 0 or high <= low:
        raise ValueError("a distribution with spread on at least two nodes")
    places = [low + (high - low) * n / (nodes - 1) for n in range(nodes)]
    heights = [math.exp(-(((place - mean) / sd) ** 2) / 2) for place in places]
    heights[0] /= 2
    heights[-1] /= 2
    whole = math.fsum(heights)
    return Prior(tuple(places), tuple(height / whole for height in heights))


STANDARD = normal_prior()


def eap(curves: Sequence[Curve], right: Sequence[bool], prior: Prior = STANDARD) -> Ability:
    """The mean of the posterior and its SD; without answers those of the prior. Raises ValueError for unlike lengths."""
    logs = [math.log(weight) if weight else -math.inf for weight in prior.weights]
    for curve, one in zip(curves, right, strict=True):
        for n, node in enumerate(prior.nodes):
            chance = curve.probability(node)
            logs[n] += math.log(chance if one else 1 - chance) if 0 < chance < 1 else _certain(chance, right=one)
    return posterior(prior.nodes, logs)


def posterior(nodes: Sequence[float], logs: Sequence[float]) -> Ability:
    """Mean and SD of a distribution given by the logarithms of its weights, up to a common factor."""
    top = max(logs)
    weights = [math.exp(log - top) for log in logs]
    return _moments(nodes, weights)


def mle(curves: Sequence[Curve], right: Sequence[bool], *, furthest: float = FURTHEST) -> Ability:
    """The most likely ability within +-`furthest`; at the bound where all answers are right or wrong.

    Error: root of the inverse information. Raises ValueError without answers and for unlike lengths.
    """
    theta = _peak(lambda ability: _pull(curves, right, ability), furthest)
    return Ability(theta, 1 / math.sqrt(_informed(curves, theta)))


def mode(curves: Sequence[Curve], right: Sequence[bool], *, furthest: float = FURTHEST) -> Ability:
    """The mode of the posterior under a standard normal prior ("Bayes modal", MAP) within +-`furthest`.

    Error: 1 / root of (1 + information). Raises ValueError for unlike lengths.
    """
    theta = _peak(lambda ability: _pull(curves, right, ability) - ability, furthest)
    return Ability(theta, 1 / math.sqrt(1 + total_information(curves, theta)))


def wle(curves: Sequence[Curve], right: Sequence[bool], *, furthest: float = FURTHEST) -> Ability:
    """Warm's estimate (1989): the root of score + J / (2 I), with J = sum of P' P'' / (P Q); finite for all answers right.

    Error: root of the inverse information. Raises ValueError without answers and for unlike lengths.
    """

    def pull(ability: float) -> float:
        bend = math.fsum(_bend(curve, ability) for curve in curves)
        return _pull(curves, right, ability) + bend / (2 * _informed(curves, ability))

    theta = _peak(pull, furthest)
    return Ability(theta, 1 / math.sqrt(_informed(curves, theta)))


def score_distribution(curves: Sequence[Curve], ability: float) -> list[float]:
    """Chances of 0, 1, ... all right answers for somebody of this ability (Lord & Wingersky, 1984)."""
    chances = [1.0]
    for curve in curves:
        p = curve.probability(ability)
        chances = [one * p + same * (1 - p) for one, same in zip([0.0, *chances], [*chances, 0.0], strict=True)]
    return chances


def totals(curves: Sequence[Curve], prior: Prior = STANDARD) -> tuple[Total, ...]:
    """What each number of right answers says, from 0 to all (EAP for sum scores: Thissen, Pommerich, Billeaud & Williams,
    1995).
    """
    by_node = [score_distribution(curves, node) for node in prior.nodes]
    scores = [expected_score(curves, node) for node in prior.nodes]
    found = []
    for right in range(len(curves) + 1):
        weights = [chances[right] * weight for chances, weight in zip(by_node, prior.weights, strict=True)]
        ability, chance = _moments(prior.nodes, weights), math.fsum(weights)
        expected = math.fsum(weight * score for weight, score in zip(weights, scores, strict=True)) / chance
        found.append(Total(right, chance, ability.theta, ability.error, expected))
    return tuple(found)


def _moments(nodes: Sequence[float], weights: Sequence[float]) -> Ability:
    whole = math.fsum(weights)
    mean = math.fsum(node * weight for node, weight in zip(nodes, weights, strict=True)) / whole
    spread = math.fsum((node - mean) ** 2 * weight for node, weight in zip(nodes, weights, strict=True)) / whole
    return Ability(mean, math.sqrt(spread))


def _certain(chance: float, *, right: bool) -> float:
    """Log of a chance that rounds to 0 or 1: nothing, or as little as a float can say."""
    return 0.0 if (chance >= 1) == right else -745.0


def _informed(curves: Sequence[Curve], ability: float) -> float:
    information = total_information(curves, ability)
    if information <= 0:
        raise ValueError("answers that say nothing")
    return information


def _pull(curves: Sequence[Curve], right: Sequence[bool], ability: float) -> float:
    """The derivative of the log-likelihood: sum of (u - P) P' / (P Q); P' / Q is a times the share who know of P - c."""
    found = []
    for curve, one in zip(curves, right, strict=True):
        p = curve.probability(ability)
        known = (p - curve.c) / (1 - curve.c)
        found.append(curve.a * known * ((1 - p) / p if one else -1.0) if p else curve.a * one)
    return math.fsum(found)


def _bend(curve: Curve, ability: float) -> float:
    """P' P'' / (P Q) of one question, which is its information times a (1 - 2 x the share who know)."""
    known = (curve.probability(ability) - curve.c) / (1 - curve.c)
    return curve.information(ability) * curve.a * (1 - 2 * known)


def _peak(pull: Callable[[float], float], furthest: float) -> float:
    """Where what `pull` is the derivative of is highest within the bounds.

    Lucky guesses can make several peaks: the derivative is summed up over a grid first, then the root beside the highest
    place is found by bisection.
    """
    places = [furthest * (2 * n / _STEPS - 1) for n in range(_STEPS + 1)]
    pulls = [pull(place) for place in places]
    heights = [0.0]
    for before, after in itertools.pairwise(pulls):
        heights.append(heights[-1] + (before + after) / 2)
    best = max(range(len(places)), key=heights.__getitem__)
    low, high = (best, best + 1) if pulls[best] > 0 else (best - 1, best)
    if low < 0 or high >= len(places):
        return places[best]
    return _root(pull, places[low], places[high])


def _root(pull: Callable[[float], float], low: float, high: float) -> float:
    while high - low > _ENOUGH:
        middle = (low + high) / 2
        if pull(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
