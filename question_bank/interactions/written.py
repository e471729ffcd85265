"""Answers that people mark, shared by short answers and essays: a model answer and points for the marker."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from question_bank.errors import BadResponse
from question_bank.interactions.base import TEXT_LENGTH, Presentation, Response, required_text, string
from question_bank.interactions.base import same as same
from question_bank.problem import Problem
from question_bank.scoring import ZERO, Rules


@dataclass(frozen=True, slots=True)
class Point:
    """A point a good answer makes, and its share of the marks."""

    text: str
    share: Decimal


@dataclass(frozen=True, slots=True)
class Written:
    """What markers have before them."""

    model_answer: str
    points: tuple[Point, ...] = ()


def problems(body: Written, stem: str) -> list[Problem]:
    """A model answer, and shares that add up to the whole."""
    found = required_text("model_answer", body.model_answer, TEXT_LENGTH)
    if body.points and sum(point.share for point in body.points) != 1:
        found.append(Problem("points", "shares", str(sum(point.share for point in body.points))))
    return found


def present(body: Written, seed: bytes) -> Presentation:
    """Nothing but the stem."""
    return Presentation()


def read(body: Written, seed: bytes, raw: object) -> Response:
    """The text as typed."""
    if not isinstance(raw, str) or len(raw) > TEXT_LENGTH:
        raise BadResponse(reason="text")
    return raw


def shown(body: Written, seed: bytes, response: Response) -> object:
    """The text as typed."""
    return response


def is_blank(response: Response) -> bool:
    """Nothing was written."""
    return not (response or "").strip()


def score(body: Written, response: Response, rules: Rules) -> Fraction:
    """A machine gives nothing: people mark these."""
    return ZERO


def summary(body: Written, response: Response) -> str:
    """The text."""
    return response or ""


def key_summary(body: Written) -> str:
    """The model answer."""
    return body.model_answer


def offered(body: Written) -> tuple[str, ...]:
    """Nothing."""
    return ()


def to_record(body: Written) -> dict[str, Any]:
    """JSON-able form."""
    points = [{"text": point.text, "share": str(point.share)} for point in body.points]
    return {"model_answer": body.model_answer} | ({"points": points} if points else {})


def from_record(record: Mapping[str, Any]) -> Written:
    """The inverse; raises KeyError, TypeError or ValueError."""
    points = []
    for entry in record.get("points", ()):
        if set(entry) != {"text", "share"}:
            raise ValueError("a point has text and share")
        try:
            points.append(Point(string(entry["text"]), Decimal(string(entry["share"]))))
        except InvalidOperation as error:
            raise ValueError(f"{entry['share']!r} is not a number") from error
    return Written(string(record["model_answer"]), tuple(points))
