"""A blueprint: the sections of a paper, how many questions each takes from where, and what they are worth."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from question_bank.interactions import KINDS
from question_bank.item import ItemVersion
from question_bank.pool import Pool
from question_bank.problem import Problem
from question_bank.scoring import DEFAULT, MATCH_RULES, MULTI_RULES, ORDER_RULES, Rules

MAX_SECTIONS = 20
MAX_QUOTA = 200
MAX_MARKS = Decimal(100)


@dataclass(frozen=True, slots=True)
class Section:
    """Part of a paper: `quota` items of these types (one type or more) from these subjects (none named: any)."""

    title: str
    types: tuple[str, ...]
    subjects: tuple[str, ...]
    quota: int
    #: marks of each item, two decimals at most
    marks: Decimal

    def takes(self, version: ItemVersion) -> bool:
        """Whether an item may stand in this section."""
        return version.type in self.types and (not self.subjects or version.subject in self.subjects)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Sections, pass mark and scoring rules of an exam."""

    sections: tuple[Section, ...]
    pass_mark: Decimal
    rules: Rules = DEFAULT

    @property
    def total(self) -> Decimal:
        """The full marks of a paper."""
        return sum((section.quota * section.marks for section in self.sections), Decimal(0))

    @property
    def questions(self) -> int:
        """How many questions a paper has."""
        return sum(section.quota for section in self.sections)

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with it, whatever the pool."""
        found: list[Problem] = []
        if not self.sections:
            found.append(Problem("sections", "missing"))
        if len(self.sections) > MAX_SECTIONS:
            found.append(Problem("sections", "too_many", str(len(self.sections)), {"most": MAX_SECTIONS}))
        for number, section in enumerate(self.sections, 1):
            found += _section_problems(section, f"sections.{number}")
        if not 0 < self.pass_mark <= self.total:
            found.append(Problem("pass_mark", "unknown_value", str(self.pass_mark), {"total": str(self.total)}))
        known = (
            (self.rules.multiple, MULTI_RULES),
            (self.rules.ordering, ORDER_RULES),
            (self.rules.matching, MATCH_RULES),
        )
        found += [Problem("rules", "unknown_value", name) for name, rules in known if name not in rules]
        return tuple(found)

    def to_record(self) -> dict[str, Any]:
        """JSON-able form."""
        return {
            "format": 1,
            "pass_mark": str(self.pass_mark),
            "rules": self.rules.to_record(),
            "sections": [
                {
                    "title": section.title,
                    "types": list(section.types),
                    "subjects": list(section.subjects),
                    "quota": section.quota,
                    "marks": str(section.marks),
                }
                for section in self.sections
            ],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Blueprint":
        """The inverse; raises KeyError, TypeError or ValueError for what is no blueprint."""
        try:
            sections = tuple(
                Section(
                    title=str(entry["title"]),
                    types=tuple(entry["types"]),
                    subjects=tuple(entry["subjects"]),
                    quota=int(entry["quota"]),
                    marks=Decimal(entry["marks"]),
                )
                for entry in record["sections"]
            )
            return cls(sections, Decimal(record["pass_mark"]), Rules(**record["rules"]))
        except InvalidOperation as error:
            raise ValueError("marks are decimal numbers") from error


def _section_problems(section: Section, place: str) -> list[Problem]:
    found: list[Problem] = []
    if not section.title.strip():
        found.append(Problem(f"{place}.title", "missing"))
    if not section.types:
        found.append(Problem(f"{place}.types", "missing"))
    found += [Problem(f"{place}.types", "unknown_type", kind) for kind in section.types if kind not in KINDS]
    if not 1 <= section.quota <= MAX_QUOTA:
        found.append(Problem(f"{place}.quota", "unknown_value", str(section.quota), {"most": MAX_QUOTA}))
    in_range = section.marks.is_finite() and 0 < section.marks <= MAX_MARKS
    if not in_range or section.marks * 100 != (section.marks * 100).to_integral_value():
        found.append(Problem(f"{place}.marks", "unknown_value", str(section.marks)))
    return found


@dataclass(frozen=True, slots=True)
class Shortage:
    """Sections (numbers from 1) that together want more items than the pool holds for them, of each enemy group one."""

    sections: tuple[int, ...]
    wanted: int
    held: int


def by_hand(blueprint: Blueprint) -> tuple[str, ...]:
    """Types in the blueprint that people must mark."""
    kinds = {kind for section in blueprint.sections for kind in section.types}
    return tuple(kind for kind in KINDS if kind in kinds and not KINDS[kind].MACHINE_SCORED)


def shortage(pool: Pool, blueprint: Blueprint) -> Shortage | None:
    """Why no paper can be drawn, or None when every section can have its quota of different items.

    Sections may compete for the same items; the answer is exact (maximum flow, and by Hall's theorem a set of
    sections that wants more than its neighbours hold when the flow falls short). An enemy group counts once.
    """
    groups: dict[frozenset[int], int] = defaultdict(int)
    for keys in pool.rivals():
        versions = [pool.versions[key] for key in keys]
        takers = frozenset(n for n, section in enumerate(blueprint.sections) if any(map(section.takes, versions)))
        if takers:
            groups[takers] += 1
    given: dict[tuple[frozenset[int], int], int] = defaultdict(int)
    left = dict(groups)
    for number, section in enumerate(blueprint.sections):
        for _ in range(section.quota):
            reached = _augment(number, groups, given, left)
            if reached is not None:
                wanted = sum(blueprint.sections[n].quota for n in reached)
                held = sum(size for takers, size in groups.items() if takers & reached)
                return Shortage(tuple(sorted(n + 1 for n in reached)), wanted, held)
    return None


def _augment(
    section: int,
    groups: Mapping[frozenset[int], int],
    given: dict[tuple[frozenset[int], int], int],
    left: dict[frozenset[int], int],
) -> frozenset[int] | None:
    """Give `section` one more item, moving others about if need be; else the sections that are stuck with it."""
    came_from: dict[int, tuple[frozenset[int], int]] = {}
    queue, reached = [section], {section}
    while queue:
        current = queue.pop(0)
        for takers in groups:
            if current not in takers:
                continue
            if left[takers]:
                left[takers] -= 1
                given[takers, current] += 1
                _hand_down(current, section, came_from, given)
                return None
            for other in takers - reached:
                if given[takers, other]:
                    came_from[other] = (takers, current)
                    reached.add(other)
                    queue.append(other)
    return frozenset(reached)


def _hand_down(
    current: int,
    section: int,
    came_from: Mapping[int, tuple[frozenset[int], int]],
    given: dict[tuple[frozenset[int], int], int],
) -> None:
    while current != section:
        takers, before = came_from[current]
        given[takers, current] -= 1
        given[takers, before] += 1
        current = before
