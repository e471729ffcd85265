"""Simulated adaptive tests on the bank whose difficulties are known, and what became of them."""

import math
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from question_bank.adaptive import Answer, Bank, Entry, Limits, Outcome, Plan, next_question, outcome
from question_bank.analysis.calibration import calibrate
from question_bank.analysis.curves import Curve
from tests.question_bank import known_bank
from tests.question_bank.analysis.reference import simulated

#: candidates after whom the exposure of questions is looked at
_SETTLED = 100


@dataclass(slots=True)
class Sittings:
    """What became of the candidates: shares, questions, and milliseconds of the processor for each question."""

    right: float
    undecided: float
    questions: float
    exposure: float
    off_quota: float
    covered: float
    each: float
    outcomes: list[Outcome] = field(default_factory=list)


def bank_of(curves: Mapping[int, Curve]) -> Bank:
    """The known bank with these curves."""
    versions = known_bank.pool().versions
    return Bank.of([Entry(key, curve, versions[key].subject, versions[key].enemies) for key, curve in curves.items()])


@cache
def true_bank() -> Bank:
    """With the difficulties that are true."""
    return bank_of({key: Curve(1.0, b) for key, b in known_bank.truth().items()})


@cache
def learnt_bank(candidates: int) -> Bank:
    """With those that a calibration of so many candidates' papers of 50 questions finds."""
    truth = known_bank.truth()
    answers, _abilities = simulated(candidates, np.array(list(truth.values())), known_bank.QUESTIONS, seed=20)
    keys = list(truth)
    return bank_of({keys[item.item]: item.curve for item in calibrate(answers).items})


def plan_for(bank: Bank, **changes: float) -> Plan:
    """A pass mark of 60 of the bank, topics by their sizes."""
    return Plan(
        **{"cut": bank.ability(60.0), "quotas": {topic: len(held) for topic, held in bank.topics.items()}, **changes}
    )


def sat(bank: Bank, plan: Plan, candidates: int, *, spare: bool = False) -> Sittings:
    """Candidates with normal abilities answer by the truth; `spare`: tell the test how often each question was given."""
    luck, truth, cut = known_bank.Luck("adaptive"), known_bank.truth(), true_bank().ability(60.0)
    shown, right, covered, off = Counter[int](), 0, 0, 0.0
    ends: list[Outcome] = []
    begun = time.process_time()
    for n in range(candidates):
        ability, answers = luck.normal(), list[Answer]()
        limits = Limits(rates={key: times / n for key, times in shown.items()} if spare and n >= _SETTLED else {})
        while (key := next_question(bank, plan, answers, luck.chance.below, limits)) is not None:
            answers.append(Answer(key, luck.uniform() < known_bank.chance_of(ability, truth[key])))
        ends.append(outcome(bank, plan, answers, limits))
        shown.update(answer.key for answer in answers)
        right += (ends[-1].theta > plan.cut) == (ability > cut)
        covered += ends[-1].low <= true_bank().score(ability) <= ends[-1].high
        off = max(off, off_quota(bank, plan, answers))
    questions = sum(shown.values())
    return Sittings(
        right=right / candidates,
        undecided=sum(end.decided == "undecided" for end in ends) / candidates,
        questions=questions / candidates,
        exposure=max(shown.values()) / candidates,
        off_quota=off,
        covered=covered / candidates,
        each=1_000 * (time.process_time() - begun) / questions,
        outcomes=ends,
    )


def off_quota(bank: Bank, plan: Plan, answers: list[Answer]) -> float:
    """By how many questions a topic is furthest from its share."""
    given = Counter(bank.entries[answer.key].topic for answer in answers)
    whole = math.fsum(plan.quotas.values())
    return max(abs(given[topic] - weight / whole * len(answers)) for topic, weight in plan.quotas.items())
