"""Matching (匹配题): give each left-hand side its right-hand side."""

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
    string,
    strings,
)
from question_bank.interactions.base import same as same
from question_bank.problem import Problem
from question_bank.scoring import MATCH_RULES, ZERO, Rules
from question_bank.text import plain_text

KEY = "matching"
CONTROL = "match"
MACHINE_SCORED = True


@dataclass(frozen=True, slots=True)
class Pairs:
    """Left and right of each pair, and right-hand sides that belong to none."""

    pairs: tuple[tuple[str, str], ...]
    extra: tuple[str, ...] = ()

    def rights(self) -> tuple[str, ...]:
        """Every right-hand side once, in the author's order."""
        return tuple(dict.fromkeys([right for _left, right in self.pairs] + list(self.extra)))


def problems(body: Pairs, stem: str) -> list[Problem]:
    """Two to twelve pairs with different left-hand sides."""
    found: list[Problem] = []
    if len(body.pairs) < 2:
        found.append(Problem("pairs", "too_few", str(len(body.pairs)), {"least": 2}))
    if len(body.pairs) + len(body.extra) > MAX_LINES:
        found.append(Problem("pairs", "too_many", str(len(body.pairs)), {"most": MAX_LINES}))
    if len({left for left, _right in body.pairs}) < len(body.pairs):
        found.append(Problem("pairs", "duplicate"))
    for number, pair in enumerate(body.pairs, 1):
        for side in pair:
            found += required_text(f"pairs.{number}", side, OPTION_LENGTH)
    return found


def present(body: Pairs, seed: bytes) -> Presentation:
    """Left-hand sides in the author's order, right-hand sides in this candidate's."""
    rights = list(enumerate(body.rights()))
    mixed = Chance(derive(seed, "rights")).shuffled(rights)
    return Presentation(
        choices=tuple(Choice(opaque(seed, f"right{n}"), text) for n, text in mixed),
        prompts=tuple(Choice(opaque(seed, f"left{n}"), left) for n, (left, _right) in enumerate(body.pairs)),
    )


def read(body: Pairs, seed: bytes, raw: object) -> Response:
    """{left id: right id} -> for each left-hand side the number of the right-hand side, or None."""
    lefts = {opaque(seed, f"left{n}"): n for n in range(len(body.pairs))}
    rights = {opaque(seed, f"right{n}"): n for n in range(len(body.rights()))}
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        raise BadResponse(reason="shape")
    if not set(raw) <= set(lefts) or not set(raw.values()) <= set(rights):
        raise BadResponse(reason="option")
    chosen = {lefts[left]: rights[right] for left, right in raw.items()}
    return [chosen.get(n) for n in range(len(body.pairs))]


def shown(body: Pairs, seed: bytes, response: Response) -> object:
    """{left id: right id} of what was matched."""
    return {opaque(seed, f"left{n}"): opaque(seed, f"right{r}") for n, r in enumerate(response) if r is not None}


def is_blank(response: Response) -> bool:
    """Nothing was matched."""
    return not response or all(place is None for place in response)


def score(body: Pairs, response: Response, rules: Rules) -> Fraction:
    """By the exam's rule for matchings."""
    if is_blank(response):
        return ZERO
    rights = body.rights()
    made = [(rights[r], pair[1]) for r, pair in zip(response, body.pairs, strict=True) if r is not None]
    right = sum(chosen == keyed for chosen, keyed in made)
    return MATCH_RULES[rules.matching](right, len(made) - right, len(body.pairs))


def summary(body: Pairs, response: Response) -> str:
    """The pairs that were made."""
    rights = body.rights()
    made = zip(body.pairs, response or [], strict=False)
    return "; ".join(f"{plain_text(pair[0])} - {plain_text(rights[r])}" for pair, r in made if r is not None)


def key_summary(body: Pairs) -> str:
    """The right pairs."""
    return "; ".join(f"{plain_text(left)} - {plain_text(right)}" for left, right in body.pairs)


def offered(body: Pairs) -> tuple[str, ...]:
    """The left-hand sides with numbers, then the right-hand sides with letters, sorted so that they tell nothing."""
    lefts = [f"{number}. {plain_text(left)}" for number, (left, _right) in enumerate(body.pairs, 1)]
    rights = zip(LETTERS, sorted(map(plain_text, body.rights())), strict=False)
    return (*lefts, *(f"{letter}. {right}" for letter, right in rights))


def to_record(body: Pairs) -> dict[str, Any]:
    """JSON-able form."""
    pairs = [{"left": left, "right": right} for left, right in body.pairs]
    return {"pairs": pairs} | ({"extra": list(body.extra)} if body.extra else {})


def from_record(record: Mapping[str, Any]) -> Pairs:
    """The inverse; raises KeyError, TypeError or ValueError."""
    pairs = []
    for entry in record["pairs"]:
        if set(entry) != {"left", "right"}:
            raise ValueError("a pair has left and right")
        pairs.append((string(entry["left"]), string(entry["right"])))
    return Pairs(tuple(pairs), strings(record.get("extra", ())))
