"""The adaptive test: its rules one by one, and by simulation how well, how soon and how evenly it decides."""

import itertools
import json
import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.adaptive import FIRST, Answer, Bank, Entry, Limits, Outcome, Plan, next_question, outcome, turns
from question_bank.analysis.abilities import eap
from question_bank.analysis.curves import Curve
from question_bank.chance import Chance
from tests.question_bank import known_bank, simulated

#: forty questions in two topics; the first two of each topic give each other away
SMALL = Bank.of(
    [
        Entry(n, Curve(1.0, (n - 20) / 8), "甲" if n % 4 else "乙", enemies=f"g{n % 4}" if n in (5, 9) else "")
        for n in range(1, 41)
    ]
)
PLAN = Plan(cut=0.0, quotas={"甲": 3, "乙": 1}, least=4, most=12, randomesque=1)


def first(_bound: int) -> int:
    """No chance at all: the most informative question."""
    return 0


def given_until(plan: Plan, right: list[bool], bank: Bank = SMALL, limits: Limits | None = None) -> list[Answer]:
    """The test of somebody who answers so."""
    answers: list[Answer] = []
    for one in right:
        key = next_question(bank, plan, answers, first, limits)
        if key is None:
            break
        answers.append(Answer(key, one))
    return answers


@pytest.mark.slow
@pytest.mark.parametrize("learnt", [0, 1_000])
def test_fewer_questions_decide_as_well(learnt: int) -> None:
    """
    1,500 candidates, a pass mark of 60, difficulties known or learnt from 1,000 papers: nine of ten decisions are right by
    32 questions on average, no question is seen by more than a fifth, topics keep their shares (A14).
    """
    bank = simulated.learnt_bank(learnt) if learnt else simulated.true_bank()
    plan = simulated.plan_for(bank)
    found = simulated.sat(bank, plan, 1_500)

    assert found.right >= 0.90
    assert found.questions <= 32
    assert found.exposure <= 0.20
    assert found.off_quota <= 1
    assert found.covered >= 0.92
    assert found.each < 3


@pytest.mark.slow
def test_twenty_questions_at_least_take_longer() -> None:
    """
    With the best of thirty: as well decided, yet 33 to 34 questions, and questions shown even more evenly.
    """
    plan = simulated.plan_for(simulated.true_bank(), least=20, randomesque=30)
    found = simulated.sat(simulated.true_bank(), plan, 600)

    assert found.right >= 0.88
    assert 32 < found.questions < 35
    assert found.exposure <= 0.20
    assert found.off_quota <= 1
    assert all(20 <= end.given <= 50 for end in found.outcomes)


@pytest.mark.slow
def test_the_ceiling_spares_the_best_questions() -> None:
    """
    Choosing among three only, a few questions are seen by many; with the rates known, by a fifth and hardly more.
    """
    bank = simulated.true_bank()
    plan = simulated.plan_for(bank, randomesque=3)
    free, spared = simulated.sat(bank, plan, 400), simulated.sat(bank, plan, 400, spare=True)

    assert free.exposure > 0.3
    assert spared.exposure < 0.25


def test_estimates_are_those_of_the_answers() -> None:
    """
    The prepared bank finds the same ability as the plain formula, and its score is the mean chance.
    """
    answers = [Answer(3, True), Answer(20, True), Answer(33, False)]
    curves = [SMALL.entries[answer.key].curve for answer in answers]
    wanted, found = eap(curves, [True, True, False]), SMALL.standing(answers)

    assert (found.theta, found.error) == pytest.approx((wanted.theta, wanted.error), abs=1e-8)
    assert SMALL.score(0.3) == pytest.approx(
        100 * math.fsum(entry.curve.probability(0.3) for entry in SMALL.entries.values()) / 40
    )


@given(st.floats(5, 95))
def test_a_bank_score_has_its_ability(score: float) -> None:
    """
    And the ability that score.
    """
    assert SMALL.score(SMALL.ability(score)) == pytest.approx(score, abs=1e-6)


@given(
    st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 70), min_size=1),
    st.integers(1, 60),
)
def test_topics_have_their_shares_wherever_it_ends(quotas: dict[str, int], length: int) -> None:
    """
    Rounded up or down at every length (the theorem of Balinski and Young).
    """
    held, whole = Counter[str](), sum(quotas.values())
    for number in range(1, length + 1):
        held[turns(quotas, held)[0]] += 1
        for topic, weight in quotas.items():
            assert math.floor(weight * number / whole) <= held[topic] <= math.ceil(weight * number / whole)


def test_topics_without_weight_never_come() -> None:
    """
    Nor do those that the plan does not name.
    """
    plan = Plan(cut=0.0, quotas={"甲": 1, "乙": 0}, least=12, most=12, randomesque=1)

    assert turns({"甲": 1, "乙": 0}, {}) == ["甲"]
    assert {SMALL.entries[answer.key].topic for answer in given_until(plan, [True, False] * 20)} == {"甲"}


def test_the_first_questions_are_asked_at_the_pass_mark() -> None:
    """
    Of the topic whose turn it is; after them where the estimate stands.
    """
    plan = Plan(cut=1.0, quotas={"甲": 1}, least=30, most=30, randomesque=1)
    answers = given_until(plan, [False] * (FIRST + 1))
    distance = [abs(SMALL.entries[answer.key].curve.b - 1.0) for answer in answers]

    assert max(distance[:FIRST]) < 0.6
    assert distance[FIRST] > 0.8


def test_one_of_the_most_informative_is_drawn() -> None:
    """
    Each as likely, and none beyond.
    """
    plan = Plan(cut=0.0, quotas={"甲": 1}, randomesque=4)
    chance = Chance(b"one of four")
    drawn = Counter(next_question(SMALL, plan, [], chance.below) for _ in range(800))
    nearest = sorted(SMALL.topics["甲"], key=lambda entry: (abs(entry.curve.b), entry.key))[:4]

    assert set(drawn) == {entry.key for entry in nearest}
    assert min(drawn.values()) > 150


def test_what_gives_itself_away_or_is_excluded_never_comes() -> None:
    """
    Of two enemies one at most; nothing twice; nothing that the caller excludes, though the test ends early by it.
    """
    plan = Plan(cut=-1.6, quotas={"甲": 3, "乙": 1}, least=40, most=40, randomesque=1)
    answers = given_until(plan, [True, False] * 20)
    keys = [answer.key for answer in answers]

    assert len(keys) == len(set(keys)) == 39
    assert len({5, 9} & set(keys)) == 1
    limits = Limits(excluded=frozenset(range(1, 31)))
    short = given_until(plan, [True, False] * 20, limits=limits)
    assert {answer.key for answer in short} == set(range(31, 41))
    assert outcome(SMALL, plan, short, limits).reason == "empty"


def test_a_question_seen_too_often_is_spared_while_there_are_others() -> None:
    """
    It comes all the same where there is nothing else.
    """
    best = next_question(SMALL, PLAN, [], first)
    assert best is not None
    spared = next_question(SMALL, PLAN, [], first, Limits(rates={best: 0.21}))

    assert spared not in (None, best)
    assert next_question(SMALL, PLAN, [], first, Limits(rates={best: 0.2})) == best
    assert next_question(SMALL, PLAN, [], first, Limits(rates=dict.fromkeys(SMALL.entries, 0.9))) == best


@pytest.mark.parametrize(
    ("right", "decided", "reason"),
    [([True] * 20, "above", "clear"), ([False] * 20, "below", "clear"), ([True, False] * 10, "undecided", "most")],
)
def test_it_ends_when_it_is_clear_or_long_enough(right: list[bool], decided: str, reason: str) -> None:
    """
    The interval lies above or below the pass mark, or the most questions were given.
    """
    answers = given_until(PLAN, right)
    end = outcome(SMALL, PLAN, answers)

    assert (end.decided, end.reason, end.given) == (decided, reason, len(answers))
    assert PLAN.least <= len(answers) <= PLAN.most
    assert (abs(end.theta - PLAN.cut) > 1.96 * end.error) == (reason == "clear")
    assert end.low < end.score < end.high
    assert outcome(SMALL, PLAN, answers[:-1]).reason == ""


def test_not_before_the_least() -> None:
    """
    However clear it is.
    """
    assert len(given_until(Plan(cut=0.0, quotas={"甲": 1}, least=10), [True] * 30)) == 10


@settings(max_examples=30)
@given(st.lists(st.booleans(), min_size=12, max_size=12), st.binary(min_size=8, max_size=8))
def test_the_same_chance_gives_the_same_test(right: list[bool], seed: bytes) -> None:
    """
    Nothing is remembered between questions: the answers so far and the chance are all there is.
    """
    plan = Plan(cut=0.2, quotas={"甲": 1, "乙": 1}, least=12, most=12, randomesque=5)

    def sat() -> list[Answer]:
        chance, answers = Chance(seed), list[Answer]()
        for one in right:
            answers.append(Answer(next_question(SMALL, plan, answers, chance.below) or 0, one))
        return answers

    answers = sat()
    assert answers == sat()
    assert all(simulated.off_quota(SMALL, plan, answers[:n]) <= 1 for n in range(1, 13))


def test_plans_and_outcomes_are_kept_as_they_are() -> None:
    """
    As records in JSON and back.
    """
    end = outcome(SMALL, PLAN, [Answer(7, True)])
    stored = json.loads(json.dumps([PLAN.to_record(), end.to_record()]))

    assert Plan.from_record(stored[0]) == PLAN
    assert Outcome.from_record(stored[1]).to_record() == end.to_record()


def test_what_cannot_be_is_refused() -> None:
    """
    Bounds the wrong way round, no weights, an empty bank, a question twice, answers from another bank.
    """
    for wrong in (
        {"least": 9, "most": 8},
        {"randomesque": 0},
        {"quotas": {}},
        {"quotas": {"甲": -1.0}},
        {"ceiling": 0.0},
    ):
        with pytest.raises(ValueError, match=r"bounds|weights"):
            Plan(**{"cut": 0.0, "quotas": {"甲": 1.0}, **wrong})
    entry = SMALL.entries[1]
    for entries in ([], list(itertools.repeat(entry, 2))):
        with pytest.raises(ValueError, match="once"):
            Bank.of(entries)
    with pytest.raises(KeyError):
        outcome(SMALL, PLAN, [Answer(99, True)])


def test_the_known_bank_is_passed_by_known_abilities() -> None:
    """
    Its pass mark of 60 is where the mean chance is 60 of 100, by the same model as the papers'.
    """
    cut = simulated.true_bank().ability(60.0)
    mean = math.fsum(known_bank.chance_of(cut, b) for b in known_bank.truth().values()) / 600

    assert mean == pytest.approx(0.6)
