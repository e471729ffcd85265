"""Grading: form + item versions + answers + rules -> result. Pure, exact, repeatable bit by bit."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from question_bank.assembly import Form
from question_bank.blueprint import Blueprint
from question_bank.errors import UnknownRecord
from question_bank.item import ItemVersion
from question_bank.scoring import Rules

FORMAT = 1
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Score:
    """What one slot earned, of how many marks, and whether it was left blank."""

    slot: int
    earned: Decimal
    marks: Decimal
    blank: bool


@dataclass(frozen=True, slots=True)
class Result:
    """The scores of an attempt; the total is the sum of the slots, each rounded once to hundredths."""

    scores: tuple[Score, ...]
    total: Decimal
    maximum: Decimal
    passed: bool

    def to_record(self) -> dict[str, Any]:
        """JSON-able form of the slots, in hundredths; a blank is null."""
        return {
            "f": FORMAT,
            "marks": [int(score.marks * 100) for score in self.scores],
            "earned": [None if score.blank else int(score.earned * 100) for score in self.scores],
        }


def scores_from_record(record: Mapping[str, Any]) -> tuple[Score, ...]:
    """The slots of a stored result; raises UnknownRecord for a format of another release."""
    if record.get("f") != FORMAT:
        raise UnknownRecord(format=record.get("f"))
    pairs = zip(record["marks"], record["earned"], strict=True)
    return tuple(
        Score(number, Decimal(earned or 0) / 100, Decimal(marks) / 100, earned is None)
        for number, (marks, earned) in enumerate(pairs, 1)
    )


def marks_for(share: Fraction, marks: Decimal) -> Decimal:
    """A share of the marks, rounded half up to hundredths."""
    return _rounded(share.numerator, share.denominator, marks)


@lru_cache(maxsize=4096)
def _rounded(part: int, of: int, marks: Decimal) -> Decimal:
    """The same few again and again."""
    exact = Fraction(part, of) * Fraction(marks)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(CENT, ROUND_HALF_UP)


def grade(
    form: Form, versions: Mapping[int, ItemVersion], answers: Mapping[int, Any], *, blueprint: Blueprint
) -> Result:
    """Score every slot of a form."""
    scores = tuple(
        _score(slot.number, slot.marks, versions[slot.version], answers.get(slot.number), blueprint.rules)
        for slot in form.slots
    )
    total = sum((score.earned for score in scores), Decimal(0))
    return Result(scores, total, sum((slot.marks for slot in form.slots), Decimal(0)), total >= blueprint.pass_mark)


def share_of(version: ItemVersion, response: Any, rules: Rules) -> Fraction | None:
    """The share of its marks that a response earns, None for a blank; also for questions that do not count."""
    if response is None or version.interaction.is_blank(response):
        return None
    return version.interaction.score(version.body, response, rules)


def _score(slot: int, marks: Decimal, version: ItemVersion, response: Any, rules: Rules) -> Score:
    share = share_of(version, response, rules)
    if share is None:
        return Score(slot, Decimal("0.00"), marks, blank=True)
    return Score(slot, marks_for(share, marks), marks, blank=False)
