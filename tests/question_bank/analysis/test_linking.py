"""Two scales become one, and what has moved is found."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis.linking import LEAST_COMMON, Link, anchor, drifted, mean_sigma, robust_z, shift

OLD = {1: -1.5, 2: -0.5, 3: 0.0, 4: 0.7, 5: 1.3, 6: 2.0}


@given(st.floats(0.3, 3), st.floats(-3, 3))
def test_the_link_is_found(slope: float, moved: float) -> None:
    """
    A scale stretched and moved is put back; questions that only one of them knows say nothing.
    """
    new = {key: (b - moved) / slope for key, b in OLD.items()} | {9: 99.0}
    link = mean_sigma(OLD, new)

    assert (link.slope, link.shift) == pytest.approx((slope, moved))
    assert link.ability(new[4]) == pytest.approx(OLD[4])
    assert link.steepness(slope) == pytest.approx(1)
    assert Link.from_record(json.loads(json.dumps(link.to_record()))) == link


def test_values_worked_out_by_hand() -> None:
    """
    Differences 0, .1, -.1, .1, 1: quartiles 0, .1 and .1, so that the last stands .9 / .074 away.
    """
    old = {1: 0.0, 2: 0.0, 3: 0.0, 4: 0.0, 5: 0.0}
    new = {1: 0.0, 2: 0.1, 3: -0.1, 4: 0.1, 5: 1.0}

    assert robust_z(old, new)[5] == pytest.approx(0.9 / 0.074)
    assert drifted(old, new) == {3, 5}
    assert shift(old, new).shift == pytest.approx(-0.22)


def test_what_has_moved_is_found() -> None:
    """
    Two of forty questions became easier by a logit; they are found, and few others.
    """
    luck = np.random.default_rng(4)
    old = {n: float(b) for n, b in enumerate(luck.normal(0, 1, 40))}
    new = {n: b + 0.5 + float(luck.normal(0, 0.12)) - (n < 2) for n, b in old.items()}
    found = drifted(old, new)

    assert {0, 1} <= found
    assert len(found) <= 8


def test_where_all_agree_nothing_has_moved() -> None:
    """
    Differences all the same have no spread, and none is further than the others.
    """
    assert drifted(OLD, {key: b + 0.3 for key, b in OLD.items()}) == frozenset()


def test_too_little_in_common_is_refused() -> None:
    """
    Two questions for a link with a slope, one for a shift, four for drift; and they must differ.
    """
    for wrong in (
        lambda: mean_sigma({1: 0.0}, {1: 0.0}),
        lambda: mean_sigma({1: 0.0, 2: 1.0}, {1: 0.5, 2: 0.5}),
        lambda: shift({1: 0.0}, {2: 0.0}),
        lambda: robust_z({1: 0.0, 2: 0.0, 3: 1.0}, OLD),
    ):
        with pytest.raises(ValueError, match="common"):
            wrong()


def test_a_calibration_is_anchored_by_what_has_not_moved() -> None:
    """
    Forty questions, two easier by a logit, the scale half a logit up: the shift is found without the two, and only they are
    told as moved, however many the bound of drift lets go.
    """
    luck = np.random.default_rng(4)
    old = {n: float(b) for n, b in enumerate(luck.normal(0, 1, 40))}
    new = {n: b + 0.5 + float(luck.normal(0, 0.12)) - (n < 2) for n, b in old.items()} | {99: 3.0}
    found = anchor(old, new)

    assert found is not None
    assert (found.common, found.moved) == (40, {0, 1})
    assert (found.link.slope, found.link.shift) == (1.0, pytest.approx(-0.5, abs=0.05))
    assert found.changes[0] == pytest.approx(-1, abs=0.3)
    assert max(abs(found.changes[n]) for n in range(2, 40)) < 0.5
    assert 99 not in found.changes


def test_few_common_questions_anchor_nothing() -> None:
    """
    Below the least number the new calibration has a scale of its own.
    """
    old = {n: n / 10 for n in range(LEAST_COMMON)}
    assert anchor(old, {key: b for key, b in old.items() if key} | {100: 1.0}) is None

    assert anchor(old, {key: b + 1 for key, b in old.items()}) is not None
