"""Numeric (计算题): a number within a tolerance, exact decimals throughout; other units may be accepted by a factor."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from question_bank.errors import BadResponse
from question_bank.interactions.base import Presentation, Response, string
from question_bank.normaliser import norm_v1
from question_bank.problem import Problem
from question_bank.scoring import ONE, ZERO, Rules
from question_bank.shares import held, noted, range_problems, share_of, written

KEY = "numeric"
CONTROL = "text"
MACHINE_SCORED = True
MAX_LENGTH = 40
MODES = ("absolute", "relative", "figures")
MAX_FIGURES = 12
MAX_PARTLY = 100


@dataclass(frozen=True, slots=True)
class Within:
    """Numbers from `low` to `high`, both included, and their share of the marks; None is without end."""

    low: Decimal | None
    high: Decimal | None
    share: Fraction

    def takes(self, value: Decimal) -> bool:
        """Whether a number lies within."""
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Number:
    """The right number, how far off is still right (closed bounds), and the unit shown beside the field.

    `mode` says what the tolerance is: "absolute", "relative" (a share of the answer) or "figures" (significant
    figures that must agree after rounding). `units`: other units in which the answer may be typed, each with the
    factor that turns it into `unit`. `partly`: what else earns marks, in `unit`; the first that fits counts.
    """

    answer: Decimal
    tolerance: Decimal = Decimal(0)
    unit: str = ""
    mode: str = "absolute"
    units: tuple[tuple[str, Decimal], ...] = ()
    partly: tuple[Within, ...] = ()


def problems(body: Number, stem: str) -> list[Problem]:
    """A finite number, a tolerance that is not negative, a known mode, and units with a factor above nought."""
    found = [] if body.answer.is_finite() else [Problem("answer", "not_a_number", str(body.answer))]
    if not body.tolerance.is_finite() or body.tolerance < 0:
        found.append(Problem("tolerance", "not_a_number", str(body.tolerance)))
    if body.mode not in MODES:
        found.append(Problem("mode", "unknown_value", body.mode[:20]))
    if body.mode == "figures" and body.tolerance not in range(1, MAX_FIGURES + 1):
        found.append(Problem("tolerance", "unknown_value", str(body.tolerance), {"most": MAX_FIGURES}))
    names = [norm_v1(name) for name, _factor in body.units] + [norm_v1(body.unit)]
    if len(set(names)) < len(names) or "" in names[:-1]:
        found.append(Problem("units", "duplicate" if "" not in names[:-1] else "missing"))
    found += [
        Problem("units", "not_a_number", name) for name, factor in body.units if not factor.is_finite() or factor <= 0
    ]
    return found + _partly_problems(body)


def _partly_problems(body: Number) -> list[Problem]:
    found = []
    if len(body.partly) > MAX_PARTLY:
        found.append(Problem("partly", "too_many", str(len(body.partly)), {"most": MAX_PARTLY}))
    for number, one in enumerate(body.partly, 1):
        found += range_problems(f"partly.{number}", one.share)
        ends = [end for end in (one.low, one.high) if end is not None]
        if not all(end.is_finite() for end in ends) or (len(ends) == 2 and ends[0] > ends[1]):
            found.append(Problem(f"partly.{number}", "not_a_number", " - ".join(map(str, ends))[:60]))
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
    plain = norm_v1(text).replace(",", "").removesuffix(norm_v1(unit).replace(",", ""))
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 30 else None


def score(body: Number, response: Response, rules: Rules) -> Fraction:
    """Within the tolerance, bounds included; else by the shares of other numbers."""
    value = value_of(response or "", body.unit)
    for unit, factor in body.units:
        if value is None:
            other = value_of(response or "", unit)
            value = other * factor if other is not None else None
    if value is None:
        return ZERO
    return ONE if _near(value, body) else held([one.share for one in body.partly if one.takes(value)][:1])


def _near(value: Decimal, body: Number) -> bool:
    if body.mode == "figures":
        figures = int(body.tolerance)
        return _rounded(value, figures) == _rounded(body.answer, figures)
    allowed = body.tolerance * abs(body.answer) if body.mode == "relative" else body.tolerance
    return abs(value - body.answer) <= allowed


def _rounded(value: Decimal, figures: int) -> Decimal:
    return Context(prec=figures, rounding=ROUND_HALF_UP).plus(value)


def same(first: Response, second: Response) -> bool:
    """The same but for blanks around what was typed."""
    return bool((first or "").strip() == (second or "").strip())


def summary(body: Number, response: Response) -> str:
    """The typed text with the unit."""
    return f"{response} {body.unit}".strip() if response else ""


def key_summary(body: Number) -> str:
    """The right number, its tolerance and unit."""
    shown = {"absolute": f" ± {body.tolerance}", "relative": f" ± {body.tolerance * 100:f}%", "figures": ""}
    tolerance = shown.get(body.mode, "") if body.tolerance else ""
    return " / ".join([f"{body.answer}{tolerance} {body.unit}".strip(), *map(_partly_said, body.partly)])


def _partly_said(one: Within) -> str:
    ends = [str(one.low) if one.low is not None else "-∞", str(one.high) if one.high is not None else "∞"]
    return noted(ends[0] if ends[0] == ends[1] else f"[{ends[0]}, {ends[1]}]", one.share)


def offered(body: Number) -> tuple[str, ...]:
    """The unit, where there is one."""
    return (body.unit,) if body.unit else ()


def to_record(body: Number) -> dict[str, Any]:
    """JSON-able form, numbers as text."""
    return {
        "answer": str(body.answer),
        **({"tolerance": str(body.tolerance)} if body.tolerance else {}),
        **({"unit": body.unit} if body.unit else {}),
        **({"mode": body.mode} if body.mode != "absolute" else {}),
        **({"units": [{"unit": name, "factor": str(factor)} for name, factor in body.units]} if body.units else {}),
        **({"partly": list(map(_partly_record, body.partly))} if body.partly else {}),
    }


def _partly_record(one: Within) -> dict[str, str]:
    ends = {"low": one.low, "high": one.high}
    return {name: str(end) for name, end in ends.items() if end is not None} | {"share": written(one.share)}


def _within(entry: Mapping[str, Any]) -> Within:
    if unknown := set(entry) - {"low", "high", "share"}:
        raise ValueError(f"unknown: {sorted(unknown)}")
    low, high = (Decimal(string(entry[name])) if name in entry else None for name in ("low", "high"))
    return Within(low, high, share_of(entry["share"]))


def from_record(record: Mapping[str, Any]) -> Number:
    """The inverse; raises KeyError, TypeError or ValueError."""
    try:
        answer, tolerance = Decimal(string(record["answer"])), Decimal(string(record.get("tolerance", "0")))
        units = tuple((string(one["unit"]), Decimal(string(one["factor"]))) for one in record.get("units", ()))
        partly = tuple(map(_within, record.get("partly", ())))
    except InvalidOperation as error:
        raise ValueError(f"{record['answer']!r} or its tolerance is not a number") from error
    unit, mode = string(record.get("unit", "")), string(record.get("mode", "absolute"))
    return Number(answer, tolerance, unit, mode, units, partly)
