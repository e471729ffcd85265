"""Marking by people: what two marks come to, who marks what, and the criteria by which it is done.

Marks are decimals in hundredths at the finest. Two markers mark blindly; where they differ too much an adjudicator marks
too. Raw marks are kept by the caller and never changed. Scripts, markers and adjudicators go by numbers.
"""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

from question_bank.chance import Chance
from question_bank.interactions.written import Point

FORMAT = 1
HUNDREDTH = Decimal("0.01")


class CannotAllot(ValueError):
    """Some scripts have too few markers who may mark them: their numbers are in `scripts`."""

    def __init__(self, scripts: tuple[int, ...]) -> None:
        super().__init__(f"too few markers for {len(scripts)} scripts")
        self.scripts = scripts


@dataclass(frozen=True, slots=True)
class Marking:
    """How a question is marked: by two people or by one. Two marks differ too much by more than the larger of a `share`
    of the maximum and a number of `marks`. `step`: final marks are rounded to its multiples. `control_share`: so many of
    the scripts are marked by everybody. Raises ValueError for settings out of range.
    """

    double: bool = True
    share: Decimal = Decimal("0.10")
    marks: Decimal = Decimal(5)
    step: Decimal = HUNDREDTH
    control_share: Decimal = Decimal("0.05")

    def __post_init__(self) -> None:
        shares = (self.share, self.control_share)
        if not all(0 <= share <= 1 for share in shares) or self.marks < 0 or not _in_steps(self.step, HUNDREDTH):
            raise ValueError("shares in [0, 1], marks not below 0, and a step of hundredths")

    @property
    def markers(self) -> int:
        """How many mark a script."""
        return 2 if self.double else 1

    def tolerance(self, maximum: Decimal) -> Decimal:
        """By how many marks two marks may differ."""
        return max(self.share * maximum, self.marks)

    def differ(self, first: Decimal, second: Decimal, maximum: Decimal) -> bool:
        """Whether an adjudicator is needed."""
        return abs(first - second) > self.tolerance(maximum)

    def final(self, marks: Sequence[Decimal], maximum: Decimal, adjudicator: Decimal | None = None) -> Decimal:
        """The mark that counts: the mean of the two, or of the adjudicator's and the nearer of them, the higher of two
        as near; half a step is rounded up. With a single marker it is that mark.

        Raises ValueError for another number of marks, marks out of range, and marks that differ too much where nobody
        has adjudicated.
        """
        given = [*marks] if adjudicator is None else [*marks, adjudicator]
        if len(marks) != self.markers or not all(0 <= mark <= maximum for mark in given):
            raise ValueError("as many marks as markers, between 0 and the maximum")
        if adjudicator is not None:
            nearer = min(marks, key=lambda mark: (abs(mark - adjudicator), -mark))
            return self._rounded((nearer + adjudicator) / 2)
        if self.double and self.differ(marks[0], marks[1], maximum):
            raise ValueError("the marks differ too much")
        return self._rounded(sum(marks, Decimal(0)) / len(marks))

    def _rounded(self, mark: Decimal) -> Decimal:
        return (mark / self.step).to_integral_value(ROUND_HALF_UP) * self.step

    def to_record(self) -> dict[str, Any]:
        """JSON-able form."""
        numbers = ("share", "marks", "step", "control_share")
        return {"f": FORMAT, "double": self.double, **{name: str(getattr(self, name)) for name in numbers}}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Marking":
        """The inverse; raises KeyError for another format, ValueError for settings out of range."""
        _known(record)
        numbers = ("share", "marks", "step", "control_share")
        return cls(bool(record["double"]), **{name: Decimal(record[name]) for name in numbers})


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is looked at, its marks, and anchors: what a script is like that earns so many of them."""

    name: str
    marks: Decimal
    anchors: tuple[tuple[Decimal, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rubric:
    """Criteria, each marked in multiples of `step`. Raises ValueError for criteria without name or marks or twice the
    same, for marks that are no multiples, and for anchors that do not rise within the marks.
    """

    criteria: tuple[Criterion, ...]
    step: Decimal = HUNDREDTH

    def __post_init__(self) -> None:
        names = [one.name for one in self.criteria]
        if not names or not all(names) or len(set(names)) < len(names) or not _in_steps(self.step, HUNDREDTH):
            raise ValueError("criteria with names of their own, and a step of hundredths")
        for one in self.criteria:
            levels = [level for level, _ in one.anchors]
            if not _in_steps(one.marks, self.step) or any(not 0 <= level <= one.marks for level in levels):
                raise ValueError(f"{one.name}: marks in steps, and anchors within them")
            if levels != sorted(set(levels)):
                raise ValueError(f"{one.name}: anchors that rise")

    @property
    def maximum(self) -> Decimal:
        """All marks together."""
        return sum((one.marks for one in self.criteria), Decimal(0))

    def total(self, given: Mapping[str, Decimal]) -> Decimal:
        """What marks for each criterion, by name, add up to; raises ValueError for a criterion that lacks them, one there
        is not, and marks out of range or between steps.
        """
        if given.keys() != {one.name for one in self.criteria}:
            raise ValueError("marks for every criterion and no other")
        for one in self.criteria:
            mark = given[one.name]
            if not (0 <= mark <= one.marks and mark % self.step == 0):
                raise ValueError(f"{one.name}: 0 to {one.marks} in steps of {self.step}")
        return sum(given.values(), Decimal(0))

    def to_record(self) -> dict[str, Any]:
        """JSON-able form, numbers as text."""
        criteria = [
            {"name": one.name, "marks": str(one.marks), "anchors": [[str(level), text] for level, text in one.anchors]}
            for one in self.criteria
        ]
        return {"f": FORMAT, "step": str(self.step), "criteria": criteria}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Rubric":
        """The inverse; raises KeyError for another format, ValueError for what is no rubric."""
        _known(record)
        criteria = tuple(
            Criterion(
                one["name"], Decimal(one["marks"]), tuple((Decimal(level), text) for level, text in one["anchors"])
            )
            for one in record["criteria"]
        )
        return cls(criteria, Decimal(record["step"]))


def rubric_of(points: Sequence[Point], marks: Decimal, step: Decimal = HUNDREDTH) -> Rubric:
    """The points of a written question as criteria; raises ValueError where a share of the marks lies between steps."""
    return Rubric(tuple(Criterion(point.text, point.share * marks) for point in points), step)


def allot(
    scripts: Collection[int],
    markers: Collection[int],
    *,
    chance: Chance,
    per_script: int,
    forbidden: Mapping[int, Collection[int]],
) -> dict[int, tuple[int, ...]]:
    """For each script its markers, drawn at random: none twice, none of those `forbidden` to it (the candidate's own
    unit; for an adjudicator also the two who have marked), and loads as even as this allows.

    Even means: no chain of swaps could move a script from one marker to another with two fewer (which is the best there
    is: Harvey, Ladner, Lovász & Tamir, 2006, semi-matchings). Raises CannotAllot where a script has too few markers,
    ValueError for numbers that come twice and fewer than one marker a script.
    """
    if per_script < 1 or len(set(scripts)) < len(scripts) or len(set(markers)) < len(markers):
        raise ValueError("numbers of their own, and a marker at least")
    allowed = {script: {*markers} - {*forbidden.get(script, ())} for script in sorted(scripts)}
    short = tuple(script for script, may in allowed.items() if len(may) < per_script)
    if short:
        raise CannotAllot(short)
    load: dict[int, set[int]] = {marker: set() for marker in sorted(markers)}
    for script in chance.shuffled(sorted(scripts)):
        may = chance.shuffled(sorted(allowed[script]))
        for marker in sorted(may, key=lambda one: len(load[one]))[:per_script]:
            load[marker].add(script)
    while _levelled(load, allowed):
        pass
    return {
        script: tuple(chance.shuffled([marker for marker, has in load.items() if script in has])) for script in allowed
    }


def control_scripts(scripts: Collection[int], marking: Marking, *, chance: Chance) -> tuple[int, ...]:
    """Those that everybody marks, drawn at random: the share rounded up, so one at least where there is a share."""
    count = int((len(scripts) * marking.control_share).to_integral_value(ROUND_CEILING))
    return tuple(sorted(chance.shuffled(sorted(scripts))[:count]))


def _levelled(load: Mapping[int, set[int]], allowed: Mapping[int, set[int]]) -> bool:
    """Moves scripts along a shortest chain from a marker with two more than its end; whether there was one."""
    for start in sorted(load, key=lambda marker: (-len(load[marker]), marker)):
        before: dict[int, tuple[int, int]] = {}
        waiting = deque([start])
        while waiting:
            here = waiting.popleft()
            if len(load[here]) <= len(load[start]) - 2:
                _moved(load, before, start, here)
                return True
            for script in sorted(load[here]):
                for other in sorted(allowed[script]):
                    if other != start and other not in before and script not in load[other]:
                        before[other] = (here, script)
                        waiting.append(other)
    return False


def _moved(load: Mapping[int, set[int]], before: Mapping[int, tuple[int, int]], start: int, end: int) -> None:
    while end != start:
        giver, script = before[end]
        load[giver].discard(script)
        load[end].add(script)
        end = giver


def _in_steps(value: Decimal, step: Decimal) -> bool:
    return value > 0 and value % step == 0


def _known(record: Mapping[str, Any]) -> None:
    if record["f"] != FORMAT:
        raise KeyError("f")
