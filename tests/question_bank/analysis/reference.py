"""The published data sets that calibrations are compared with, and simulated answers whose truth is known."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from question_bank.analysis.abilities import Prior
from question_bank.analysis.marginal import Answers

CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[4] / "shared" / "corpora"))


def figures(name: str) -> Any:
    """Expected figures, as "psychometrics/LSAT6.expected.json"; skips where they are not."""
    return json.loads(_found(name).read_text(encoding="utf-8"))


def cells(name: str) -> list[list[str]]:
    """Rows of a table without its heading."""
    with _found(name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def rows(name: str) -> list[list[int]]:
    """Rows of whole numbers."""
    return [[int(cell) for cell in row] for row in cells(name)]


def patterns(name: str) -> list[list[int]]:
    """Rows, each as often as its last column says."""
    return [row[:-1] for row in rows(name) for _ in range(row[-1])]


def answers_of(table: list[list[int]]) -> Answers:
    """Answers that all persons gave to all items."""
    right = np.array(table)
    persons, items = np.indices(right.shape)
    return Answers.of(persons.ravel(), items.ravel(), right.ravel())


def gauss_hermite(nodes: int = 21) -> Prior:
    """The nodes that the reference program integrated on."""
    places, weights = np.polynomial.hermite_e.hermegauss(nodes)
    return Prior(tuple(places.tolist()), tuple((weights / weights.sum()).tolist()))


def simulated(persons: int, b: Any, each: int, *, seed: int, a: Any = None, mean: float = 0.0) -> tuple[Answers, Any]:
    """Answers of so many persons, each to `each` items by chance, and the persons' abilities."""
    luck, size = np.random.default_rng(seed), len(b)
    slopes = np.ones(size) if a is None else a
    abilities = luck.normal(mean, 1.0, persons)
    items = np.concatenate([luck.choice(size, each, replace=False) for _ in range(persons)])
    who = np.repeat(np.arange(persons), each)
    chance = 1 / (1 + np.exp(-slopes[items] * (abilities[who] - b[items])))
    return Answers.of(who, items, (luck.random(len(who)) < chance).astype(np.int64)), abilities


def _found(name: str) -> Path:
    path = CORPORA / name
    if not path.exists():
        pytest.skip(f"no reference data at {path}")
    return path
