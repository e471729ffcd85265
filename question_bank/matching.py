"""Making papers equally hard: swap questions for others of their cell until the paper's curve meets the yardstick.

A place is picked by chance, and a question of its cell that brings the curve nearer at the three points takes it, until
all are within tolerance. Questions shown on more than twice the papers expected of them are not swapped in, nor are
enemies, nor what the neighbours have.
"""

from collections.abc import Sequence
from dataclasses import replace

from question_bank.sampling import Draft

#: places tried by chance before best swaps are looked for, and such best swaps at most
ROUNDS = 120
BEST = 12
#: questions tried for a place by chance, and for all places together where the best is looked for
TRIES = 6
LOOKS = 4_000
#: so many times the tolerance off, a paper takes questions that the neighbours have
LOOSE = 3

#: units above the yardstick at each of its points
Gap = tuple[int, int, int]


def gap_of(draft: Draft) -> Gap:
    """By how many units a paper lies above the yardstick at each point."""
    low, middle, high = (-target for target in draft.supply.yardstick.targets)
    for cell, key in draft.picks:
        a, b, c = cell.weights[key]
        low, middle, high = low + a, middle + b, high + c
    return low, middle, high


def match(draft: Draft) -> None:
    """Change the draft until it is as hard as the yardstick, as nearly as its cells allow.

    Where it stays far off without what the neighbours have, being equally hard comes first.
    """
    places = [n for n, (cell, _key) in enumerate(draft.picks) if cell.counts and len(cell.keys) > 1]
    gap = gap_of(draft)
    for _ in range(ROUNDS if places else 0):
        if _within(draft, gap):
            return
        gap = _try(draft, places, gap)
    gap = _sharpened(draft, places, gap)
    if draft.bounds.avoid and not _within(draft, gap, LOOSE):
        draft.bounds = replace(draft.bounds, avoid=())
        _sharpened(draft, places, gap)


def _sharpened(draft: Draft, places: Sequence[int], gap: Gap) -> Gap:
    """Make best swaps until the gap is closed or none closes it further; the gap then."""
    for _ in range(BEST):
        new = gap if _within(draft, gap) else _best(draft, draft.chance.shuffled(places), gap)
        if new == gap:
            break
        gap = new
    return gap


def _within(draft: Draft, gap: Gap, times: int = 1) -> bool:
    return all(abs(one) <= times * draft.supply.tolerance for one in gap)


def _try(draft: Draft, places: Sequence[int], gap: Gap) -> Gap:
    """Swap a place for the first of some questions, all picked by chance, that closes the gap; the gap then."""
    place = places[draft.chance.below(len(places))]
    cell, out = draft.picks[place]
    keys, weights = cell.keys, cell.weights
    cost = _square(gap)
    low, middle, high = _less(gap, weights[out])
    for _ in range(TRIES):
        key = keys[draft.chance.below(len(keys))]
        a, b, c = weights[key]
        new = low + a, middle + b, high + c
        if _square(new) < cost and draft.fits(key, place):
            draft.swap(place, key)
            return new
    return gap


def _best(draft: Draft, places: Sequence[int], gap: Gap) -> Gap:
    """Make the one swap that closes the gap most of those looked at, if any does; the gap then."""
    cost, best, looks = _square(gap), None, LOOKS
    for place in places:
        cell, out = draft.picks[place]
        low, middle, high = _less(gap, cell.weights[out])
        for key, (a, b, c) in cell.weights.items():
            new = low + a, middle + b, high + c
            if _square(new) < cost and draft.fits(key, place):
                cost, best = _square(new), (place, key, new)
        looks -= len(cell.keys)
        if looks <= 0:
            break
    if best is None:
        return gap
    place, key, new = best
    draft.swap(place, key)
    return new


def _less(gap: Gap, weights: Gap) -> Gap:
    return gap[0] - weights[0], gap[1] - weights[1], gap[2] - weights[2]


def _square(gap: Gap) -> int:
    return gap[0] * gap[0] + gap[1] * gap[1] + gap[2] * gap[2]
