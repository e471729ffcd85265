"""Pass marks by three methods, worked out by hand and against panels made up."""

import json
import random
from datetime import date
from statistics import median, stdev
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.cut_scores import (
    ANGOFF,
    Bounds,
    Standard,
    Worksheet,
    angoff,
    borderline,
    failing,
    hofstee,
)

SHEET = Worksheet(
    judges=(7, 8),
    marks=(1.0, 2.0, 4.0),
    rounds=(((0.2, 0.4, 0.9), (0.6, 0.6, 0.5)), ((0.4, 0.5, 0.8), (0.6, 0.5, 0.6))),
)


def test_angoff_worked_out_by_hand() -> None:
    """
    Second round: judges' pass marks .4 + 1 + 3.2 = 4.6 and .6 + 1 + 2.4 = 4, so 4.3 with an error of .6 / 2.
    """
    before, after = angoff(SHEET, (0.3, 0.5, 0.9))

    assert after.questions == pytest.approx((0.5, 0.5, 0.7))
    assert [judge.cut for judge in after.judges] == pytest.approx([4.6, 4.0])
    assert after.cut == pytest.approx(4.3)
    assert after.error == pytest.approx(0.3)
    assert before.cut == pytest.approx((4.6 + 3.8) / 2)
    assert [judge.person for judge in after.judges] == [7, 8]
    assert after.judges[0].mean == pytest.approx(1.7 / 3)
    assert after.judges[0].sd == pytest.approx(stdev([0.4, 0.5, 0.8]))
    assert after.judges[0].agreement is not None
    assert after.judges[0].agreement > 0.9
    assert before.judges[1].agreement is not None
    assert before.judges[1].agreement < 0


def test_angoff_without_facilities_or_with_a_single_judge() -> None:
    """
    Then neither agreement nor error can be told.
    """
    assert angoff(SHEET, (0.3, None, 0.9))[0].judges[0].agreement is None
    assert angoff(SHEET)[1].judges[0].agreement is None
    assert angoff(Worksheet((7,), (1.0,), (((0.5,),),)))[0].error is None


def test_the_error_of_angoff_is_that_of_drawing_judges() -> None:
    """
    Four hundred panels of six: the spread of their pass marks is what the error says on average.
    """
    chance = random.Random(2)
    cuts, errors = [], []
    for _ in range(400):
        rows = tuple(
            tuple(min(1.0, max(0.0, 0.6 + lean + chance.gauss(0, 0.05))) for _ in range(20))
            for lean in [chance.gauss(0, 0.08) for _ in range(6)]
        )
        found = angoff(Worksheet(tuple(range(6)), (1.0,) * 20, (rows,)))[0]
        cuts.append(found.cut)
        errors.append(found.error or 0)

    assert sum(errors) / 400 == pytest.approx(stdev(cuts), rel=0.12)


def test_hofstee_worked_out_by_hand() -> None:
    """
    Ten totals 50, 52 .. 68; pass marks 55 to 65 and 10 to 50 of 100 failing: at 58 the line is at .38 and .4 fail, from
    just above 56 on; the line is at .4 at 57.5.
    """
    totals = [50.0 + 2 * n for n in range(10)]
    found = hofstee(totals, [Bounds(54, 64, 0.05, 0.45), Bounds(56, 66, 0.15, 0.55)])

    assert found.meets == "line"
    assert found.cut == pytest.approx(57.5)
    assert found.failing == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("totals", "cut", "failing_share", "meets"),
    [
        ([40.0] * 9 + [70.0], 55.0, 0.9, "most"),
        ([70.0] * 20, 65.0, 0.0, "least"),
        # everybody has 60: nobody fails at 60, everybody above it
        ([60.0] * 20, 60.0, 0.0, "line"),
        ([40.0] * 3 + [80.0] * 7, 60.0, 0.3, "line"),
    ],
)
def test_hofstee_says_where_it_misses(totals: list[float], cut: float, failing_share: float, meets: str) -> None:
    """
    Too many fail at the lowest pass mark, too few at the highest, a step of the curve, a flat part of it.
    """
    found = hofstee(totals, [Bounds(55, 65, 0.1, 0.5)])

    assert (found.cut, found.failing, found.meets) == (pytest.approx(cut), failing_share, meets)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=40), st.integers(30, 60), st.integers(1, 30))
def test_hofstee_keeps_within_the_bounds(totals: list[int], low: int, width: int) -> None:
    """
    The pass mark always lies between the two; where the line is met so many fail as it allows, and a little higher
    at least as many as it asks for.
    """
    marks = [float(total) for total in totals]
    found = hofstee(marks, [Bounds(low, low + width, 0.1, 0.6)])
    line = 0.6 - 0.5 * (found.cut - low) / width

    assert low <= found.cut <= low + width + 1e-9
    assert found.failing == failing(marks, found.cut)
    if found.meets == "line":
        assert found.failing <= line + 1e-9
        assert failing(marks, found.cut + 1e-6) >= line - 1e-6


def test_borderline_group() -> None:
    """
    The median; with five its error is the range over 2 z, z of 1/32; fewer do not tell.
    """
    assert borderline([61, 55, 58]) == (58, None)
    found, error = borderline([50, 54, 58, 60, 70])
    assert found == 58
    assert error == pytest.approx(20 / (2 * 1.8627), abs=1e-3)


def test_the_error_of_the_median_is_its_spread() -> None:
    """
    Six hundred groups of twenty-five from a normal distribution: what the error says on average is the spread there is.
    """
    chance = random.Random(6)
    groups = [[chance.gauss(60, 8) for _ in range(25)] for _ in range(600)]
    errors = [borderline(group)[1] or 0 for group in groups]

    assert sum(errors) / 600 == pytest.approx(stdev(median(group) for group in groups), rel=0.1)


def test_what_was_judged_and_set_is_kept() -> None:
    """
    As records and back.
    """
    standard = Standard(ANGOFF, 4.3, 0.3, (7, 8), date(2026, 3, 1))

    assert Worksheet.from_record(json.loads(json.dumps(SHEET.to_record()))) == SHEET
    assert Standard.from_record(json.loads(json.dumps(standard.to_record()))) == standard
    with pytest.raises(KeyError):
        Standard.from_record(standard.to_record() | {"f": 2})
    with pytest.raises(KeyError):
        Worksheet.from_record(SHEET.to_record() | {"f": 2})
    with pytest.raises(ValueError, match="no method"):
        Standard.from_record(standard.to_record() | {"method": "dice"})


@pytest.mark.parametrize(
    "refused",
    [
        lambda: Worksheet((), (1.0,), (((0.5,),),)),
        lambda: Worksheet((7,), (0.0,), (((0.5,),),)),
        lambda: Worksheet((7,), (1.0,), (((1.5,),),)),
        lambda: Worksheet((7, 8), (1.0,), (((0.5,),),)),
        lambda: angoff(SHEET, (0.5,)),
        lambda: hofstee([], [Bounds(55, 65, 0.1, 0.5)]),
        lambda: hofstee([50.0], []),
        lambda: hofstee([50.0], [Bounds(65, 55, 0.1, 0.5)]),
        lambda: hofstee([50.0], [Bounds(55, 65, 0.5, 0.5)]),
        lambda: borderline([]),
        lambda: failing([], 3.0),
    ],
)
def test_what_says_nothing_is_refused(refused: Any) -> None:
    """
    Gaps, bounds the wrong way round, nobody.
    """
    with pytest.raises(ValueError, match=r"\w"):
        refused()
