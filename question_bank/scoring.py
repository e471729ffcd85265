"""Scoring rules as values, exact.

The eight rules for questions with several right options are those in use at examinations here and in the systems
people come from; the Chinese convention (too few: half; any wrong one: nothing) is the default.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

ZERO, ONE, HALF = Fraction(0), Fraction(1), Fraction(1, 2)
MultiRule = Callable[[int, int, int, int], Fraction]


def _all_or_nothing(right: int, wrong: int, keyed: int, _options: int) -> Fraction:
    return ONE if right == keyed and wrong == 0 else ZERO


def _cn_half(right: int, wrong: int, keyed: int, _options: int) -> Fraction:
    if wrong or not right:
        return ZERO
    return ONE if right == keyed else HALF


def _cn_per_option(right: int, wrong: int, keyed: int, _options: int) -> Fraction:
    if wrong:
        return ZERO
    return ONE if right == keyed else min(Fraction(right, 4), Fraction(3, 4))  # an incomplete one is never worth all


def _cn_proportional(right: int, wrong: int, keyed: int, _options: int) -> Fraction:
    return ZERO if wrong else Fraction(right, keyed)


def _right_minus_wrong(right: int, wrong: int, keyed: int, _options: int) -> Fraction:
    return max(ZERO, Fraction(right - wrong, keyed))


def _moodle_weights(right: int, wrong: int, keyed: int, options: int) -> Fraction:
    penalty = Fraction(wrong, options - keyed) if wrong else ZERO
    return max(ZERO, Fraction(right, keyed) - penalty)


def _ou_multiresponse(right: int, wrong: int, keyed: int, _options: int) -> Fraction:
    return max(ZERO, Fraction(right - max(0, right + wrong - keyed), keyed))


def _multiple_true_false(right: int, wrong: int, keyed: int, options: int) -> Fraction:
    return Fraction(right + (options - keyed - wrong), options)


#: (right ticks, wrong ticks, keyed options, all options) -> share of the marks in [0, 1]
MULTI_RULES: dict[str, MultiRule] = {
    "all_or_nothing": _all_or_nothing,
    "cn_half": _cn_half,
    "cn_per_option": _cn_per_option,
    "cn_proportional": _cn_proportional,
    "right_minus_wrong": _right_minus_wrong,
    "moodle_weights": _moodle_weights,
    "ou_multiresponse": _ou_multiresponse,
    "multiple_true_false": _multiple_true_false,
}


def _order_exact(order: Sequence[int]) -> Fraction:
    return ONE if list(order) == sorted(order) else ZERO


def _order_position(order: Sequence[int]) -> Fraction:
    return Fraction(sum(value == place for place, value in enumerate(order)), len(order))


def _order_next(order: Sequence[int]) -> Fraction:
    pairs = len(order) - 1
    return Fraction(sum(b == a + 1 for a, b in itertools.pairwise(order)), pairs)


def _order_longest(order: Sequence[int]) -> Fraction:
    best: list[int] = []
    for value in order:
        place = next((i for i, last in enumerate(best) if last >= value), len(best))
        best[place : place + 1] = [value]
    return ZERO if len(best) == 1 else Fraction(len(best), len(order))


def _order_run(order: Sequence[int]) -> Fraction:
    longest = run = 1
    for a, b in itertools.pairwise(order):
        run = run + 1 if b == a + 1 else 1
        longest = max(longest, run)
    return ZERO if longest == 1 else Fraction(longest, len(order))


def _order_displacement(order: Sequence[int]) -> Fraction:
    moved = sum(abs(value - place) for place, value in enumerate(order))
    return 1 - Fraction(moved, len(order) * (len(order) - 1))


#: order of the true places as the candidate put them -> share of the marks
ORDER_RULES: dict[str, Callable[[Sequence[int]], Fraction]] = {
    "all_or_nothing": _order_exact,
    "absolute_position": _order_position,
    "relative_next": _order_next,
    "longest_ordered_subset": _order_longest,
    "longest_contiguous": _order_run,
    "relative_to_correct": _order_displacement,
}

#: (right pairs, wrong pairs, all pairs) -> share of the marks
MATCH_RULES: dict[str, Callable[[int, int, int], Fraction]] = {
    "per_pair": lambda right, _wrong, pairs: Fraction(right, pairs),
    "none_wrong": lambda right, wrong, pairs: ZERO if wrong else Fraction(right, pairs),
    "all_or_nothing": lambda right, _wrong, pairs: ONE if right == pairs else ZERO,
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one exam, by name; `normaliser` names the version that compares typed answers."""

    multiple: str = "cn_half"
    ordering: str = "all_or_nothing"
    matching: str = "per_pair"
    normaliser: str = "norm_v1"

    def to_record(self) -> dict[str, str]:
        """JSON-able form."""
        return {
            "multiple": self.multiple,
            "ordering": self.ordering,
            "matching": self.matching,
            "normaliser": self.normaliser,
        }


DEFAULT = Rules()
