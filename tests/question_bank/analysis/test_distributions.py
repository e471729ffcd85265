"""Distributions against tables in every textbook and against sums."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis.distributions import at_least, beta_below, f_quantile, t_quantile


@pytest.mark.parametrize(
    ("share", "freedom", "wanted"),
    [(0.975, 1, 12.706), (0.975, 5, 2.571), (0.975, 30, 2.042), (0.95, 10, 1.812), (0.5, 7, 0.0)],
)
def test_students_t_is_that_of_the_tables(share: float, freedom: int, wanted: float) -> None:
    """
    To the three decimals of printed tables.
    """
    assert t_quantile(share, freedom) == pytest.approx(wanted, abs=5e-4)


@pytest.mark.parametrize(
    ("share", "first", "second", "wanted"),
    [(0.95, 5, 10, 3.326), (0.975, 3, 15, 4.153), (0.99, 10, 20, 3.368), (0.95, 1, 1, 161.448)],
)
def test_f_is_that_of_the_tables(share: float, first: int, second: int, wanted: float) -> None:
    """
    To the three decimals of printed tables.
    """
    assert f_quantile(share, first, second) == pytest.approx(wanted, abs=5e-4)


@given(st.integers(1, 60), st.integers(0, 60), st.floats(0.01, 0.99))
def test_the_binomial_tail_is_the_sum(tries: int, count: int, chance: float) -> None:
    """
    At least so many of so many: the same as adding the terms.
    """
    terms = (math.comb(tries, n) * chance**n * (1 - chance) ** (tries - n) for n in range(count, tries + 1))

    assert at_least(count, tries, chance) == pytest.approx(math.fsum(terms), abs=1e-12)


@given(st.floats(0.05, 500), st.floats(0.05, 500), st.floats(0.001, 0.999))
def test_both_sides_make_the_whole(a: float, b: float, x: float) -> None:
    """
    A chance, and the mirrored one is what is missing.
    """
    found = beta_below(x, a, b)

    assert 0 <= found <= 1
    assert found + beta_below(1 - x, b, a) == pytest.approx(1, abs=1e-9)


def test_what_is_no_distribution_is_refused() -> None:
    """
    Parameters of nothing, chances of nothing and of everything.
    """
    for refused in (lambda: beta_below(0.5, 0, 1), lambda: f_quantile(1, 2, 2), lambda: f_quantile(0, 2, 2)):
        with pytest.raises(ValueError, match=r"zero|between"):
            refused()
    assert [beta_below(x, 2, 3) for x in (-1.0, 0.0, 1.0, 2.0)] == [0, 0, 1, 1]
