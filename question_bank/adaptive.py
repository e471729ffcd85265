"""The adaptive test: each question is chosen by the answers so far, and it ends as soon as pass or fail is clear.

After each answer the ability is the posterior mean (EAP) under a standard normal prior. The test ends once the pass mark lies
outside the confidence interval around it. The next question is one of the most informative, each of these as likely (the
"randomesque" rule of Kingsbury & Zara, 1989), so that the best questions are not shown to everybody. Topics take turns by
the quota method of Balinski & Young (1975): wherever the test ends, each topic has its share of the questions, rounded up
or down. Nothing is remembered here: bank, plan and answers in, next question out.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from question_bank.analysis.abilities import STANDARD, Ability, posterior
from question_bank.analysis.curves import Curve, expected_score

#: answers before which questions are chosen at the pass mark: the estimate still jumps
FIRST = 5
#: abilities between which a bank score is looked for, in logits
_FURTHEST = 12.0
#: decimals beyond which machines may differ: estimates and information are compared without them
_PLACES = 9
#: shares of questions are not told apart below
_SLIGHT = 1e-9
#: a whole number in [0, bound), each as likely
Below = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Entry:
    """A question of the bank; `enemies`: the group of questions that give each other away, "" for none."""

    key: int
    curve: Curve
    topic: str
    enemies: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A question that was given, and whether it was answered right."""

    key: int
    right: bool


@dataclass(frozen=True, slots=True)
class Bank:
    """The questions, prepared once for many candidates: by key and by topic, with the logarithms of the chances of a right
    and of a wrong answer at the nodes of the prior.
    """

    entries: Mapping[int, Entry]
    topics: Mapping[str, tuple[Entry, ...]]
    logs: Mapping[int, tuple[tuple[float, ...], tuple[float, ...]]]

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "Bank":
        """Raises ValueError for none and for two of one key."""
        found = {entry.key: entry for entry in sorted(entries, key=lambda entry: entry.key)}
        if not found or len(found) < len(entries):
            raise ValueError("questions, each once")
        names = sorted({entry.topic for entry in entries})
        topics = {name: tuple(entry for entry in found.values() if entry.topic == name) for name in names}
        return cls(found, topics, {key: _logs(entry.curve) for key, entry in found.items()})

    def score(self, ability: float) -> float:
        """Percentage of the whole bank that somebody of this ability can expect to have right."""
        return 100 * expected_score([entry.curve for entry in self.entries.values()], ability) / len(self.entries)

    def ability(self, score: float) -> float:
        """The ability, in logits, that can expect this percentage of the bank, at most 12 logits away from 0."""
        low, high = -_FURTHEST, _FURTHEST
        while high - low > 1e-9:
            middle = (low + high) / 2
            if self.score(middle) < score:
                low = middle
            else:
                high = middle
        return high

    def standing(self, answers: Sequence[Answer]) -> Ability:
        """EAP and SD of the posterior, in logits. Raises KeyError for a question that is not of the bank."""
        logs = list(_PRIOR)
        for answer in answers:
            right, wrong = self.logs[answer.key]
            logs = [log + one for log, one in zip(logs, right if answer.right else wrong, strict=True)]
        found = posterior(STANDARD.nodes, logs)
        return Ability(round(found.theta, _PLACES), round(found.error, _PLACES))


@dataclass(frozen=True, slots=True)
class Plan:
    """How to test. `cut`: pass mark in logits (see `Bank.ability`); `quotas`: weight of each topic, as counts or shares;
    `least` and `most` questions; `randomesque`: how many of the most informative one is drawn from; `confidence`: half of
    the interval in standard errors; `ceiling`: exposure rate from which a question is spared while there are others.

    Whoever must answer 20 cannot stop early enough to average much less than 33 near a pass mark in the middle, however good
    the questions; 15 and one of 20 questions get it under 32 with the same share of right decisions (see the tests).
    Raises ValueError where bounds contradict each other or no topic has weight.
    """

    cut: float
    quotas: Mapping[str, float]
    least: int = 15
    most: int = 50
    randomesque: int = 20
    confidence: float = 1.96
    ceiling: float = 0.2

    def __post_init__(self) -> None:
        if not (1 <= self.least <= self.most and self.randomesque >= 1 and self.confidence > 0 and self.ceiling > 0):
            raise ValueError("bounds that contradict each other")
        if any(weight < 0 for weight in self.quotas.values()) or not sum(self.quotas.values()):
            raise ValueError("weights of topics")

    def to_record(self) -> dict[str, Any]:
        """JSON-able form."""
        names = ("cut", "least", "most", "randomesque", "confidence", "ceiling")
        return {**{name: getattr(self, name) for name in names}, "quotas": dict(self.quotas)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Plan":
        """The inverse; raises TypeError or ValueError."""
        return cls(**record)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the caller knows: keys that this candidate must not get, and the share of candidates that got each question."""

    excluded: AbstractSet[int] = field(default_factory=frozenset)
    rates: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a test stands. `theta` and `error` in logits; `decided`: "above" or "below" the pass mark, or "undecided";
    `reason` it ends: "clear", "most", "empty" (no question left), or "" while it goes on; `score`: expected percentage of
    the whole bank, `low` and `high` the ends of its interval by the plan's confidence.
    """

    theta: float
    error: float
    decided: str
    reason: str
    score: float
    low: float
    high: float
    given: int

    def to_record(self) -> dict[str, Any]:
        """JSON-able form, numbers rounded to six decimals."""
        numbers = {name: round(getattr(self, name), 6) for name in ("theta", "error", "score", "low", "high")}
        return {**numbers, "decided": self.decided, "reason": self.reason, "given": self.given}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Outcome":
        """The inverse; raises TypeError."""
        return cls(**record)


def next_question(
    bank: Bank, plan: Plan, answers: Sequence[Answer], below: Below, limits: Limits | None = None
) -> int | None:
    """The key of the question to give next, None where the test ends. Raises KeyError for answers from another bank."""
    ability = bank.standing(answers)
    if len(answers) >= plan.most or _clear(plan, ability, len(answers)):
        return None
    held = limits or Limits()
    candidates = _candidates(bank, plan, answers, held)
    spared = [entry for entry in candidates if held.rates.get(entry.key, 0.0) <= plan.ceiling]
    candidates = spared or candidates
    if not candidates:
        return None
    theta = plan.cut if len(answers) < FIRST else ability.theta
    ranked = sorted(candidates, key=lambda entry: (-round(entry.curve.information(theta), _PLACES), entry.key))
    return ranked[below(min(plan.randomesque, len(ranked)))].key


def outcome(bank: Bank, plan: Plan, answers: Sequence[Answer], limits: Limits | None = None) -> Outcome:
    """Where the test stands after these answers, whether or not it has ended. What to make of "undecided" is the caller's
    rule: the estimate alone is right more often than not. Raises KeyError for answers from another bank.
    """
    ability = bank.standing(answers)
    reach = plan.confidence * ability.error
    clear = _outside(plan, ability)
    return Outcome(
        theta=ability.theta,
        error=ability.error,
        decided=("above" if ability.theta > plan.cut else "below") if clear else "undecided",
        reason=_reason(bank, plan, answers, ability, limits or Limits()),
        score=bank.score(ability.theta),
        low=bank.score(ability.theta - reach),
        high=bank.score(ability.theta + reach),
        given=len(answers),
    )


def turns(quotas: Mapping[str, float], given: Mapping[str, int]) -> list[str]:
    """Topics in the order in which they should come next (Balinski & Young, 1975).

    First those that one more question would not lift above their share, rounded up; among these the one that most needs
    it: the largest weight over questions given, this one included. Topics without weight never come.
    """
    whole, following = sum(quotas.values()), sum(given.values()) + 1

    def urgency(topic: str) -> tuple[bool, float, str]:
        held = given.get(topic, 0)
        full = held >= quotas[topic] * following / whole - _SLIGHT
        return full, -quotas[topic] / (held + 1), topic

    return sorted((topic for topic, weight in quotas.items() if weight > 0), key=urgency)


def _reason(bank: Bank, plan: Plan, answers: Sequence[Answer], ability: Ability, limits: Limits) -> str:
    if _clear(plan, ability, len(answers)):
        return "clear"
    if len(answers) >= plan.most:
        return "most"
    return "" if _candidates(bank, plan, answers, limits) else "empty"


def _clear(plan: Plan, ability: Ability, given: int) -> bool:
    return given >= plan.least and _outside(plan, ability)


def _outside(plan: Plan, ability: Ability) -> bool:
    return abs(ability.theta - plan.cut) > plan.confidence * ability.error


def _candidates(bank: Bank, plan: Plan, answers: Sequence[Answer], limits: Limits) -> list[Entry]:
    """Questions that may come next, all of one topic: the first in turn that has any."""
    seen = [bank.entries[answer.key] for answer in answers]
    used = {entry.key for entry in seen} | limits.excluded
    enemies = {entry.enemies for entry in seen} - {""}
    for topic in turns(plan.quotas, Counter(entry.topic for entry in seen)):
        left = bank.topics.get(topic, ())
        found = [entry for entry in left if entry.key not in used and entry.enemies not in enemies]
        if found:
            return found
    return []


def _logs(curve: Curve) -> tuple[tuple[float, ...], tuple[float, ...]]:
    chances = [min(max(curve.probability(node), 1e-300), 1 - 1e-16) for node in STANDARD.nodes]
    return tuple(math.log(chance) for chance in chances), tuple(math.log1p(-chance) for chance in chances)


_PRIOR = tuple(math.log(weight) for weight in STANDARD.weights)
