"""Filling the sections of a paper that compete for the same questions: augmenting paths in a bipartite graph.

Whoever is seated one after another so, in whatever order, fills all sections when that is possible at all.
"""

from collections.abc import Mapping, Sequence


def seat(
    who: int, takers: Mapping[int, Sequence[int]], seats: dict[int, list[int]], quotas: Sequence[int], tried: set[int]
) -> bool:
    """Seat somebody in a section that takes them, moving others on if need be; whether that could be done.

    `takers`: the sections for each; `seats`: who sits in each section, changed in place; `tried`: empty.
    """
    for section in takers[who]:
        if section in tried:
            continue
        tried.add(section)
        if len(seats[section]) < quotas[section]:
            seats[section].append(who)
            return True
        for place, sitting in enumerate(seats[section]):
            if len(takers[sitting]) > 1 and seat(sitting, takers, seats, quotas, tried):
                seats[section][place] = who
                return True
    return False
