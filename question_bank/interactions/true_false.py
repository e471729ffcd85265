"""True or false (判断题)."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from question_bank.chance import opaque_all
from question_bank.errors import BadResponse
from question_bank.interactions.base import Choice, Presentation, Response
from question_bank.interactions.base import same as same
from question_bank.problem import Problem
from question_bank.scoring import Rules

KEY = "true_false"
CONTROL = "one"
MACHINE_SCORED = True

WORDS = {True: "正确", False: "错误"}


@dataclass(frozen=True, slots=True)
class Statement:
    """Whether the stem is true."""

    answer: bool


def problems(body: Statement, stem: str) -> list[Problem]:
    """Nothing can be wrong with yes or no."""
    return []


def present(body: Statement, seed: bytes) -> Presentation:
    """True first, then false, always: readers expect it, and the order tells nothing."""
    return Presentation(choices=tuple([Choice(name, WORDS[value]) for value, name in _ids(seed).items()]))


def _ids(seed: bytes) -> dict[bool, str]:
    return dict(zip(WORDS, opaque_all(seed, len(WORDS)), strict=True))


def read(body: Statement, seed: bytes, raw: object) -> Response:
    """An opaque id or null -> true, false or None."""
    known = {name: value for value, name in _ids(seed).items()}
    if raw is None:
        return None
    if not isinstance(raw, str) or raw not in known:
        raise BadResponse(reason="option")
    return known[raw]


def shown(body: Statement, seed: bytes, response: Response) -> object:
    """The opaque id of the chosen word."""
    return None if response is None else _ids(seed)[bool(response)]


def is_blank(response: Response) -> bool:
    """Nothing was chosen."""
    return response is None


def score(body: Statement, response: Response, rules: Rules) -> Fraction:
    """All or nothing."""
    return Fraction(response is body.answer)


def summary(body: Statement, response: Response) -> str:
    """The chosen word."""
    return "" if response is None else WORDS[response]


def key_summary(body: Statement) -> str:
    """The right word."""
    return WORDS[body.answer]


def offered(body: Statement) -> tuple[str, ...]:
    """The two words."""
    return tuple(WORDS.values())


def to_record(body: Statement) -> dict[str, Any]:
    """JSON-able form."""
    return {"answer": body.answer}


def from_record(record: Mapping[str, Any]) -> Statement:
    """The inverse; raises KeyError or TypeError."""
    if not isinstance(record["answer"], bool):
        raise TypeError("answer is true or false")
    return Statement(record["answer"])
