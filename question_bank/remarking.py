"""Scoring an exam again because something about it was wrong: a key, an item, a rule, the pass mark.

A remark is a set of changes; an exam is scored by its blueprint and the remarks in force, in order. Scoring again starts from
how an attempt stands and touches only what the changes touch, so that the same steps in the same order give the same bits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from question_bank.assembly import Form, Slot
from question_bank.blueprint import Blueprint
from question_bank.errors import UnknownRecord
from question_bank.formats.record import from_record, to_record
from question_bank.grading import CENT, Result, Score, marks_for, share_of
from question_bank.interactions import KINDS
from question_bank.item import ItemVersion
from question_bank.scoring import Rules

FORMAT = 1
#: another key; a further answer that earns full marks; out of the paper; full marks for everybody; other rules; another pass mark;
#: marks that people gave to answers
KEY, ACCEPT, VOID, FULL, RULES, PASS_MARK, MARKS = "key", "accept", "void", "full", "rules", "pass_mark", "marks"
OF_ITEM = (KEY, ACCEPT, VOID, FULL)
OF_EXAM = (RULES, PASS_MARK, MARKS)
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `version`: the item version it is about, None for what is about the exam. `value`: the corrected version
    (KEY), a response (ACCEPT), `Rules`, a pass mark in marks, for MARKS by number of the attempt the marks by slot, or None.
    """

    kind: str
    version: int | None = None
    value: Any = None

    def to_record(self) -> list[Any]:
        """JSON-able form."""
        value = self.value
        if self.kind == KEY:
            value = to_record(value)
        elif self.kind == RULES:
            value = value.to_record()
        elif self.kind == PASS_MARK:
            value = int(value * 100)
        elif self.kind == MARKS:
            value = {
                str(attempt): {str(slot): int(mark * 100) for slot, mark in slots.items()}
                for attempt, slots in value.items()
            }
        return [self.kind, self.version, value]

    @classmethod
    def from_record(cls, record: Iterable[Any]) -> "Change":
        """The inverse; raises KeyError, TypeError, ValueError or a BankError."""
        kind, version, value = record
        if kind == KEY:
            value = from_record(value)
        elif kind == RULES:
            value = Rules(**value)
        elif kind == PASS_MARK:
            value = Decimal(value) / 100
        elif kind == MARKS:
            value = {
                int(attempt): {int(slot): Decimal(mark) / 100 for slot, mark in slots.items()}
                for attempt, slots in value.items()
            }
        return cls(kind, version, value)


@dataclass(frozen=True, slots=True)
class Remark:
    """Changes that are made together. `favour`: no answer is worth less by another key or another rule than it was."""

    changes: tuple[Change, ...]
    favour: bool = True

    @property
    def versions(self) -> frozenset[int]:
        """The item versions it is about."""
        return frozenset(change.version for change in self.changes if change.version is not None)

    @property
    def touches_all(self) -> bool:
        """Whether every question may be worth another share by it."""
        return any(change.kind == RULES for change in self.changes)

    @property
    def by_people(self) -> bool:
        """Whether it is nothing but marks that people gave."""
        return all(change.kind == MARKS for change in self.changes)

    def marks_of(self, attempt: int) -> dict[int, Decimal]:
        """The marks that people gave to answers of an attempt, by slot."""
        found: dict[int, Decimal] = {}
        for change in self.changes:
            if change.kind == MARKS:
                found |= change.value.get(attempt, {})
        return found

    def touches(self, slot: Slot) -> bool:
        """Whether what a question earns may be another by it."""
        return self.touches_all or slot.version in self.versions

    def to_record(self) -> dict[str, Any]:
        """JSON-able form."""
        return {"f": FORMAT, "favour": self.favour, "changes": [change.to_record() for change in self.changes]}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Remark":
        """The inverse; raises UnknownRecord for a format of another release, KeyError, TypeError or ValueError."""
        if record.get("f") != FORMAT:
            raise UnknownRecord(format=record.get("f"))
        return cls(tuple(Change.from_record(change) for change in record["changes"]), bool(record["favour"]))


@dataclass(frozen=True, slots=True)
class Standing:
    """How an attempt stands: its result and the pass mark it went by, None for the exam's as it was published."""

    result: Result
    pass_mark: Decimal | None = None

    @property
    def total(self) -> Decimal:
        """Marks earned."""
        return self.result.total


@dataclass(frozen=True, slots=True)
class Scoring:
    """By what an exam is scored: the rules and the pass mark, and what holds for single versions."""

    published: Decimal
    rules: Rules
    pass_mark: Decimal
    #: the versions as they are scored, corrected ones in place of those that were frozen
    versions: Mapping[int, ItemVersion]
    accepted: Mapping[int, tuple[Any, ...]] = field(default_factory=dict)
    void: frozenset[int] = frozenset()
    full: frozenset[int] = frozenset()

    @classmethod
    def first(cls, blueprint: Blueprint, versions: Mapping[int, ItemVersion]) -> "Scoring":
        """As it was published."""
        return cls(blueprint.pass_mark, blueprint.rules, blueprint.pass_mark, versions)

    def after(self, remark: Remark) -> "Scoring":
        """With a remark. What holds for a version is what the newest change of its kind says; what is out stays out."""
        found = self
        for change in remark.changes:
            found = found if change.kind == MARKS else found._with(change)
        return found

    def _with(self, change: Change) -> "Scoring":
        match change.kind, change.version:
            case "rules", None:
                return replace(self, rules=change.value)
            case "pass_mark", None:
                return replace(self, pass_mark=change.value)
            case "key", int(version):
                return replace(self, versions={**self.versions, version: change.value})
            case "accept", int(version):
                accepted = (*self.accepted.get(version, ()), change.value)
                return replace(self, accepted={**self.accepted, version: accepted})
            case "void", int(version):
                return replace(self, void=self.void | {version})
            case "full", int(version):
                return replace(self, full=self.full | {version})
        raise ValueError(f"no such change: {change.kind}")

    def score(self, slot: Slot, response: Any) -> Score:
        """What a question earns; of a voided one neither earns nor counts anything."""
        number, version = slot.number, self.versions[slot.version]
        if slot.version in self.void:
            return Score(number, ZERO, ZERO, blank=response is None or version.interaction.is_blank(response))
        if slot.version in self.full:
            return Score(number, slot.marks, slot.marks, blank=False)
        share = share_of(version, response, self.rules)
        if share is None:
            return Score(number, ZERO, slot.marks, blank=True)
        if any(version.interaction.same(response, one) for one in self.accepted.get(slot.version, ())):
            return Score(number, slot.marks, slot.marks, blank=False)
        return Score(number, marks_for(share, slot.marks), slot.marks, blank=False)

    def by_machine(self, version: int) -> bool:
        """Whether a machine scores a version."""
        return self.versions[version].interaction.MACHINE_SCORED

    def marked(self, slot: Slot, old: Score, mark: Decimal) -> Score:
        """What a question earns by the mark that people gave, unless it was left blank, is out or worth full marks for all;
        raises ValueError for a mark out of range.
        """
        if not 0 <= mark <= slot.marks:
            raise ValueError(f"question {slot.number}: a mark of 0 to {slot.marks}")
        if old.blank or slot.version in self.void | self.full:
            return old
        return replace(old, earned=mark)

    def pass_mark_of(self, form: Form) -> Decimal:
        """The pass mark of a paper: where questions are out, the same share of what is left, rounded down to hundredths."""
        whole = sum((slot.marks for slot in form.slots), Decimal(0))
        left = sum((slot.marks for slot in form.slots if slot.version not in self.void), Decimal(0))
        if left == whole:
            return self.pass_mark
        return (self.pass_mark * left / whole).quantize(CENT, ROUND_FLOOR)

    def standing(self, form: Form, scores: tuple[Score, ...]) -> Standing:
        """The result that these scores make."""
        total = sum((score.earned for score in scores), Decimal(0))
        maximum = sum((score.marks for score in scores), Decimal(0))
        mark = self.pass_mark_of(form)
        result = Result(scores, total, maximum, total >= mark)
        return Standing(result, None if mark == self.published else mark)


def remarked(
    before: tuple[Score, ...],
    form: Form,
    answers: Mapping[int, Any],
    remark: Remark,
    scoring: Scoring,
    *,
    attempt: int = 0,
) -> Standing:
    """An attempt after a remark; `before`: what its questions earned until then, `answers` by slot, at least of those that
    the remark touches, `scoring` with the remark, `attempt` the number by which marks of people name it.

    What people mark stays as it is whatever the rules for machines become.
    """
    given = remark.marks_of(attempt)
    scores = []
    for slot, old in zip(form.slots, before, strict=True):
        new = old
        if slot.version in remark.versions or (remark.touches_all and scoring.by_machine(slot.version)):
            new = _again(old, scoring.score(slot, answers.get(slot.number)), favour=remark.favour)
        if slot.number in given:
            new = scoring.marked(slot, new, given[slot.number])
        scores.append(new)
    return scoring.standing(form, tuple(scores))


def _again(old: Score, new: Score, *, favour: bool) -> Score:
    """What is out is out, be it in anybody's favour or not: its marks count for nobody."""
    if favour and new.marks == old.marks and new.earned < old.earned:
        return old
    return new


def refusal(remark: Remark, versions: Mapping[int, ItemVersion], blueprint: Blueprint) -> str | None:
    """Why a remark cannot be: "empty", "unknown_version", "other_question" (a key for a question of another shape),
    "same_key", "by_hand" (no machine scores it), "bad_answer", "bad_pass_mark" or "bad_marks"; None when it can.
    """
    if not remark.changes:
        return "empty"
    for change in remark.changes:
        found = _of_item(change, versions) if change.kind in OF_ITEM else _of_exam(change, blueprint)
        if found:
            return found
    return None


def _of_item(change: Change, versions: Mapping[int, ItemVersion]) -> str | None:
    if change.version is None or change.version not in versions:
        return "unknown_version"
    version = versions[change.version]
    if change.kind in (KEY, ACCEPT) and not KINDS[version.type].MACHINE_SCORED:
        return "by_hand"
    if change.kind == KEY:
        return _key(version, change.value)
    if change.kind == ACCEPT and version.interaction.is_blank(change.value):
        return "bad_answer"
    return None


def _key(version: ItemVersion, corrected: ItemVersion) -> str | None:
    interaction = version.interaction
    if corrected.type != version.type or shape(corrected) != shape(version):
        return "other_question"
    if interaction.to_record(corrected.body) == interaction.to_record(version.body):
        return "same_key"
    return None


def _of_exam(change: Change, blueprint: Blueprint) -> str | None:
    if change.kind == PASS_MARK and not 0 <= change.value <= blueprint.total:
        return "bad_pass_mark"
    if change.kind == MARKS and not all(mark >= 0 for slots in change.value.values() for mark in slots.values()):
        return "bad_marks"
    return None


def shape(version: ItemVersion) -> tuple[Any, ...]:
    """What responses to a version refer to. Two versions of the same shape can be scored by each other's key."""
    shown = version.interaction.present(version.body, b"shape")
    return (
        version.type,
        len(shown.choices),
        len(shown.prompts),
        shown.blanks,
        tuple(len(gap) for gap in shown.gaps),
        tuple((area.shape, area.coords) for area in sorted(shown.areas, key=lambda area: area.coords)),
    )
