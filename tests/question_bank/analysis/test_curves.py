"""Curves: known values, and what holds for all of them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis.curves import Curve, expected_score, logistic, total_information

CURVES = st.builds(Curve, st.floats(0.2, 4), st.floats(-5, 5), st.sampled_from([0.0, 0.1, 0.25, 0.5]))
ABILITIES = st.floats(-6, 6)


@pytest.mark.parametrize(
    ("curve", "ability", "chance", "information"),
    [
        (Curve(1.0, 0.0), 0.0, 0.5, 0.25),
        (Curve(2.0, 1.0), 1.0, 0.5, 1.0),
        (Curve(1.0, 0.0), math.log(3), 0.75, 0.1875),
        (Curve(1.0, 0.0, 0.2), 0.0, 0.6, 0.4**2 / 0.6 / 0.4 * 0.25),
    ],
)
def test_values_worked_out_by_hand(curve: Curve, ability: float, chance: float, information: float) -> None:
    """
    Chance and information at abilities where they are simple fractions.
    """
    assert curve.probability(ability) == pytest.approx(chance, abs=1e-12)
    assert curve.information(ability) == pytest.approx(information, abs=1e-12)


@given(CURVES, ABILITIES)
def test_the_derivative_is_the_rise(curve: Curve, ability: float) -> None:
    """
    Compared with a difference quotient; information is its square over the variance of an answer.
    """
    step, chance = 1e-5, curve.probability(ability)
    rise = (curve.probability(ability + step) - curve.probability(ability - step)) / (2 * step)

    assert curve.derivative(ability) == pytest.approx(rise, abs=1e-8)
    assert curve.information(ability) * chance * (1 - chance) == pytest.approx(
        curve.derivative(ability) ** 2, abs=1e-12
    )


@given(CURVES, ABILITIES, st.floats(0.01, 3))
def test_more_ability_is_a_better_chance(curve: Curve, ability: float, more: float) -> None:
    """
    Curves rise, between the share of lucky guesses and 1.
    """
    assert curve.c <= curve.probability(ability) <= curve.probability(ability + more) <= 1


@pytest.mark.parametrize(
    "parameters", [(0.0, 0.0, 0.0), (-1.0, 0.0, 0.0), (1.0, math.inf, 0.0), (1.0, 0.0, 1.0), (math.nan, 0.0, 0.0)]
)
def test_no_curve_has_such_parameters(parameters: tuple[float, float, float]) -> None:
    """
    A slope above 0, a finite difficulty, and some who do not guess right.
    """
    with pytest.raises(ValueError, match="no curve"):
        Curve(*parameters)


def test_tests_add_up() -> None:
    """
    Score and information of a test are sums; far abilities do not overflow.
    """
    curves = [Curve(1.0, 0.0), Curve(2.0, 0.0)]

    assert expected_score(curves, 0.0) == 1.0
    assert total_information(curves, 0.0) == 1.25
    assert logistic(-2_000.0) == 0.0
    assert logistic(2_000.0) == 1.0
    assert Curve(1.0, 0.0).information(-2_000.0) == 0.0
