"""What the report of a personal test says, worked out from what was asked and answered."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.practice.models import Answer
from lms.practice.queries import RIGHT
from lms.practice.stock import Asked
from question_bank.adaptive import Outcome, Plan

#: standard deviations beyond which a subject stands out from the rest of the test
STANDS_OUT = 1.0
#: answers of a subject before which nothing is said of it
FEW = 3


@dataclass(frozen=True, slots=True)
class Strength:
    """A subject in a test: answers, how many were right, and stronger or weaker than the rest of the test, "" for neither."""

    subject: str
    answered: int
    right: int
    stands: str


@dataclass(frozen=True, slots=True)
class Report:
    """`verdict`: above, below or undecided; "early" where it was left before it could tell anything. Marks are of 100, the
    ends of the margin rounded outwards. `why` it ended: clear, most, empty, or left; `unmeasured`: answers to questions
    whose difficulty their authors estimated.
    """

    verdict: str
    why: str
    marks: int
    low: int
    high: int
    answered: int
    right: int
    unmeasured: int
    strengths: tuple[Strength, ...]


def report(plan: Plan, outcome: Outcome, asked: Sequence[Asked], given: Mapping[int, Answer]) -> Report:
    """The report; `given` are the answers by place, `asked` the questions in the order of places."""
    pairs = [(asked[place - 1], one.share == RIGHT) for place, one in sorted(given.items())]
    return Report(
        verdict=outcome.decided if outcome.given >= plan.least or outcome.reason else "early",
        why=outcome.reason or "left",
        marks=round(outcome.score),
        low=math.floor(outcome.low),
        high=math.ceil(outcome.high),
        answered=len(pairs),
        right=sum(right for _one, right in pairs),
        unmeasured=sum(not one.measured for one, _right in pairs),
        strengths=_strengths(pairs, outcome.theta),
    )


def _strengths(pairs: Sequence[tuple[Asked, bool]], theta: float) -> tuple[Strength, ...]:
    """Subjects by their share of right answers, the best first."""
    by_subject: dict[str, list[tuple[float, bool]]] = {}
    for one, right in pairs:
        by_subject.setdefault(one.subject, []).append((one.entry.curve.probability(theta), right))
    found = [_strength(subject, answers) for subject, answers in sorted(by_subject.items())]
    return tuple(sorted(found, key=lambda one: (-one.right / one.answered, -one.answered)))


def _strength(subject: str, answers: Sequence[tuple[float, bool]]) -> Strength:
    """Right answers against what somebody of this ability can expect of the same questions."""
    right = sum(one for _chance, one in answers)
    expected = math.fsum(chance for chance, _one in answers)
    spread = math.sqrt(math.fsum(chance * (1 - chance) for chance, _one in answers))
    beyond = right - expected
    slight = len(answers) < FEW or abs(beyond) <= STANDS_OUT * spread
    stands = "" if slight else "stronger" if beyond > 0 else "weaker"
    return Strength(subject, len(answers), right, stands)
