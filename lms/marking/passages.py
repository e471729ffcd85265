"""An answer with the notes on its passages, as a page shows it."""

from collections.abc import Iterable
from typing import NamedTuple


class Passage(NamedTuple):
    """A part of an answer, and the number of the note on it, 0 where there is none."""

    text: str
    note: int


def passages(text: str, notes: Iterable[tuple[int, int, str]]) -> list[Passage]:
    """The whole text in parts; where notes overlap the later one begins where the earlier one ends."""
    found, at = list[Passage](), 0
    for number, note in sorted(enumerate(notes, 1), key=lambda pair: pair[1]):
        first, last = max(note[0], at), min(note[1], len(text))
        if first >= last:
            continue
        if first > at:
            found.append(Passage(text[at:first], 0))
        found.append(Passage(text[first:last], number))
        at = last
    return [*found, Passage(text[at:], 0)] if at < len(text) else found
