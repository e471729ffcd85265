"""Classical test statistics of attempts that all answered the same positions.

The formulas are those of Moodle's quiz statistics (docs.moodle.org, "Quiz statistics calculations"), so that figures
can be compared: sample variances (divisor n - 1), discrimination against the rest of the paper, k-statistics for the
shape. A figure that cannot be had (nobody differs, too few attempts) is None.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """One position of the paper. `facility`: mean share of its marks in [0, 1]; `sd`: of that share; both None for a position without
    marks; `discrimination`:
    correlation with the rest of the paper; `efficiency`: that as a share of what these two rankings allow at best;
    `intended` and `effective`: its share of the marks, and of their spread.
    """

    attempts: int
    facility: float | None
    sd: float | None
    discrimination: float | None
    efficiency: float | None
    intended: float
    effective: float | None


@dataclass(frozen=True, slots=True)
class Whole:
    """The examination. In marks: mean, median, sd, standard_error (of a measurement). `consistency`: Cronbach's alpha,
    for right or wrong the same as KR-20; `error_ratio`: share of the spread that is error.
    """

    attempts: int
    mean: float
    median: float
    sd: float | None
    skewness: float | None
    kurtosis: float | None
    consistency: float | None
    error_ratio: float | None
    standard_error: float | None


def positions(marks: Sequence[Sequence[float]], maxima: Sequence[float]) -> list[Position]:
    """Figures of each position; `marks`: a row an attempt, a column a position; `maxima`: full marks of the columns."""
    totals = [math.fsum(row) for row in marks]
    columns = list(zip(*marks, strict=True)) if marks else [() for _ in maxima]
    covariances = [covariance(column, totals) for column in columns]
    roots = [math.sqrt(c) if c is not None and c > 0 else 0.0 for c in covariances]
    spread, full = math.fsum(roots), math.fsum(maxima)
    return [
        Position(
            attempts=len(column),
            facility=_over(math.fsum(column) / len(column), maximum) if column else None,
            sd=_over(_sd(column), maximum),
            discrimination=correlation(column, rest(column, totals)),
            efficiency=efficiency(column, rest(column, totals)),
            intended=maximum / full if full else 0.0,
            effective=_effective(covariances[n], roots[n], spread),
        )
        for n, (column, maximum) in enumerate(zip(columns, maxima, strict=True))
    ]


def whole(marks: Sequence[Sequence[float]]) -> Whole | None:
    """Figures of the examination; None when nobody sat it."""
    if not marks:
        return None
    totals = [math.fsum(row) for row in marks]
    sd, alpha = _sd(totals), consistency(marks)
    ratio = math.sqrt(1 - alpha) if alpha is not None else None
    return Whole(
        attempts=len(totals),
        mean=math.fsum(totals) / len(totals),
        median=statistics.median(totals),
        sd=sd,
        skewness=_shape(totals)[0],
        kurtosis=_shape(totals)[1],
        consistency=alpha,
        error_ratio=ratio,
        standard_error=ratio * sd if ratio is not None and sd is not None else None,
    )


def consistency(marks: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha (1951): P/(P-1) (1 - sum of the positions' variances / variance of the totals)."""
    columns = list(zip(*marks, strict=True))
    total = variance([math.fsum(row) for row in marks])
    if len(columns) < 2 or not total:
        return None
    inner = math.fsum(variance(column) or 0.0 for column in columns)
    return len(columns) / (len(columns) - 1) * (1 - inner / total)


def rest(column: Sequence[float], totals: Sequence[float]) -> list[float]:
    """What each attempt earned elsewhere on the paper."""
    return [total - own for own, total in zip(column, totals, strict=True)]


def variance(values: Sequence[float]) -> float | None:
    """Sample variance, None for fewer than two."""
    return covariance(values, values)


def covariance(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Sample covariance, None for fewer than two pairs."""
    count = len(first)
    if count < 2:
        return None
    a, b = math.fsum(first) / count, math.fsum(second) / count
    return math.fsum((x - a) * (y - b) for x, y in zip(first, second, strict=True)) / (count - 1)


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's correlation; None where one of the two does not vary."""
    together = covariance(first, second)
    spread = (_sd(first) or 0.0) * (_sd(second) or 0.0)
    return together / spread if together is not None and spread > 0 else None


def efficiency(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Covariance as a share of the largest one that the same values in the best order could have."""
    together, best = covariance(first, second), covariance(sorted(first), sorted(second))
    return together / best if together is not None and best else None


def _sd(values: Sequence[float]) -> float | None:
    found = variance(values)
    return None if found is None else math.sqrt(max(found, 0.0))


def _effective(together: float | None, root: float, spread: float) -> float | None:
    """A position that works against the rest has no weight to speak of."""
    return None if together is None or together < 0 or not spread else root / spread


def _over(value: float | None, divisor: float) -> float | None:
    return value / divisor if value is not None and divisor else None


def _shape(values: Sequence[float]) -> tuple[float | None, float | None]:
    """Skewness and excess kurtosis from Fisher's k-statistics."""
    n = len(values)
    mean = math.fsum(values) / n
    m2, m3, m4 = (math.fsum((value - mean) ** power for value in values) / n for power in (2, 3, 4))
    if n < 4 or m2 <= 0:
        return None, None
    k2 = n * m2 / (n - 1)
    k3 = n**2 * m3 / ((n - 1) * (n - 2))
    k4 = n**2 * ((n + 1) * m4 - 3 * (n - 1) * m2**2) / ((n - 1) * (n - 2) * (n - 3))
    return k3 / k2**1.5, k4 / k2**2
