"""Ordering (排序题): put lines into the right order."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from question_bank.chance import Chance, derive, opaque
from question_bank.errors import BadResponse
from question_bank.interactions.base import (
    LETTERS,
    MAX_LINES,
    OPTION_LENGTH,
    Choice,
    Presentation,
    Response,
    required_text,
    strings,
)
from question_bank.interactions.base import same as same
from question_bank.problem import Problem
from question_bank.scoring import ORDER_RULES, ZERO, Rules
from question_bank.text import plain_text

KEY = "ordering"
CONTROL = "order"
MACHINE_SCORED = True


@dataclass(frozen=True, slots=True)
class Sequence:
    """The lines in their right order."""

    lines: tuple[str, ...]


def problems(body: Sequence, stem: str) -> list[Problem]:
    """Three to twelve different lines."""
    found: list[Problem] = []
    if len(body.lines) < 3:
        found.append(Problem("sequence", "too_few", str(len(body.lines)), {"least": 3}))
    if len(body.lines) > MAX_LINES:
        found.append(Problem("sequence", "too_many", str(len(body.lines)), {"most": MAX_LINES}))
    if len({"".join(line.split()) for line in body.lines}) < len(body.lines):
        found.append(Problem("sequence", "duplicate"))
    for number, line in enumerate(body.lines, 1):
        found += required_text(f"sequence.{number}", line, OPTION_LENGTH)
    return found


def present(body: Sequence, seed: bytes) -> Presentation:
    """The lines in this candidate's order, which is never the right one (but where there is one order only)."""
    places = list(range(len(body.lines)))
    chance = Chance(derive(seed, "lines"))
    mixed = chance.shuffled(places)
    while mixed == places and len(places) > 1:
        mixed = chance.shuffled(places)
    return Presentation(choices=tuple(Choice(opaque(seed, f"line{place}"), body.lines[place]) for place in mixed))


def read(body: Sequence, seed: bytes, raw: object) -> Response:
    """Opaque ids of all lines in the candidate's order, or an empty list -> the lines' places."""
    known = {opaque(seed, f"line{place}"): place for place in range(len(body.lines))}
    if not isinstance(raw, list) or not all(isinstance(i, str) for i in raw):
        raise BadResponse(reason="shape")
    if raw and sorted(raw) != sorted(known):
        raise BadResponse(reason="option")
    return [known[i] for i in raw]


def shown(body: Sequence, seed: bytes, response: Response) -> object:
    """The opaque ids in the candidate's order."""
    return [opaque(seed, f"line{place}") for place in response]


def is_blank(response: Response) -> bool:
    """The candidate never moved a line."""
    return not response


def score(body: Sequence, response: Response, rules: Rules) -> Fraction:
    """By the exam's rule for orderings."""
    return ORDER_RULES[rules.ordering](response) if response else ZERO


def summary(body: Sequence, response: Response) -> str:
    """The lines in the candidate's order."""
    return " > ".join(plain_text(body.lines[place]) for place in response or [])


def key_summary(body: Sequence) -> str:
    """The lines in the right order."""
    return " > ".join(map(plain_text, body.lines))


def offered(body: Sequence) -> tuple[str, ...]:
    """The lines by their letters, sorted so that their order tells nothing."""
    return tuple(
        f"{letter}. {text}" for letter, text in zip(LETTERS, sorted(map(plain_text, body.lines)), strict=False)
    )


def to_record(body: Sequence) -> dict[str, Any]:
    """JSON-able form."""
    return {"sequence": list(body.lines)}


def from_record(record: Mapping[str, Any]) -> Sequence:
    """The inverse; raises KeyError or TypeError."""
    return Sequence(strings(record["sequence"]))
