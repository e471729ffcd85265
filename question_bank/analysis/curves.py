"""How likely somebody of an ability is to answer a question right: the logistic curves of item response theory.

Rasch (1960), Birnbaum (1968) and, with a share of lucky guesses, the three-parameter model (Lord, 1980). Abilities and
difficulties are in logits, without the factor 1.7 (D = 1). Plain arithmetic: this runs inside requests.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Curve:
    """The curve of one question. `a`: slope, above 0, per logit; `b`: difficulty in logits; `c`: chance, in [0, 1), of
    those who know nothing. Raises ValueError for parameters outside.
    """

    a: float
    b: float
    c: float = 0.0

    def __post_init__(self) -> None:
        if not (0 < self.a < math.inf and math.isfinite(self.b) and 0 <= self.c < 1):
            raise ValueError("no curve with these parameters")

    def probability(self, ability: float) -> float:
        """Chance of a right answer: c + (1 - c) / (1 + exp(-a (ability - b)))."""
        return self.c + (1 - self.c) * logistic(self.a * (ability - self.b))

    def derivative(self, ability: float) -> float:
        """Rise of that chance per logit of ability."""
        known = logistic(self.a * (ability - self.b))
        return (1 - self.c) * self.a * known * (1 - known)

    def information(self, ability: float) -> float:
        """Fisher information about the ability, per squared logit: derivative squared / (P (1 - P)).

        Written without the quotient (Birnbaum, 1968): a chance of nearly 0 or 1 stays harmless.
        """
        known = logistic(self.a * (ability - self.b))
        if not self.c:
            return self.a**2 * known * (1 - known)
        return self.a**2 * (1 - self.c) * known**2 * (1 - known) / (self.c + (1 - self.c) * known)


def logistic(logits: float) -> float:
    """1 / (1 + exp(-logits)), without overflow."""
    if logits >= 0:
        return 1 / (1 + math.exp(-logits))
    odds = math.exp(logits)
    return odds / (1 + odds)


def expected_score(curves: Sequence[Curve], ability: float) -> float:
    """The test characteristic curve: right answers that somebody of this ability can expect."""
    return math.fsum(curve.probability(ability) for curve in curves)


def total_information(curves: Sequence[Curve], ability: float) -> float:
    """Fisher information of all questions together, per squared logit; its inverse root is the standard error."""
    return math.fsum(curve.information(ability) for curve in curves)
