"""Difficulties: what answers say, drawn towards the label."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.difficulty import LABELS, WEIGHT, Difficulty, difficulties_of, estimated, expected, measured
from tests.question_bank import known_bank as bank


@pytest.mark.parametrize(("label", "share"), [("easy", 0.8), ("medium", 0.65), ("hard", 0.45), ("", 0.65)])
def test_without_answers_the_label_speaks(label: str, share: float) -> None:
    """
    And is not taken for a measurement.
    """
    found = expected(label)

    assert found.p == share
    assert not found.calibrated
    assert not found.tells
    assert found.b_error > 0.9


TABLE = [
    # right, answers, label, p = (right + 5 prior) / (n + 5)
    (5, 10, "easy", 9 / 15),
    (0, 10, "hard", 2.25 / 15),
    (10, 10, "easy", 14 / 15),
    (7.5, 10, "medium", 10.75 / 15),
    (650, 1000, "medium", 0.65),
]


@pytest.mark.parametrize(("right", "answers", "label", "p"), TABLE)
def test_answers_draw_away_from_the_label(right: float, answers: int, label: str, p: float) -> None:
    """
    The posterior mean of the beta-binomial; its SD; the Rasch difficulty by the normal approximation.
    """
    found, flat = estimated(right, answers, label=label), math.sqrt(1 + 1 / 2.89)

    assert found.p == pytest.approx(p, abs=1e-6)
    assert found.p_error == pytest.approx(math.sqrt(p * (1 - p) / (answers + WEIGHT + 1)), abs=1e-6)
    assert found.b == pytest.approx(flat * math.log((1 - p) / p), abs=1e-5)
    assert found.b_error == pytest.approx(flat * found.p_error / (p * (1 - p)), abs=1e-5)


def test_enough_answers_are_a_measurement() -> None:
    """
    From thirty; from eight they tell more than the label.
    """
    assert [estimated(4, n).tells for n in (7, 8)] == [False, True]
    assert [estimated(4, n).calibrated for n in (29, 30)] == [False, True]


@given(st.integers(0, 400), st.integers(0, 400), st.sampled_from([*LABELS, "", "odd"]))
def test_every_difficulty_is_finite_and_kept(right: int, wrong: int, label: str) -> None:
    """
    Also when all or none were right; more right answers never make a version harder.
    """
    found = estimated(right, right + wrong, label=label)

    assert 0 < found.p < 1
    assert -6 <= found.b <= 6
    assert Difficulty.from_record(json.loads(json.dumps(found.to_record()))) == found
    assert estimated(right + 1, right + 1 + wrong, label=label).b <= found.b


@pytest.mark.parametrize(("right", "answers"), [(-1, 3), (4, 3), (math.nan, 3)])
def test_impossible_counts_are_refused(right: float, answers: int) -> None:
    """
    Rather than turned into a difficulty.
    """
    with pytest.raises(ValueError, match="answers"):
        estimated(right, answers)


def test_a_calibration_elsewhere_is_taken_as_it_is() -> None:
    """
    Its share of right answers is that of a group with abilities around zero.
    """
    found = measured(0.7, 0.2, answers=40)

    assert (found.b, found.b_error, found.answers, found.calibrated) == (0.7, 0.2, 40, True)
    assert estimated(found.p * 10**6, 10**6).b == pytest.approx(0.7, abs=1e-3)


@pytest.mark.parametrize(("mean", "sd"), [(0.8, 1.0), (-0.5, 1.6), (0.0, 0.4), (1.2, 2.0)])
def test_a_calibration_among_others_keeps_its_share(mean: float, sd: float) -> None:
    """
    The expected share is that of a normal group of that mean and SD, whichever scale it is told on; its error is that of
    the share.
    """
    luck = np.random.default_rng(3)
    abilities = luck.normal(mean, sd, 400_000)
    found, above = (measured(b, 0.1, answers=400, mean=mean, sd=sd) for b in (0.5, 0.6))
    share = (1 / (1 + np.exp(0.5 - abilities))).mean()

    assert found.p == pytest.approx(share, abs=0.012)
    assert estimated(found.p * 10**6, 10**6).b == pytest.approx(found.b, abs=1e-3)
    assert found.p_error == pytest.approx(found.p - above.p, rel=0.1)
    assert above.b - found.b == pytest.approx(found.b_error, abs=1e-6)


def test_what_is_not_known_is_as_its_label_says() -> None:
    """
    Version by version.
    """
    held, known = bank.pool(), {1: measured(2.5, 0.1, answers=99)}
    found = difficulties_of(held, known)

    assert found[1].b == 2.5
    assert all(found[key] == expected(version.difficulty) for key, version in held.versions.items() if key != 1)


def test_estimates_are_near_the_truth() -> None:
    """
    After 1,000 simulated candidates: RMSE below .32 logits, as the errors say, correlation above .95.
    """
    truth, found = bank.truth(), bank.learnt(1000)
    pairs = [(truth[key], found[key].b) for key in truth]
    squares = sum((b - a) ** 2 for a, b in pairs) / len(pairs)
    mean_a, mean_b = sum(a for a, _ in pairs) / 600, sum(b for _, b in pairs) / 600
    both = sum((a - mean_a) * (b - mean_b) for a, b in pairs)
    spread = math.sqrt(sum((a - mean_a) ** 2 for a, _ in pairs) * sum((b - mean_b) ** 2 for _, b in pairs))
    stated = math.sqrt(sum(one.b_error**2 for one in found.values()) / 600)

    assert math.sqrt(squares) < 0.32
    assert math.sqrt(squares) == pytest.approx(stated, rel=0.15)
    assert both / spread > 0.95
