"""A first paper: every section filled, types and subjects in proportion, in each of them easy and hard ones alike.

Each section's quota is divided among its cells (one type and subject each) by systematic sampling, so that each gets
its share rounded up or down and none is ever starved. A cell is cut from easy to hard into as many slices as it gives
questions, and each slice gives one; of two picked by chance the one that stood on fewer papers so far is taken.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from question_bank.chance import Chance
from question_bank.curve import MILLION
from question_bank.filling import seat
from question_bank.supply import Cell, Supply

#: a question may stand on this many times the papers expected of it before it is no longer swapped in
EXPOSURE = 2
_SCALE = 1 << 32


@dataclass(frozen=True, slots=True)
class Bounds:
    """What earlier papers ask of the next one: how many there are, on how many of them each version stood, and what
    had better not be on this one.
    """

    papers: int = 0
    shown: Mapping[int, int] = field(default_factory=dict)
    avoid: Collection[int] = ()


@dataclass(slots=True)
class Draft:
    """A paper in the making: its questions with the cell each stands for, and the sets of enemies that it has met."""

    supply: Supply
    bounds: Bounds
    chance: Chance
    picks: list[tuple[Cell, int]] = field(default_factory=list)
    met: set[int] = field(default_factory=set)

    def is_free(self, key: int) -> bool:
        """Whether neither a question nor an enemy of it stands on the paper."""
        return self.supply.speaks[key] not in self.met

    def take(self, cell: Cell, key: int) -> None:
        """Put one more question on the paper."""
        self.picks.append((cell, key))
        self.met.add(self.supply.speaks[key])

    def fits(self, key: int, place: int) -> bool:
        """Whether a question may take the place of another: it is welcome, and no enemy of it stands elsewhere."""
        out, who = self.picks[place][1], self.supply.speaks[key]
        if key == out or key in self.bounds.avoid or (who in self.met and who != self.supply.speaks[out]):
            return False
        expected = self.supply.rates[key] * self.bounds.papers
        return (self.bounds.shown.get(key, 0) - 1) * MILLION <= EXPOSURE * expected

    def swap(self, place: int, key: int) -> None:
        """Put a question in the place of another of its cell."""
        cell, out = self.picks[place]
        self.met.discard(self.supply.speaks[out])
        self.met.add(self.supply.speaks[key])
        self.picks[place] = (cell, key)

    def by_section(self) -> dict[int, list[int]]:
        """Keys by section."""
        found: dict[int, list[int]] = {number: [] for number in range(len(self.supply.quotas))}
        for cell, key in self.picks:
            found[cell.section].append(key)
        return found


def first_draft(supply: Supply, bounds: Bounds, chance: Chance) -> Draft:
    """A paper by slices; always full when the blueprint can be filled at all."""
    draft = Draft(supply, bounds, chance)
    for number in supply.narrow_first:
        _fill(number, draft)
    full = len(draft.picks) == sum(supply.quotas)
    return draft if full else _rearranged(draft)


def _fill(number: int, draft: Draft) -> None:
    """Fill a section as far as earlier ones leave it anything."""
    quota, cells = draft.supply.quotas[number], draft.supply.cells[number]
    met, speaks = draft.met, draft.supply.speaks
    free = [[key for key in cell.keys if speaks[key] not in met] for cell in cells]
    counts = shares([len(keys) for keys in free], quota, draft.chance)
    lacking = quota
    for cell, keys, count in zip(cells, free, counts, strict=True):
        lacking -= _slices(draft, cell, _welcome(keys, count, draft), count)
    if lacking:
        _top_up(cells, lacking, draft)


def shares(sizes: Sequence[int], quota: int, chance: Chance) -> list[int]:
    """A quota divided in proportion to sizes: each share rounded up or down by chance, none more than its size."""
    total = sum(sizes)
    if total <= quota:
        return list(sizes)
    start, found, reached = chance.below(total), [], 0
    for size in sizes:
        found.append(((reached + size) * quota + start) // total - (reached * quota + start) // total)
        reached += size
    return found


def _welcome(keys: list[int], count: int, draft: Draft) -> list[int]:
    """What to pick from: nothing to be avoided, unless there is too little else."""
    avoid = draft.bounds.avoid
    if not avoid:
        return keys
    welcome = [key for key in keys if key not in avoid]
    if len(welcome) >= count:
        return welcome
    spare = set(draft.chance.shuffled([key for key in keys if key in avoid])[: count - len(welcome)])
    return [key for key in keys if key in spare or key not in avoid]


def _slices(draft: Draft, cell: Cell, keys: Sequence[int], count: int) -> int:
    """Take one question from each of `count` equal slices of a cell; how many could be taken.

    Slices are cut exactly, through a question where need be, so that all are equally likely.
    """
    taken, size, shown = 0, len(keys), draft.bounds.shown
    for place in range(count if size else 0):
        first, second = divmod(draft.chance.below(_SCALE * _SCALE), _SCALE)
        one = keys[(place * _SCALE + first) * size // (count * _SCALE)]
        other = keys[(place * _SCALE + second) * size // (count * _SCALE)]
        if shown.get(other, 0) < shown.get(one, 0):
            one, other = other, one
        free = next(filter(draft.is_free, (one, other)), None)
        if free is None:  # enemies, or a question on the border of two slices
            free = next(filter(draft.is_free, draft.chance.shuffled(keys)), None)
        if free is not None:
            draft.take(cell, free)
            taken += 1
    return taken


def _top_up(cells: Sequence[Cell], lacking: int, draft: Draft) -> None:
    """Take what a section lacks from any of its cells, as far as they hold it."""
    free = [(cell, key) for cell in cells for key in cell.keys if draft.is_free(key)]
    for cell, key in _by_welcome(free, draft):
        if lacking and draft.is_free(key):
            draft.take(cell, key)
            lacking -= 1


def _by_welcome(pairs: list[tuple[Cell, int]], draft: Draft) -> list[tuple[Cell, int]]:
    """In an order of chance, what had better be avoided last."""
    return sorted(draft.chance.shuffled(pairs), key=lambda pair: pair[1] in draft.bounds.avoid)


def _rearranged(draft: Draft) -> Draft:
    """The draft filled up by moving questions between sections that compete for them."""
    supply = draft.supply
    chosen = {(cell.section, supply.speaks[key]): (cell, key) for cell, key in draft.picks}
    seats: dict[int, list[int]] = {number: [] for number in range(len(supply.quotas))}
    for section, who in chosen:
        seats[section].append(who)
    order = _by_welcome([(cell, key) for cells in supply.cells for cell in cells for key in cell.keys], draft)
    options: dict[tuple[int, int], tuple[Cell, int]] = {}
    for cell, key in order:
        options.setdefault((cell.section, supply.speaks[key]), (cell, key))
    for who in dict.fromkeys(supply.speaks[key] for _cell, key in order):
        if who not in draft.met:
            seat(who, supply.takers, seats, supply.quotas, set())
    filled = Draft(supply, draft.bounds, draft.chance)
    for section, sitting in seats.items():
        for who in sitting:
            filled.take(*chosen.get((section, who), options[section, who]))
    return filled
