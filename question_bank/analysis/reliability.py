"""How far the marks of a test can be trusted, and how each question and option goes with the rest.

Figures are those that the usual packages print, so that they can be compared: sample variances (divisor n - 1),
item-total correlation with and without the question itself, alpha when the question is left out. `marks` is always a
row a person and a column a question, without gaps. A figure that cannot be had (nobody differs) is None.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from question_bank.analysis.classical import consistency, correlation, covariance, rest, variance

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `mean`: its mean mark (for right or wrong the share who had it right); correlations with the total
    and with the total without it; `alpha_without`: Cronbach's alpha of the other questions.
    """

    mean: float
    item_total: float | None
    item_rest: float | None
    alpha_without: float | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """The test. `mean`, `sd` of the totals and `sem`, the standard error of measurement, in marks; the coefficients
    have no unit.
    """

    persons: int
    mean: float
    sd: float
    alpha: float | None
    standardised_alpha: float | None
    lambda6: float | None
    sem: float | None
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """An option. `chosen` by how many and as a `share`; `point_biserial`: correlation of choosing it with the number of
    questions answered right, without the credit of this choice; `discrimination`: share that chose it in the best
    quarter less that in the weakest.
    """

    key: str
    right: bool
    chosen: int
    share: float
    point_biserial: float | None
    discrimination: float


def reliability(marks: Sequence[Sequence[float]]) -> Reliability:
    """All figures of a test; raises ValueError for fewer than two persons or questions and for rows of unlike length."""
    if len(marks) < 2 or len(marks[0]) < 2:
        raise ValueError("two persons and two questions at least")
    columns = list(zip(*marks, strict=True))
    totals = [math.fsum(row) for row in marks]
    sd = math.sqrt(max(variance(totals) or 0.0, 0.0))
    alpha = consistency(marks)
    together = _correlations(marks)
    return Reliability(
        persons=len(marks),
        mean=math.fsum(totals) / len(totals),
        sd=sd,
        alpha=alpha,
        standardised_alpha=_standardised(together),
        lambda6=_lambda6(together),
        sem=None if alpha is None else sd * math.sqrt(max(1 - alpha, 0.0)),
        questions=_questions(columns, totals),
    )


def kr20(marks: Sequence[Sequence[float]]) -> float | None:
    """Kuder and Richardson's formula 20 (1937) for marks of 0 and 1: the same as Cronbach's alpha.

    Raises ValueError for any other mark.
    """
    if any(mark not in (0, 1) for row in marks for mark in row):
        raise ValueError("KR-20 is for right or wrong")
    return consistency(marks)


def biserial(point_biserial: float, share: float) -> float:
    """Biserial correlation from the point-biserial one and the share who had the question right (Pearson, 1909):
    r sqrt(p (1 - p)) / phi(z_p). Raises ValueError unless 0 < share < 1.
    """
    if not 0 < share < 1:
        raise ValueError("a share between 0 and 1")
    return point_biserial * math.sqrt(share * (1 - share)) / _NORMAL.pdf(_NORMAL.inv_cdf(share))


def options(answers: Sequence[Sequence[str]], key: Sequence[str]) -> list[list[Option]]:
    """For each question its options in the order of their keys; `answers`: a row a person; `key`: the right ones.

    The quarters are bounded by the quartiles of the totals (type 7 of Hyndman & Fan, 1996): the weakest reach the first
    quartile at most, the best lie above the third. Raises ValueError for nobody and for rows of another length.
    """
    if not answers:
        raise ValueError("nobody answered")
    right = [[float(given == wanted) for given, wanted in zip(row, key, strict=True)] for row in answers]
    totals = [math.fsum(row) for row in right]
    low, high = _quantile(totals, 0.25), _quantile(totals, 0.75)
    weak = [n for n, total in enumerate(totals) if total <= low]
    best = [n for n, total in enumerate(totals) if total > high]
    return [
        [_option(name, wanted, column, totals, (weak, best)) for name in sorted({*column, wanted})]
        for column, wanted in zip(zip(*answers, strict=True), key, strict=True)
    ]


def _questions(columns: Sequence[Sequence[float]], totals: Sequence[float]) -> tuple[Question, ...]:
    spreads = [variance(column) or 0.0 for column in columns]
    whole, inner = variance(totals) or 0.0, math.fsum(spreads)
    found = []
    for column, spread in zip(columns, spreads, strict=True):
        left = whole + spread - 2 * (covariance(column, totals) or 0.0)
        count = len(columns) - 1
        alpha = count / (count - 1) * (1 - (inner - spread) / left) if count > 1 and left > 1e-12 * whole else None
        mean = math.fsum(column) / len(column)
        found.append(Question(mean, correlation(column, totals), correlation(column, rest(column, totals)), alpha))
    return tuple(found)


def _option(
    name: str,
    wanted: str,
    column: Sequence[str],
    totals: Sequence[float],
    groups: tuple[Sequence[int], Sequence[int]],
) -> Option:
    picked = [float(one == name) for one in column]
    weak, best = (math.fsum(picked[n] for n in group) / len(group) if group else 0.0 for group in groups)
    count = int(sum(picked))
    return Option(
        key=name,
        right=name == wanted,
        chosen=count,
        share=count / len(column),
        point_biserial=correlation(picked, rest(picked, totals)),
        discrimination=best - weak,
    )


def _correlations(marks: Sequence[Sequence[float]]) -> np.ndarray | None:
    """The questions' correlations, None where one of them does not vary."""
    table = np.asarray(marks, dtype=float)
    spread = table.std(axis=0)
    if not (spread > 0).all():
        return None
    scaled = (table - table.mean(axis=0)) / spread
    found: np.ndarray = scaled.T @ scaled / len(table)
    return found


def _standardised(together: np.ndarray | None) -> float | None:
    """Alpha of standardised questions: k r / (1 + (k - 1) r) with the mean correlation r."""
    if together is None:
        return None
    count = len(together)
    whole = float(together.sum())
    return count / (count - 1) * (1 - count / whole) if whole > 0 else None


def _lambda6(together: np.ndarray | None) -> float | None:
    """Guttman's lambda 6 (1945) of standardised questions: 1 - sum(1 - smc) / sum of all correlations, where 1 - smc is
    one over the diagonal of the inverse.
    """
    if together is None or float(np.linalg.cond(together)) > 1e12:
        return None
    residual = 1 / np.diag(np.linalg.inv(together))
    return float(1 - residual.sum() / together.sum())


def _quantile(values: Sequence[float], share: float) -> float:
    order = sorted(values)
    place = share * (len(order) - 1)
    below = int(place)
    above = min(below + 1, len(order) - 1)
    return order[below] + (place - below) * (order[above] - order[below])
