"""Decisions against candidates made up, whose true marks are known."""

import json
import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis.classical import consistency
from question_bank.analysis.decision import Decision, binomial_error, error_at, from_abilities, from_totals


def scored(share: float, marks: list[float], chance: random.Random) -> float:
    """The total of questions that are right or wrong, each right with this share."""
    return math.fsum(mark for mark in marks if chance.random() < share)


def made_up(marks: list[float], a: float, b: float, number: int, seed: int) -> list[tuple[float, float, float]]:
    """True share and two totals of candidates whose shares follow a beta distribution."""
    chance = random.Random(seed)
    shares = [chance.betavariate(a, b) for _ in range(number)]
    return [(share, scored(share, marks, chance), scored(share, marks, chance)) for share in shares]


def correlation(pairs: list[tuple[float, float]]) -> float:
    """Of two papers alike: their reliability."""
    n = len(pairs)
    x, y = (math.fsum(pair[k] for pair in pairs) / n for k in (0, 1))
    xy = math.fsum((a - x) * (b - y) for a, b in pairs)
    return xy / math.sqrt(math.fsum((a - x) ** 2 for a, _ in pairs) * math.fsum((b - y) ** 2 for _, b in pairs))


@pytest.mark.parametrize(
    ("marks", "a", "b", "cut", "step"),
    [
        ([1.0] * 50, 6, 4, 30, 1),
        ([2.0] * 40, 10, 4, 48, 2),
        ([1.0] * 20, 2, 1, 12, 1),
        ([1.0] * 30 + [2.0] * 20 + [5.0] * 6, 6, 4, 60, 1),
    ],
)
def test_the_report_says_what_happens(marks: list[float], a: float, b: float, cut: float, step: float) -> None:
    """
    Six thousand candidates with known true marks who sit two papers alike: shares within .01 (A20), also where the
    marks of the questions differ.
    """
    maximum, number = sum(marks), 6000
    people = made_up(marks, a, b, number, seed=5)
    relation = correlation([(x, y) for _, x, y in people])
    found = from_totals([x for _, x, _ in people], maximum=maximum, cut=cut, reliability=relation, step=step)
    deserved = [share * maximum >= cut for share, _, _ in people]
    passed = [x >= cut for _, x, _ in people]
    again = [y >= cut for _, _, y in people]

    false_pass = sum(p and not d for p, d in zip(passed, deserved, strict=True)) / number
    false_fail = sum(d and not p for p, d in zip(passed, deserved, strict=True)) / number
    assert found.false_pass == pytest.approx(false_pass, abs=0.01)
    assert found.false_fail == pytest.approx(false_fail, abs=0.01)
    assert found.accuracy == pytest.approx(1 - false_pass - false_fail, abs=0.01)
    assert found.consistency == pytest.approx(
        sum(p == q for p, q in zip(passed, again, strict=True)) / number, abs=0.01
    )
    near = [x - share * maximum for share, x, _ in people if abs(share * maximum - cut) < maximum / 25]
    assert found.csem_at_cut == pytest.approx(math.sqrt(math.fsum(e * e for e in near) / len(near)), rel=0.08)
    assert found.candidates == number


def test_questions_that_differ_in_difficulty() -> None:
    """
    Rasch papers of forty questions and Cronbach's alpha: no beta-binomial, and still within .015.
    """
    chance = random.Random(8)
    hard = [chance.gauss(-0.6, 1) for _ in range(40)]
    rows, deserved = [], []
    for _ in range(4000):
        ability = chance.gauss(0, 1)
        rights = [1 / (1 + math.exp(b - ability)) for b in hard]
        deserved.append(math.fsum(rights) >= 24)
        rows.append([float(chance.random() < right) for right in rights])
    totals = [sum(row) for row in rows]
    found = from_totals(totals, maximum=40, cut=24, reliability=consistency(rows) or 0)

    right = sum((total >= 24) == d for total, d in zip(totals, deserved, strict=True)) / len(totals)
    assert found.accuracy == pytest.approx(right, abs=0.015)


def test_lords_error_worked_out_by_hand() -> None:
    """
    30 of 50: sqrt(30 * 20 / 49); twice the marks, twice the error; at either end none.
    """
    assert binomial_error(30, [1.0] * 50) == pytest.approx(math.sqrt(600 / 49))
    assert binomial_error(60, [2.0] * 50) == pytest.approx(2 * math.sqrt(600 / 49))
    assert binomial_error(3, [1.0, 2.0, 3.0]) == pytest.approx(math.sqrt(14 / 4 * 3 / 2))
    assert binomial_error(0, [1.0, 2.0]) == binomial_error(3, [1.0, 2.0]) == 0


TOTALS = st.lists(st.integers(1, 39), min_size=3, max_size=40).filter(lambda totals: len(set(totals)) > 1)


@given(TOTALS, st.floats(0.05, 0.95))
def test_errors_are_those_of_the_reliability(totals: list[int], reliability: float) -> None:
    """
    Their mean square over the candidates is sd^2 (1 - reliability); with the reliability of KR-21 they are Lord's.
    """
    n, mean = len(totals), math.fsum(totals) / len(totals)
    spread = math.fsum((total - mean) ** 2 for total in totals) / n
    squares = [error_at(total, totals, 40, reliability) ** 2 for total in totals]
    kr21 = 40 / 39 * (1 - mean * (40 - mean) / (40 * spread))

    assert math.fsum(squares) / n == pytest.approx(spread * (1 - reliability))
    if 0 < kr21 < 1:
        assert error_at(20, totals, 40, kr21) == pytest.approx(binomial_error(20, [1.0] * 40))
        assert from_totals(totals, maximum=40, cut=20, reliability=kr21).length == 40


@given(TOTALS, st.floats(0.05, 0.95), st.integers(1, 40))
def test_shares_are_shares(totals: list[int], reliability: float, cut: int) -> None:
    """
    Whatever the totals: nothing below 0 or above 1, and the record holds everything.
    """
    found = from_totals(totals, maximum=40, cut=cut, reliability=reliability)

    assert 0 <= found.false_pass <= 1
    assert 0 <= found.false_fail <= 1
    assert -1e-9 <= found.accuracy <= 1 + 1e-9
    assert 0.5 - 1e-6 <= found.consistency <= 1 + 1e-9
    assert found.within_one_sem == sum(abs(total - cut) <= found.csem_at_cut for total in totals)
    stored = json.loads(json.dumps(found.to_record()))
    assert Decision.from_record(stored).to_record() == stored


def test_abilities_that_are_known_to_their_error() -> None:
    """
    Six thousand candidates drawn about their estimates: how many are on the wrong side is what is said (Rudner).
    """
    chance = random.Random(4)
    estimates = [(chance.gauss(0, 1), chance.uniform(0.2, 0.5)) for _ in range(6000)]
    truths = [chance.gauss(ability, error) for ability, error in estimates]
    found = from_abilities(estimates, cut=0.3, csem_at_cut=0.3)

    pairs = [(estimate >= 0.3, truth >= 0.3) for (estimate, _), truth in zip(estimates, truths, strict=True)]
    assert found.false_pass == pytest.approx(sum(p and not d for p, d in pairs) / 6000, abs=0.01)
    assert found.false_fail == pytest.approx(sum(d and not p for p, d in pairs) / 6000, abs=0.01)
    assert found.accuracy == pytest.approx(sum(p == d for p, d in pairs) / 6000, abs=0.01)
    assert found.accuracy > found.consistency > 0.5
    assert found.within_one_sem == sum(abs(estimate - 0.3) <= 0.3 for estimate, _ in estimates)


@pytest.mark.parametrize(
    "refused",
    [
        lambda: from_totals([], maximum=10, cut=6, reliability=0.8),
        lambda: from_totals([5, 5], maximum=10, cut=6, reliability=0.8),
        lambda: from_totals([5, 11], maximum=10, cut=6, reliability=0.8),
        lambda: from_totals([0, 10], maximum=10, cut=6, reliability=0.8),
        lambda: from_totals([5, 7], maximum=10, cut=6, reliability=1.0),
        lambda: from_totals([5, 7], maximum=10, cut=0, reliability=0.5),
        lambda: error_at(11, [5, 7], 10, 0.5),
        lambda: binomial_error(3, [1.0]),
        lambda: binomial_error(3, [1.0, 1.0]),
        lambda: from_abilities([], cut=0, csem_at_cut=0.3),
        lambda: from_abilities([(0.0, 0.0)], cut=0, csem_at_cut=0.3),
    ],
)
def test_what_says_nothing_is_refused(refused: Any) -> None:
    """
    Nobody, nobody who differs, totals out of range.
    """
    with pytest.raises(ValueError, match=r"\w"):
        refused()


def test_a_record_of_another_format_is_refused() -> None:
    """
    Rather than read wrongly.
    """
    with pytest.raises(KeyError):
        Decision.from_record({"f": 2})
