"""Reading an exam on the way to a paper: what candidates ask for thousands of times in the second of the bell."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from lms.direct import ask, moment_of
from lms.exams.queries import COLUMNS, ExamRow, seed_of
from question_bank.blueprint import Blueprint

_NAMES = tuple(column.key for column in COLUMNS)
_MOMENTS = frozenset({"opens_at", "closes_at", "released_at", "published_at", "archived_at", "marked_at"})
_EXAM = "SELECT " + ", ".join(
    "CAST(exam.blueprint AS TEXT)" if name == "blueprint" else f"exam.{name}" for name in _NAMES
)
_BY_ID = " ".join((_EXAM, "FROM exam WHERE exam.id = ?"))
_AUDIENCE = "SELECT 1 FROM exam_audience a WHERE a.exam_id = exam.id AND a.unit_id IN ({marks})"
_SITTABLE = " ".join(
    (_EXAM, "FROM exam WHERE exam.public_id = ? AND exam.state = 'published' AND EXISTS (", _AUDIENCE, ")")
)


def by_id(exam_id: int) -> ExamRow | None:
    """The exam, whoever asks."""
    return _only(ask(_BY_ID, (exam_id,)))


def sittable(public_id: str, unit_path: str | None) -> ExamRow | None:
    """The exam, where it is published and its audience names this unit (given by its path) or one above it."""
    if unit_path is None:
        return None
    above = [int(part) for part in unit_path.strip("/").split("/")]
    query = _SITTABLE.replace("{marks}", ", ".join("?" * len(above)))
    return _only(ask(query, (public_id, *above)))


def _only(rows: Sequence[Sequence[Any]]) -> ExamRow | None:
    if not rows:
        return None
    found = dict(zip(_NAMES, rows[0], strict=True))
    moments = {name: moment_of(found[name]) for name in _MOMENTS if found[name] is not None}
    seed = seed_of(found["seed"], assembly=found["assembly"])
    made = {"seed": seed, "blueprint": _blueprint(found["blueprint"]), "guarded": bool(found["guarded"])}
    return ExamRow(**found | moments | made)


@lru_cache(maxsize=64)
def _blueprint(text: str) -> Blueprint:
    return Blueprint.from_record(json.loads(text))
