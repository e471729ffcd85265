"""How many different papers a blueprint allows."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from question_bank.blueprint import Blueprint
from question_bank.filling import seat
from question_bank.pool import Pool


@dataclass(frozen=True, slots=True)
class Count:
    """So many sets of questions, or at least so many where sections share questions or enemies."""

    papers: int
    exact: bool

    @property
    def digits(self) -> int:
        """How many digits the number has."""
        guess: int = max(1, int(self.papers.bit_length() * math.log10(2)))
        return guess + 1 if self.papers >= 10**guess else guess


def distinct_papers(pool: Pool, blueprint: Blueprint) -> Count:
    """Papers that hold each section's quota of fitting questions and no two enemies; two differ by a question at least.

    Exact as long as no set of enemies is open to two sections. Otherwise each such set is counted for one of them only.
    """
    if blueprint.paper == "fixed":
        return Count(1, exact=True)
    sections = blueprint.sections
    fitting: dict[int, dict[int, int]] = {}
    for keys in pool.rivals():
        held = {n: sum(section.draws(pool, key) for key in keys) for n, section in enumerate(sections)}
        if any(held.values()):
            fitting[keys[0]] = {n: count for n, count in held.items() if count}
    exact = all(len(held) == 1 for held in fitting.values())
    home = _homes(fitting, [section.quota for section in sections])
    sizes: dict[int, list[int]] = defaultdict(list)
    for who, section in home.items():
        sizes[section].append(fitting[who][section])
    product = math.prod(ways(sizes[n], section.quota) for n, section in enumerate(sections))
    return Count(product, exact)


def ways(sizes: Sequence[int], quota: int) -> int:
    """In how many ways `quota` questions can be taken from sets of these sizes, one of each set at most.

    The elementary symmetric polynomial of the sizes; sets of one are counted by a binomial.
    """
    single = sum(size == 1 for size in sizes)
    found = [1] + [0] * quota
    for size in sizes:
        if size > 1:
            for taken in range(quota, 0, -1):
                found[taken] += size * found[taken - 1]
    return sum(found[taken] * math.comb(single, quota - taken) for taken in range(quota + 1))


def _homes(fitting: dict[int, dict[int, int]], quotas: Sequence[int]) -> dict[int, int]:
    """One section for each set, so that every section that can be filled still can."""
    seats: dict[int, list[int]] = {n: [] for n in range(len(quotas))}
    takers = {who: sorted(held) for who, held in fitting.items()}
    for who in takers:
        seat(who, takers, seats, quotas, set())
    home = {who: section for section, sitting in seats.items() for who in sitting}
    return {who: home.get(who, takers[who][0]) for who in takers}
