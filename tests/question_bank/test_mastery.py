"""Mastery against the table of the plan and against the beta distribution."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis.distributions import beta_below
from question_bank.mastery import chance_above, expected_share, mastered, right_in_a_row_needed


@pytest.mark.parametrize(("right", "answered"), [(10, 10), (16, 17), (22, 24), (28, 31)])
def test_the_table_of_mastery(right: int, answered: int) -> None:
    """
    With so many mistakes so many answers are just enough: one right answer fewer is not.
    """
    assert mastered(right, answered)
    assert not mastered(right - 1, answered - 1)
    assert not mastered(right - 1, answered)


def test_chances_worked_out_by_hand() -> None:
    """
    Nothing known: every share is as likely; ten of ten: 1 - .8^11.
    """
    assert chance_above(0, 0) == Fraction(1, 5)
    assert expected_share(0, 0) == Fraction(1, 2)
    assert chance_above(10, 10) == 1 - Fraction(4, 5) ** 11
    assert expected_share(3, 4) == Fraction(2, 3)
    assert (chance_above(2, 3, Fraction(0)), chance_above(2, 3, Fraction(1))) == (1, 0)


@given(st.integers(0, 200), st.integers(0, 200), st.fractions(0, 1, max_denominator=50))
def test_the_sum_is_the_tail_of_the_beta_distribution(right: int, wrong: int, share: Fraction) -> None:
    """
    Exact sums and the continued fraction agree.
    """
    exact = float(chance_above(right, right + wrong, share))

    assert exact == pytest.approx(1 - beta_below(float(share), 1 + right, 1 + wrong), abs=1e-10)


@given(st.integers(0, 60), st.integers(0, 20))
def test_a_right_answer_never_takes_mastery_away(right: int, wrong: int) -> None:
    """
    It makes the chance larger, a wrong one makes it smaller; so many right ones in a row as are said are enough.
    """
    here = chance_above(right, right + wrong)
    more = right_in_a_row_needed(right, right + wrong)

    assert chance_above(right + 1, right + wrong + 1) > here > chance_above(right, right + wrong + 1)
    assert mastered(right + more, right + wrong + more)
    assert more == 0 or not mastered(right + more - 1, right + wrong + more - 1)


@pytest.mark.parametrize(("right", "answered"), [(-1, 3), (4, 3), (0, -1)])
def test_counts_that_are_none_are_refused(right: int, answered: int) -> None:
    """
    More right than answered, fewer than none.
    """
    for function in (mastered, expected_share, chance_above, right_in_a_row_needed):
        with pytest.raises(ValueError, match="right answers"):
            function(right, answered)
    with pytest.raises(ValueError, match="share"):
        chance_above(1, 2, Fraction(3, 2))
