"""Climbing a likelihood by EM in fewer steps: SQUAREM, scheme S3 (Varadhan & Roland, 2008).

EM creeps where much is missing. Two of its steps tell the direction and the pace; the climb leaps ahead along them and
takes one more step from there. A leap that ends lower is not taken, so that the likelihood never falls.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
#: the next parameters and the height of those given
Step = Callable[[Numbers], tuple[Numbers, float]]
#: called after each step with its number and the height before it
Progress = Callable[[int, float], None]


@dataclass(frozen=True, slots=True)
class Summit:
    """Where a climb ended: parameters, their height, steps taken, and whether the last one rose by next to nothing."""

    place: Numbers
    height: float
    cycles: int
    converged: bool


def climb(
    step: Step,
    start: Numbers,
    *,
    allowed: Callable[[Numbers], bool],
    most: int = 1_000,
    enough: float = 1e-9,
    progress: Progress | None = None,
) -> Summit:
    """Climb from `start` until a plain step rises by less than `enough` of the height, or `most` steps are taken.

    `allowed`: whether a leap may end at such parameters at all.
    """
    place, cycles = start, 0

    def taken(at: Numbers) -> tuple[Numbers, float]:
        nonlocal cycles
        found = step(at)
        cycles += 1
        if progress is not None:
            progress(cycles, found[1])
        return found

    height = -np.inf
    while cycles < most:
        first, low = taken(place)
        second, height = taken(first)
        if height - low < enough * max(1.0, abs(height)):
            return Summit(first, height, cycles, converged=True)
        ahead = _leap(place, first, second)
        place = second
        if allowed(ahead):
            beyond, reached = taken(ahead)
            if reached >= height:
                place = beyond
    return Summit(first, height, cycles, converged=False)


def _leap(place: Numbers, first: Numbers, second: Numbers) -> Numbers:
    """S3: the step length is the ratio of the lengths of the first step and of the change between the two."""
    pace = first - place
    change = second - first - pace
    length = float(np.linalg.norm(change))
    ratio = max(1.0, float(np.linalg.norm(pace)) / length) if length > 0 else 1.0
    ahead: Numbers = place + 2 * ratio * pace + ratio**2 * change
    return ahead
