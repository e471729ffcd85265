"""A unit while it is written: which steps a draft takes until it is a version, and how its pages come and go."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from courseware.unit import Media, Page, Unit

_NUMBERED = re.compile(r"page-([0-9]{1,6})\Z")


class State(StrEnum):
    """Where a draft stands: being written, waiting for a reviewer, approved as a version, given up."""

    WRITING = "writing"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    DROPPED = "dropped"


#: the states of which a unit has at most one draft
OPEN = frozenset({State.WRITING, State.SUBMITTED})


class Move(StrEnum):
    """A step of a draft."""

    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    DROP = "drop"


_MOVES = {
    (State.WRITING, Move.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Move.TAKE_BACK): State.WRITING,
    (State.SUBMITTED, Move.SEND_BACK): State.WRITING,
    (State.SUBMITTED, Move.APPROVE): State.APPROVED,
    (State.WRITING, Move.DROP): State.DROPPED,
}


def after(state: State, move: Move) -> State | None:
    """The state a move leads to, None where it cannot be made."""
    return _MOVES.get((state, move))


def fresh_key(taken: Iterable[str]) -> str:
    """A key for a new page that none of these ever was: progress hangs on keys, so none is used twice."""
    numbers = [int(found[1]) for key in taken if (found := _NUMBERED.match(key))]
    return f"page-{max(numbers, default=0) + 1}"


def with_page(unit: Unit, page: Page, *, place: int | None = None) -> Unit:
    """The unit with a page put in at a place (at the end without one), or in the place of the one with its key."""
    if unit.page(page.key) is not None:
        return replace(unit, pages=tuple(page if one.key == page.key else one for one in unit.pages))
    pages = list(unit.pages)
    pages.insert(len(pages) if place is None else place, page)
    return replace(unit, pages=tuple(pages))


def without_page(unit: Unit, key: str) -> Unit:
    """The unit without a page; the same where it has none of that key."""
    return replace(unit, pages=tuple(page for page in unit.pages if page.key != key))


def ordered(unit: Unit, keys: Sequence[str]) -> Unit:
    """The unit with its pages in the order of `keys`; pages that are not named stay behind, in their order."""
    places = {key: place for place, key in enumerate(keys)}
    return replace(unit, pages=tuple(sorted(unit.pages, key=lambda page: places.get(page.key, len(places)))))


def shifted(unit: Unit, key: str, by: int) -> Unit:
    """The unit with a page `by` places further on (back, if negative), no further than to the ends."""
    keys = [one for one in unit.page_keys if one != key]
    if len(keys) == len(unit.pages):
        return unit
    keys.insert(min(max(unit.page_keys.index(key) + by, 0), len(keys)), key)
    return ordered(unit, keys)


def with_medium(unit: Unit, medium: Media) -> Unit:
    """The unit with a medium, in the place of an earlier one of its name; media stand by name, as files do."""
    kept = [one for one in unit.media if one.name != medium.name]
    return replace(unit, media=tuple(sorted([*kept, medium], key=lambda one: one.name)))


def unused(unit: Unit) -> tuple[str, ...]:
    """The names of media that no page shows."""
    shown = {name for page in unit.pages for name in page.files}
    return tuple(one.name for one in unit.media if one.name not in shown)
