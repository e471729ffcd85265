"""Rasch difficulties without any assumption about abilities: conditional maximum likelihood (Andersen, 1970, 1972).

Given how many questions somebody had right, which ones depends on the difficulties alone: the chance of a pattern is
exp(-sum of its difficulties) over the sum of that of all patterns with the same total, the elementary symmetric functions.
These are multiplied out term by term, all of them positive, so that nothing cancels. For papers that all answered alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
_STEPS, _ENOUGH, _FARTHEST = 100, 1e-10, 2.0
#: more questions make a covariance that takes long
MOST = 200
#: eigenvalues below this share of the largest are the one direction that the totals say nothing about
_SINGULAR = 1e-9


@dataclass(frozen=True, slots=True)
class Conditional:
    """Difficulties in logits, together 0, and their standard errors; `log_likelihood`: conditional on the totals."""

    difficulties: tuple[float, ...]
    errors: tuple[float, ...]
    log_likelihood: float


def conditional(right: Sequence[Sequence[int]]) -> Conditional:
    """Fit by Newton's method; `right`: a row a person, a column a question, 0 or 1, none missing.

    Raises ValueError for other entries, fewer than two or more than MOST questions, rows of unlike lengths, and questions
    that all who tell anything (those with some but not all right) answered alike.
    """
    table = np.array(right, dtype=np.int64)
    if table.ndim != 2 or not 2 <= table.shape[1] <= MOST or not np.isin(table, (0, 1)).all():
        raise ValueError(f"rows of 0 and 1 for 2 to {MOST} questions")
    size, totals = table.shape[1], table.sum(axis=1)
    telling = table[(totals > 0) & (totals < size)]
    won = telling.sum(axis=0).astype(np.float64)
    if ((won == 0) | (won == len(telling))).any():
        raise ValueError("a question that all answered alike")
    persons = np.bincount(telling.sum(axis=1), minlength=size + 1).astype(np.float64)
    ease = _centred(np.log(won / (len(telling) - won)))
    for _ in range(_STEPS):
        expected, spread = _moments(ease, persons)
        move = np.linalg.pinv(spread, rcond=_SINGULAR, hermitian=True) @ (won - expected)
        ease = _centred(ease + np.clip(move, -_FARTHEST, _FARTHEST))
        if np.abs(move).max() < _ENOUGH:
            break
    _expected, spread = _moments(ease, persons)
    errors = np.sqrt(np.diag(np.linalg.pinv(spread, rcond=_SINGULAR, hermitian=True)))
    height = float(won @ ease - persons @ np.log(symmetric(np.exp(ease))))
    return Conditional(tuple((-ease).tolist()), tuple(errors.tolist()), height)


def symmetric(easiness: Numbers) -> Numbers:
    """Elementary symmetric functions of orders 0, 1, ...: coefficients of the product of (1 + e x)."""
    found = np.ones(1)
    for one in easiness:
        found = np.convolve(found, (1.0, one))
    return found


def _moments(ease: Numbers, persons: Numbers) -> tuple[Numbers, Numbers]:
    """Expected right answers of each question given the totals, and their covariance, which is the information."""
    easiness = np.exp(ease)
    whole = symmetric(easiness)
    chances = easiness[:, None] * np.stack(_without(easiness)) / whole[1:]
    both = np.outer(easiness, easiness) * _pairs(easiness, persons[2:] / whole[2:])
    expected: Numbers = chances @ persons[1:]
    np.fill_diagonal(both, expected)
    return expected, both - (chances * persons[1:]) @ chances.T


def _pairs(easiness: Numbers, share: Numbers) -> Numbers:
    """For each two questions the sum, over the orders, of `share` times the symmetric functions of all others.

    Those are products of what stands before and what stands after the second in a list without the first; the sum is had
    without multiplying them out. All first ones are worked on at once, a row each.
    """
    size = len(easiness)
    others = np.stack([np.delete(easiness, one) for one in range(size)])
    after = [np.ones((size, 1))]
    for place in range(size - 2, 0, -1):
        after.append(_times(after[-1], others[:, place]))
    found, before = np.zeros((size, size)), np.ones((size, 1))
    rows = np.arange(size)
    for place in range(size - 1):
        rest = after[size - 2 - place]
        lattice = share[np.arange(before.shape[1])[:, None] + np.arange(rest.shape[1])]
        found[rows, place + (place >= rows)] = ((before @ lattice) * rest).sum(axis=1)
        before = _times(before, others[:, place])
    return found


def _times(polynomials: Numbers, one: Numbers) -> Numbers:
    """Each row's polynomial times (1 + e x) with its own e."""
    found = np.pad(polynomials, ((0, 0), (0, 1)))
    found[:, 1:] += polynomials * one[:, None]
    return found


def _without(easiness: Numbers) -> list[Numbers]:
    """Symmetric functions of all but each in turn, from what stands before it and what stands after."""
    before, after = [np.ones(1)], [np.ones(1)]
    for one in easiness[:-1]:
        before.append(np.convolve(before[-1], (1.0, one)))
    for one in easiness[:0:-1]:
        after.append(np.convolve(after[-1], (1.0, one)))
    return [np.convolve(left, right) for left, right in zip(before, reversed(after), strict=True)]


def _centred(ease: Numbers) -> Numbers:
    found: Numbers = ease - ease.mean()
    return found
