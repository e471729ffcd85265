"""Evidence of copying against halls made up, in which it is known who copied."""

import itertools
import math
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis.forensics import LISTED, Resemblance, adjusted, compared, modelled
from question_bank.analysis.nominal import chances

QUESTIONS, OPTIONS, ROW = 50, "ABCD", 20
KEY = ["A"] * QUESTIONS


def neighbours(candidates: int) -> list[tuple[int, int]]:
    """Both ways: who sits beside, before, behind or across whom in rows of twenty."""
    seats = [(n // ROW, n % ROW) for n in range(candidates)]
    return [
        (n, m)
        for n, (row, seat) in enumerate(seats)
        for m in range(max(0, n - ROW - 1), min(candidates, n + ROW + 2))
        if n != m and abs(seats[m][0] - row) <= 1 and abs(seats[m][1] - seat) <= 1
    ]


def hall(seed: int, *, candidates: int = 300, copiers: int = 15) -> tuple[list[list[str]], set[tuple[int, int]]]:
    """Answers by a nominal model and the pairs in which the first has 60 of 100 answers from the neighbour."""
    dice = np.random.default_rng(seed)
    slope = np.concatenate([dice.lognormal(0, 0.3, (QUESTIONS, 1)), dice.normal(0, 0.3, (QUESTIONS, 3))], axis=1)
    level = np.concatenate([dice.normal(0.9, 1, (QUESTIONS, 1)), dice.normal(0, 0.8, (QUESTIONS, 3))], axis=1)
    power = np.exp(dice.normal(size=(candidates, 1, 1)) * slope + level)
    reached = (power / power.sum(axis=2, keepdims=True)).cumsum(axis=2)
    given = np.minimum((dice.random((candidates, QUESTIONS, 1)) > reached).sum(axis=2), 3)
    planted: set[tuple[int, int]] = set()
    for place in range(copiers):
        first = place * (candidates // copiers) + int(dice.integers(0, ROW - 1))
        copied = dice.permutation(QUESTIONS)[: QUESTIONS * 6 // 10]
        given[first, copied] = given[first + 1, copied]
        planted.add((first, first + 1))
    return [[OPTIONS[code] for code in row] for row in given], planted


def test_planted_copiers_are_listed_and_hardly_anybody_else() -> None:
    """
    Fifteen of three hundred, neighbours only, five halls: 65 of 100 at least, one false pair per 1,000 at most (A16).
    """
    found, false, null = 0, 0, 0
    for seed in range(5):
        answers, planted = hall(seed)
        pairs = compared(modelled(answers, KEY), neighbours(300))
        listed = {(pair.first, pair.second) for pair in pairs if pair.listed}
        found += len(listed & planted)
        false += len(listed - planted)
        null += len(pairs) - len(planted)

    assert found >= 0.65 * 15 * 5
    assert false <= null / 1000


def test_halls_without_copiers_are_quiet() -> None:
    """
    Chances are no smaller than they claim, for M4 and for omega; and nobody, or nearly, is listed.
    """
    pairs = [
        pair for seed in (11, 12, 13) for pair in compared(modelled(hall(seed, copiers=0)[0], KEY), neighbours(300))
    ]
    omega = [z for pair in pairs for z in pair.omega]

    for level in (0.05, 0.01):
        assert fmean(pair.m4_p <= level for pair in pairs) <= level
        assert fmean(p <= level for pair in pairs for p in pair.omega_p) <= level * 1.2
    assert abs(fmean(omega)) < 0.1
    assert sum(pair.listed for pair in pairs) <= 1


def test_a_pair_says_where_it_agrees() -> None:
    """
    Counts and places are those of the two rows; blanks match nothing; each pair comes once and the worst comes first.
    """
    answers, planted = hall(3)
    answers[0][:4] = answers[1][:4] = ["", "B", "C", "A"]
    found = compared(modelled(answers, KEY), [(1, 0), (0, 1), *planted])

    assert [pair.m4_p for pair in found] == sorted(pair.m4_p for pair in found)
    assert len(found) == len({(0, 1), *planted})
    for pair in found:
        both = [(a, b) for a, b in zip(answers[pair.first], answers[pair.second], strict=True)]
        assert pair.right == sum(a == b == "A" for a, b in both)
        assert list(pair.places) == [n for n, (a, b) in enumerate(both) if a == b and a not in ("A", "")]
        assert pair.wrong == len(pair.places)


def test_m4_is_the_sum_over_all_outcomes() -> None:
    """
    Four questions: each may agree rightly, wrongly or not at all; the tail is added up outcome by outcome.
    """
    dice = np.random.default_rng(1)
    rows = [[OPTIONS[code] for code in dice.integers(0, 4, 4)] for _ in range(40)]
    answers = modelled(rows, ["A"] * 4)
    pair = compared(answers, [(2, 5)])[0]

    both = answers.model[2] * answers.model[5]
    mass: dict[tuple[int, int], float] = {}
    for outcome in itertools.product((0, 1, 2), repeat=4):
        parts = [
            (1 - both[n].sum(), both[n, 0], both[n, 1:].sum())[kind]  # nothing, right, wrong
            for n, kind in enumerate(outcome)
        ]
        at = (outcome.count(1), outcome.count(2))
        mass[at] = mass.get(at, 0.0) + math.prod(parts)
    reached = {at: sum(m for (r, w), m in mass.items() if r >= at[0] and w >= at[1]) for at in mass}
    here = reached[pair.right, pair.wrong]
    assert pair.m4_p == pytest.approx(sum(m for at, m in mass.items() if reached[at] <= here + 1e-12))


def test_omega_is_its_formula() -> None:
    """
    Matches less expected ones, over the root of the summed variances, with the source's answers taken as given.
    """
    rows, _ = hall(2, candidates=60, copiers=0)
    answers = modelled(rows, KEY)
    pair = compared(answers, [(4, 9)])[0]
    for (copier, source), z in zip([(4, 9), (9, 4)], pair.omega, strict=True):
        expected = [answers.model[copier, n, OPTIONS.index(rows[source][n])] for n in range(QUESTIONS)]
        matches = sum(a == b for a, b in zip(rows[copier], rows[source], strict=True))
        assert z == pytest.approx((matches - sum(expected)) / math.sqrt(sum(p * (1 - p) for p in expected)))


def test_chances_follow_what_was_chosen() -> None:
    """
    Each question's chances add up to one, and on average they are the shares that chose the options.
    """
    rows, _ = hall(6, copiers=0)
    given = np.array([[OPTIONS.index(text) for text in row] for row in rows])
    model = chances(given, np.zeros(QUESTIONS, dtype=np.int64))

    assert np.allclose(model.sum(axis=2), 1)
    for code in range(4):
        assert np.allclose(model[:, :, code].mean(axis=0), (given == code).mean(axis=0), atol=0.01)
    able = (given == 0).sum(axis=1) > np.quantile((given == 0).sum(axis=1), 0.75)
    assert float(model[able][:, :, 0].mean()) == pytest.approx(float((given[able] == 0).mean()), abs=0.02)


def test_many_different_answers_are_bounded() -> None:
    """
    A question to which everybody wrote something else: no pair agrees there, and the key is still told apart.
    """
    rows = [[f"answer {n}", "AB"[n % 2]] for n in range(80)]
    answers = modelled(rows, ["the key", "A"])

    assert answers.model.shape == (80, 2, 25)
    assert compared(answers, [(0, 2)])[0].places == ()
    assert compared(answers, [(1, 3)])[0].places == (1,)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_benjamini_and_hochberg(values: list[float]) -> None:
    """
    Listed by the adjusted chances are the k smallest with the largest k for which the k-th is at most k / n of .05.
    """
    order = sorted(values)
    wanted = max((k for k, p in enumerate(order, 1) if p * len(values) / k <= LISTED), default=0)

    assert sum(q <= LISTED for q in adjusted(values)) == wanted
    assert all(p <= q + 1e-12 and q <= 1 for p, q in zip(values, adjusted(values), strict=True))


def test_adjusted_chances_worked_out_by_hand() -> None:
    """
    Three chances: 3 x .01, then 3/2 x .04, and .05 as it is for the last, which is smaller.
    """
    assert adjusted([0.04, 0.01, 0.05]) == pytest.approx([0.05, 0.03, 0.05])
    assert adjusted([]) == []
    assert not Resemblance(0, 1, (0.0, 0.0), (0.5, 0.5), 0.01, 0.051, 3, 0, ()).listed


def test_pairs_that_are_none_are_refused() -> None:
    """
    Oneself, somebody unknown, rows of another length, nobody to compare.
    """
    answers = modelled([["A", "B"], ["A", "A"], ["B", ""]], ["A", "A"])

    assert compared(answers, []) == []
    with pytest.raises(ValueError, match="himself"):
        compared(answers, [(1, 1)])
    with pytest.raises(IndexError, match="unknown"):
        compared(answers, [(0, 3)])
    for rows in ([["A", "B"]], [["A", "B"], ["A"]]):
        with pytest.raises(ValueError, match="two candidates"):
            modelled(rows, ["A", "A"])
