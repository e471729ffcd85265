"""Differences between groups against published ones, by hand and by simulation."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis.dif import Difference, Layer, layers, mantel_haenszel
from tests.question_bank.analysis.reference import figures, rows

LAYERS = st.lists(st.builds(Layer, *[st.integers(0, 20)] * 4), min_size=1, max_size=8)


@pytest.mark.corpora
def test_verbal_aggression_is_reproduced() -> None:
    """
    Women and men on 24 questions: chi-squared, its chance, odds ratio and delta of each.
    """
    wanted = figures("psychometrics/verbal.dif.expected.json")["items"]
    table = rows("psychometrics/verbal.csv")
    totals = [sum(row[:24]) for row in table]
    for place, known in enumerate(wanted):
        # the reference compares the group coded 0 to the one coded 1
        found = mantel_haenszel(layers([row[place] for row in table], [row[25] == 0 for row in table], totals))

        assert found is not None
        assert found.chi == pytest.approx(known["chi2"], abs=1e-8)
        assert found.p == pytest.approx(known["p"], abs=1e-8)
        assert found.odds == pytest.approx(known["alphaMH"], abs=1e-8)
        assert found.delta == pytest.approx(known["deltaMH"], abs=1e-8)
    assert len(wanted) == 24


def test_one_layer_by_hand() -> None:
    """
    20 of 30 right against 10 of 30: odds of 4; of one layer the error is Woolf's.
    """
    found = mantel_haenszel([Layer(20, 10, 10, 20)])

    assert found is not None
    assert found.odds == pytest.approx(4)
    assert found.delta == pytest.approx(-2.35 * math.log(4))
    assert found.error == pytest.approx(2.35 * math.sqrt(1 / 20 + 1 / 10 + 1 / 10 + 1 / 20))
    assert found.chi == pytest.approx((5 - 0.5) ** 2 / (30 * 30 * 30 * 30 / (60**2 * 59)))
    assert found.p == pytest.approx(math.erfc(math.sqrt(found.chi / 2)))


@pytest.mark.parametrize(
    ("counts", "level"),
    [
        (Layer(50, 50, 50, 50), "A"),
        (Layer(600, 400, 500, 500), "A"),  # told from nothing, yet small
        (Layer(6, 4, 4, 6), "A"),  # large, yet not told from nothing
        (Layer(120, 80, 90, 110), "B"),  # 1.4
        (Layer(70, 30, 50, 50), "B"),  # 2.0, yet not told from 1
        (Layer(700, 300, 500, 500), "C"),
        (Layer(500, 500, 700, 300), "C"),
    ],
)
def test_classes_are_those_of_ets(counts: Layer, level: str) -> None:
    """
    Negligible, to look at, to keep off papers; whichever group it favours.
    """
    found = mantel_haenszel([counts])

    assert found is not None
    assert found.level == level


@given(LAYERS)
def test_groups_may_change_places(matched: list[Layer]) -> None:
    """
    Delta turns round, everything else stays.
    """
    turned = [Layer(one.focal_right, one.focal_wrong, one.reference_right, one.reference_wrong) for one in matched]
    found, other = mantel_haenszel(matched), mantel_haenszel(turned)

    assert (found is None) == (other is None)
    if found and other:
        assert found.delta == pytest.approx(-other.delta, abs=1e-9)
        assert found.error == pytest.approx(other.error)
        assert (found.chi, found.level) == (pytest.approx(other.chi, abs=1e-9), other.level)


def test_ability_is_no_difference() -> None:
    """
    A group that is weaker on all questions is treated alike; a question harder for it by a logit is found, the right way.
    """
    luck = np.random.default_rng(9)
    focal = np.arange(2_000) % 2 == 1
    abilities = luck.normal(0, 1, 2_000) - focal
    b = np.tile(np.linspace(-1.5, 1.5, 20), (2_000, 1))
    b[focal, 10] += 1.0
    right = (luck.random(b.shape) < 1 / (1 + np.exp(b - abilities[:, None]))) * 1
    totals = right.sum(axis=1).tolist()
    found = [mantel_haenszel(layers(right[:, n].tolist(), focal.tolist(), totals)) for n in range(20)]

    assert found[10] is not None
    assert found[10].delta < -1.5
    assert found[10].level == "C"
    assert [one.level for n, one in enumerate(found) if one and n != 10].count("A") == 19


def test_where_nothing_can_be_compared_there_is_nothing() -> None:
    """
    A group that was always right, one alone in each layer, nobody.
    """
    assert mantel_haenszel([Layer(10, 0, 5, 5)]) is None
    assert mantel_haenszel([Layer(1, 0, 0, 0), Layer(0, 0, 0, 1)]) is None
    assert mantel_haenszel([]) is None


def test_persons_are_sorted_by_totals() -> None:
    """
    Each into the layer of the total; other answers are refused; a difference is kept as a record.
    """
    found = layers([1, 0, 1, 0], [False, False, True, True], [3, 3, 3, 2])

    assert found == [Layer(1, 1, 1, 0), Layer(0, 0, 0, 1)]
    with pytest.raises(ValueError, match="0 or 1"):
        layers([2], [False], [1])
    difference = mantel_haenszel([Layer(20, 10, 10, 20)])
    assert difference is not None
    assert Difference.from_record(json.loads(json.dumps(difference.to_record()))).to_record() == difference.to_record()
