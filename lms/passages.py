"""A text of which passages carry a number, as a page shows it: an answer with notes, or what two essays have in common."""

from collections.abc import Iterable
from typing import NamedTuple


class Passage(NamedTuple):
    """A part of a text, and the number of the note on it, 0 where there is none."""

    text: str
    note: int


def passages(text: str, notes: Iterable[tuple[int, int, str]]) -> list[Passage]:
    """The whole text in parts, notes numbered from 1 in the order given."""
    return numbered(text, ((first, last, number) for number, (first, last, _words) in enumerate(notes, 1)))


def numbered(text: str, marks: Iterable[tuple[int, int, int]]) -> list[Passage]:
    """The whole text in parts; `marks`: first character, one after the last, number. Where two overlap the later one begins
    where the earlier one ends.
    """
    found, at = list[Passage](), 0
    for begins, ends, number in sorted(marks):
        first, last = max(begins, at), min(ends, len(text))
        if first >= last:
            continue
        if first > at:
            found.append(Passage(text[at:first], 0))
        found.append(Passage(text[first:last], number))
        at = last
    return [*found, Passage(text[at:], 0)] if at < len(text) else found
