"""Drawing a paper: seed + pool + blueprint -> form. The same three give the same form on any machine, for ever.

Within each section the draw is stratified: types, subjects and difficulty labels stand in a paper in (nearly) the
proportion in which the pool holds them, so that no candidate gets all the hard ones by chance.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from question_bank.blueprint import Blueprint, Shortage, shortage
from question_bank.chance import Chance, derive, numbered
from question_bank.errors import PoolTooSmall, UnknownRecord
from question_bank.filling import seat
from question_bank.item import ItemVersion
from question_bank.pool import Pool

FORMAT = 1


class Slot(NamedTuple):
    """A place in a paper: its number from 1, its section (index), the item version and its marks.

    A server keeps a million of them, and tuples are made several times as quickly as frozen classes.
    """

    number: int
    section: int
    version: int
    marks: Decimal


@dataclass(frozen=True, slots=True)
class Form:
    """One candidate's paper. The seed also orders the options of each slot."""

    seed: bytes
    slots: tuple[Slot, ...]

    def slot_seed(self, number: int) -> bytes:
        """The seed by which slot `number` is presented."""
        return numbered(self.seed, (number,))[0]

    def slot_seeds(self) -> list[bytes]:
        """The same of all slots."""
        return numbered(self.seed, range(1, len(self.slots) + 1))

    def slot(self, number: int) -> Slot | None:
        """The slot of that number, None when the paper has no such."""
        return self.slots[number - 1] if 1 <= number <= len(self.slots) else None

    def to_record(self) -> dict[str, Any]:
        """JSON-able form: versions and hundredths of marks by section."""
        sections: dict[int, list[Slot]] = defaultdict(list)
        for slot in self.slots:
            sections[slot.section].append(slot)
        return {
            "f": FORMAT,
            "seed": self.seed.hex(),
            "sections": [[int(slots[0].marks * 100), [slot.version for slot in slots]] for slots in sections.values()],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Form":
        """The inverse; raises UnknownRecord for a format of another release."""
        if record.get("f") != FORMAT:
            raise UnknownRecord(format=record.get("f"))
        slots: list[Slot] = []
        for section, (hundredths, versions) in enumerate(record["sections"]):
            slots += [
                _slot(number, section, version, hundredths) for number, version in enumerate(versions, len(slots) + 1)
            ]
        return cls(bytes.fromhex(record["seed"]), tuple(slots))


@lru_cache(maxsize=32768)
def _slot(number: int, section: int, version: int, hundredths: int) -> Slot:
    """Shared by all papers that have it: thousands are in memory at once."""
    return Slot(number, section, version, _marks(hundredths))


@lru_cache(maxsize=1024)
def _marks(hundredths: int) -> Decimal:
    return Decimal(hundredths) / 100


def draw(pool: Pool, blueprint: Blueprint, *, seed: bytes) -> Form:
    """A paper for one candidate; raises PoolTooSmall when the pool cannot fill the blueprint."""
    chosen = _choose(pool, blueprint, Chance(derive(seed, "draw")))
    if chosen is None:
        raise too_small(shortage(pool, blueprint))
    return laid_out(chosen, pool, blueprint, seed=seed)


def too_small(lack: Shortage | None) -> PoolTooSmall:
    """The refusal for a shortage."""
    if lack is None:
        return PoolTooSmall(sections=(), wanted=0, held=0)
    return PoolTooSmall(sections=lack.sections, wanted=lack.wanted, held=lack.held)


def laid_out(chosen: Mapping[int, Sequence[int]], pool: Pool, blueprint: Blueprint, *, seed: bytes) -> Form:
    """The paper of these keys by section, each section in the order that it asks for."""
    order = Chance(derive(seed, "order"))
    slots: list[Slot] = []
    for number, section in enumerate(blueprint.sections):
        keys = section.listed if blueprint.paper == "fixed" else sorted(chosen[number])
        cases = _cases(keys, pool)
        for case in order.shuffled(cases) if section.order == "shuffled" else cases:
            slots += [Slot(len(slots) + place, number, key, section.worth) for place, key in enumerate(case, 1)]
    return Form(seed, tuple(slots))


def _choose(pool: Pool, blueprint: Blueprint, chance: Chance) -> dict[int, list[int]] | None:
    """Keys for each section: items are taken in a stratified random order as long as they are of use.

    Taking an item whenever the sections can still be rearranged to seat it (augmenting paths in a transversal
    matroid) always ends with full sections when that is possible at all. An enemy group is seated as one, wherever
    any of its items fits; which of them sits there is settled last, so that the answer stays exact.
    """
    seats: dict[int, list[int]] = {n: [] for n in range(len(blueprint.sections))}
    wanted = blueprint.questions
    quotas = [section.quota for section in blueprint.sections]
    fits = {
        key: [n for n, section in enumerate(blueprint.sections) if section.draws(pool, key)] for key in pool.versions
    }
    rivals = pool.rivals()
    spokesman = {key: keys[0] for keys in rivals for key in keys}
    takers = {keys[0]: sorted({n for key in keys for n in fits[key]}) for keys in rivals}
    order = _stratified([key for key, sections in fits.items() if sections], pool, chance)
    tried: set[int] = set()
    seated = 0
    for key in order:
        if seated == wanted:
            break
        if spokesman[key] not in tried:
            tried.add(spokesman[key])
            seated += seat(spokesman[key], takers, seats, quotas, set())
    return _members(seats, order, fits, spokesman) if seated == wanted else None


def _members(
    seats: Mapping[int, list[int]], order: Sequence[int], fits: Mapping[int, list[int]], spokesman: Mapping[int, int]
) -> dict[int, list[int]]:
    """For each seat the first item of the order that speaks for who sits there and fits the section."""
    members: dict[int, list[int]] = defaultdict(list)
    for key in order:
        members[spokesman[key]].append(key)
    return {
        section: [next(key for key in members[seated] if section in fits[key]) for seated in sitting]
        for section, sitting in seats.items()
    }


def _stratum(version: ItemVersion) -> tuple[str, str, str]:
    return (version.type, version.subject, version.difficulty)


def _stratified(keys: Sequence[int], pool: Pool, chance: Chance) -> list[int]:
    """Keys in a random order whose every beginning holds each stratum in its proportion (systematic sampling)."""
    strata: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for key in keys:
        strata[_stratum(pool.versions[key])].append(key)
    ranked: list[tuple[int, int, int]] = []
    scale = 1 << 40
    for name in sorted(strata):
        members = chance.shuffled(strata[name])
        start = chance.below(scale)
        ranked += [
            ((place * scale + start) // len(members), chance.below(scale), key) for place, key in enumerate(members)
        ]
    return [key for _place, _tie, key in sorted(ranked)]


def _cases(keys: Sequence[int], pool: Pool) -> list[list[int]]:
    """Keys in the order given, but questions on one case together where the first of them stands."""
    groups: dict[object, list[int]] = defaultdict(list)
    for key in keys:
        stimulus = pool.versions[key].stimulus
        groups[stimulus.ref if stimulus else key].append(key)
    return list(groups.values())
