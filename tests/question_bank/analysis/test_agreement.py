"""Agreement of markers against published figures and against markers made up."""

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis.agreement import Mark, crossed, drift, exact, intraclass, kappa, severities

CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[4] / "shared" / "corpora"))


@pytest.mark.corpora
def test_intraclass_correlations_are_the_published_ones() -> None:
    """
    Six targets and four judges of Shrout & Fleiss (1979), four decimals, and the intervals that packages print (A11).
    """
    path = CORPORA / "assessment" / "expected.json"
    if not path.is_file():
        pytest.skip(f"no reference data at {path}")
    wanted = json.loads(path.read_text(encoding="utf-8"))["icc_shrout_fleiss_1979"]
    found = intraclass(wanted["data"])

    assert round(found.one_way_single, 4) == wanted["ICC1"]
    assert round(found.agreement_single, 4) == wanted["ICC2"]
    assert round(found.consistency_single, 4) == wanted["ICC3"]
    assert round(found.one_way_mean, 4) == wanted["ICC1k"]
    assert round(found.agreement_mean, 4) == wanted["ICC2k"]
    assert round(found.consistency_mean, 4) == wanted["ICC3k"]
    assert found.agreement_single_interval == pytest.approx((0.0188, 0.7611), abs=5e-4)
    assert found.agreement_mean_interval == pytest.approx((0.0712, 0.9272), abs=5e-4)


def test_two_markers_worked_out_by_hand() -> None:
    """
    Scripts 1, 2, 3, the second marker a mark above: mean squares 2, 1.5 and 0, so agreement is 2 / (2 + 1) of one.
    """
    found = intraclass([[1, 2], [2, 3], [3, 4]])

    assert found.consistency_single == found.consistency_mean == 1
    assert found.agreement_single == pytest.approx(2 / 3)
    assert found.agreement_mean == pytest.approx(0.8)
    assert found.one_way_single == pytest.approx(0.6)
    assert found.one_way_mean == pytest.approx(0.75)


MARKS = st.integers(2, 4).flatmap(
    lambda markers: st.lists(st.lists(st.integers(0, 20), min_size=markers, max_size=markers), min_size=2, max_size=9)
)


@given(MARKS, st.integers(-5, 5))
def test_severity_hurts_agreement_and_not_consistency(marks: list[list[int]], more: int) -> None:
    """
    A marker who gives more to everybody: consistency stays, the order of the three kinds is always the same.
    """
    if len({sum(row) for row in marks}) < 2:
        return
    found = intraclass(marks)
    other = intraclass([[row[0] + more, *row[1:]] for row in marks])

    assert other.consistency_single == pytest.approx(found.consistency_single, abs=1e-9)
    assert -1 <= found.agreement_mean <= 1 + 1e-12
    low, high = found.agreement_single_interval
    assert min(low, high) >= -1
    assert max(low, high) <= 1 + 1e-9
    if found.agreement_single > 0:
        assert low <= found.agreement_single + 1e-9
        assert found.agreement_single <= high + 1e-9


def test_intervals_hold_the_truth() -> None:
    """
    Two hundred panels of five markers with a true agreement of one half: about 95 of 100 intervals hold it.
    """
    chance = random.Random(3)
    held = 0
    for _ in range(200):
        severity = [chance.gauss(0, 1) for _ in range(5)]
        ability = [chance.gauss(0, 2) for _ in range(30)]
        low, high = intraclass(
            [[a + s + chance.gauss(0, 3**0.5) for s in severity] for a in ability]
        ).agreement_single_interval
        held += low <= 0.5 <= high

    assert 182 <= held <= 199


@pytest.mark.parametrize(
    ("table", "power", "wanted"),
    [
        ([[20, 5], [10, 15]], 0, 0.4),
        ([[20, 5], [10, 15]], 2, 0.4),
        ([[4, 0, 0], [0, 4, 0], [0, 0, 4]], 1, 1.0),
        ([[0, 4], [4, 0]], 0, -1.0),
        # disagreement 4, by chance 112 / 12 (linear) and 144 / 12 (quadratic)
        ([[2, 2, 0], [0, 4, 0], [0, 2, 2]], 2, 2 / 3),
        ([[2, 2, 0], [0, 4, 0], [0, 2, 2]], 1, 4 / 7),
        ([[5, 0], [0, 0]], 0, None),
    ],
)
def test_kappa_worked_out_by_hand(table: list[list[int]], power: int, wanted: float | None) -> None:
    """
    The published example and small tables; nothing where chance alone would agree (A11).
    """
    found = kappa(table, power)

    assert found == (None if wanted is None else pytest.approx(wanted, abs=1e-12))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_kappa_of_two_markings_is_the_same_both_ways(pairs: list[tuple[int, int]]) -> None:
    """
    Whoever is called the first; and one only where all agree.
    """
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    table, other = crossed(first, second, 4), crossed(second, first, 4)

    assert exact(table) == exact(other) == sum(a == b for a, b in pairs) / len(pairs)
    for power in (0, 1, 2):
        found = kappa(table, power)
        assert found == (None if kappa(other, power) is None else pytest.approx(kappa(other, power)))
        assert found is None or (found == 1) == (first == second)


def test_a_severe_marker_is_found() -> None:
    """
    Marker 3 gives four marks less; the others share what that does to them; a script marked once says nothing.
    """
    marks = [Mark(s, m, 60 + s % 7 + (m + s) % 3 / 2 - 4 * (m == 3)) for s in range(30) for m in (1, 2, 3)]
    found = severities([*marks, Mark(99, 4, 10.0)])

    assert sorted(found) == [1, 2, 3]
    assert found[3].difference == pytest.approx(-4, abs=0.3)
    assert found[3].certain
    assert found[3].high is not None
    assert found[3].high < -3.5
    assert found[1].difference == pytest.approx(2, abs=0.3)
    assert found[3].scripts == 30


def test_drift_is_seen_by_day() -> None:
    """
    A marker who starts with the agreed marks and gives three more on the second day; the interval is Student's.
    """
    agreed = {1: 50.0, 2: 60.0, 3: 70.0}
    found = drift(
        [Mark(s, 7, agreed[s] + (s - 2), day=1) for s in agreed] + [Mark(s, 7, agreed[s] + 3, day=2) for s in agreed],
        agreed,
    )

    assert found[7, 1].difference == 0
    assert not found[7, 1].certain
    assert found[7, 1].high == pytest.approx(4.3027 / 3**0.5, abs=1e-4)
    assert found[7, 2].difference == 3
    assert found[7, 2].certain
    assert not drift([Mark(1, 7, 55.0)], agreed)[7, 0].certain
    with pytest.raises(KeyError):
        drift([Mark(9, 7, 1.0)], agreed)


@pytest.mark.parametrize(
    "refused",
    [
        lambda: intraclass([]),
        lambda: intraclass([[1.0, 2.0]]),
        lambda: intraclass([[1.0], [2.0]]),
        lambda: intraclass([[1.0, 2.0], [1.0]]),
        lambda: intraclass([[1.0, float("nan")], [1.0, 2.0]]),
        lambda: intraclass([[1.0, 2.0], [2.0, 1.0]]),
        lambda: kappa([]),
        lambda: kappa([[1, 2]]),
        lambda: crossed([0], [2], 2),
        lambda: crossed([0], [], 2),
        lambda: exact([[0]]),
    ],
)
def test_what_says_nothing_is_refused(refused: Any) -> None:
    """
    Gaps, single markers, tables without counts.
    """
    with pytest.raises(ValueError, match=r"\w"):
        refused()
