"""Abilities from answers against published figures and against each other."""

import itertools
import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis.abilities import (
    STANDARD,
    Ability,
    Prior,
    eap,
    mle,
    mode,
    normal_prior,
    score_distribution,
    totals,
    wle,
)
from question_bank.analysis.curves import Curve, expected_score
from tests.question_bank.analysis.reference import cells, figures, gauss_hermite

#: a small test and answers to it
FIVE = [Curve(1.0, b) for b in (-1.5, -0.5, 0.0, 0.5, 1.5)]
CURVES = st.lists(st.builds(Curve, st.floats(0.4, 2.5), st.floats(-2.5, 2.5)), min_size=1, max_size=7)


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("name", "estimate", "near"),
    [
        ("BM", mode, 5e-5),  # the reference stops searching there
        ("ML", mle, 5e-5),
        ("WL", wle, 5e-5),
        ("EAP", lambda curves, right: eap(curves, right, normal_prior(nodes=33)), 1e-8),
    ],
)
def test_forty_adaptive_tests_are_reproduced(
    name: str, estimate: Callable[[list[Curve], list[bool]], Ability], near: float
) -> None:
    """
    Ability and error of each by each method, on a three-parameter bank; information and the best next question too.
    """
    cases = figures("psychometrics/tcals_cat.expected.json")["cases"]
    bank = [Curve(*(float(cell) for cell in row[:3])) for row in cells("psychometrics/tcals_item_bank.csv")]
    for case in cases:
        found = estimate([bank[n - 1] for n in case["items"]], [bool(one) for one in case["responses"]])
        left = [n for n in range(1, len(bank) + 1) if n not in case["items"]]
        at = case["EAP"]["theta"]
        information = math.fsum(bank[n - 1].information(at) for n in case["items"])

        assert found.theta == pytest.approx(case[name]["theta"], abs=near)
        assert found.error == pytest.approx(case[name]["se"], abs=near)
        assert max(left, key=lambda n: bank[n - 1].information(at)) == case["next_MFI"]
        assert information == pytest.approx(case["info_at_EAP"], abs=1e-8)
    assert len(cases) == 40


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["LSAT6", "SLF", "Abortion"])
def test_abilities_of_a_fitted_test_are_reproduced(name: str) -> None:
    """
    On the reference's own nodes, to a hundred-millionth.
    """
    fit = figures(f"psychometrics/{name}.expected.json")["irt"]
    curves = [Curve(a, b) for a, b in zip(fit["twopl"]["discrimination"], fit["twopl"]["difficulty"], strict=True)]
    wanted = fit["twopl_eap"]
    for pattern, theta, error in zip(wanted["patterns"], wanted["eap"], wanted["se"], strict=True):
        found = eap(curves, [bool(one) for one in pattern], gauss_hermite())

        assert found.theta == pytest.approx(theta, abs=1e-8)
        assert found.error == pytest.approx(error, abs=1e-8)


@pytest.mark.corpora
def test_abilities_by_totals_are_reproduced() -> None:
    """
    Mean, SD and number of persons for each number of right answers (A12).
    """
    known = figures("assessment/expected.json")
    slopes, intercepts, wanted = known["lsat7_2pl_mirt"]["a"], known["lsat7_2pl_mirt"]["d"], known["lsat7_eapsum_mirt"]
    table = totals([Curve(a, -d / a) for a, d in zip(slopes, intercepts, strict=True)])

    assert [row.theta for row in table] == pytest.approx(wanted["theta"], abs=0.005)
    assert [row.error for row in table] == pytest.approx(wanted["se"], abs=0.005)
    assert [1000 * row.chance for row in table] == pytest.approx(wanted["expected_n"], abs=0.01)


def test_values_worked_out_by_hand() -> None:
    """
    One question of two abilities that are equally likely: by Bayes' rule.
    """
    two = Prior((-math.log(3), math.log(3)), (0.5, 0.5))
    found = eap([Curve(1.0, 0.0)], [True], two)

    assert found.theta == pytest.approx(0.5 * math.log(3))
    assert found.error == pytest.approx(math.log(3) * math.sqrt(0.75))
    assert mle([Curve(1.0, 0.0), Curve(1.0, 0.0), Curve(1.0, 0.0), Curve(1.0, 0.0)], [True, True, True, False]) == (
        Ability(pytest.approx(math.log(3), abs=1e-8), pytest.approx(1 / math.sqrt(0.75), abs=1e-8))
    )


def test_all_right_is_finite_where_it_can_be() -> None:
    """
    The most likely ability runs to its bound; mean, mode and Warm's estimate do not.
    """
    right = [True] * 5

    assert mle(FIVE, right).theta == 4.0
    assert mle(FIVE, right, furthest=6.0).theta == 6.0
    assert all(0.5 < estimate(FIVE, right).theta < 3.5 for estimate in (eap, mode, wle))
    assert mle(FIVE, [False] * 5).theta == -4.0


@given(CURVES, st.data())
def test_turned_round_it_is_turned_round(curves: list[Curve], data: st.DataObject) -> None:
    """
    Right for wrong and hard for easy turns each ability into its opposite, with the same error.
    """
    right = data.draw(st.lists(st.booleans(), min_size=len(curves), max_size=len(curves)))
    opposite = [Curve(curve.a, -curve.b) for curve in curves]
    for estimate in (eap, mode, wle, mle):
        one, other = estimate(curves, right), estimate(opposite, [not answer for answer in right])

        assert one.theta == pytest.approx(-other.theta, abs=1e-6)
        assert one.error == pytest.approx(other.error, rel=1e-4)


@given(CURVES, st.floats(-3, 3))
def test_chances_of_totals_are_those_of_all_patterns(curves: list[Curve], ability: float) -> None:
    """
    Added up one pattern after the other.
    """
    wanted = [0.0] * (len(curves) + 1)
    for pattern in itertools.product((0, 1), repeat=len(curves)):
        parts = [
            c.probability(ability) if one else 1 - c.probability(ability)
            for c, one in zip(curves, pattern, strict=True)
        ]
        wanted[sum(pattern)] += math.prod(parts)

    assert score_distribution(curves, ability) == pytest.approx(wanted, abs=1e-12)


@given(CURVES)
def test_totals_average_to_what_was_known_before(curves: list[Curve]) -> None:
    """
    Chances sum to 1, abilities average to the prior's mean, expected totals to the mean total; more right is more able.
    """
    table = totals(curves)
    mean = math.fsum(w * expected_score(curves, x) for w, x in zip(STANDARD.weights, STANDARD.nodes, strict=True))

    assert math.fsum(row.chance for row in table) == pytest.approx(1)
    assert math.fsum(row.chance * row.theta for row in table) == pytest.approx(0, abs=1e-9)
    assert math.fsum(row.chance * row.expected for row in table) == pytest.approx(mean)
    assert [row.theta for row in table] == sorted(row.theta for row in table)


@given(st.lists(st.booleans(), min_size=5, max_size=5))
def test_rasch_abilities_depend_on_the_total_alone(right: list[bool]) -> None:
    """
    With equal slopes it makes no difference which questions were right.
    """
    assert eap(FIVE, right).theta == pytest.approx(totals(FIVE)[sum(right)].theta, abs=1e-9)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Prior((0.0,), (0.5,)),
        lambda: Prior((0.0, 1.0), (1.0,)),
        lambda: normal_prior(sd=0.0),
        lambda: normal_prior(nodes=1),
        lambda: eap(FIVE, [True]),
        lambda: mle([], []),
        lambda: wle([], []),
    ],
)
def test_what_cannot_be_is_refused(wrong: Callable[[], object]) -> None:
    """
    Weights that do not sum to 1, no spread, unlike lengths, nothing to go by.
    """
    with pytest.raises(ValueError):  # noqa: PT011
        wrong()


def test_nothing_answered_says_nothing() -> None:
    """
    Mean and SD are the prior's; the mode is its top.
    """
    assert eap([], []).theta == pytest.approx(0, abs=1e-12)
    assert eap([], []).error == pytest.approx(1, abs=1e-3)
    assert mode([], []).theta == pytest.approx(0, abs=1e-6)
