"""Numeric (计算题): a number within a tolerance, exact decimals throughout."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from question_bank.errors import BadResponse
from question_bank.interactions.base import Presentation, Response, string
from question_bank.normaliser import norm_v1
from question_bank.problem import Problem
from question_bank.scoring import Rules

KEY = "numeric"
CONTROL = "text"
MACHINE_SCORED = True
MAX_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Number:
    """The right number, how far off is still right (closed bounds), and the unit shown beside the field."""

    answer: Decimal
    tolerance: Decimal = Decimal(0)
    unit: str = ""


def problems(body: Number, stem: str) -> list[Problem]:
    """A finite number and a tolerance that is not negative."""
    found = [] if body.answer.is_finite() else [Problem("answer", "not_a_number", str(body.answer))]
    if not body.tolerance.is_finite() or body.tolerance < 0:
        found.append(Problem("tolerance", "not_a_number", str(body.tolerance)))
    return found


def present(body: Number, seed: bytes) -> Presentation:
    """The unit."""
    return Presentation(unit=body.unit)


def read(body: Number, seed: bytes, raw: object) -> Response:
    """The text as typed; whether it is a number is a matter of scoring."""
    if not isinstance(raw, str) or len(raw) > MAX_LENGTH:
        raise BadResponse(reason="text")
    return raw


def shown(body: Number, seed: bytes, response: Response) -> object:
    """The text as it was typed."""
    return response


def is_blank(response: Response) -> bool:
    """Nothing was typed."""
    return not (response or "").strip()


def value_of(text: str, unit: str = "") -> Decimal | None:
    """The number a typed text stands for (full width, spaces, thousands' commas, unit allowed); None if none."""
    plain = norm_v1(text).replace(",", "").removesuffix(norm_v1(unit)) if unit else norm_v1(text).replace(",", "")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 30 else None


def score(body: Number, response: Response, rules: Rules) -> Fraction:
    """Within the tolerance, bounds included."""
    value = value_of(response or "", body.unit)
    return Fraction(value is not None and abs(value - body.answer) <= body.tolerance)


def summary(body: Number, response: Response) -> str:
    """The typed text with the unit."""
    return f"{response} {body.unit}".strip() if response else ""


def key_summary(body: Number) -> str:
    """The right number, its tolerance and unit."""
    tolerance = f" ± {body.tolerance}" if body.tolerance else ""
    return f"{body.answer}{tolerance} {body.unit}".strip()


def to_record(body: Number) -> dict[str, Any]:
    """JSON-able form, numbers as text."""
    return {
        "answer": str(body.answer),
        **({"tolerance": str(body.tolerance)} if body.tolerance else {}),
        **({"unit": body.unit} if body.unit else {}),
    }


def from_record(record: Mapping[str, Any]) -> Number:
    """The inverse; raises KeyError, TypeError or ValueError."""
    try:
        answer, tolerance = Decimal(string(record["answer"])), Decimal(string(record.get("tolerance", "0")))
    except InvalidOperation as error:
        raise ValueError(f"{record['answer']!r} or its tolerance is not a number") from error
    return Number(answer, tolerance, string(record.get("unit", "")))
