"""Fill in (填空题): blanks [[1]], [[2]] ... in the stem, each with its accepted answers; equal by form only."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

from question_bank.errors import BadResponse
from question_bank.interactions.base import (
    MAX_BLANKS,
    MAX_WEIGHT,
    OPTION_LENGTH,
    Presentation,
    Response,
    string,
    strings,
    whole,
)
from question_bank.normaliser import NORMALISERS
from question_bank.problem import Problem
from question_bank.scoring import ONE, ZERO, Rules
from question_bank.shares import held, noted, range_problems, share_of, written

KEY = "fill_in"
CONTROL = "blanks"
MACHINE_SCORED = True
MARK = re.compile(r"\[\[(\d{1,2})\]\]")
MAX_PARTLY = 100
_STAR = re.compile(r"(?<!\\)\*")


@dataclass(frozen=True, slots=True)
class Partly:
    """An answer with a share of what its blank is worth; `case` and `pattern` as of a blank."""

    text: str
    share: Fraction
    case: bool = False
    pattern: bool = False


@dataclass(frozen=True, slots=True)
class Blank:
    """Accepted answers of one blank; `numerals`: Chinese and Arabic numbers are the same here; `case`: small and
    capital letters differ here; `pattern`: a star in an accepted answer stands for any characters; `weight`: what
    the blank is worth beside the others; `partly`: further answers, of which the first that fits counts.
    """

    accept: tuple[str, ...]
    numerals: bool = False
    case: bool = False
    pattern: bool = False
    weight: int = 1
    partly: tuple[Partly, ...] = ()


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
        if not 1 <= blank.weight <= MAX_WEIGHT or (not body.ordered and blank.weight != body.blanks[0].weight):
            found.append(Problem(f"blanks.{number}", "weight", str(blank.weight), {"most": MAX_WEIGHT}))
        found += _partly_problems(blank, f"blanks.{number}", ordered=body.ordered)
    return found


def _partly_problems(blank: Blank, field: str, *, ordered: bool) -> list[Problem]:
    found = [] if ordered or not blank.partly else [Problem(field, "share_order")]
    if len(blank.partly) > MAX_PARTLY:
        found.append(Problem(field, "too_many", str(len(blank.partly)), {"most": MAX_PARTLY}))
    for one in blank.partly:
        found += range_problems(field, one.share)
        if not one.text.strip() or len(one.text) > OPTION_LENGTH:
            found.append(Problem(field, "too_long" if one.text.strip() else "missing", "", {"limit": OPTION_LENGTH}))
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
    """Blanks count by their weights; without order each accepted answer counts for one blank at most."""
    if is_blank(response):
        return Fraction(0)
    if not body.ordered:
        fits = [[_fits(blank, text, rules) for text in response] for blank in body.blanks]
        return Fraction(_most_matches(fits), len(body.blanks))
    pairs = zip(body.blanks, response, strict=True)
    total = sum(blank.weight for blank in body.blanks)
    return held(blank.weight * _share(blank, text, rules) / total for blank, text in pairs)


def _share(blank: Blank, text: str, rules: Rules) -> Fraction:
    """What a text earns of what its blank is worth; an empty one earns and costs nothing."""
    if not text.strip():
        return ZERO
    if _fits(blank, text, rules):
        return ONE
    return next((one.share for one in blank.partly if _fits_partly(blank, one, text, rules)), ZERO)


def _fits_partly(blank: Blank, one: Partly, text: str, rules: Rules) -> bool:
    normal = partial(NORMALISERS[rules.normaliser], numerals=blank.numerals, case=one.case)
    return _matches(normal(one.text), normal(text)) if one.pattern else normal(one.text) == normal(text)


def _fits(blank: Blank, text: str, rules: Rules) -> bool:
    """Whether a text is one of the accepted answers."""
    normal = partial(NORMALISERS[rules.normaliser], numerals=blank.numerals, case=blank.case)
    given = normal(text)
    accepted = [normal(one) for one in blank.accept]
    return any(_matches(one, given) for one in accepted) if blank.pattern else given in accepted


def _matches(pattern: str, text: str) -> bool:
    """Literal but for stars; a star that is meant is written \\*. In linear time: no expression is built of it."""
    pieces = [piece.replace("\\*", "*") for piece in _STAR.split(pattern)]
    if len(pieces) == 1:
        return text == pieces[0]
    first, *middle, last = pieces
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    place, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


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
    return " | ".join(
        " / ".join([*blank.accept, *(noted(one.text, one.share) for one in blank.partly)]) for blank in body.blanks
    )


def same(first: Response, second: Response) -> bool:
    """The same but for blanks around what was typed."""
    return [text.strip() for text in first or []] == [text.strip() for text in second or []]


def offered(body: Blanks) -> tuple[str, ...]:
    """Nothing but the blanks of the stem."""
    return ()


def to_record(body: Blanks) -> dict[str, Any]:
    """JSON-able form."""
    blanks = [
        {"accept": list(blank.accept)}
        | ({"numerals": True} if blank.numerals else {})
        | ({"case": True} if blank.case else {})
        | ({"pattern": True} if blank.pattern else {})
        | ({"weight": blank.weight} if blank.weight != 1 else {})
        | ({"partly": [_partly_record(one) for one in blank.partly]} if blank.partly else {})
        for blank in body.blanks
    ]
    return {"blanks": blanks} | ({} if body.ordered else {"ordered_blanks": False})


def _partly_record(one: Partly) -> dict[str, Any]:
    flags = {name: True for name, on in (("case", one.case), ("pattern", one.pattern)) if on}
    return {"text": one.text, "share": written(one.share), **flags}


def _partly(entry: Mapping[str, Any]) -> Partly:
    if unknown := set(entry) - {"text", "share", "case", "pattern"}:
        raise ValueError(f"unknown: {sorted(unknown)}")
    flags = {name: bool(entry.get(name, False)) for name in ("case", "pattern")}
    return Partly(string(entry["text"]), share_of(entry["share"]), **flags)


def from_record(record: Mapping[str, Any]) -> Blanks:
    """The inverse; raises KeyError, TypeError or ValueError."""
    blanks = []
    for entry in record["blanks"]:
        if unknown := set(entry) - {"accept", "numerals", "case", "pattern", "weight", "partly"}:
            raise ValueError(f"unknown: {sorted(unknown)}")
        flags = {name: bool(entry.get(name, False)) for name in ("numerals", "case", "pattern")}
        partly = tuple(map(_partly, entry.get("partly", ())))
        weight = whole(entry.get("weight", 1))
        blanks.append(Blank(strings(entry["accept"]), **flags, weight=weight, partly=partly))
    return Blanks(tuple(blanks), bool(record.get("ordered_blanks", True)))
