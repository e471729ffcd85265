"""A made bank whose true difficulties are known, and simulated candidates: what fairness is measured on.

600 questions in 18 topics of 12 to 70, 50 questions of 2 marks to a paper, 60 to pass. Difficulties are normal around
-0.8 with an SD of 1 in all, topics differ by an SD of 0.35; the authors' labels correlate with the truth at about 0.5.
Everything comes from a seed, rounded, so that it is the same on every machine.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from statistics import NormalDist

from question_bank.assembly import Form
from question_bank.blueprint import Blueprint, Section
from question_bank.chance import Chance, derive
from question_bank.difficulty import Difficulty, estimated, measured
from question_bank.interactions.true_false import Statement
from question_bank.item import ItemVersion
from question_bank.pool import Pool

SIZES = (12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 33, 36, 40, 44, 50, 57, 60, 70)
HALF_SIZES = (6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 25, 29, 30, 35)
QUESTIONS, MARKS, PASS = 50, Decimal(2), Decimal(60)
MEAN, SD, TOPIC_SD = -0.8, 1.0, 0.35
SEED = b"bank of known difficulties"
#: every so many-th question is an enemy of the next of its topic
ENEMIES_EVERY = 25
_NORMAL = NormalDist()
_FINE = 1 << 53


class Luck:
    """Replayable chance with the distributions that a simulation needs."""

    def __init__(self, label: str) -> None:
        self.chance = Chance(derive(SEED, label))

    def uniform(self) -> float:
        """A number in (0, 1)."""
        return (self.chance.below(_FINE) + 0.5) / _FINE

    def normal(self, mean: float = 0.0, sd: float = 1.0) -> float:
        """A normal number, rounded to thousandths."""
        return round(mean + sd * _NORMAL.inv_cdf(self.uniform()), 3)


def quotas(sizes: Sequence[int]) -> list[int]:
    """Questions of each topic, in proportion (largest remainders)."""
    total = sum(sizes)
    exact = [size * QUESTIONS / total for size in sizes]
    found = [int(share) for share in exact]
    for place in sorted(range(len(sizes)), key=lambda n: found[n] - exact[n])[: QUESTIONS - sum(found)]:
        found[place] += 1
    return found


@cache
def truth(sizes: tuple[int, ...] = SIZES) -> dict[int, float]:
    """The true difficulty of each question, in logits."""
    luck, found = Luck("difficulties"), {}
    within = math.sqrt(SD**2 - TOPIC_SD**2)
    for size in sizes:
        topic = luck.normal(MEAN, TOPIC_SD)
        for _ in range(size):
            found[len(found) + 1] = round(luck.normal(topic, within), 3)
    return found


def labels(difficulties: Mapping[int, float]) -> dict[int, str]:
    """What the authors think: thirds of a figure that correlates with the truth at about 0.5."""
    luck = Luck("labels")
    felt = {key: 0.5 * (b - MEAN) + luck.normal(0, math.sqrt(0.75)) for key, b in difficulties.items()}
    ranked = sorted(felt, key=lambda key: felt[key])
    third = len(ranked) // 3
    return {key: ("easy", "medium", "hard")[min(2, place // third)] for place, key in enumerate(ranked)}


@cache
def pool(sizes: tuple[int, ...] = SIZES, *, enemies: bool = True) -> Pool:
    """The bank; now and then two neighbours of a topic are enemies."""
    said = labels(truth(sizes))
    found = []
    for topic, size in enumerate(sizes):
        for place in range(size):
            key = len(found) + 1
            group = place // ENEMIES_EVERY if enemies and place % ENEMIES_EVERY < 2 and size > 20 else None
            version = ItemVersion(
                ref=f"q-{key}",
                type="true_false",
                subject=f"topic-{topic:02}",
                stem=f"第 {key} 题",
                body=Statement(True),
                difficulty=said[key],
                enemies="" if group is None else f"{topic}-{group}",
            )
            found.append((key, version))
    return Pool.of(found)


def blueprint(sizes: Sequence[int] = SIZES) -> Blueprint:
    """A section a topic."""
    return Blueprint(
        tuple(
            Section(f"主题 {topic}", ("true_false",), (f"topic-{topic:02}",), quota, MARKS)
            for topic, quota in enumerate(quotas(sizes))
        ),
        PASS,
    )


def seeds(count: int) -> list[bytes]:
    """Seeds as an exam derives them for its candidates."""
    return [derive(SEED, f"paper:{n}") for n in range(count)]


@cache
def known(sizes: tuple[int, ...] = SIZES) -> dict[int, Difficulty]:
    """The truth as a calibration would report it."""
    return {key: measured(b, 0.0, answers=10_000) for key, b in truth(sizes).items()}


def chance_of(ability: float, difficulty: float) -> float:
    """Rasch."""
    return 1 / (1 + math.exp(difficulty - ability))


@cache
def sat(candidates: int) -> dict[int, tuple[int, int]]:
    """Right answers and answers of each question after so many simulated candidates, each with 50 questions by chance."""
    luck, difficulties = Luck(f"candidates:{candidates}"), truth()
    right, answers = Counter[int](), Counter[int]()
    for _ in range(candidates):
        ability = luck.normal()
        for key in luck.chance.shuffled(list(difficulties))[:QUESTIONS]:
            answers[key] += 1
            right[key] += luck.uniform() < chance_of(ability, difficulties[key])
    return {key: (right[key], answers[key]) for key in difficulties}


@cache
def learnt(candidates: int) -> dict[int, Difficulty]:
    """What the bank knows after so many candidates."""
    held = pool().versions
    return {key: estimated(r, n, label=held[key].difficulty) for key, (r, n) in sat(candidates).items()}


def true_score(form: Form, ability: float, sizes: tuple[int, ...] = SIZES) -> float:
    """Marks that somebody of this ability can expect on a paper."""
    difficulties = truth(sizes)
    return sum(float(slot.marks) * chance_of(ability, difficulties[slot.version]) for slot in form.slots)


@cache
def ability_at_the_cut(sizes: tuple[int, ...] = SIZES) -> float:
    """Who just reaches the pass mark on the blueprint's average paper, by the truth."""
    by_topic: list[list[float]] = []
    values = iter(truth(sizes).values())
    for size in sizes:
        by_topic.append([next(values) for _ in range(size)])
    low, high = -6.0, 6.0
    for _ in range(60):
        middle = (low + high) / 2
        score = sum(
            quota * float(MARKS) * sum(chance_of(middle, b) for b in topic) / len(topic)
            for quota, topic in zip(quotas(sizes), by_topic, strict=True)
        )
        low, high = (low, middle) if score >= float(PASS) else (middle, high)
    return high


def chance_to_pass(form: Form, ability: float, cut: Decimal = PASS) -> float:
    """The exact chance to reach the cut on a paper of equal marks (Lord & Wingersky's recursion)."""
    difficulties = truth()
    distribution = [1.0]
    for slot in form.slots:
        p = chance_of(ability, difficulties[slot.version])
        distribution = [
            below * p + same * (1 - p) for below, same in zip([0.0, *distribution], [*distribution, 0.0], strict=True)
        ]
    least = math.ceil(cut / form.slots[0].marks)
    return math.fsum(distribution[least:])
