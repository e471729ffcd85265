"""What a pool holds for a blueprint, worked out once for all papers of a cohort."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from question_bank.blueprint import Blueprint, Section
from question_bank.curve import MILLION, Yardstick, chance_right, hundredths, thousandths, yardstick
from question_bank.difficulty import Difficulty, difficulties_of
from question_bank.pool import Pool

#: papers are matched in difficulty once answers tell something about this share (percent) of what may be drawn; until
#: then they are drawn from slices of difficulty, which are then no worse (docs/fairness.md)
MATCHED_FROM = 50
#: 0.15 marks of a paper of 100, in units for each hundredth of a mark of the paper's total
TOLERANCE = 15 * MILLION // 10_000


@dataclass(frozen=True, slots=True)
class Cell:
    """What of one type and subject may stand in one section, from easy to hard."""

    section: int
    keys: tuple[int, ...]
    #: units that each brings at the three points of the yardstick
    weights: Mapping[int, tuple[int, int, int]]
    counts: bool


@dataclass(frozen=True, slots=True)
class Supply:
    """Cells by section, and what holds for all of them.

    `speaks`: one key for each set of enemies; `takers`: the sections open to each such set; `rates`: expected share
    of papers that hold a version, in millionths; `matched`: whether enough is known to match papers by.
    """

    cells: tuple[tuple[Cell, ...], ...]
    quotas: tuple[int, ...]
    speaks: Mapping[int, int]
    takers: Mapping[int, tuple[int, ...]]
    rates: Mapping[int, int]
    difficulties: Mapping[int, Difficulty]
    yardstick: Yardstick
    matched: bool
    #: units by which a paper may miss the yardstick at each point
    tolerance: int
    #: sections, those with least to choose from first, so that wider ones take what is left
    narrow_first: tuple[int, ...]


def supply(pool: Pool, blueprint: Blueprint, known: Mapping[int, Difficulty] | None = None) -> Supply:
    """Work it out; versions of which nothing is known are as hard as their label says."""
    sections = blueprint.sections
    held = {n: [key for key in pool.versions if section.draws(pool, key)] for n, section in enumerate(sections)}
    fits: dict[int, list[int]] = defaultdict(list)
    for number, keys in held.items():
        for key in keys:
            fits[key].append(number)
    difficulties = difficulties_of(pool, known)
    measure = yardstick(pool, blueprint, difficulties)
    rivals = [tuple(key for key in keys if key in fits) for keys in pool.rivals()]
    shares = [section.quota * MILLION // max(1, len(held[n])) for n, section in enumerate(sections)]
    room = {n: len(held[n]) - section.quota for n, section in enumerate(sections)}
    return Supply(
        cells=tuple(
            _cells(n, section, _by_kind(pool, held[n]), difficulties, measure) for n, section in enumerate(sections)
        ),
        quotas=tuple(section.quota for section in sections),
        speaks={key: keys[0] for keys in rivals for key in keys},
        takers={keys[0]: tuple(sorted({n for key in keys for n in fits[key]})) for keys in rivals if keys},
        rates={key: sum(shares[n] for n in numbers) for key, numbers in fits.items()},
        difficulties={key: difficulties[key] for key in fits},
        yardstick=measure,
        matched=_well_known([difficulties[key] for key in fits if key not in pool.trial]),
        tolerance=hundredths(blueprint.total) * TOLERANCE,
        narrow_first=tuple(sorted(room, key=lambda n: (room[n], n))),
    )


def _by_kind(pool: Pool, keys: Sequence[int]) -> list[list[int]]:
    """Keys of each type and subject."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for key in keys:
        groups[pool.versions[key].type, pool.versions[key].subject].append(key)
    return [groups[name] for name in sorted(groups)]


def _cells(
    number: int,
    section: Section,
    groups: Sequence[Sequence[int]],
    difficulties: Mapping[int, Difficulty],
    measure: Yardstick,
) -> tuple[Cell, ...]:
    worth = hundredths(section.worth)
    ranks = {key: thousandths(difficulties[key]) for keys in groups for key in keys}
    return tuple(
        Cell(
            section=number,
            keys=tuple(sorted(keys, key=lambda key: (ranks[key], key))),
            weights={key: _weights(worth, ranks[key], measure) for key in keys},
            counts=bool(worth),
        )
        for keys in groups
    )


def _weights(worth: int, difficulty: int, measure: Yardstick) -> tuple[int, int, int]:
    low, middle, high = (worth * chance_right(point - difficulty) for point in measure.points)
    return low, middle, high


def _well_known(difficulties: Sequence[Difficulty]) -> bool:
    telling = sum(difficulty.tells for difficulty in difficulties)
    return bool(difficulties) and telling * 100 >= MATCHED_FROM * len(difficulties)
