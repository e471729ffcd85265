"""The marginal likelihood of answers over a sparse design, and what EM and Louis' formula need of it.

Whoever did not meet a question says nothing about it: missing by design. Abilities are integrated out on fixed nodes
(Bock & Aitkin, 1981). Items are columns, nodes are rows of the normal curve; `a` and `d` are slopes and intercepts of
P = 1 / (1 + exp(-(a theta + d))).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]

#: persons at a time: what is worked on stays small
_BLOCK = 512
#: cells of information gathered at a time
_CELLS = 2_000_000
_RIGHT, _WRONG = 2, 1


@dataclass(frozen=True, slots=True)
class Answers:
    """Who answered what, and whether right. `items` and `persons`: the callers' numbers, ascending; `cells`: a row a
    person, a column an item: 0 not met, 1 wrong, 2 right.
    """

    persons: Places
    items: Places
    cells: NDArray[np.uint8]

    @classmethod
    def of(cls, persons: Places, items: Places, right: Places) -> "Answers":
        """From flat arrays, an entry an answer. Raises ValueError for unlike lengths, for none, for answers other than 0
        and 1, and for two answers of a person to an item.
        """
        if not len(persons) == len(items) == len(right) or not len(persons):
            raise ValueError("a person, an item and 0 or 1 for each answer")
        if not np.isin(right, (0, 1)).all():
            raise ValueError("answers are 0 or 1")
        who, row = np.unique(persons, return_inverse=True)
        what, column = np.unique(items, return_inverse=True)
        cells = np.zeros((len(who), len(what)), np.uint8)
        cells[row, column] = np.where(right == 1, _RIGHT, _WRONG)
        if np.count_nonzero(cells) != len(persons):
            raise ValueError("two answers of a person to an item")
        return cls(who.astype(np.int64), what.astype(np.int64), cells)

    def counts(self) -> tuple[Numbers, Numbers]:
        """Answers and right answers of each item."""
        met = (self.cells > 0).sum(axis=0).astype(np.float64)
        return met, (self.cells == _RIGHT).sum(axis=0).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Expected:
    """The E step: log-likelihood; expected answers `met` and right answers `right` by item and node; `weights`: the
    posterior, a row a person.
    """

    log_likelihood: float
    met: Numbers
    right: Numbers
    weights: Numbers


def expected(answers: Answers, a: Numbers, d: Numbers, nodes: Numbers, logs: Numbers) -> Expected:
    """The E step at parameters `a`, `d`; `logs`: logarithms of the nodes' prior weights."""
    logits = np.outer(a, nodes) + d[:, None]
    wrong = -np.logaddexp(0.0, logits)
    met, right = np.zeros_like(logits), np.zeros_like(logits)
    line = np.stack([a, d], axis=1)
    weights, total = np.empty((len(answers.persons), len(nodes))), 0.0
    for start in range(0, len(answers.persons), _BLOCK):
        block = answers.cells[start : start + _BLOCK]
        held, won = (block > 0).astype(np.float64), (block == _RIGHT).astype(np.float64)
        score = won @ line
        found = held @ wrong + np.outer(score[:, 0], nodes) + score[:, 1:] + logs
        top = found.max(axis=1, keepdims=True)
        share = np.exp(found - top)
        whole = share.sum(axis=1, keepdims=True)
        share /= whole
        total += float((np.log(whole) + top).sum())
        met += held.T @ share
        right += won.T @ share
        weights[start : start + _BLOCK] = share
    return Expected(total, met, right, weights)


@dataclass(frozen=True, slots=True)
class Bend:
    """Slopes and bends of the expected log-likelihood by item: first derivatives by a and d, and the negative second ones."""

    by_a: Numbers
    by_d: Numbers
    aa: Numbers
    ad: Numbers
    dd: Numbers


def bend(found: Expected, a: Numbers, d: Numbers, nodes: Numbers) -> Bend:
    """Derivatives at `a`, `d` of what the E step expects."""
    chance = chances(a, d, nodes)
    left = found.right - found.met * chance
    weight = found.met * chance * (1 - chance)
    return Bend(left @ nodes, left.sum(axis=1), weight @ nodes**2, weight @ nodes, weight.sum(axis=1))


def chances(a: Numbers, d: Numbers, nodes: Numbers) -> Numbers:
    """Chance of a right answer by item and node."""
    logits = np.clip(np.outer(a, nodes) + d[:, None], -700.0, 700.0)
    found: Numbers = 1 / (1 + np.exp(-logits))
    return found


def missing(answers: Answers, found: Expected, a: Numbers, d: Numbers, nodes: Numbers) -> Numbers:
    """What not knowing the abilities takes from the information about (a, d), both one after the other, a row and a
    column each: the posterior covariance of the complete-data scores, summed over persons (Louis, 1982).
    """
    size = len(a)
    chance = np.vstack([chances(a, d, nodes), np.zeros((1, len(nodes)))])
    items, right = _lists(answers)
    width = items.shape[1]
    lost = np.zeros((2 * size + 1) ** 2)
    block = max(1, _CELLS // (4 * width**2))
    for start in range(0, len(items), block):
        index, share = items[start : start + block], found.weights[start : start + block]
        left = right[start : start + block, :, None] - chance[index]
        scores = np.concatenate([left * nodes, left], axis=1)
        mean = np.einsum("pkq,pq->pk", scores, share)
        root = scores * np.sqrt(share)[:, None, :]
        spread = root @ root.transpose(0, 2, 1) - mean[:, :, None] * mean[:, None, :]
        # the last row and column gather what is filled up, so that it can be cut off
        place = np.concatenate([np.where(index == size, 2 * size, index), index + size], axis=1)
        flat = place[:, :, None] * (2 * size + 1) + place[:, None, :]
        lost += np.bincount(flat.ravel(), weights=spread.ravel(), minlength=len(lost))
    square: Numbers = lost.reshape(2 * size + 1, 2 * size + 1)[:-1, :-1]
    return square


def _lists(answers: Answers) -> tuple[Places, Numbers]:
    """The items that each person met, filled up with one beyond the last, and the answers, filled up with 0."""
    row, column = np.nonzero(answers.cells)
    counts = np.bincount(row, minlength=len(answers.persons))
    place = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    shape = (len(answers.persons), int(counts.max()))
    items, right = np.full(shape, len(answers.items), np.int64), np.zeros(shape)
    items[row, place] = column
    right[row, place] = answers.cells[row, column] == _RIGHT
    return items, right
