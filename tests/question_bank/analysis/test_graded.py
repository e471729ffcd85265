"""Graded responses against a published fit, and where they are right or wrong only, against the fit of those."""

import json
from collections.abc import Sequence

import numpy as np
import pytest

from question_bank.analysis.calibration import calibrate
from question_bank.analysis.fitting import Settings
from question_bank.analysis.graded import Graded, fit_graded
from tests.question_bank.analysis.reference import answers_of, figures, gauss_hermite, rows


def drawn(items: Sequence[Graded], persons: int, seed: int) -> list[list[int]]:
    """Categories of simulated persons."""
    luck = np.random.default_rng(seed)
    return [
        [int(luck.choice(len(item.thresholds) + 1, p=item.chances(theta))) for item in items]
        for theta in luck.normal(size=persons)
    ]


@pytest.mark.corpora
def test_attitudes_to_science_are_reproduced() -> None:
    """
    Four questions of four categories: thresholds, slopes and likelihood of another program, on its nodes.
    """
    wanted = figures("psychometrics/Science.expected.json")["grm"]
    found = fit_graded([[one - 1 for one in row] for row in rows("psychometrics/Science.csv")], gauss_hermite())
    # printed column by column: the three thresholds, then the slopes
    columns = np.array(wanted["coef"]).reshape(4, 4)

    assert found.converged
    assert found.log_likelihood == pytest.approx(wanted["loglik"], abs=1e-4)
    assert [item.a for item in found.items] == pytest.approx(columns[3], abs=2e-3)
    for item, thresholds in zip(found.items, columns[:3].T, strict=True):
        assert item.thresholds == pytest.approx(thresholds, abs=2e-3)


def test_right_or_wrong_is_the_two_parameter_model() -> None:
    """
    Two categories: the same fit as the calibration's.
    """
    table = drawn([Graded(1.2, (-0.5,)), Graded(0.8, (0.0,)), Graded(1.5, (0.7,)), Graded(1.0, (1.0,))], 400, 1)
    found, wanted = fit_graded(table), calibrate(answers_of(table), Settings("2pl", b_sd=None))

    assert found.log_likelihood == pytest.approx(wanted.log_likelihood, abs=1e-4)
    assert [item.a for item in found.items] == pytest.approx([item.a for item in wanted.items], abs=0.01)
    assert [item.thresholds[0] for item in found.items] == pytest.approx([item.b for item in wanted.items], abs=0.01)


def test_the_truth_is_recovered_with_gaps() -> None:
    """
    Questions of three to five categories; a third of the answers missing.
    """
    truth = [Graded(1.5, (-1.0, 0.5)), Graded(1.0, (-1.5, 0.0, 1.5)), Graded(2.0, (-1.0, -0.2, 0.6, 1.2))] * 2
    table, luck = drawn(truth, 2_000, 2), np.random.default_rng(3)
    found = fit_graded([[-1 if luck.random() < 0.33 else one for one in row] for row in table])
    for item, known in zip(found.items, truth, strict=True):
        assert item.a == pytest.approx(known.a, rel=0.2)
        assert item.thresholds == pytest.approx(known.thresholds, abs=0.2)


def test_chances_are_shares() -> None:
    """
    By hand at a threshold: half above it; they sum to 1; a record brings them back.
    """
    item = Graded(1.0, (0.0, np.log(3)))

    assert item.chances(0.0) == pytest.approx((0.5, 0.25, 0.25))
    assert sum(item.chances(1.3)) == pytest.approx(1)
    assert Graded.from_record(json.loads(json.dumps(Graded(1.0, (0.0, 0.5)).to_record()))) == Graded(1.0, (0.0, 0.5))


@pytest.mark.parametrize("table", [[], [[0, -2]], [[0, 0], [0, 1]], [[0], [2]], [[0, 1], [1]]])
def test_categories_that_make_no_sense_are_refused(table: list[list[int]]) -> None:
    """
    None, below -1, a question with one category only, an empty one in between, a gap.
    """
    with pytest.raises(ValueError):  # noqa: PT011
        fit_graded(table)
