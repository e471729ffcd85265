"""How sure "passed" and "not passed" are: error of measurement at the pass mark, right and repeatable decisions.

Two ways. From totals and their reliability, for any paper (Livingston & Lewis, 1995): true shares of the marks follow a
beta distribution of two parameters that has the mean and the true variance of the totals; what is scored follows a
binomial of the effective length, the number of right-or-wrong questions that would be as reliable. And from abilities
with their standard errors, where questions have difficulties on one scale (Rudner, 2001). A true share of exactly the
pass mark deserves to pass.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from question_bank.analysis.distributions import at_least, beta_below

FORMAT = 1
#: the ways a decision report can come about
FROM_TOTALS, FROM_ABILITIES = "livingston-lewis", "rudner"
#: cells on either side of the pass mark over which true shares are summed; twice as many move nothing by 1e-5
_CELLS = 300
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Decision:
    """The report. `csem_at_cut`: standard error of measurement at the pass mark, in marks (in logits from abilities);
    `accuracy`: share of candidates expected to be where their true marks belong; `consistency`: share expected to fall
    the same way in a second paper alike; `false_pass`, `false_fail`: shares expected on the wrong side; `within_one_sem`:
    how many candidates are no further from the pass mark than one such error; `length`: effective length, in
    questions, None from abilities.
    """

    method: str
    candidates: int
    csem_at_cut: float
    accuracy: float
    consistency: float
    false_pass: float
    false_fail: float
    within_one_sem: int
    length: int | None = None

    def to_record(self) -> dict[str, Any]:
        """JSON-able form, rounded to six decimals."""
        numbers = ("csem_at_cut", "accuracy", "consistency", "false_pass", "false_fail")
        return {
            "f": FORMAT,
            "method": self.method,
            "candidates": self.candidates,
            **{name: round(getattr(self, name), 6) for name in numbers},
            "within_one_sem": self.within_one_sem,
            "length": self.length,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Decision":
        """The inverse; raises KeyError for another format."""
        if record["f"] != FORMAT:
            raise KeyError("f")
        return cls(**{name: value for name, value in record.items() if name != "f"})


def binomial_error(mark: float, marks: Sequence[float]) -> float:
    """Lord's standard error (1957) at a total, in marks, from nothing but the marks of the questions.

    Right or wrong with one mark each: sqrt(x (n - x) / (n - 1)). Where marks differ each question is right with the
    share that the total has of all marks, and the variances add up (compound binomial), with the same n / (n - 1).
    Raises ValueError for fewer than two questions and a total out of range.
    """
    count, full = len(marks), math.fsum(marks)
    if count < 2 or not 0 <= mark <= full or full <= 0:
        raise ValueError("two questions at least, and a total within their marks")
    share = mark / full
    return math.sqrt(share * (1 - share) * math.fsum(one**2 for one in marks) * count / (count - 1))


def error_at(mark: float, totals: Sequence[float], maximum: float, reliability: float) -> float:
    """The same brought to the reported reliability (Keats, 1957), in marks: over the candidates its mean square is
    sd^2 (1 - reliability). The marks of the questions cancel out: it goes with sqrt(x (maximum - x)).

    Raises ValueError for totals that say nothing, a reliability outside [0, 1] and a total out of range.
    """
    mean, spread = _moments(totals, maximum)
    if not (0 <= reliability <= 1 and 0 <= mark <= maximum):
        raise ValueError("a reliability in [0, 1] and a total within the maximum")
    return math.sqrt(spread * (1 - reliability) * mark * (maximum - mark) / (mean * (maximum - mean) - spread))


def from_totals(
    totals: Sequence[float], *, maximum: float, cut: float, reliability: float, step: float = 1.0
) -> Decision:
    """The report for totals in steps of `step` marks of which `cut` or more passes, 0 < cut <= maximum.

    Raises ValueError for totals that say nothing (nobody, all the same, outside 0 and the maximum) and a reliability
    that is not between 0 and 1.
    """
    mean, spread = _moments(totals, maximum)
    if not (0 < reliability < 1 and 0 < cut <= maximum and step > 0):
        raise ValueError("a reliability between 0 and 1, a pass mark within the maximum, a step above 0")
    length = max(2, round((mean * (maximum - mean) - reliability * spread) / (spread * (1 - reliability))))
    error = error_at(cut, totals, maximum, reliability)
    bound = length * (cut - step / 2) / maximum
    below = _cells(mean / maximum, reliability * spread / maximum**2, (0.0, cut / maximum))
    above = _cells(mean / maximum, reliability * spread / maximum**2, (cut / maximum, 1.0))
    sides = [[(weight, _passing(share, bound, length)) for share, weight in cells] for cells in (below, above)]
    false_pass = math.fsum(weight * passing for weight, passing in sides[0])
    false_fail = math.fsum(weight * (1 - passing) for weight, passing in sides[1])
    return Decision(
        method=FROM_TOTALS,
        candidates=len(totals),
        csem_at_cut=error,
        accuracy=1 - false_pass - false_fail,
        consistency=math.fsum(w * (p * p + (1 - p) * (1 - p)) for side in sides for w, p in side),
        false_pass=false_pass,
        false_fail=false_fail,
        within_one_sem=sum(abs(total - cut) <= error for total in totals),
        length=length,
    )


def from_abilities(abilities: Sequence[tuple[float, float]], *, cut: float, csem_at_cut: float) -> Decision:
    """The report from estimates and their standard errors, in logits like `cut` and `csem_at_cut`.

    Each true ability is taken as normal about its estimate; who is estimated at the cut or above passes.
    Consistency: that two ability draws fall on the same side, p^2 + (1 - p)^2. Raises ValueError for nobody and
    for errors that are not above 0.
    """
    if not abilities or csem_at_cut <= 0 or any(error <= 0 for _, error in abilities):
        raise ValueError("somebody, and errors above 0")
    chances = [(ability >= cut, _NORMAL.cdf((ability - cut) / error)) for ability, error in abilities]
    count = len(chances)
    false_pass = math.fsum(1 - chance for passed, chance in chances if passed) / count
    false_fail = math.fsum(chance for passed, chance in chances if not passed) / count
    return Decision(
        method=FROM_ABILITIES,
        candidates=count,
        csem_at_cut=csem_at_cut,
        accuracy=1 - false_pass - false_fail,
        consistency=math.fsum(chance**2 + (1 - chance) ** 2 for _, chance in chances) / count,
        false_pass=false_pass,
        false_fail=false_fail,
        within_one_sem=sum(abs(ability - cut) <= csem_at_cut for ability, _ in abilities),
    )


def _moments(totals: Sequence[float], maximum: float) -> tuple[float, float]:
    """Mean and population variance."""
    if not totals or any(not 0 <= total <= maximum for total in totals):
        raise ValueError("totals between 0 and the maximum")
    mean = math.fsum(totals) / len(totals)
    spread = math.fsum((total - mean) ** 2 for total in totals) / len(totals)
    # all at the ends: the largest spread there can be, which leaves nothing between
    if spread <= 0 or mean * (maximum - mean) - spread <= 1e-12 * maximum**2:
        raise ValueError("totals that differ, and not only nothing and everything")
    return mean, spread


def _cells(mean: float, spread: float, ends: tuple[float, float]) -> list[tuple[float, float]]:
    """True shares between the ends with their weights."""
    low, high = ends
    scale = mean * (1 - mean) / spread - 1
    a, b = mean * scale, (1 - mean) * scale
    bounds = [low + (high - low) * n / _CELLS for n in range(_CELLS + 1)]
    reached = [beta_below(bound, a, b) for bound in bounds]
    return [
        ((bounds[n] + bounds[n + 1]) / 2, reached[n + 1] - reached[n])
        for n in range(_CELLS)
        if reached[n + 1] > reached[n]
    ]


def _passing(share: float, bound: float, length: int) -> float:
    """Chance to score above a bound between whole numbers: a number k stands for [k - 1/2, k + 1/2]."""
    first = math.floor(bound + 0.5)
    part = first + 0.5 - bound
    return part * at_least(first, length, share) + (1 - part) * at_least(first + 1, length, share)
