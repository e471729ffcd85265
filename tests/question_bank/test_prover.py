"""What can be said of an exam's papers before it is published."""

import itertools
import json
import math
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.blueprint import Blueprint, Section, Shortage, shortage
from question_bank.counting import Count, distinct_papers, ways
from question_bank.interactions.true_false import Statement
from question_bank.item import ItemVersion
from question_bank.pool import Pool
from question_bank.prover import prove
from tests.question_bank import known_bank as bank

SUBJECTS = ("food", "penalty")


def item(number: int, subject: str = "food", enemies: str = "") -> ItemVersion:
    """A statement."""
    return ItemVersion(
        ref=f"i-{number}", type="true_false", subject=subject, stem="题干", body=Statement(True), enemies=enemies
    )


def section(quota: int, *subjects: str) -> Section:
    """A section of that many questions from these subjects."""
    return Section("判断", ("true_false",), subjects, quota, Decimal(2))


def plan(*sections: Section) -> Blueprint:
    """A blueprint of these sections."""
    return Blueprint(sections, Decimal(1))


def test_a_blueprint_that_cannot_be_served_says_why() -> None:
    """
    Which sections, how many they want and what there is.
    """
    proof = prove(Pool.of((n, item(n)) for n in range(4)), plan(section(5)))

    assert not proof.feasible
    assert proof.lack == Shortage((1,), 5, 4)
    assert proof.to_record()["lack"] == {"sections": [1], "wanted": 5, "held": 4}


def test_the_bank_of_known_difficulties_is_proved_fair() -> None:
    """
    Matched within .15 marks, neighbours apart, overlap a twelfth, every question shown about as often.
    """
    proof = prove(bank.pool(), bank.blueprint(), bank.known())

    assert (proof.method, proof.calibrated, proof.drawable) == ("matched", 600, 600)
    assert proof.spread <= 0.15
    assert proof.easiest - proof.hardest <= 0.6
    assert (proof.neighbours, proof.neighbours_most) == (0, 0)
    assert 4.1 < proof.overlap < 4.4
    assert 0.05 < min(proof.exposure.values()) <= max(proof.exposure.values()) < 0.12
    assert sum(proof.exposure.values()) == pytest.approx(50)
    assert proof.exact
    assert proof.digits == len(str(proof.papers)) == 64
    assert (proof.enemies, proof.apart, proof.overexposed) == (26, True, ())
    assert 6 < proof.error < 7


@pytest.mark.parametrize("candidates", [100, 500, 1000])
def test_the_likely_spread_is_honest(candidates: int) -> None:
    """
    What the prover foretells from the errors of estimates is near what the truth shows (docs/fairness.md).
    """
    shown = {100: 1.77, 500: 1.00, 1000: 0.78}[candidates]

    assert prove(bank.pool(), bank.blueprint(), bank.learnt(candidates)).likely_spread == pytest.approx(shown, rel=0.2)


def test_without_answers_papers_are_sliced_and_doubtful() -> None:
    """
    The prover does not promise what labels cannot hold.
    """
    proof = prove(bank.pool(), bank.blueprint())

    assert (proof.method, proof.calibrated) == ("sliced", 0)
    assert proof.likely_spread > 2.3


def test_what_all_papers_share_makes_no_doubt() -> None:
    """
    However little is known of it.
    """
    proof = prove(Pool.of((n, item(n)) for n in range(6)), plan(section(6)))

    assert (proof.doubt, proof.papers, proof.overlap) == (0, 1, 6)


def test_a_small_pool_wears_its_questions_out() -> None:
    """
    What more than a fifth of the candidates see is named.
    """
    proof = prove(Pool.of((n, item(n)) for n in range(12)), plan(section(6)))

    assert len(proof.overexposed) == 12
    assert proof.exposure[3] == pytest.approx(0.5)
    assert proof.overlap == pytest.approx(3)
    assert proof.neighbours_most > 0
    assert (proof.papers, proof.exact, proof.digits) == (math.comb(12, 6), True, 3)


def test_a_common_and_a_fixed_paper_are_equally_hard_for_all() -> None:
    """
    No spread; everything is shared; a fixed paper is one.
    """
    pool = Pool.of((n, item(n)) for n in range(12))
    common = prove(pool, replace(plan(section(6)), paper="common"))
    fixed = prove(pool, replace(plan(replace(section(3), listed=(2, 4, 6))), paper="fixed"))

    assert (common.method, common.spread, common.overlap, common.doubt) == ("common", 0, 6, 0)
    assert common.exposure[5] == pytest.approx(0.5)
    assert (fixed.method, fixed.papers, fixed.overlap, fixed.spread) == ("fixed", 1, 3, 0)
    assert fixed.exposure == {2: 1, 4: 1, 6: 1}


def test_a_proof_is_kept_as_json() -> None:
    """
    With the number of papers in digits that no reader rounds.
    """
    proof = prove(bank.pool(), bank.blueprint(), bank.known())
    record = json.loads(json.dumps(proof.to_record()))

    assert int(record["papers"]) == proof.papers
    assert record["exposure"]["1"] == proof.exposure[1]
    assert {"lack", "method", "spread", "doubt", "neighbours", "calibrated", "apart"} <= set(record)


def test_a_proof_is_the_same_each_time() -> None:
    """
    Nothing in it comes from a clock or from unrepeatable chance.
    """
    assert prove(bank.pool(), bank.blueprint(), bank.known()) == prove(bank.pool(), bank.blueprint(), bank.known())


@given(st.lists(st.integers(1, 4), max_size=7), st.integers(0, 8))
def test_ways_are_counted_as_by_hand(sizes: list[int], quota: int) -> None:
    """
    Against every choice of sets and of a question in each.
    """
    by_hand = sum(math.prod(chosen) for chosen in itertools.combinations(sizes, quota))

    assert ways(sizes, quota) == by_hand


ITEMS = st.lists(st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(["", "", "甲", "乙"])), max_size=9)
PLANS = st.lists(st.tuples(st.integers(1, 3), st.sets(st.sampled_from(SUBJECTS), max_size=2)), min_size=1, max_size=2)


@given(ITEMS, PLANS)
@settings(max_examples=150, deadline=None)
def test_papers_are_counted_exactly_or_from_below(
    items: list[tuple[str, str]], wanted: list[tuple[int, set[str]]]
) -> None:
    """
    Against all papers written out.
    """
    pool = Pool.of((n, item(n, subject, group)) for n, (subject, group) in enumerate(items))
    blueprint = plan(*(section(quota, *sorted(subjects)) for quota, subjects in wanted))
    found = distinct_papers(pool, blueprint)
    real = {
        frozenset(key for part in parts for key in part)
        for parts in itertools.product(
            *(
                itertools.combinations([key for key in pool.versions if one.draws(pool, key)], one.quota)
                for one in blueprint.sections
            )
        )
        if _sound([key for part in parts for key in part], pool)
    }

    assert found.papers <= len(real)
    assert not found.exact or found.papers == len(real)
    assert (found.papers > 0) is (shortage(pool, blueprint) is None)


def _sound(keys: list[int], pool: Pool) -> bool:
    groups = [pool.versions[key].enemies for key in keys if pool.versions[key].enemies]
    return len(set(keys)) == len(keys) and len(set(groups)) == len(groups)


@given(st.integers(0, 5000), st.integers(-1, 1))
def test_digits(tens: int, beside: int) -> None:
    """
    Beside every power of ten, also of numbers that Python refuses to print.
    """
    number = 10**tens + beside
    power = next(n for n in itertools.count(1) if number < 10**n)

    assert Count(number, exact=True).digits == power
