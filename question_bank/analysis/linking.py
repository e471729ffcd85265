"""One scale for two calibrations: what the questions in both of them say, and which of them have moved.

Mean-sigma linking (Marco, 1977; Loyd & Hoover, 1980): the difficulties of the common questions get the mean and the spread
that they had. A question that has drifted is one whose difference stands far from the others' by the robust z, which
measures from the median in units of 0.74 interquartile ranges (Huynh & Meyer, 2010).
"""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: a robust z beyond has one chance in ten by luck
DRIFTED = 1.645
#: so many common questions link two calibrations, fewer do not
LEAST_COMMON = 20
#: a question has moved where it has drifted by so many logits at least: half a logit matters, less is of no use to anybody
MOVED = 0.5
#: an interquartile range of a normal distribution is 1 / 0.74 SDs
_SHARE = 0.74
#: differences of calibrations are no nearer to each other by reason
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Link:
    """From a new scale to the old one: `slope` times an ability or difficulty plus `shift`, in logits."""

    slope: float
    shift: float

    def ability(self, theta: float) -> float:
        """An ability or a difficulty on the old scale."""
        return self.slope * theta + self.shift

    def steepness(self, a: float) -> float:
        """A slope of a curve on the old scale."""
        return a / self.slope

    def to_record(self) -> dict[str, Any]:
        """JSON-able form."""
        return {"slope": self.slope, "shift": self.shift}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Link":
        """The inverse; raises TypeError."""
        return cls(**record)


def mean_sigma(old: Mapping[int, float], new: Mapping[int, float]) -> Link:
    """The link by the difficulties of the questions that both know.

    Raises ValueError for fewer than two of them and where those do not differ in the new calibration.
    """
    common = sorted(old.keys() & new.keys())
    if len(common) < 2:
        raise ValueError("two common questions at least")
    before, after = [old[key] for key in common], [new[key] for key in common]
    spread = statistics.stdev(after)
    if spread <= 0:
        raise ValueError("common questions of one difficulty")
    slope = statistics.stdev(before) / spread
    return Link(slope, statistics.fmean(before) - slope * statistics.fmean(after))


def shift(old: Mapping[int, float], new: Mapping[int, float]) -> Link:
    """The link where both scales have the same unit, as of two Rasch calibrations: only the mean moves.

    Raises ValueError without common questions.
    """
    common = old.keys() & new.keys()
    if not common:
        raise ValueError("one common question at least")
    return Link(1.0, statistics.fmean(old[key] - new[key] for key in sorted(common)))


def robust_z(old: Mapping[int, float], new: Mapping[int, float]) -> dict[int, float]:
    """How far each common question's difference (new - old) stands from the others'; all 0 where half of them agree exactly.

    Raises ValueError for fewer than four common questions.
    """
    common = sorted(old.keys() & new.keys())
    if len(common) < 4:
        raise ValueError("four common questions at least")
    differences = [new[key] - old[key] for key in common]
    lower, middle, upper = statistics.quantiles(differences, n=4, method="inclusive")
    unit = _SHARE * (upper - lower)
    if unit < _NOTHING:
        return dict.fromkeys(common, 0.0)
    return {key: (one - middle) / unit for key, one in zip(common, differences, strict=True)}


def drifted(old: Mapping[int, float], new: Mapping[int, float], bound: float = DRIFTED) -> frozenset[int]:
    """Common questions that should not link the scales: those whose robust z lies beyond `bound`.

    Raises ValueError for fewer than four common questions.
    """
    return frozenset(key for key, z in robust_z(old, new).items() if abs(z) > bound)


@dataclass(frozen=True, slots=True)
class Anchored:
    """A calibration brought to the scale of the last one. `link`: how; `common`: questions that both know; `changes`: how much
    harder each of these is than it was, in logits of the old scale; `moved`: those that do not link the scales and are
    half a logit or more off.
    """

    link: Link
    common: int
    changes: Mapping[int, float]
    moved: frozenset[int]


def anchor(old: Mapping[int, float], new: Mapping[int, float]) -> Anchored | None:
    """The scale of the last calibration for a new one with the same unit; None where fewer than `LEAST_COMMON` questions are
    in both. Drifted questions are left out of the link.
    """
    common = old.keys() & new.keys()
    if len(common) < LEAST_COMMON:
        return None
    off = drifted(old, new)
    link = shift({key: old[key] for key in common - off}, new)
    changes = {key: link.ability(new[key]) - old[key] for key in sorted(common)}
    return Anchored(link, len(common), changes, frozenset(key for key in off if abs(changes[key]) >= MOVED))
