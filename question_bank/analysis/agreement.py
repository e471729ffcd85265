"""How far markers agree: intraclass correlations, kappa, and how severe a marker is.

Intraclass correlations by Shrout & Fleiss (1979) with the intervals of McGraw & Wong (1996), from a table in which every
marker marked every script; kappa by Cohen (1960, weighted 1968).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from question_bank.analysis.classical import variance
from question_bank.analysis.distributions import f_quantile, t_quantile

#: two-sided intervals hold the truth 95 times of 100
_UPPER = 0.975
#: what two markings should reach: of their mean, and of bands
LEAST_ICC, LEAST_KAPPA = 0.80, 0.70


@dataclass(frozen=True, slots=True)
class Intraclass:
    """Correlations of one marker's marks (`single`) and of the mean of all markers (`mean`).

    `one_way`: scripts marked by whoever; `agreement`: markers drawn from many, their severity counts as error;
    `consistency`: these markers, whose severity is left out. In the names of 1979: ICC(1,.), ICC(2,.) and ICC(3,.). The 95 % intervals
    are those of agreement. Estimates below zero mean no agreement at all; none below -1 is given.
    """

    one_way_single: float
    one_way_mean: float
    agreement_single: float
    agreement_mean: float
    consistency_single: float
    consistency_mean: float
    agreement_single_interval: tuple[float, float]
    agreement_mean_interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a marker gave a script, in marks; `day` in any unit that can be ordered, needed for drift only."""

    script: int
    marker: int
    mark: float
    day: int = 0


@dataclass(frozen=True, slots=True)
class Severity:
    """By how many marks a marker is above (+) or below (-) the others, on how many scripts. `low` and `high` bound it
    with 95 % by Student's t; None for a single script.
    """

    scripts: int
    difference: float
    low: float | None
    high: float | None

    @property
    def certain(self) -> bool:
        """Whether the interval excludes no difference at all."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def intraclass(marks: Sequence[Sequence[float]]) -> Intraclass:
    """From a table with a row a script and a column a marker, in marks.

    Raises ValueError for fewer than two of either, for rows of unlike length (a mark is missing), for a mark that is no
    number, and where the scripts do not differ at all.
    """
    scripts, markers = len(marks), len(marks[0]) if marks else 0
    if scripts < 2 or markers < 2 or any(len(row) != markers for row in marks):
        raise ValueError("every script marked by every marker, two of each at least")
    if not all(math.isfinite(mark) for row in marks for mark in row):
        raise ValueError("a mark that is no number")
    between, judges, error = _mean_squares(marks)
    if not between:
        raise ValueError("the scripts do not differ")
    within = (judges + (scripts - 1) * error) / scripts
    bias = (judges - error) / scripts
    single = (between - error) / (between + (markers - 1) * error + markers * bias)
    low, high = _interval(single, (between, judges, error), scripts, markers)
    one_way = (between - within) / (between + (markers - 1) * within)
    consistent = (between - error) / (between + (markers - 1) * error)
    return Intraclass(
        one_way_single=max(one_way, -1.0),
        one_way_mean=_lengthened(one_way, markers),
        agreement_single=max(single, -1.0),
        agreement_mean=_lengthened(single, markers),
        consistency_single=max(consistent, -1.0),
        consistency_mean=_lengthened(consistent, markers),
        agreement_single_interval=(low, high),
        agreement_mean_interval=(_lengthened(low, markers), _lengthened(high, markers)),
    )


def crossed(first: Sequence[int], second: Sequence[int], bands: int) -> list[list[int]]:
    """How often the first marking gave a band (row) and the second one (column); bands are numbered from 0.

    Raises ValueError for unlike lengths and bands out of range.
    """
    table = [[0] * bands for _ in range(bands)]
    for one, other in zip(first, second, strict=True):
        if not (0 <= one < bands and 0 <= other < bands):
            raise ValueError("a band out of range")
        table[one][other] += 1
    return table


def kappa(table: Sequence[Sequence[int]], power: int = 0) -> float | None:
    """Cohen's kappa of a square table of counts; `power` says how far bands that differ count as disagreement: 0 wholly,
    1 by their distance (linear), 2 by its square (quadratic). None where chance alone would agree always.

    Raises ValueError for a table that is empty or not square.
    """
    size, whole = len(table), sum(map(sum, table))
    if not whole or any(len(row) != size for row in table):
        raise ValueError("a square table of counts")
    rows, columns = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]
    cells = [(n, m, abs(n - m) ** power if n != m else 0) for n in range(size) for m in range(size)]
    seen = sum(weight * table[n][m] for n, m, weight in cells)
    by_chance = sum(weight * rows[n] * columns[m] for n, m, weight in cells)
    return 1 - seen * whole / by_chance if by_chance else None


def exact(table: Sequence[Sequence[int]]) -> float:
    """Share of scripts that got the same band twice; raises ValueError for an empty table."""
    whole = sum(map(sum, table))
    if not whole:
        raise ValueError("a table of counts")
    return sum(table[n][n] for n in range(len(table))) / whole


def severities(marks: Iterable[Mark]) -> dict[int, Severity]:
    """For each marker the difference from the mean of the others, over scripts that others marked too."""
    scripts: dict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        scripts[mark.script].append(mark)
    found: dict[int, list[float]] = defaultdict(list)
    for group in scripts.values():
        total = math.fsum(mark.mark for mark in group)
        for mark in group:
            if len(group) > 1:
                found[mark.marker].append(mark.mark - (total - mark.mark) / (len(group) - 1))
    return {marker: _severity(differences) for marker, differences in sorted(found.items())}


def drift(controls: Iterable[Mark], agreed: Mapping[int, float]) -> dict[tuple[int, int], Severity]:
    """For each marker and day the difference from the marks `agreed` on control scripts; raises KeyError for a script
    that nothing was agreed on.
    """
    found: dict[tuple[int, int], list[float]] = defaultdict(list)
    for mark in controls:
        found[mark.marker, mark.day].append(mark.mark - agreed[mark.script])
    return {key: _severity(differences) for key, differences in sorted(found.items())}


def _mean_squares(marks: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    """Of scripts, of markers and of what is left, by a two-way analysis of variance."""
    scripts, markers = len(marks), len(marks[0])
    columns = [math.fsum(column) / scripts for column in zip(*marks, strict=True)]
    rows = [math.fsum(row) / markers for row in marks]
    grand = math.fsum(rows) / scripts
    left = math.fsum(
        (mark - row - column + grand) ** 2
        for row, given in zip(rows, marks, strict=True)
        for mark, column in zip(given, columns, strict=True)
    )
    between, judges = markers * (variance(rows) or 0.0), scripts * (variance(columns) or 0.0)
    return between, judges, left / ((scripts - 1) * (markers - 1))


def _interval(single: float, squares: tuple[float, float, float], scripts: int, markers: int) -> tuple[float, float]:
    """McGraw & Wong (1996), table 7, of ICC(A,1), with Satterthwaite's degrees of freedom."""
    between, judges, error = squares
    if single >= 1:
        return 1.0, 1.0
    a = markers * single / (scripts * (1 - single))
    b = 1 + a * (scripts - 1)
    parts = (a * judges) ** 2 / (markers - 1) + (b * error) ** 2 / ((scripts - 1) * (markers - 1))
    freedom = (a * judges + b * error) ** 2 / parts
    # fewer than one degree comes of estimates below zero only: nothing is known
    if freedom < 1:
        return -1.0, 1.0
    low, high = f_quantile(_UPPER, scripts - 1, freedom), f_quantile(_UPPER, freedom, scripts - 1)
    rest = markers * judges + (markers * scripts - markers - scripts) * error
    return (
        max(scripts * (between - low * error) / (low * rest + scripts * between), -1.0),
        scripts * (high * between - error) / (rest + scripts * high * between),
    )


def _lengthened(single: float, markers: int) -> float:
    """Spearman and Brown (1910): from one marker to the mean of several."""
    spread = 1 + (markers - 1) * single
    return max(markers * single / spread, -1.0) if spread > 0 else -1.0


def _severity(differences: Sequence[float]) -> Severity:
    count, spread = len(differences), variance(differences)
    mean = math.fsum(differences) / count
    if spread is None:
        return Severity(count, mean, None, None)
    half = t_quantile(_UPPER, count - 1) * math.sqrt(max(spread, 0.0) / count)
    return Severity(count, mean, mean - half, mean + half)
