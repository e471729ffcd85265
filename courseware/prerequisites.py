"""What comes before what: units that must be completed before another one's check."""

from collections import deque
from collections.abc import Mapping, Sequence


def circles(needs: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """
    The circles in which units wait for each other, so that nobody could complete any of them.

    `needs` are the prerequisites of each unit by code; codes that are no keys count as units without any. Each circle
    is a shortest one, begins with its smallest code and goes on with what that one waits for; of circles that share all
    their units one is named.
    """
    found: dict[frozenset[str], tuple[str, ...]] = {}
    for code in sorted(needs):
        circle = _through(needs, code)
        if circle is not None:
            first = circle.index(min(circle))
            found.setdefault(frozenset(circle), (*circle[first:], *circle[:first]))
    return tuple(found.values())


def _through(needs: Mapping[str, Sequence[str]], start: str) -> tuple[str, ...] | None:
    """A shortest circle through a unit, from it on; None where there is none. Breadth-first search."""
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for code in needs.get(here, ()):
            if code == start:
                return _trail(came_from, start, here)
            if code not in came_from:
                came_from[code] = here
                waiting.append(code)
    return None


def _trail(came_from: Mapping[str, str], start: str, end: str) -> tuple[str, ...]:
    trail = [end]
    while trail[-1] != start:
        trail.append(came_from[trail[-1]])
    return tuple(reversed(trail))
