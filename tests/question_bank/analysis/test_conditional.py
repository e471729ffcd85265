"""Conditional difficulties against published ones, by hand, and against all patterns counted out."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis.conditional import conditional, symmetric
from tests.question_bank.analysis.reference import figures, rows


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["LSAT6", "SLF", "Abortion", "verbal"])
def test_fits_of_another_program_are_reproduced(name: str) -> None:
    """
    Difficulties and conditional likelihood of four data sets of 4 to 24 questions.
    """
    wanted = figures(f"psychometrics/{name}.expected.json")["irt"]["rasch_cml_eRm"]
    table = [row[: len(wanted["difficulty"])] for row in rows(f"psychometrics/{name}.csv")]
    found = conditional(table)

    assert found.difficulties == pytest.approx(wanted["difficulty"], abs=5e-5)
    assert found.log_likelihood == pytest.approx(wanted["cond_loglik"], abs=1e-6)


def test_two_questions_by_hand() -> None:
    """
    Only those with one right tell: the difference is the log of their ratio, its variance the sum of the inverse counts.
    """
    found = conditional([[1, 0]] * 30 + [[0, 1]] * 10 + [[1, 1]] * 5 + [[0, 0]] * 7)

    assert found.difficulties == pytest.approx((-math.log(3) / 2, math.log(3) / 2))
    assert found.errors == pytest.approx([math.sqrt(1 / 30 + 1 / 10) / 2] * 2)
    assert found.log_likelihood == pytest.approx(30 * math.log(0.75) + 10 * math.log(0.25))


@given(st.lists(st.floats(0.05, 20), min_size=1, max_size=7))
def test_symmetric_functions_are_sums_of_products(easiness: list[float]) -> None:
    """
    Counted out over all choices.
    """
    wanted = [
        math.fsum(math.prod(choice) for choice in itertools.combinations(easiness, order))
        for order in range(len(easiness) + 1)
    ]

    assert symmetric(np.array(easiness)) == pytest.approx(wanted)


def test_the_fit_is_the_top_and_its_errors_its_bend() -> None:
    """
    Any two difficulties moved apart are less likely; the information is the second difference of the likelihood.
    """
    luck = np.random.default_rng(1)
    table = (luck.random((300, 4)) < 1 / (1 + np.exp(np.array([-1.0, 0.0, 0.5, 0.5]) - luck.normal(size=(300, 1))))) * 1
    found = conditional(table.tolist())
    basis = np.linalg.qr(np.column_stack([np.ones(4), np.eye(4)[:, :3]]))[0][:, 1:]

    def height(move: np.ndarray) -> float:
        easiness = np.exp(-(np.array(found.difficulties) + basis @ move))
        totals = table.sum(axis=1)
        return float((np.log(easiness) * table).sum() - np.log(symmetric(easiness)[totals]).sum())

    step, eye = 1e-3, np.eye(3)
    bend = [[sum(s * t * height(step * (s * a + t * b)) for s in (1, -1) for t in (1, -1)) for b in eye] for a in eye]
    spread = basis @ np.linalg.inv(-np.array(bend) / (4 * step**2)) @ basis.T

    assert height(np.zeros(3)) == pytest.approx(found.log_likelihood)
    assert all(height(0.05 * sign * one) < found.log_likelihood for one in eye for sign in (1, -1))
    assert found.errors == pytest.approx(np.sqrt(np.diag(spread)), rel=1e-3)


def test_many_questions_are_recovered() -> None:
    """
    Forty difficulties from 600 persons, whatever their abilities, with honest errors.
    """
    luck = np.random.default_rng(5)
    truth, abilities = luck.normal(0, 1, 40), luck.uniform(-1, 3, (600, 1))
    found = conditional(((luck.random((600, 40)) < 1 / (1 + np.exp(truth - abilities))) * 1).tolist())
    off = np.array(found.difficulties) - (truth - truth.mean())

    assert np.sqrt(np.mean(off**2)) < 0.15
    assert np.std(off / found.errors) == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize("table", [[[1, 2]], [[1]], [[1, 0], [1, 0]], [[1, 1], [0, 0]], [], [[1, 0], [1]]])
def test_what_tells_nothing_is_refused(table: list[list[int]]) -> None:
    """
    Marks, a single question, questions that all answered alike, nobody, a gap.
    """
    with pytest.raises(ValueError):  # noqa: PT011
        conditional(table)
