"""A blueprint: the sections of a paper, how many questions each takes from where, and what they are worth."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from question_bank.errors import UnknownRecord
from question_bank.interactions import KINDS
from question_bank.item import ItemVersion
from question_bank.pool import Pool
from question_bank.problem import Problem
from question_bank.scoring import DEFAULT, MATCH_RULES, MULTI_RULES, ORDER_RULES, Rules

MAX_SECTIONS = 20
MAX_QUOTA = 200
MAX_MARKS = Decimal(100)
MAX_MINUTES = 600
#: how the questions of a section stand: in an order of the candidate's own, or as they are listed (drawn ones by number)
ORDERS = ("shuffled", "fixed")
#: whether a candidate may go back to earlier questions of a section, and to the section itself
NAVIGATIONS = ("free", "forward")
#: each candidate their own paper; one drawn paper for all; the versions that the sections list
PAPERS = ("personal", "common", "fixed")
#: how a paper is shown at first: all its questions on one page, or one at a time; no matter of what stands on it
PRESENTATIONS = ("all", "one")
#: what is written; 1 (without times, orders, trials and kinds of paper) is still read
FORMAT = 2


@dataclass(frozen=True, slots=True)
class Section:
    """Part of a paper: `quota` items of these types (one type or more) from these subjects (none named: any)."""

    title: str
    types: tuple[str, ...]
    subjects: tuple[str, ...]
    quota: int
    #: marks of each item, two decimals at most; 0 where nothing counts
    marks: Decimal
    #: time for this section alone; None: the time of the exam
    minutes: int | None = None
    order: str = "shuffled"
    navigation: str = "free"
    #: False: a field test, filled with items on trial and with nothing else
    counts: bool = True
    #: keys of the versions of a fixed paper
    listed: tuple[int, ...] = ()

    @property
    def worth(self) -> Decimal:
        """The marks of each item as scores see them: none in a field test, whatever a record says."""
        return self.marks if self.counts else Decimal(0)

    def takes(self, version: ItemVersion) -> bool:
        """Whether an item may stand in this section by its type and subject."""
        return version.type in self.types and (not self.subjects or version.subject in self.subjects)

    def draws(self, pool: Pool, key: int) -> bool:
        """Whether an item of the pool may stand here: it fits, and is on trial just if the section does not count."""
        return (key in pool.trial) is not self.counts and self.takes(pool.versions[key])

    def to_record(self) -> dict[str, Any]:
        """JSON-able form."""
        return {
            "title": self.title,
            "types": list(self.types),
            "subjects": list(self.subjects),
            "quota": self.quota,
            "marks": str(self.marks),
            "minutes": self.minutes,
            "order": self.order,
            "navigation": self.navigation,
            "counts": self.counts,
            "listed": list(self.listed),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Section":
        """The inverse; what a record of format 1 lacks is as it was then."""
        minutes = record.get("minutes")
        return cls(
            title=str(record["title"]),
            types=tuple(record["types"]),
            subjects=tuple(record["subjects"]),
            quota=int(record["quota"]),
            marks=Decimal(record["marks"]),
            minutes=None if minutes is None else int(minutes),
            order=str(record.get("order", "shuffled")),
            navigation=str(record.get("navigation", "free")),
            counts=_truth(record.get("counts", True)),
            listed=tuple(int(key) for key in record.get("listed", ())),
        )


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Sections, pass mark and scoring rules of an exam."""

    sections: tuple[Section, ...]
    pass_mark: Decimal
    rules: Rules = DEFAULT
    paper: str = "personal"
    #: whether the options of choice questions stand in an order of the candidate's own
    shuffle_options: bool = True
    presentation: str = "all"

    @property
    def total(self) -> Decimal:
        """The full marks of a paper."""
        return sum((section.quota * section.worth for section in self.sections), Decimal(0))

    @property
    def questions(self) -> int:
        """How many questions a paper has, field tests included."""
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
            found += _listed_problems(section, f"sections.{number}.listed", fixed=self.paper == "fixed")
        times = Counter(key for section in self.sections for key in section.listed)
        found += [Problem("sections", "duplicate", str(key)) for key, count in times.items() if count > 1]
        if self.paper not in PAPERS:
            found.append(Problem("paper", "unknown_value", self.paper))
        if self.presentation not in PRESENTATIONS:
            found.append(Problem("presentation", "unknown_value", self.presentation))
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
        """JSON-able form. The usual presentation is left out: a report on papers made before it was known stays true."""
        shown = {} if self.presentation == "all" else {"presentation": self.presentation}
        return {
            "format": FORMAT,
            "pass_mark": str(self.pass_mark),
            "rules": self.rules.to_record(),
            "paper": self.paper,
            "shuffle_options": self.shuffle_options,
            "sections": [section.to_record() for section in self.sections],
            **shown,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Blueprint":
        """The inverse; raises UnknownRecord for a later format, KeyError, TypeError or ValueError for no blueprint."""
        if record["format"] not in (1, FORMAT):
            raise UnknownRecord(format=record["format"])
        try:
            return cls(
                sections=tuple(Section.from_record(entry) for entry in record["sections"]),
                pass_mark=Decimal(record["pass_mark"]),
                rules=Rules(**record["rules"]),
                paper=str(record.get("paper", "personal")),
                shuffle_options=_truth(record.get("shuffle_options", True)),
                presentation=str(record.get("presentation", "all")),
            )
        except InvalidOperation as error:
            raise ValueError("marks are decimal numbers") from error


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def _section_problems(section: Section, place: str) -> list[Problem]:
    found: list[Problem] = []
    if not section.title.strip():
        found.append(Problem(f"{place}.title", "missing"))
    if not section.types:
        found.append(Problem(f"{place}.types", "missing"))
    found += [Problem(f"{place}.types", "unknown_type", kind) for kind in section.types if kind not in KINDS]
    if not 1 <= section.quota <= MAX_QUOTA:
        found.append(Problem(f"{place}.quota", "unknown_value", str(section.quota), {"most": MAX_QUOTA}))
    if not _marks_fit(section):
        found.append(Problem(f"{place}.marks", "unknown_value", str(section.marks)))
    if section.minutes is not None and not 1 <= section.minutes <= MAX_MINUTES:
        found.append(Problem(f"{place}.minutes", "unknown_value", str(section.minutes), {"most": MAX_MINUTES}))
    known = (("order", section.order, ORDERS), ("navigation", section.navigation, NAVIGATIONS))
    found += [
        Problem(f"{place}.{name}", "unknown_value", value) for name, value, values in known if value not in values
    ]
    return found


def _marks_fit(section: Section) -> bool:
    marks = section.marks
    if not section.counts:
        return marks.is_finite() and marks == 0
    return marks.is_finite() and 0 < marks <= MAX_MARKS and marks * 100 == (marks * 100).to_integral_value()


def _listed_problems(section: Section, place: str, *, fixed: bool) -> list[Problem]:
    held, wanted = len(section.listed), section.quota if fixed else 0
    if held == wanted:
        return []
    return [Problem(place, "too_few" if held < wanted else "too_many", str(held), {"least": wanted, "most": wanted})]


@dataclass(frozen=True, slots=True)
class Shortage:
    """Sections (numbers from 1) that together want more items than the pool holds for them, of each enemy group one."""

    sections: tuple[int, ...]
    wanted: int
    held: int


def by_hand(blueprint: Blueprint) -> tuple[str, ...]:
    """Types in the blueprint that people must mark; a field test needs no marks."""
    kinds = {kind for section in blueprint.sections if section.counts for kind in section.types}
    return tuple(kind for kind in KINDS if kind in kinds and not KINDS[kind].MACHINE_SCORED)


def shortage(pool: Pool, blueprint: Blueprint) -> Shortage | None:
    """Why no paper can be drawn, or None when every section can have its quota of different items.

    Sections may compete for the same items; the answer is exact (maximum flow, and by Hall's theorem a set of
    sections that wants more than its neighbours hold when the flow falls short). An enemy group counts once.
    """
    if blueprint.paper == "fixed":
        return _listed_shortage(pool, blueprint)
    groups: dict[frozenset[int], int] = defaultdict(int)
    for keys in pool.rivals():
        takers = frozenset(
            n for n, section in enumerate(blueprint.sections) if any(section.draws(pool, key) for key in keys)
        )
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


def _listed_shortage(pool: Pool, blueprint: Blueprint) -> Shortage | None:
    """The first section of a fixed paper that lists what the pool lacks, what does not fit, or enemies."""
    speaks = {key: keys[0] for keys in pool.rivals() for key in keys}
    met: set[int] = set()
    for number, section in enumerate(blueprint.sections, 1):
        fit = {speaks[key] for key in section.listed if key in speaks and section.draws(pool, key)} - met
        if len(fit) < section.quota:
            return Shortage((number,), section.quota, len(fit))
        met |= fit
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
