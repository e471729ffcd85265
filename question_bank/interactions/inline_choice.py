"""Inline choice (选词填空): each gap [[1]], [[2]] ... of the stem offers its own choices; one of them is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from question_bank.chance import Chance, derive, opaque
from question_bank.errors import BadResponse
from question_bank.interactions.base import (
    LETTERS,
    MAX_BLANKS,
    MAX_OPTIONS,
    MAX_WEIGHT,
    OPTION_LENGTH,
    Choice,
    Presentation,
    Response,
    required_text,
    strings,
    whole,
)
from question_bank.interactions.base import (
    same as same,
)
from question_bank.interactions.fill_in import MARK
from question_bank.problem import Problem
from question_bank.scoring import ONE, ZERO, Rules
from question_bank.shares import held, noted, range_problems, share_of, written
from question_bank.text import plain_text

KEY = "inline_choice"
CONTROL = "inline"
MACHINE_SCORED = True


@dataclass(frozen=True, slots=True)
class Gap:
    """What one gap offers, the place of the right one among them (from 0), and what the gap is worth; `shares`: what of
    that each choice earns or costs, empty where the right one earns all and the others nothing.
    """

    choices: tuple[str, ...]
    right: int
    weight: int = 1
    shares: tuple[Fraction, ...] = ()

    def share(self, place: int | None) -> Fraction:
        """What a choice earns of what the gap is worth."""
        if place is None:
            return ZERO
        return self.shares[place] if self.shares else Fraction(place == self.right)


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of a stem, in order."""

    gaps: tuple[Gap, ...]


def problems(body: Gaps, stem: str) -> list[Problem]:
    """Marks in the stem are 1..n for n gaps; each gap has two or more different choices and a right one."""
    found: list[Problem] = []
    marks = [int(mark) for mark in MARK.findall(stem)]
    if not body.gaps:
        found.append(Problem("gaps", "no_key"))
    if len(body.gaps) > MAX_BLANKS:
        found.append(Problem("gaps", "too_many", str(len(body.gaps)), {"most": MAX_BLANKS}))
    if marks != list(range(1, len(body.gaps) + 1)):
        found.append(Problem("stem", "blank_marks", str(marks), {"blanks": len(body.gaps)}))
    for number, gap in enumerate(body.gaps, 1):
        found += _gap_problems(gap, f"gaps.{number}")
    return found


def _gap_problems(gap: Gap, field: str) -> list[Problem]:
    found: list[Problem] = []
    if len(gap.choices) < 2:
        found.append(Problem(field, "too_few", str(len(gap.choices)), {"least": 2}))
    if len(gap.choices) > MAX_OPTIONS:
        found.append(Problem(field, "too_many", str(len(gap.choices)), {"most": MAX_OPTIONS}))
    for text in gap.choices:
        found += required_text(field, text, OPTION_LENGTH)
    if len({"".join(text.split()) for text in gap.choices}) < len(gap.choices):
        found.append(Problem(field, "duplicate"))
    if not 0 <= gap.right < len(gap.choices):
        found.append(Problem(field, "no_key"))
    if not 1 <= gap.weight <= MAX_WEIGHT:
        found.append(Problem(field, "weight", str(gap.weight), {"most": MAX_WEIGHT}))
    if gap.shares and (len(gap.shares) != len(gap.choices) or gap.shares[gap.right : gap.right + 1] != (ONE,)):
        found.append(Problem(field, "share_key"))
    return found + [problem for share in gap.shares for problem in range_problems(field, share)]


def _id(seed: bytes, gap: int, choice: int) -> str:
    return opaque(seed, f"gap{gap}:{choice}")


def present(body: Gaps, seed: bytes) -> Presentation:
    """The choices of each gap in this candidate's order."""
    return Presentation(
        blanks=len(body.gaps),
        gaps=tuple(
            tuple(
                Choice(_id(seed, n, place), gap.choices[place])
                for place in Chance(derive(seed, f"gap{n}")).shuffled(range(len(gap.choices)))
            )
            for n, gap in enumerate(body.gaps)
        ),
    )


def read(body: Gaps, seed: bytes, raw: object) -> Response:
    """A list of opaque ids or null, one a gap -> places of the choices or None."""
    if not isinstance(raw, list) or len(raw) != len(body.gaps):
        raise BadResponse(reason="shape")
    return [_place(gap, n, seed, chosen) for n, (gap, chosen) in enumerate(zip(body.gaps, raw, strict=True))]


def _place(gap: Gap, number: int, seed: bytes, chosen: object) -> int | None:
    if chosen is None or chosen == "":
        return None
    known = {_id(seed, number, place): place for place in range(len(gap.choices))}
    if not isinstance(chosen, str) or chosen not in known:
        raise BadResponse(reason="option")
    return known[chosen]


def shown(body: Gaps, seed: bytes, response: Response) -> object:
    """The opaque ids of what was chosen."""
    return [None if place is None else _id(seed, n, place) for n, place in enumerate(response)]


def is_blank(response: Response) -> bool:
    """Nothing was chosen in any gap."""
    return not response or all(place is None for place in response)


def score(body: Gaps, response: Response, rules: Rules) -> Fraction:
    """Gaps count by their weights, choices by their shares."""
    if is_blank(response):
        return ZERO
    pairs: Sequence[tuple[Gap, int | None]] = list(zip(body.gaps, response, strict=True))
    total = sum(gap.weight for gap in body.gaps)
    return held(gap.weight * gap.share(place) / total for gap, place in pairs)


def summary(body: Gaps, response: Response) -> str:
    """What was chosen, with a bar between gaps."""
    pairs = zip(body.gaps, response or [], strict=False)
    return " | ".join("" if place is None else plain_text(gap.choices[place]) for gap, place in pairs)


def key_summary(body: Gaps) -> str:
    """The right choices, with a bar between gaps."""
    return " | ".join(map(_key, body.gaps))


def _key(gap: Gap) -> str:
    """The right choice, then others that earn or cost something."""
    places = [gap.right, *(n for n, share in enumerate(gap.shares) if share and n != gap.right)]
    return " / ".join(noted(plain_text(gap.choices[place]), gap.share(place)) for place in places)


def offered(body: Gaps) -> tuple[str, ...]:
    """A line a gap with its choices."""
    return tuple(
        f"({number}) "
        + "  ".join(f"{letter}. {plain_text(text)}" for letter, text in zip(LETTERS, gap.choices, strict=False))
        for number, gap in enumerate(body.gaps, 1)
    )


def to_record(body: Gaps) -> dict[str, Any]:
    """JSON-able form."""
    return {
        "gaps": [
            {"choices": list(gap.choices), "right": gap.right}
            | ({"weight": gap.weight} if gap.weight != 1 else {})
            | ({"shares": [written(share) for share in gap.shares]} if gap.shares else {})
            for gap in body.gaps
        ]
    }


def from_record(record: Mapping[str, Any]) -> Gaps:
    """The inverse; raises KeyError, TypeError or ValueError."""
    gaps = []
    for entry in record["gaps"]:
        if unknown := set(entry) - {"choices", "right", "weight", "shares"}:
            raise ValueError(f"unknown: {sorted(unknown)}")
        shares = tuple(map(share_of, strings(entry.get("shares", ()))))
        gaps.append(Gap(strings(entry["choices"]), whole(entry["right"]), whole(entry.get("weight", 1)), shares))
    return Gaps(tuple(gaps))
