"""Reliability and options against published figures and against their own definitions."""

import csv
import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis.classical import consistency
from question_bank.analysis.reliability import Reliability, biserial, kr20, options, reliability

CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[4] / "shared" / "corpora"))
#: four persons, three questions, worked out by hand
SMALL = [[1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]


@pytest.fixture(scope="module")
def psychometrics() -> Path:
    """The data with figures of other packages; a test that needs them skips where they are not."""
    found = CORPORA / "psychometrics"
    if not found.is_dir():
        pytest.skip(f"no reference data at {found}")
    return found


def table(path: Path) -> list[list[str]]:
    """Rows of a CSV file without its head."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def expected(path: Path) -> Any:
    """The figures of a file."""
    return json.loads(path.read_text(encoding="utf-8"))


def near(found: object, wanted: object) -> bool:
    """Whether a figure is the published one, in all of its digits."""
    assert isinstance(found, int | float)
    assert isinstance(wanted, int | float)
    return math.isclose(found, wanted, rel_tol=1e-8, abs_tol=1e-9)


def data(folder: Path, name: str, columns: int) -> Reliability:
    """The figures of a data set."""
    return reliability([[float(cell) for cell in row[:columns]] for row in table(folder / f"{name}.csv")])


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["LSAT6", "Abortion", "SLF", "verbal"])
def test_figures_are_those_of_other_packages(psychometrics: Path, name: str) -> None:
    """
    Every figure of the block `ctt`: of the test and of each of its questions (A11).
    """
    wanted = expected(psychometrics / f"{name}.expected.json")["ctt"]
    found = data(psychometrics, name, wanted["n_items"])

    assert found.persons == wanted["n_persons"]
    assert near(found.mean, wanted["total_mean"])
    assert near(found.sd, wanted["total_sd"])
    assert near(found.sd**2, wanted["total_var_unbiased"])
    assert near(found.alpha, wanted["alpha"])
    assert near(found.standardised_alpha, wanted["std_alpha"])
    assert near(found.lambda6, wanted["guttman_l6"])
    assert near(found.sem, wanted["sem_unbiased"])
    for n, question in enumerate(found.questions):
        assert near(question.mean, wanted["item_p"][n])
        assert near(question.item_total, wanted["item_total_r"][n])
        assert near(question.item_rest, wanted["item_rest_r"][n])
        assert near(question.alpha_without, wanted["alpha_if_deleted"][n])


@pytest.mark.corpora
def test_marks_of_several_steps(psychometrics: Path) -> None:
    """
    Questions of one to four marks: alpha, means and item-rest correlations.
    """
    wanted = expected(psychometrics / "Science.expected.json")
    found = data(psychometrics, "Science", 4)

    assert near(found.alpha, wanted["alpha"])
    for n, question in enumerate(found.questions):
        assert near(question.mean, wanted["item_mean"][n])
        assert near(question.item_rest, wanted["item_rest_r"][n])


@pytest.mark.corpora
def test_questions_and_options_of_a_scored_test(psychometrics: Path) -> None:
    """
    A hundred answer sheets scored by a key: totals, questions, biserials and the tables of options.
    """
    wanted = expected(psychometrics / "CTTdata.expected.json")
    answers, key = table(psychometrics / "CTTdata_raw.csv"), wanted["key"]
    marks = [[float(given == right) for given, right in zip(row, key, strict=True)] for row in answers]
    found = reliability(marks)

    assert [sum(row) for row in marks] == wanted["score"]
    assert near(found.alpha, wanted["alpha"])
    for n, question in enumerate(found.questions):
        assert near(question.mean, wanted["item_mean"][n])
        assert near(question.item_rest, wanted["pBis"][n])
        assert near(biserial(question.item_rest or 0, question.mean), wanted["bis"][n])
        assert near(question.alpha_without, wanted["alpha_if_deleted"][n])
    for n, choices in enumerate(options(answers, key), 1):
        block = wanted["distractors"][f"i{n}"]
        assert [choice.key for choice in choices] == block["key"]
        assert [choice.chosen for choice in choices] == block["n"]
        assert [choice.key for choice in choices if choice.right] == [key[n - 1]]
        for choice, share, point, quarter in zip(choices, block["rspP"], block["pBis"], block["discrim"], strict=True):
            assert near(choice.share, share)
            assert near(choice.point_biserial, point)
            assert near(choice.discrimination, quarter)


@pytest.mark.corpora
def test_the_worked_example_of_kr20() -> None:
    """
    Ten persons and ten questions, and two classical data sets (A11).
    """
    path = CORPORA / "assessment" / "expected.json"
    if not path.is_file():
        pytest.skip(f"no reference data at {path}")
    wanted = expected(path)
    assert near(round(kr20([[float(c) for c in row] for row in wanted["kr20_wuensch"]["rows"]]) or 0, 6), 0.696347)
    for name, alpha in wanted["alpha"].items():
        marks = [
            [float(c) for c in row[:-1]] for row in table(path.parent / f"{name}.csv") for _ in range(int(row[-1]))
        ]
        assert round(reliability(marks).alpha or 0, 4) == alpha


def test_a_small_table_worked_out_by_hand() -> None:
    """
    Totals 2, 1, 3, 0: variance 5/3, those of the questions 1/4, 1/3, 1/4, so alpha is 3/2 (1 - 1/2).
    """
    found = reliability(SMALL)

    assert found.mean == 1.5
    assert found.sd == pytest.approx(math.sqrt(5 / 3))
    assert found.alpha == pytest.approx(0.75)
    assert found.sem == pytest.approx(math.sqrt(5 / 12))
    assert [question.mean for question in found.questions] == [0.75, 0.5, 0.25]


def test_one_option_worked_out_by_hand() -> None:
    """
    Four persons, two questions: A is right in the first and only the two best choose it.
    """
    first = options([["A", "C"], ["A", "D"], ["B", "D"], ["B", "D"]], ["A", "C"])[0]

    assert [(option.key, option.right, option.chosen, option.share) for option in first] == [
        ("A", True, 2, 0.5),
        ("B", False, 2, 0.5),
    ]
    assert first[0].point_biserial == pytest.approx(1 / math.sqrt(3))
    assert [option.discrimination for option in first] == [1.0, -1.0]


MARKS = st.integers(2, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([0.0, 1.0]), min_size=width, max_size=width), min_size=2, max_size=12
    )
)


@given(MARKS)
def test_alpha_without_a_question_is_alpha_of_the_others(marks: list[list[float]]) -> None:
    """
    The short cut by covariances gives what counting again without the column gives; coefficients never exceed one.
    """
    found = reliability(marks)

    assert found.alpha is None or found.alpha <= 1 + 1e-12
    assert found.lambda6 is None or found.lambda6 <= 1 + 1e-9
    for n, question in enumerate(found.questions):
        again = consistency([row[:n] + row[n + 1 :] for row in marks]) if len(marks[0]) > 2 else None
        assert (question.alpha_without is None) == (again is None)
        assert again is None or question.alpha_without == pytest.approx(again, abs=1e-9)


@given(st.floats(0.001, 0.999), st.floats(-1, 1))
def test_the_biserial_is_the_larger(share: float, point: float) -> None:
    """
    It corrects for the coarseness of right and wrong, so it is never nearer to nothing than the point-biserial.
    """
    assert abs(biserial(point, share)) >= abs(point) - 1e-300


@pytest.mark.parametrize(
    "refused",
    [
        lambda: reliability([]),
        lambda: reliability([[1.0, 0.0]]),
        lambda: reliability([[1.0], [0.0]]),
        lambda: reliability([[1.0, 0.0], [1.0]]),
        lambda: kr20([[0.5, 1.0], [0.0, 1.0]]),
        lambda: biserial(0.3, 1.0),
        lambda: options([], ["A"]),
        lambda: options([["A", "B"]], ["A"]),
    ],
)
def test_what_says_nothing_is_refused(refused: Any) -> None:
    """
    Too few, unlike rows, marks that are neither right nor wrong.
    """
    with pytest.raises(ValueError, match=r"\w"):
        refused()


def test_questions_that_do_not_vary_leave_figures_out() -> None:
    """
    Everybody right in one question: no correlations, but alpha all the same.
    """
    found = reliability([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]])

    assert (found.standardised_alpha, found.lambda6, found.questions[0].item_rest) == (None, None, None)
    assert found.alpha is not None
