"""Whether a question treats two groups of equal ability alike: the Mantel-Haenszel procedure (Holland & Thayer, 1988).

Persons are compared within layers of one total each. The common odds ratio over the layers says how much easier the
question is for the reference group; on the delta scale of ETS that is -2.35 of its logarithm, below 0 where the question is
harder for the focal group than it should be. Classes A, B and C are those of ETS (Zieky, 1993; Zwick, 2012).
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: logits to the delta scale
DELTA = -2.35
#: chi-squared with one degree of freedom that luck exceeds in one case of twenty
_SURE = 3.841458820694124
_Z = 1.6448536269514722
_SMALL, _LARGE = 1.0, 1.5


@dataclass(frozen=True, slots=True)
class Difference:
    """`odds`: common odds ratio, reference to focal; `delta` and its standard error on the ETS scale; `chi`: chi-squared,
    corrected for continuity, with one degree of freedom, and `p`; `level`: A negligible, B to look at, C to keep off papers.
    """

    odds: float
    delta: float
    error: float
    chi: float
    p: float
    level: str

    def to_record(self) -> dict[str, Any]:
        """JSON-able form, rounded to six decimals."""
        numbers = {name: round(getattr(self, name), 6) for name in ("odds", "delta", "error", "chi", "p")}
        return {**numbers, "level": self.level}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Difference":
        """The inverse; raises TypeError."""
        return cls(**record)


@dataclass(frozen=True, slots=True)
class Layer:
    """Persons with one total: right and wrong in the reference and in the focal group."""

    reference_right: int
    reference_wrong: int
    focal_right: int
    focal_wrong: int

    @property
    def size(self) -> int:
        """How many persons."""
        return self.reference_right + self.reference_wrong + self.focal_right + self.focal_wrong


def layers(right: Sequence[int], focal: Sequence[bool], totals: Sequence[Hashable]) -> list[Layer]:
    """Persons by what they are matched on, for which the total with the studied question in it is right (Holland & Thayer).

    Raises ValueError for unlike lengths and for answers other than 0 and 1.
    """
    found: dict[Hashable, list[int]] = {}
    for answer, group, total in zip(right, focal, totals, strict=True):
        if answer not in (0, 1):
            raise ValueError("answers are 0 or 1")
        found.setdefault(total, [0, 0, 0, 0])[2 * group + (1 - answer)] += 1
    return [Layer(*counts) for counts in found.values()]


def mantel_haenszel(matched: Sequence[Layer]) -> Difference | None:
    """The difference over the layers (Mantel & Haenszel, 1959); None where nothing can be compared, as where a group is
    right or wrong throughout. The error of the log odds is that of Robins, Breslow & Greenland (1986).
    """
    told = [layer for layer in matched if layer.size > 1]
    terms = [_terms(layer) for layer in told]
    upper, lower = (math.fsum(term[n] for term in terms) for n in (0, 1))
    spread = math.fsum(term[3] for term in terms)
    if upper <= 0 or lower <= 0 or spread <= 0:
        return None
    gap = abs(math.fsum(term[2] for term in terms))
    chi = (gap - min(0.5, gap)) ** 2 / spread
    error = math.sqrt(_log_variance(told, upper, lower))
    delta = DELTA * math.log(upper / lower)
    return Difference(
        odds=upper / lower,
        delta=delta,
        error=abs(DELTA) * error,
        chi=chi,
        p=math.erfc(math.sqrt(chi / 2)),
        level=_level(delta, abs(DELTA) * error, chi),
    )


def _terms(layer: Layer) -> tuple[float, float, float, float]:
    """Both parts of the odds ratio, the surplus of right answers in the reference group, and its variance."""
    size = layer.size
    reference = layer.reference_right + layer.reference_wrong
    right = layer.reference_right + layer.focal_right
    return (
        layer.reference_right * layer.focal_wrong / size,
        layer.reference_wrong * layer.focal_right / size,
        layer.reference_right - reference * right / size,
        reference * (size - reference) * right * (size - right) / (size**2 * (size - 1)),
    )


def _log_variance(told: Sequence[Layer], upper: float, lower: float) -> float:
    first, second, third = 0.0, 0.0, 0.0
    for layer in told:
        size = layer.size
        along = (layer.reference_right + layer.focal_wrong) / size
        across = (layer.reference_wrong + layer.focal_right) / size
        r, s = layer.reference_right * layer.focal_wrong / size, layer.reference_wrong * layer.focal_right / size
        first += along * r
        second += along * s + across * r
        third += across * s
    return first / (2 * upper**2) + second / (2 * upper * lower) + third / (2 * lower**2)


def _level(delta: float, error: float, chi: float) -> str:
    """A: within 1 or not told from 0; C: beyond 1.5 and, one-sided, told from 1; B: what is left."""
    size = abs(delta)
    if size < _SMALL or chi < _SURE:
        return "A"
    return "C" if size >= _LARGE and (size - _SMALL) > _Z * error else "B"
