"""参训率 and 合格率, by their definitions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.rates import NOBODY, Standing, percent, rates

HERE, FAILED, AWAY = Standing(True, True), Standing(True, False), Standing(False, False)
ILL, ABROAD = Standing(False, False, "病假"), Standing(True, True, "外派")

standings = st.builds(Standing, st.booleans(), st.booleans(), st.sampled_from(["", "", "病假", "外派"]))


@pytest.mark.parametrize(
    ("people", "expected", "participation", "passed"),
    [
        ([HERE] * 60, 60, "100", "100"),
        ([HERE] * 59 + [ILL], 59, "100", "100"),
        ([HERE] * 57 + [FAILED] * 2 + [AWAY], 60, "98.3", "96.6"),
        ([AWAY] * 4, 4, "0", ""),
        ([ILL, ABROAD], 0, "", ""),
        ([], 0, "", ""),
        ([HERE] * 2999 + [AWAY], 3000, "99.9", "100"),
        ([HERE] + [AWAY] * 2999, 3000, "0.1", "100"),
    ],
)
def test_rates_of_a_class(people: list[Standing], expected: int, participation: str, passed: str) -> None:
    """The exempt leave the denominator; who was away lowers participation alone; nobody vanishes by rounding."""
    found = rates(people)

    assert found.expected == expected
    assert (percent(found.participation), percent(found.pass_rate)) == (participation, passed)


def test_the_exempt_are_told_by_reason() -> None:
    """A footnote can say why the denominator is smaller."""
    assert rates([HERE, ILL, ABROAD, ILL]).exempt == (("外派", 1), ("病假", 2))


@given(st.lists(standings), st.lists(standings))
def test_groups_add_up(some: list[Standing], others: list[Standing]) -> None:
    """Rates of units added are the rates of all their people, in any order."""
    together = rates(some) + rates(others)

    assert together == rates([*others, *some])
    assert together + NOBODY == together
    assert together.participation is None or 0 <= together.participation <= 1
    assert together.pass_rate is None or Fraction(0) <= together.pass_rate <= 1
