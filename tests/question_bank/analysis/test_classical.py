"""Classical statistics against published figures."""

import csv
import itertools
import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis.classical import consistency, correlation, positions, whole

CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[4] / "shared" / "corpora"))


@pytest.fixture(scope="module")
def folder() -> Path:
    """The reference data; a test that needs them skips where they are not."""
    found = sorted(CORPORA.glob("assessment/expected.json"))
    if not found:
        pytest.skip(f"no reference data at {CORPORA / 'assessment'}")
    return found[0].parent


@pytest.fixture(scope="module")
def expected(folder: Path) -> Any:
    """The published figures."""
    return json.loads((folder / "expected.json").read_text(encoding="utf-8"))


def table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def near(found: float | None, wanted: float | None, scale: float = 1.0) -> bool:
    """Whether a figure is the published one, to a millionth of it."""
    if wanted is None or found is None:
        return wanted is None and found is None
    return math.isclose(found * scale, wanted, rel_tol=1e-6, abs_tol=1e-6)


@pytest.mark.corpora
def test_moodles_own_positions_are_reproduced(folder: Path, expected: Any) -> None:
    """
    Facility, spread, weights, discrimination and its efficiency of twenty positions (A10).
    """
    rows = table(folder / "moodle" / "mdl_question_states.csv")
    slots = sorted({int(row["slot"]) for row in rows})
    maxima = {int(row["slot"]): float(row["maxmark"]) for row in rows}
    attempts = [
        {int(row["slot"]): float(row["mark"] or 0) for row in group}
        for _key, group in itertools.groupby(
            sorted(rows, key=lambda r: attempt(r, rows)), key=lambda r: attempt(r, rows)
        )
    ]
    marks = [[marks[slot] for slot in slots] for marks in attempts]
    found = dict(zip(slots, positions(marks, [maxima[slot] for slot in slots]), strict=True))
    wanted = expected["moodle_states22"]
    for slot, figures in found.items():
        place = slot - 1
        assert near(figures.facility, wanted["facility_pct"][place], 100)
        assert near(figures.sd, wanted["sd_x1000"][place], 1000 * maxima[slot])
        assert near(figures.effective or 0, wanted["effectiveweight"][place], 100)
        assert near(figures.discrimination, wanted["discriminationindex"][place], 100)
        assert near(figures.efficiency, wanted["discriminativeefficiency"][place], 100)
    assert len(found) > 15


def attempt(row: dict[str, str], rows: list[dict[str, str]]) -> int:
    """Which attempt a row belongs to: each has its slots in one run of ids."""
    return rows.index(row) // len({other["slot"] for other in rows})


@pytest.mark.corpora
def test_moodles_own_quiz_is_reproduced(folder: Path, expected: Any) -> None:
    """
    Mean, median, spread, shape, consistency and error of twenty-five attempts (A10).
    """
    rows = table(folder / "moodle" / "results00.csv")
    names = [name for name in rows[0] if name.startswith("slots.")]
    found = whole([[float(row[name]) for name in names] for row in rows])
    wanted = expected["moodle_quiz00"]

    assert found is not None
    assert near(found.median, wanted["median"])
    assert near(found.mean, wanted["avg"])
    assert near(found.sd, wanted["standarddeviation"])
    assert near(found.skewness, wanted["skewness"])
    assert near(found.kurtosis, wanted["kurtosis"])
    assert near(found.consistency, wanted["cic"], 100)
    assert near(found.error_ratio, wanted["errorratio"], 100)
    assert near(found.standard_error, wanted["standarderror"])


@pytest.mark.corpora
def test_moodles_positions_of_that_quiz_are_reproduced(folder: Path) -> None:
    """
    Those that stand in the table of its own test for whole positions (A10).
    """
    rows = table(folder / "moodle" / "results00.csv")
    names = [name for name in rows[0] if name.startswith("slots.")]
    found = positions([[float(row[name]) for name in names] for row in rows], [1.0] * len(names))
    for row in table(folder / "moodle" / "qstats00.csv"):
        if row["subqname"] or row["variant"]:
            continue
        figures = found[int(row["slot"]) - 1]
        assert near(figures.facility, float(row["facility"]))
        assert near(figures.sd, float(row["sd"]))
        assert near(figures.discrimination, float(row["discriminationindex"]), 100)
        assert near(figures.efficiency, float(row["discriminativeefficiency"]), 100)
        if "NULL" not in row["effectiveweight"]:
            assert near(figures.effective or 0, float(row["effectiveweight"]), 100)


@pytest.mark.corpora
def test_consistency_is_the_published_one(folder: Path, expected: Any) -> None:
    """
    KR-20 of a worked example, and alpha of two classical data sets (A11).
    """
    sample = [[float(mark) for mark in row] for row in expected["kr20_wuensch"]["rows"]]

    assert near(consistency(sample), expected["kr20_wuensch"]["kr20"])
    for name, alpha in expected["alpha"].items():
        patterns = [[float(cell) for cell in row.values()] for row in table(folder / f"{name}.csv")]
        marks = [row[:-1] for row in patterns for _ in range(int(row[-1]))]
        assert len(marks) == 1000
        assert abs((consistency(marks) or 0) - alpha) < 5e-5


MARKS = st.lists(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=3, max_size=3), min_size=0, max_size=12)


@given(MARKS)
def test_figures_stay_in_their_bounds_or_are_not_there(marks: list[list[float]]) -> None:
    """
    Whatever the marks: shares lie in [0, 1], correlations in [-1, 1]; nobody and everybody the same give no figure.
    """
    for figures in positions(marks, [1.0, 1.0, 1.0]):
        assert figures.facility is None or 0 <= figures.facility <= 1
        assert figures.discrimination is None or -1.000001 <= figures.discrimination <= 1.000001
        assert figures.efficiency is None or figures.efficiency <= 1.000001
    found = whole(marks)
    assert (found is None) == (not marks)


def test_a_figure_that_cannot_be_had_is_none() -> None:
    """
    Everybody right: nothing varies, so nothing discriminates.
    """
    assert correlation([1.0, 1.0], [0.0, 1.0]) is None
    assert positions([[1.0, 0.0], [1.0, 1.0]], [1.0, 1.0])[0].discrimination is None
    assert whole([[1.0, 1.0]]) is not None
    assert consistency([[1.0, 1.0]]) is None
