"""Dealing the papers of a whole cohort, each as hard as the next and neighbours without a question in common.

Papers are dealt one after another, seats by room, row and column first, then the others by seed. Each depends on its
seed, the pool, the blueprint, what is known of difficulties, and on the papers dealt before it (how often each question
was shown, what the neighbours have); on nothing else. The same arguments give the same papers on any machine, in
whatever order the candidates are named.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from question_bank.assembly import Form, laid_out, too_small
from question_bank.blueprint import Blueprint, shortage
from question_bank.chance import Chance, derive
from question_bank.difficulty import Difficulty
from question_bank.matching import match
from question_bank.pool import Pool
from question_bank.sampling import Bounds, first_draft
from question_bank.supply import Supply, supply


@dataclass(frozen=True, slots=True, order=True)
class Seat:
    """A place in a room; rows and columns are numbered."""

    room: str
    row: int
    column: int

    def around(self) -> list["Seat"]:
        """The seats from which one could look at this one's paper: the eight around, and the seat itself."""
        steps = (-1, 0, 1)
        return [Seat(self.room, self.row + down, self.column + across) for down, across in product(steps, steps)]


@dataclass(frozen=True, slots=True)
class Dealing:
    """Papers dealt, in the order in which their candidates were named, and what later ones must know of all so far.

    `shown`: on how many papers each version stood; `papers`: how many there are; `seated`: versions by seat.
    """

    forms: tuple[Form, ...] = ()
    papers: int = 0
    shown: Mapping[int, int] = field(default_factory=dict)
    seated: Mapping[Seat, frozenset[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, forms: Sequence[Form], seats: Sequence[Seat | None] | None = None) -> "Dealing":
        """What is known from papers that were dealt before."""
        shown: Counter[int] = Counter()
        seated: dict[Seat, frozenset[int]] = {}
        for form, seat in zip(forms, seats or [None] * len(forms), strict=True):
            versions = frozenset(slot.version for slot in form.slots)
            shown.update(versions)
            if seat is not None:
                seated[seat] = seated.get(seat, frozenset()) | versions
        return cls(tuple(forms), len(forms), shown, seated)


def deal(
    pool: Pool,
    blueprint: Blueprint,
    seeds: Sequence[bytes],
    seats: Sequence[Seat | None] | None = None,
    difficulties: Mapping[int, Difficulty] | None = None,
    *,
    common: bytes = b"",
    after: Dealing | None = None,
) -> list[Form]:
    """A paper for each seed; see `dealing`."""
    return list(dealing(pool, blueprint, seeds, seats, difficulties, common=common, after=after).forms)


def dealing(
    pool: Pool,
    blueprint: Blueprint,
    seeds: Sequence[bytes],
    seats: Sequence[Seat | None] | None = None,
    difficulties: Mapping[int, Difficulty] | None = None,
    *,
    common: bytes = b"",
    after: Dealing | None = None,
) -> Dealing:
    """A paper for each seed, and the counts after them.

    `seats`: one for each seed, None for who sits nowhere in particular; `common`: the seed of the paper that all share
    where the blueprint has one paper for all; `after`: what was dealt before, for those who come later. Raises
    PoolTooSmall when the pool cannot fill the blueprint, ValueError for a common paper without its seed.
    """
    lack = shortage(pool, blueprint)
    if lack is not None:
        raise too_small(lack)
    before = after or Dealing()
    places = list(seats) if seats is not None else [None] * len(seeds)
    if blueprint.paper == "personal":
        chosen = _personal(before, supply(pool, blueprint, difficulties), seeds, places)
    else:
        chosen = [_shared(pool, blueprint, difficulties, common)] * len(seeds)
    forms = [laid_out(keys, pool, blueprint, seed=seed) for keys, seed in zip(chosen, seeds, strict=True)]
    return _joined(before, Dealing.of(forms, places))


def record_of(form: Form) -> bytes:
    """The one spelling of a paper's record: JSON in ASCII without spaces, names in order."""
    return json.dumps(form.to_record(), sort_keys=True, separators=(",", ":")).encode()


def _personal(
    dealt: Dealing, stock: Supply, seeds: Sequence[bytes], seats: Sequence[Seat | None]
) -> list[dict[int, list[int]]]:
    """Keys by section for each candidate's paper, after those dealt before."""
    shown, seated = Counter(dealt.shown), dict(dealt.seated)
    papers: dict[int, dict[int, list[int]]] = {}
    for count, place in enumerate(_in_turn(seeds, seats), dealt.papers):
        seat = seats[place]
        around = seat.around() if seat is not None else []
        avoid = frozenset().union(*(seated.get(near, frozenset()) for near in around))
        papers[place] = _chosen(stock, Bounds(count, shown, avoid), seeds[place])
        versions = frozenset(key for keys in papers[place].values() for key in keys)
        shown.update(versions)
        if seat is not None:
            seated[seat] = seated.get(seat, frozenset()) | versions
    return [papers[place] for place in range(len(seeds))]


def _in_turn(seeds: Sequence[bytes], seats: Sequence[Seat | None]) -> list[int]:
    """Candidates in the order of their seats, then of their seeds, whatever the order in which they were named."""
    if len(seats) != len(seeds):
        raise ValueError("a seat or None for each seed")
    seated = sorted((seat, seeds[n], n) for n, seat in enumerate(seats) if seat is not None)
    others = sorted((seeds[n], n) for n, seat in enumerate(seats) if seat is None)
    return [n for _seat, _seed, n in seated] + [n for _seed, n in others]


def _shared(
    pool: Pool, blueprint: Blueprint, difficulties: Mapping[int, Difficulty] | None, common: bytes
) -> dict[int, list[int]]:
    """The questions that all papers of an exam share."""
    if blueprint.paper == "fixed":
        return {number: list(section.listed) for number, section in enumerate(blueprint.sections)}
    if not common:
        raise ValueError("a common paper has a seed of its own")
    return _chosen(supply(pool, blueprint, difficulties), Bounds(), common)


def _joined(before: Dealing, new: Dealing) -> Dealing:
    seated = dict(before.seated)
    for seat, versions in new.seated.items():
        seated[seat] = seated.get(seat, frozenset()) | versions
    shown = Counter(before.shown)
    shown.update(new.shown)
    return Dealing(new.forms, before.papers + new.papers, shown, seated)


def _chosen(stock: Supply, bounds: Bounds, seed: bytes) -> dict[int, list[int]]:
    draft = first_draft(stock, bounds, Chance(derive(seed, "fair")))
    if stock.matched:
        match(draft)
    return draft.by_section()
