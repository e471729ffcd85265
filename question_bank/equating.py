"""After an exam whose papers could not be matched: each paper's own pass mark, by what the exam itself says of its questions.

Papers are dealt by chance, so everybody who met a question is a fair sample of those who sat, and the share of its marks
that they earned says how hard it was. True-score equating (Kolen & Brennan, Test Equating, ch. 6) then goes over the
average of the papers that were sat: the ability that can expect the pass mark on it is found, and what this ability can
expect on a paper, rounded to the nearest step in which marks were given (up and down alike, so that as many gain by it as
lose), is that paper's pass mark. On average over the papers it is the exam's. Marks stay what they are.

Sums of whole numbers and correctly rounded decimals throughout: the same on every machine.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from question_bank.assembly import Form
from question_bank.blueprint import Blueprint
from question_bank.curve import FURTHEST, MILLION, chance_right, expected_units, hundredths, marks_of, thousandths
from question_bank.difficulty import Difficulty, estimated
from question_bank.grading import Score

#: answers to a question, on average over a paper, below which its own answers move a paper's pass mark too much
LEAST_ANSWERS = 20


@dataclass(slots=True)
class Tally:
    """What was earned by version and its marks (both in hundredths), of how many; on how many papers; and the greatest
    step (hundredths) of which everything earned is a multiple.
    """

    papers: int = 0
    step: int = 0
    earned: Counter[tuple[int, int]] = field(default_factory=Counter)
    taken: Counter[tuple[int, int]] = field(default_factory=Counter)

    def add(self, form: Form, scores: Sequence[Score]) -> None:
        """Count a paper; questions without marks say nothing."""
        self.papers += 1
        for slot, score in zip(form.slots, scores, strict=True):
            if slot.marks:
                key = (slot.version, hundredths(slot.marks))
                earned = hundredths(score.earned)
                self.step = math.gcd(self.step, key[1], earned)
                self.earned[key] += earned
                self.taken[key] += 1

    def difficulties(self, labels: Mapping[int, str]) -> dict[int, Difficulty]:
        """How hard each version was here, drawn towards its author's label as in `question_bank.difficulty`."""
        shares: dict[int, Fraction] = {}
        answers: Counter[int] = Counter()
        for (version, marks), count in sorted(self.taken.items()):
            shares[version] = shares.get(version, Fraction(0)) + Fraction(self.earned[version, marks], marks)
            answers[version] += count
        return {key: estimated(float(shares[key]), answers[key], label=labels.get(key, "")) for key in sorted(shares)}


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What papers are equated by: the ability (thousandths of a logit) that just reaches the pass mark on the average of
    the papers sat, the step in which marks were given (hundredths), the difficulties, and on which share of those
    papers each version stood.
    """

    ability: int
    step: int
    difficulties: Mapping[int, Difficulty]
    shares: Mapping[int, float]

    def expected(self, form: Form) -> Decimal:
        """What the ability can expect on a paper, in marks."""
        return marks_of(expected_units(form, self.difficulties, self.ability))

    def cut(self, form: Form) -> Decimal:
        """The pass mark of a paper: the nearest step, the lower of two as near."""
        units, step = expected_units(form, self.difficulties, self.ability), self.step * MILLION
        return Decimal(-((step - 2 * units) // (2 * step)) * self.step) / 100

    def doubt(self, form: Form) -> float:
        """Variance of the paper's pass mark, in marks squared, that not knowing difficulties better makes; what all
        papers share makes none.
        """
        found = 0.0
        for slot in form.slots:
            if slot.marks:
                known = self.difficulties[slot.version]
                chance = chance_right(self.ability - thousandths(known)) / MILLION
                slope = float(slot.marks) * chance * (1 - chance)
                found += (slope * known.b_error) ** 2 * (1 - self.shares[slot.version])
        return found

    def answers(self, form: Form) -> float:
        """How often a question of the paper was answered, on average."""
        found = [self.difficulties[slot.version].answers for slot in form.slots if slot.marks]
        return sum(found) / len(found) if found else 0.0


def yardstick(tally: Tally, labels: Mapping[int, str], blueprint: Blueprint) -> Yardstick:
    """What the papers of a sitting are equated by; raises ValueError where there are none with marks."""
    if not tally.step:
        raise ValueError("no papers with marks")
    known = tally.difficulties(labels)
    # what is no multiple of the step is reached by the next one
    reached = -(-hundredths(blueprint.pass_mark) // tally.step) * tally.step
    wanted = reached * MILLION * tally.papers
    weights = [(thousandths(known[key]), marks * count) for (key, marks), count in tally.taken.items()]
    low, high = -FURTHEST, FURTHEST
    while low < high:
        middle = (low + high) // 2
        if sum(weight * chance_right(middle - b) for b, weight in weights) >= wanted:
            high = middle
        else:
            low = middle + 1
    stood: Counter[int] = Counter()
    for (key, _marks), count in tally.taken.items():
        stood[key] += count
    return Yardstick(low, tally.step, known, {key: count / tally.papers for key, count in stood.items()})


@dataclass(frozen=True, slots=True)
class Sat:
    """A paper that was sat: marks earned, whether they reached the exam's pass mark, the marks that the ability at the
    pass mark can expect on it, and its own pass mark.
    """

    total: Decimal
    passed: bool
    expected: Decimal
    cut: Decimal

    @property
    def would_pass(self) -> bool:
        """By the paper's own pass mark."""
        return self.total >= self.cut


@dataclass(frozen=True, slots=True)
class Facts:
    """What equating would do. In marks: least, median and most of the papers' own pass marks; `spread`, SD of what the
    ability at the pass mark can expect on the papers; `doubt`, the SD that not knowing difficulties better leaves. `rise` and `fall`: who would pass, who would not.
    """

    papers: int
    least: Decimal
    median: Decimal
    most: Decimal
    spread: float
    doubt: float
    answers: float
    rise: int
    fall: int

    @property
    def sound(self) -> bool:
        """Whether it makes the exam fairer: the papers differ by more (spread without what doubt adds to it) than equated
        ones would.
        """
        return self.answers >= LEAST_ANSWERS and self.spread**2 > 2 * self.doubt**2

    def to_record(self) -> dict[str, Any]:
        """JSON-able form."""
        return {
            "papers": self.papers,
            "cuts": [hundredths(one) for one in (self.least, self.median, self.most)],
            "spread": round(self.spread, 6),
            "doubt": round(self.doubt, 6),
            "answers": round(self.answers, 6),
            "rise": self.rise,
            "fall": self.fall,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Facts":
        """The inverse; raises KeyError, TypeError or ValueError."""
        least, median, most = (Decimal(one) / 100 for one in record["cuts"])
        papers, rise, fall = (int(record[name]) for name in ("papers", "rise", "fall"))
        spread, doubt, answers = (float(record[name]) for name in ("spread", "doubt", "answers"))
        return cls(papers, least, median, most, spread, doubt, answers, rise, fall)


def facts(papers: Sequence[Sat], *, variance: float, answers: float) -> Facts:
    """Figures over all papers; `variance` (see `Yardstick.doubt`) and `answers` are their means over the papers."""
    cuts = sorted(paper.cut for paper in papers)
    marks = [float(paper.expected) for paper in papers]
    mean = math.fsum(marks) / len(marks)
    return Facts(
        papers=len(papers),
        least=cuts[0],
        median=cuts[(len(cuts) - 1) // 2],
        most=cuts[-1],
        spread=math.sqrt(math.fsum((one - mean) ** 2 for one in marks) / len(marks)),
        doubt=math.sqrt(variance),
        answers=answers,
        rise=sum(paper.would_pass and not paper.passed for paper in papers),
        fall=sum(paper.passed and not paper.would_pass for paper in papers),
    )
