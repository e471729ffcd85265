"""Courses: what is to be learned together, and how far somebody is by what stands on their transcript.

Every required item must be done, and as many of the elective ones as the course says: all required and none elective is
"all of", all elective and one of them is "any of". The outcome is a function of the set of entries: their order of
arrival changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from courseware.errors import BadHours, BadRule
from courseware.facts import Channel
from courseware.hours import Hours, total

MOST_ITEMS = 120
LONGEST_TITLE = 200
LONGEST_REF = 64


class Kind(StrEnum):
    """What an item is. Units and exams are named; of classes one is named or hours are asked, of the others hours."""

    UNIT = "unit"
    EXAM = "exam"
    CLASS = "class"
    OUTSIDE = "outside"
    HOURS = "hours"


NAMED = frozenset({Kind.UNIT, Kind.EXAM})
MAY_BE_NAMED = NAMED | {Kind.CLASS}
#: of learning elsewhere a way of learning may be asked for, of hours of a way it must be
BY_WAY = frozenset({Kind.OUTSIDE, Kind.HOURS})


@dataclass(frozen=True, slots=True)
class Item:
    """One part of a course. `ref`: key of the unit, exam or class that is named; `hours`: how many are asked of the others,
    `channel`: of which way of learning.
    """

    key: str
    kind: Kind
    title: str = ""
    title_en: str = ""
    ref: str = ""
    channel: Channel | None = None
    hours: Hours = Hours()
    required: bool = True


@dataclass(frozen=True, slots=True)
class Course:
    """The items in their order; `electives`: how many of the elective ones; `in_order`: each opens with the one before."""

    items: tuple[Item, ...]
    electives: int = 0
    in_order: bool = False


@dataclass(frozen=True, slots=True)
class Learned:
    """An entry of a transcript: `ref` is the key of unit, exam or class, `passed` whether it counts as done."""

    kind: str
    ref: str
    on: date
    passed: bool = True
    hours: Hours = Hours()
    channel: Channel | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is: days on which items were done by key, what is missing, what comes next, when all was done.

    `begun`: something counts towards an item, or was tried without passing. `missing` has every required
    item not done, and the elective ones while too few of them are done. `open`: keys of the items one may go on with.
    """

    done: Mapping[str, date]
    begun: bool
    missing: tuple[Item, ...]
    open: frozenset[str]
    completed_on: date | None

    @property
    def next(self) -> Item | None:
        """What to go on with: the first missing item that is open."""
        return next((item for item in self.missing if item.key in self.open), None)


def progress(
    course: Course, learned: Iterable[Learned], *, since: date | None = None, until: date | None = None
) -> Progress:
    """How far a person with these entries in force is; what was learned before `since` or after `until` does not count."""
    first, last_day = since or date.min, until or date.max
    entries = sorted(
        (one for one in learned if first <= one.on <= last_day), key=lambda one: (one.on, one.kind, one.ref)
    )
    found = {item.key: _done_on(item, entries) for item in course.items}
    done = {key: day for key, day in found.items() if day is not None}
    required = [item for item in course.items if item.required]
    elective = [item for item in course.items if not item.required]
    days = sorted(done[item.key] for item in elective if item.key in done)
    enough = len(days) >= course.electives
    missing = tuple(
        item for item in course.items if item.key not in done and (item.required or not enough)
    )  # fmt: skip
    complete = enough and all(item.key in done for item in required)
    last = [done[item.key] for item in required if item.key in done] + days[: course.electives]
    return Progress(
        done=done,
        begun=bool(done) or _touched(course, entries),
        missing=missing,
        open=_open(course, done),
        completed_on=max(last, default=None) if complete else None,
    )


def _touched(course: Course, entries: Iterable[Learned]) -> bool:
    return any(
        (one.kind, one.ref) == (item.kind, item.ref) if item.ref else _counts(item, one)
        for one in entries
        for item in course.items
    )


def _done_on(item: Item, entries: Iterable[Learned]) -> date | None:
    """The day on which the entries, in order of their days, first fulfil the item."""
    if item.ref:
        return next((one.on for one in entries if one.passed and (one.kind, one.ref) == (item.kind, item.ref)), None)
    earned = Hours()
    for one in entries:
        if one.passed and _counts(item, one):
            earned = total((earned, one.hours))
            if earned >= item.hours:
                return one.on
    return None


def _counts(item: Item, one: Learned) -> bool:
    return item.channel in (None, one.channel) and item.kind in (Kind.HOURS, one.kind)


def _open(course: Course, done: Mapping[str, date]) -> frozenset[str]:
    """In order: what is done, and everything up to the first required item that is not."""
    keys = list[str]()
    for item in course.items:
        keys.append(item.key)
        if course.in_order and item.required and item.key not in done:
            break
    return frozenset(keys) | frozenset(done)


def to_record(course: Course) -> dict[str, Any]:
    """For storing."""
    return {
        "items": [
            {
                "key": item.key, "kind": str(item.kind), "title": item.title, "title_en": item.title_en, "ref": item.ref,
                "channel": str(item.channel) if item.channel else None, "hours": str(item.hours), "required": item.required,
            }
            for item in course.items
        ],
        "electives": course.electives,
        "in_order": course.in_order,
    }  # fmt: skip


def from_record(record: Mapping[str, Any]) -> Course:
    """The course of a record; raises BadRule with the field that is wrong."""
    items = record.get("items")
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ITEMS:
        raise BadRule(field="items", why="not_a_list")
    read = tuple(_item(one, f"items.{number}") for number, one in enumerate(items))
    if len({item.key for item in read}) != len(read):
        raise BadRule(field="items", why="twice")
    electives, offered = record.get("electives", 0), sum(not item.required for item in read)
    if not isinstance(electives, int) or not 0 <= electives <= offered:
        raise BadRule(field="electives", why="too_many")
    if offered == len(read) and not electives:
        raise BadRule(field="electives", why="nothing_asked")
    return Course(read, electives, bool(record.get("in_order")))


def _item(record: object, field: str) -> Item:
    if not isinstance(record, Mapping):
        raise BadRule(field=field, why="not_one_item")
    try:
        kind = Kind(record["kind"])
        channel = Channel(record["channel"]) if record.get("channel") else None
        hours = Hours.of(record.get("hours") or 0)
    except (KeyError, ValueError, BadHours):
        raise BadRule(field=field, why="unknown") from None
    item = Item(
        key=str(record.get("key", ""))[:LONGEST_REF],
        kind=kind,
        title=str(record.get("title", ""))[:LONGEST_TITLE],
        title_en=str(record.get("title_en", ""))[:LONGEST_TITLE],
        ref=str(record.get("ref", ""))[:LONGEST_REF],
        channel=channel,
        hours=hours,
        required=record.get("required", True) is True,
    )
    if not item.key or not _is_complete(item):
        raise BadRule(field=field, why="incomplete")
    if not item.ref and not hours:
        raise BadRule(field=f"{field}.hours", why="nothing_asked")
    return item


def _is_complete(item: Item) -> bool:
    """Whether it names what its kind names, and a way of learning where its kind asks for one."""
    asks = item.kind is not Kind.HOURS if item.channel is None else item.kind in BY_WAY
    return asks and (item.kind in MAY_BE_NAMED if item.ref else item.kind not in NAMED)
