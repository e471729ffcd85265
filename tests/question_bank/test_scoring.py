"""The scoring rules, share by share."""

import itertools
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.grading import marks_for
from question_bank.interactions import multiple_choice
from question_bank.interactions.options import LETTERS, Option, Options
from question_bank.scoring import MATCH_RULES, MULTI_RULES, ORDER_RULES, Rules

#: ticks as (right, wrong) of 3 keyed among 5 options -> share by rule
SHARES = {
    "all_or_nothing": {(3, 0): 1, (2, 0): 0, (3, 1): 0, (0, 2): 0},
    "cn_half": {(3, 0): 1, (2, 0): Fraction(1, 2), (1, 0): Fraction(1, 2), (3, 1): 0, (2, 1): 0},
    "cn_per_option": {(3, 0): 1, (2, 0): Fraction(1, 2), (1, 0): Fraction(1, 4), (2, 1): 0},
    "cn_proportional": {(3, 0): 1, (2, 0): Fraction(2, 3), (1, 0): Fraction(1, 3), (1, 1): 0},
    "right_minus_wrong": {(3, 0): 1, (2, 1): Fraction(1, 3), (1, 2): 0, (3, 2): Fraction(1, 3)},
    "moodle_weights": {(3, 0): 1, (3, 1): Fraction(1, 2), (3, 2): 0, (2, 0): Fraction(2, 3), (1, 1): 0},
    "ou_multiresponse": {
        (3, 0): 1,
        (3, 1): Fraction(2, 3),
        (3, 2): Fraction(1, 3),
        (2, 0): Fraction(2, 3),
        (2, 1): Fraction(2, 3),
    },
    "multiple_true_false": {(3, 0): 1, (2, 0): Fraction(4, 5), (3, 2): Fraction(3, 5), (0, 2): 0},
}
ROWS = [(rule, *ticks, share) for rule, table in SHARES.items() for ticks, share in table.items()]


@pytest.mark.parametrize(("rule", "right", "wrong", "share"), ROWS)
def test_rules_for_several_right_options(rule: str, right: int, wrong: int, share: Fraction) -> None:
    """
    Three right options among five.
    """
    assert MULTI_RULES[rule](right, wrong, 3, 5) == share


@given(st.sampled_from(sorted(MULTI_RULES)), st.data())
def test_a_share_lies_between_nothing_and_all(rule: str, data: st.DataObject) -> None:
    """
    Whatever is ticked; only exactly the key earns everything.
    """
    options = data.draw(st.integers(2, 10))
    keyed = data.draw(st.integers(1, options - 1))
    right, wrong = data.draw(st.integers(0, keyed)), data.draw(st.integers(0, options - keyed))
    share = MULTI_RULES[rule](right, wrong, keyed, options)

    assert 0 <= share <= 1
    assert (share == 1) == (right == keyed and wrong == 0)


def test_every_rule_for_several_options_stands_in_the_table() -> None:
    """
    A rule without a row is a rule nobody checked.
    """
    assert set(SHARES) == set(MULTI_RULES)


ORDERS = {
    (0, 1, 2, 3): (1, 1, 1, 1, 1, 1),
    (1, 0, 2, 3): (0, Fraction(1, 2), Fraction(1, 3), Fraction(3, 4), Fraction(1, 2), Fraction(5, 6)),
    (3, 0, 1, 2): (0, 0, Fraction(2, 3), Fraction(3, 4), Fraction(3, 4), Fraction(1, 2)),
    (3, 2, 1, 0): (0, 0, 0, 0, 0, Fraction(1, 3)),
    (0, 2, 1, 3): (0, Fraction(1, 2), 0, Fraction(3, 4), 0, Fraction(5, 6)),
}


@pytest.mark.parametrize(("order", "shares"), ORDERS.items())
def test_rules_for_orderings(order: tuple[int, ...], shares: tuple[Fraction, ...]) -> None:
    """
    Exactly, by position, by neighbours, by the longest part in order, by the longest run, by how far lines were moved.
    """
    assert tuple(rule(order) for rule in ORDER_RULES.values()) == shares


@given(st.permutations(range(6)), st.sampled_from(sorted(ORDER_RULES)))
def test_only_the_right_order_earns_everything(order: list[int], rule: str) -> None:
    """
    Under each rule.
    """
    share = ORDER_RULES[rule](order)

    assert 0 <= share <= 1
    assert (share == 1) == (order == sorted(order))


@pytest.mark.parametrize(
    ("rule", "right", "wrong", "share"),
    [
        ("per_pair", 2, 2, Fraction(1, 2)),
        ("per_pair", 0, 4, 0),
        ("none_wrong", 2, 0, Fraction(1, 2)),
        ("none_wrong", 3, 1, 0),
        ("none_wrong", 4, 0, 1),
        ("all_or_nothing", 3, 0, 0),
        ("all_or_nothing", 4, 0, 1),
    ],
)
def test_rules_for_matchings(rule: str, right: int, wrong: int, share: Fraction) -> None:
    """
    Of four pairs.
    """
    assert MATCH_RULES[rule](right, wrong, 4) == share


#: expected share of somebody who ticks any set but the empty one, each equally likely, to three decimals: for 2 of 4,
#: 3 of 4, 2 of 5 and 3 of 5 right options
GUESSED = {
    "all_or_nothing": (".067", ".067", ".032", ".032"),
    "cn_half": (".133", ".267", ".065", ".129"),
    "cn_per_option": (".100", ".217", ".048", ".105"),
    "cn_proportional": (".133", ".267", ".065", ".129"),
    "right_minus_wrong": (".200", ".378", ".113", ".247"),
    "moodle_weights": (".200", ".267", ".194", ".194"),
    "ou_multiresponse": (".333", ".511", ".210", ".441"),
    "multiple_true_false": (".500", ".517", ".497", ".503"),
}


@pytest.mark.parametrize("rule", MULTI_RULES)
@pytest.mark.parametrize(("place", "options", "keyed"), [(0, 4, 2), (1, 4, 3), (2, 5, 2), (3, 5, 3)])
def test_every_subset_under_every_rule(rule: str, place: int, options: int, keyed: int) -> None:
    """
    All subsets through the question itself: their mean is the published one, and each has the share of its counts.
    """
    body = Options(tuple(Option(letter, n < keyed) for n, letter in enumerate(LETTERS[:options])))
    shares = []
    for size in range(1, options + 1):
        for ticked in itertools.combinations(LETTERS[:options], size):
            share = multiple_choice.score(body, list(ticked), Rules(multiple=rule))
            right = len(set(ticked) & body.right_keys())
            assert share == MULTI_RULES[rule](right, size - right, keyed, options)
            shares.append(share)

    mean = sum(shares, Fraction(0)) / len(shares)
    assert len(shares) == 2**options - 1
    assert abs(mean - Fraction(GUESSED[rule][place])) <= Fraction(1, 2000)


MARKS = [
    (Fraction(1, 3), "1", "0.33"), (Fraction(2, 3), "1", "0.67"), (Fraction(1, 2), "0.01", "0.01"), (Fraction(1, 2), "2.5", "1.25"),
    (Fraction(1, 8), "1", "0.13"), (Fraction(0), "5", "0.00"), (Fraction(1), "3.33", "3.33"),
]  # fmt: skip


@pytest.mark.parametrize(("share", "marks", "earned"), MARKS)
def test_marks_are_rounded_once_half_up(share: Fraction, marks: str, earned: str) -> None:
    """
    To hundredths, from the exact share: never by floats.
    """
    assert marks_for(share, Decimal(marks)) == Decimal(earned)
