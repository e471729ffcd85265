"""How hard a version is: what its answers say, drawn towards its author's label as long as there are few of them.

The answers of personal papers are few for each version at first. Their share of right ones is shrunken by a Beta
prior worth `WEIGHT` answers at the label's share (beta-binomial: the posterior mean is (right + w prior) / (n + w)).
The Rasch difficulty follows from it by Cohen's normal approximation (Wright & Stone, Best Test Design, 1979): abilities
spread with an SD of `SPREAD` logits flatten the curve of a version by the root of 1 + SPREAD² / 2.89.

All figures are rounded decimals of exact or correctly rounded steps, so that they are the same on every machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

from question_bank.pool import Pool

#: expected share of right answers by the author's label, none included
LABELS = {"easy": Fraction(80, 100), "medium": Fraction(65, 100), "hard": Fraction(45, 100)}
UNLABELLED = Fraction(65, 100)
#: how many answers the label is worth: banks spread by some 0.2 around it, which is the SD of a Beta prior of this weight
WEIGHT = 5
#: answers from which the figure counts as measured
CALIBRATED_FROM = 30
#: answers from which it tells more than the label, so that papers are better for being matched by it
TELLS_FROM = 8
#: SD of the candidates' abilities in logits; the scale has its zero at their mean
SPREAD = Decimal(1)
#: difficulties beyond are no different on any paper
FURTHEST = Decimal(6)
_CONTEXT = Context(prec=24, rounding=ROUND_HALF_EVEN)
_PLACES = Decimal("0.000001")
_SCALE = Decimal("2.89")  # 1.7², the logistic curve against the normal one


@dataclass(frozen=True, slots=True)
class Difficulty:
    """`p`: expected share of the marks in (0, 1); `b`: Rasch difficulty in logits, harder is more; each with its
    standard error. `answers`: how many stand behind it; `calibrated`: whether they are enough to rely on.
    """

    p: float
    p_error: float
    b: float
    b_error: float
    answers: int
    calibrated: bool

    @property
    def tells(self) -> bool:
        """Whether papers may be matched by it."""
        return self.calibrated or self.answers >= TELLS_FROM

    def to_record(self) -> dict[str, Any]:
        """JSON-able form."""
        return {
            "p": self.p,
            "p_error": self.p_error,
            "b": self.b,
            "b_error": self.b_error,
            "answers": self.answers,
            "calibrated": self.calibrated,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Difficulty":
        """The inverse; raises KeyError, TypeError or ValueError."""
        return cls(
            p=float(record["p"]),
            p_error=float(record["p_error"]),
            b=float(record["b"]),
            b_error=float(record["b_error"]),
            answers=int(record["answers"]),
            calibrated=bool(record["calibrated"]),
        )


def expected(label: str) -> Difficulty:
    """What the author's label alone says."""
    return estimated(0.0, 0, label=label)


def estimated(right: float, answers: int, *, label: str = "") -> Difficulty:
    """The difficulty of a version by its answers: `right` is the sum of the shares of marks that they earned.

    Raises ValueError unless 0 <= right <= answers.
    """
    if not 0 <= right <= answers:
        raise ValueError("more right answers than answers")
    prior = LABELS.get(label, UNLABELLED)
    share = (Fraction(right) + WEIGHT * prior) / (answers + WEIGHT)
    spread = share * (1 - share) / (answers + WEIGHT + 1)
    p, p_error = _decimal(share), _CONTEXT.sqrt(_decimal(spread))
    slope = _CONTEXT.divide(_flattening(SPREAD), _decimal(share * (1 - share)))
    return Difficulty(
        p=_rounded(p),
        p_error=_rounded(p_error),
        b=_rounded(_logits(p)),
        b_error=_rounded(_CONTEXT.multiply(p_error, slope)),
        answers=answers,
        calibrated=answers >= CALIBRATED_FROM,
    )


def measured(b: float, b_error: float, *, answers: int, mean: float = 0.0, sd: float = 1.0) -> Difficulty:
    """A difficulty that a calibration elsewhere found, in logits, among people whose abilities have this mean and SD there.

    It is brought to the scale of this module, where everybody's mean is 0 and their SD `SPREAD`, so that the expected share of
    right answers of those people stays what it was.
    """
    ours, theirs = _flattening(SPREAD), _flattening(Decimal(sd))
    unit = _CONTEXT.divide(ours, theirs)
    place = _CONTEXT.multiply(_CONTEXT.subtract(Decimal(b), Decimal(mean)), unit)
    error = _CONTEXT.multiply(Decimal(b_error), unit)
    p = _CONTEXT.divide(Decimal(1), _CONTEXT.add(Decimal(1), _CONTEXT.exp(_CONTEXT.divide(place, ours))))
    slope = _CONTEXT.divide(_CONTEXT.multiply(p, _CONTEXT.subtract(Decimal(1), p)), ours)
    return Difficulty(
        p=_rounded(p),
        p_error=_rounded(_CONTEXT.multiply(error, slope)),
        b=_rounded(place),
        b_error=_rounded(error),
        answers=answers,
        calibrated=True,
    )


def difficulties_of(
    pool: Pool, known: Mapping[int, Difficulty] | None = None, keys: frozenset[int] | None = None
) -> dict[int, Difficulty]:
    """The difficulty of every version of a pool (or of these keys): what is known of it, else what its label says."""
    labels = {version.difficulty for version in pool.versions.values()}
    priors = {label: expected(label) for label in labels}
    given = known or {}
    return {
        key: given.get(key, priors[version.difficulty])
        for key, version in pool.versions.items()
        if keys is None or key in keys
    }


def _logits(p: Decimal) -> Decimal:
    odds = _CONTEXT.divide(_CONTEXT.subtract(Decimal(1), p), p)
    b = _CONTEXT.multiply(_CONTEXT.ln(odds), _flattening(SPREAD))
    return max(-FURTHEST, min(FURTHEST, b))


def _flattening(sd: Decimal) -> Decimal:
    """By how much such a spread of abilities flattens the curve of a version."""
    return _CONTEXT.sqrt(_CONTEXT.add(Decimal(1), _CONTEXT.divide(_CONTEXT.multiply(sd, sd), _SCALE)))


def _decimal(share: Fraction) -> Decimal:
    return _CONTEXT.divide(Decimal(share.numerator), Decimal(share.denominator))


def _rounded(figure: Decimal) -> float:
    return float(figure.quantize(_PLACES, context=_CONTEXT))
