"""Whether a question here scores as the file's own response processing does: both are asked for many answers.

A key is never taken on trust. Every answer that matters is given to the item as the file has it and to the question as
we would keep it; only where the marks are in proportion for all of them, under one of our rules or by shares of the
marks that the question carries itself, is the item taken. Only what would be less than nothing is nothing here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from lxml import etree

from question_bank.formats.qti_source import Refused, Source
from question_bank.formats.qti_values import Atom, Value
from question_bank.interactions import KINDS
from question_bank.interactions.base import MAX_WEIGHT, Response
from question_bank.problem import Problem, shortened
from question_bank.scoring import DEFAULT, MATCH_RULES, MULTI_RULES, ORDER_RULES, Rules

#: which of the rules a type takes, and by which name
RULES: dict[str, tuple[str, Sequence[str]]] = {
    "multiple_choice": ("multiple", tuple(MULTI_RULES)),
    "hotspot": ("multiple", tuple(MULTI_RULES)),
    "ordering": ("ordering", tuple(ORDER_RULES)),
    "matching": ("matching", tuple(MATCH_RULES)),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One answer: as the file's variables hold it, and as we would store it."""

    variables: dict[str, Value]
    response: Response


@dataclass(frozen=True, slots=True)
class Marks:
    """What the file gives for each trial, and the most of it."""

    trials: tuple[Trial, ...]
    scores: tuple[Fraction, ...]
    most: Fraction

    def pairs(self) -> Iterator[tuple[Trial, Fraction]]:
        """Each trial with the marks that it can earn here: the file's, but never less than nothing."""
        return zip(self.trials, (max(score, Fraction(0)) for score in self.scores), strict=True)


def marked(source: Source, trials: Sequence[Trial], element: etree._Element) -> Marks:
    """Ask the file for all trials. Raises Refused where nothing is ever earned, or where no answer earns something."""
    scores = tuple(source.score(trial.variables) for trial in trials)
    most = max(scores)
    if most <= 0:
        raise Refused(Problem("answer", "no_key"), element)
    unanswered = source.score({})
    if unanswered > 0:
        raise Refused(Problem("responseProcessing", "qti_blank", f"{_plain(unanswered)}/{_plain(most)}"), element)
    return Marks(tuple(trials), scores, most)


def fitting(kind: str, body: Any, marks: Marks) -> Rules | None:
    """The first of our rules under which the body earns what the file gives, in proportion; None if there is none."""
    return next((rules for rules in _candidates(kind) if _agrees(kind, body, marks, rules)), None)


def _candidates(kind: str) -> Iterator[Rules]:
    yield DEFAULT
    if kind in RULES:
        name, values = RULES[kind]
        yield from (replace(DEFAULT, **{name: value}) for value in values)


def _agrees(kind: str, body: Any, marks: Marks, rules: Rules) -> bool:
    module = KINDS[kind]
    return all(
        marks.most * (Fraction(0) if module.is_blank(trial.response) else module.score(body, trial.response, rules))
        == score
        for trial, score in marks.pairs()
    )


def require_fit(source: Source, kind: str, body: Any, marks: Marks, element: etree._Element) -> None:
    """Refuse an item that would be scored otherwise here; say under which rule it is scored as the file says."""
    rules = fitting(kind, body, marks)
    if rules is None:
        raise Refused(Problem("responseProcessing", "qti_scoring", _example(kind, body, marks)), element)
    if kind in RULES and not all(_agrees(kind, body, marks, other) for other in _candidates(kind)):
        name = RULES[kind][0]
        source.warn(f"scoring.{name}", getattr(rules, name), "qti_rule", element)
    if min(marks.scores) < 0:
        source.warn("scoring", _plain(min(marks.scores)), "qti_negative", element)
    if marks.most != 1:
        source.warn("scoring", _plain(marks.most), "qti_marks", element)


def say_shares(source: Source, kind: str, body: Any, element: etree._Element) -> None:
    """Say that the question carries its own shares, and which."""
    source.warn("scoring.shares", KINDS[kind].key_summary(body), "qti_shares", element)


def weighed(most: Sequence[Fraction], element: etree._Element) -> list[int]:
    """What the parts are worth, as small whole numbers; raises Refused where a part alone earns nothing."""
    if any(one <= 0 for one in most):
        raise Refused(Problem("responseProcessing", "qti_together"), element)
    scale = lcm(*(one.denominator for one in most))
    whole = [int(one * scale) for one in most]
    weights = [one // gcd(*whole) for one in whole]
    if max(weights) > MAX_WEIGHT:
        raise Refused(Problem("weight", "weight", str(max(weights)), {"most": MAX_WEIGHT}), element)
    return weights


def _example(kind: str, body: Any, marks: Marks) -> str:
    """An answer that the two score differently, with what the file gives for it."""
    module = KINDS[kind]
    for trial, score in marks.pairs():
        share = Fraction(0) if module.is_blank(trial.response) else module.score(body, trial.response, DEFAULT)
        if share * marks.most != score:
            given = "; ".join(", ".join(map(_said, value or ())) for value in trial.variables.values())
            return shortened(f"{given or '-'} = {_plain(score)}/{_plain(marks.most)}")
    return ""


def _said(value: Atom) -> str:
    if isinstance(value, tuple):
        return "-".join(value)
    return _plain(value) if isinstance(value, Fraction) else str(value)


def _plain(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"
