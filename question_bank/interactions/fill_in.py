"""Fill in (填空题): blanks [[1]], [[2]] ... in the stem, each with its accepted answers; equal by form only."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from question_bank.errors import BadResponse
from question_bank.interactions.base import MAX_BLANKS, OPTION_LENGTH, Presentation, Response, strings
from question_bank.normaliser import NORMALISERS
from question_bank.problem import Problem
from question_bank.scoring import Rules

KEY = "fill_in"
CONTROL = "blanks"
MACHINE_SCORED = True
MARK = re.compile(r"\[\[(\d{1,2})\]\]")


@dataclass(frozen=True, slots=True)
class Blank:
    """Accepted answers of one blank; `numerals`: Chinese and Arabic numbers are the same here."""

    accept: tuple[str, ...]
    numerals: bool = False


@dataclass(frozen=True, slots=True)
class Blanks:
    """The blanks of a stem, in order; `ordered` is false when the answers may stand in any of them."""

    blanks: tuple[Blank, ...]
    ordered: bool = True


def problems(body: Blanks, stem: str) -> list[Problem]:
    """Marks in the stem are 1..n for n blanks, and each blank has an answer."""
    found: list[Problem] = []
    marks = [int(mark) for mark in MARK.findall(stem)]
    if not body.blanks:
        found.append(Problem("blanks", "no_key"))
    if len(body.blanks) > MAX_BLANKS:
        found.append(Problem("blanks", "too_many", str(len(body.blanks)), {"most": MAX_BLANKS}))
    if marks != list(range(1, len(body.blanks) + 1)):
        found.append(Problem("stem", "blank_marks", str(marks), {"blanks": len(body.blanks)}))
    for number, blank in enumerate(body.blanks, 1):
        if not blank.accept or not all(text.strip() for text in blank.accept):
            found.append(Problem(f"blanks.{number}", "no_blank_key"))
        if any(len(text) > OPTION_LENGTH for text in blank.accept):
            found.append(Problem(f"blanks.{number}", "too_long", "", {"limit": OPTION_LENGTH}))
    return found


def present(body: Blanks, seed: bytes) -> Presentation:
    """Only how many blanks there are."""
    return Presentation(blanks=len(body.blanks))


def read(body: Blanks, seed: bytes, raw: object) -> Response:
    """A list of texts, one a blank."""
    if not isinstance(raw, list) or len(raw) != len(body.blanks):
        raise BadResponse(reason="shape")
    if not all(isinstance(text, str) and len(text) <= OPTION_LENGTH for text in raw):
        raise BadResponse(reason="text")
    return list(raw)


def shown(body: Blanks, seed: bytes, response: Response) -> object:
    """The texts as they were typed."""
    return list(response)


def is_blank(response: Response) -> bool:
    """Nothing but white space in any blank."""
    return not any(text.strip() for text in response or [])


def score(body: Blanks, response: Response, rules: Rules) -> Fraction:
    """Each blank is worth the same; without order each accepted answer counts for one blank at most."""
    if is_blank(response):
        return Fraction(0)
    normal = NORMALISERS[rules.normaliser]
    fits = [
        [normal(text, numerals=blank.numerals) in _accepted(blank, rules) for text in response] for blank in body.blanks
    ]
    right = sum(row[place] for place, row in enumerate(fits)) if body.ordered else _most_matches(fits)
    return Fraction(right, len(body.blanks))


def _accepted(blank: Blank, rules: Rules) -> frozenset[str]:
    normal = NORMALISERS[rules.normaliser]
    return frozenset(normal(text, numerals=blank.numerals) for text in blank.accept)


def _most_matches(fits: list[list[bool]]) -> int:
    """The largest number of blanks that can be given an answer of their own (Kuhn's augmenting paths)."""
    owner: dict[int, int] = {}

    def give(blank: int, seen: set[int]) -> bool:
        for place, fit in enumerate(fits[blank]):
            if fit and place not in seen:
                seen.add(place)
                if place not in owner or give(owner[place], seen):
                    owner[place] = blank
                    return True
        return False

    return sum(give(blank, set()) for blank in range(len(fits)))


def summary(body: Blanks, response: Response) -> str:
    """The typed texts, with a bar between blanks."""
    return " | ".join(response or [])


def key_summary(body: Blanks) -> str:
    """The accepted answers: alternatives by a slash, blanks by a bar."""
    return " | ".join(" / ".join(blank.accept) for blank in body.blanks)


def to_record(body: Blanks) -> dict[str, Any]:
    """JSON-able form."""
    blanks = [{"accept": list(b.accept)} | ({"numerals": True} if b.numerals else {}) for b in body.blanks]
    return {"blanks": blanks} | ({} if body.ordered else {"ordered_blanks": False})


def from_record(record: Mapping[str, Any]) -> Blanks:
    """The inverse; raises KeyError, TypeError or ValueError."""
    blanks = []
    for entry in record["blanks"]:
        if set(entry) - {"accept", "numerals"}:
            raise ValueError(f"unknown: {sorted(set(entry) - {'accept', 'numerals'})}")
        blanks.append(Blank(strings(entry["accept"]), bool(entry.get("numerals", False))))
    return Blanks(tuple(blanks), bool(record.get("ordered_blanks", True)))
