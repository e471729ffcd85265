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
from question_bank.problem import Problem, shortened
from question_bank.scoring import MATCH_RULES, ONE, ZERO, Rules
from question_bank.shares import MOST, held, noted, range_problems, share_of, written
from question_bank.text import plain_text

KEY = "matching"
CONTROL = "match"
MACHINE_SCORED = True


@dataclass(frozen=True, slots=True)
class Worth:
    """What a pair earns or costs when it is made."""

    left: str
    right: str
    share: Fraction


@dataclass(frozen=True, slots=True)
class Pairs:
    """Left and right of each pair, and right-hand sides that belong to none. `shares`: what some pairs, right or wrong,
    earn or cost; `wrong`: what any other wrong pair does; a right one that is not named earns an equal part.
    """

    pairs: tuple[tuple[str, str], ...]
    extra: tuple[str, ...] = ()
    shares: tuple[Worth, ...] = ()
    wrong: Fraction = ZERO

    @property
    def own(self) -> bool:
        """Whether the shares of the pairs decide, not the rule of the exam."""
        return bool(self.shares or self.wrong)

    def share(self, left: str, right: str) -> Fraction:
        """What a pair earns when it is made."""
        named = next((one.share for one in self.shares if (one.left, one.right) == (left, right)), None)
        usual = Fraction(1, len(self.pairs)) if (left, right) in self.pairs else self.wrong
        return usual if named is None else named

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
    return found + (_share_problems(body) if body.own else [])


def _share_problems(body: Pairs) -> list[Problem]:
    """Shares are of pairs that can be made, each once; the right pairs together earn everything."""
    found = range_problems("pairs", body.wrong)
    lefts, rights = {left for left, _right in body.pairs}, body.rights()
    for one in body.shares:
        found += range_problems("pairs", one.share, most=MOST)
        if one.left not in lefts or one.right not in rights:
            found.append(Problem("pairs", "share_pair", shortened(f"{one.left} - {one.right}")))
    if len({(one.left, one.right) for one in body.shares}) < len(body.shares):
        found.append(Problem("pairs", "duplicate"))
    if sum((body.share(*pair) for pair in body.pairs), ZERO) < ONE:
        found.append(Problem("answer", "share_key"))
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
    """By the shares of the pairs, else by the exam's rule for matchings."""
    if is_blank(response):
        return ZERO
    rights = body.rights()
    if body.own:
        chosen = zip(response, body.pairs, strict=True)
        return held(body.share(pair[0], rights[place]) for place, pair in chosen if place is not None)
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
    if not body.own:
        return "; ".join(_said(*pair) for pair in body.pairs)
    others = [(one.left, one.right) for one in body.shares if (one.left, one.right) not in body.pairs]
    listed = [noted(_said(*pair), body.share(*pair)) for pair in [*body.pairs, *others]]
    return "; ".join(listed + ([noted("*", body.wrong)] if body.wrong else []))


def _said(left: str, right: str) -> str:
    return f"{plain_text(left)} - {plain_text(right)}"


def offered(body: Pairs) -> tuple[str, ...]:
    """The left-hand sides with numbers, then the right-hand sides with letters, sorted so that they tell nothing."""
    lefts = [f"{number}. {plain_text(left)}" for number, (left, _right) in enumerate(body.pairs, 1)]
    rights = zip(LETTERS, sorted(map(plain_text, body.rights())), strict=False)
    return (*lefts, *(f"{letter}. {right}" for letter, right in rights))


def to_record(body: Pairs) -> dict[str, Any]:
    """JSON-able form."""
    pairs = [{"left": left, "right": right} for left, right in body.pairs]
    shares = [{"left": one.left, "right": one.right, "share": written(one.share)} for one in body.shares]
    return (
        {"pairs": pairs}
        | ({"extra": list(body.extra)} if body.extra else {})
        | ({"shares": shares} if shares else {})
        | ({"wrong": written(body.wrong)} if body.wrong else {})
    )


def from_record(record: Mapping[str, Any]) -> Pairs:
    """The inverse; raises KeyError, TypeError or ValueError."""
    pairs = []
    for entry in record["pairs"]:
        if set(entry) != {"left", "right"}:
            raise ValueError("a pair has left and right")
        pairs.append((string(entry["left"]), string(entry["right"])))
    shares = []
    for entry in record.get("shares", ()):
        if set(entry) != {"left", "right", "share"}:
            raise ValueError("a share has left, right and share")
        shares.append(Worth(string(entry["left"]), string(entry["right"]), share_of(entry["share"])))
    wrong = share_of(record.get("wrong", "0"))
    return Pairs(tuple(pairs), strings(record.get("extra", ())), tuple(shares), wrong)
