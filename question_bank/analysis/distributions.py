"""The few distributions that the analyses need: beta, F and t, all by the regularised incomplete beta function."""

import math
from collections.abc import Callable

#: terms of the continued fraction; it needs about the square root of the larger parameter
_TERMS = 20_000
_TINY = 1e-300


def beta_below(x: float, a: float, b: float) -> float:
    """P(X <= x) of a Beta(a, b), which is the regularised incomplete beta function; a, b > 0.

    By the continued fraction of DLMF 8.17.22 (Lentz's method), on the side of the mean where it converges quickly.
    """
    if a <= 0 or b <= 0:
        raise ValueError("parameters above zero")
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_below(1 - x, b, a)
    front = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(front) / a * _fraction(x, a, b)


def at_least(count: int, tries: int, chance: float) -> float:
    """P(at least `count` of `tries`) of a binomial."""
    if count <= 0 or count > tries:
        return float(count <= 0)
    return beta_below(chance, count, tries - count + 1)


def f_quantile(share: float, first: float, second: float) -> float:
    """The value that F of `first` and `second` degrees of freedom stays below with chance `share`, 0 < share < 1."""
    x = _inverse(lambda x: beta_below(x, first / 2, second / 2), share)
    return second * x / (first * (1 - x))


def t_quantile(share: float, freedom: float) -> float:
    """The value that Student's t stays below with chance `share`, 1/2 <= share < 1."""
    return math.sqrt(f_quantile(2 * share - 1, 1, freedom)) if share > 0.5 else 0.0


def _inverse(below: Callable[[float], float], share: float) -> float:
    """Bisection to the last bit that matters."""
    if not 0 < share < 1:
        raise ValueError("a chance between 0 and 1")
    low, high = 0.0, 1.0
    while high - low > 1e-15 * high and low < (middle := (low + high) / 2) < high:
        if below(middle) < share:
            low = middle
        else:
            high = middle
    return high


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, _kept(1 - (a + b) * x / (a + 1))
    found = d = 1 / d
    for m in range(1, _TERMS):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _kept(1 + numerator * d)
            c = _kept(1 + numerator / c)
            found *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return found


def _kept(value: float) -> float:
    """Never nothing: Lentz's method divides by it."""
    return value if abs(value) > _TINY else _TINY
