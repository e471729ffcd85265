"""CPU time that a test may use, on whatever machine it runs.

Limits are those of a quiet machine. On one that is shared, neighbours slow down the same work, up to three times: a
yardstick, measured at once, tells by how much. What other tests left in memory is not gone through meanwhile, and what
other threads do is not counted.
"""

import gc
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

#: seconds that the yardstick takes where nobody else is
QUIET = 0.0070
MOST = 3.0
_PLACES = list(range(60_000))
_THINGS = [str(number) for number in _PLACES]
random.Random(1).shuffle(_PLACES)


def _yardstick() -> float:
    """Work that needs memory as much as it needs the processor, as ours does."""
    begun = time.thread_time()
    sum(len(_THINGS[place]) for place in _PLACES)
    made = {}
    for number in range(20_000):
        made[number % 100] = f"{number}x"
    return time.thread_time() - begun


def slowness() -> float:
    """How many times longer the machine takes at this moment than a quiet one, from 1 to MOST."""
    return min(MOST, max(1.0, min(_yardstick() for _ in range(5)) / QUIET))


@dataclass
class Spent:
    """CPU seconds of this thread, as a quiet machine would have taken."""

    seconds: float = 0.0


@contextmanager
def spent_cpu(allowed: float = 0.0) -> Iterator[Spent]:
    """Measure what is done within. What takes no more than `allowed` even on this machine stands as it was taken: the
    yardstick could only make it less.
    """
    spent = Spent()
    was_on = gc.isenabled()
    gc.disable()
    begun = time.thread_time()
    try:
        yield spent
    finally:
        took = time.thread_time() - begun
        if was_on:
            gc.enable()
        spent.seconds = took if took <= allowed else took / slowness()
