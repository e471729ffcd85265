"""Rendered questions taken apart at the places that differ between candidates, and put together again, in UTF-8.

Joining pieces copies each byte once: replacing marks or `%` copies a page many times over. Nothing here knows what the
content means; `lms.sitting.page` renders it.
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter

#: what stands in a rendered piece for what a candidate's page has there begins with this; drawn at random, so that no
#: text of a question or title can hold it
MARK = secrets.token_hex(16)
_GAP = re.compile(rf"{MARK}-(\d+)\.")
#: orders of the choices of one question whose rows are kept
MOST_ORDERS = 32


def gap(number: int) -> str:
    """What stands in rendered content for the number of a question (0) or for an id of it (1 and on)."""
    return f"{MARK}-{number}."


def parted(html: str) -> tuple[list[bytes], list[int]]:
    """Content between gaps, and which gaps these are: one less than there are pieces of content."""
    pieces = _GAP.split(html)
    return [piece.encode() for piece in pieces[::2]], [int(number) for number in pieces[1::2]]


class Row:
    """Content with gaps, ready to be filled for a candidate."""

    __slots__ = ("_blank", "_picked")

    def __init__(self, pieces: Sequence[bytes], between: Sequence[int]) -> None:
        self._blank = [b""] * (len(pieces) + len(between))
        self._blank[::2] = pieces
        self._picked = _picker(between)

    def filled(self, values: Sequence[bytes]) -> list[bytes]:
        """What is to be joined: `values` stand where the gaps of their places are."""
        row = self._blank.copy()
        row[1::2] = self._picked(values)
        return row


def _picker(places: Sequence[int]) -> Callable[[Sequence[bytes]], Sequence[bytes]]:
    if len(places) < 2:  # an itemgetter of one gives no tuple
        return lambda values: [values[place] for place in places]
    return itemgetter(*places)


class Piece:
    """A question: what stands before, between and behind its choices (a list of pairs has them once for each pair), with
    gaps for its number and the ids of its prompts; and by its words the line of each choice, once for every letter it may
    get, with gaps for the number and its id.
    """

    __slots__ = ("_around", "_lines", "_prompts", "_rows")

    def __init__(self, around: Sequence[str], lines: Mapping[str, Sequence[str]], *, prompts: int) -> None:
        self._around = [parted(html) for html in around]
        self._lines = {words: [parted(html) for html in letters] for words, letters in lines.items()}
        self._prompts = prompts
        self._rows: dict[tuple[str, ...], Row] = {}

    def filled(self, order: tuple[str, ...], values: Sequence[bytes]) -> list[bytes]:
        """What is to be joined for a candidate: `order` are the words of the choices, `values` the number, the ids of the
        prompts, the ids of the choices, and nothing (b"").
        """
        row = self._rows.get(order)
        if row is None:
            row = self._row(order)
            if len(self._rows) < MOST_ORDERS:
                self._rows[order] = row
        return row.filled(values)

    def _row(self, order: tuple[str, ...]) -> Row:
        pieces, between = list(self._around[0][0]), list(self._around[0][1])
        first, nothing = 1 + self._prompts, 1 + self._prompts + len(order)
        for around in self._around[1:]:
            for place, words in enumerate(order):
                line, gaps = self._lines[words][place]
                pieces += line
                # two pieces meet with nothing between them: joined here, each order would hold a copy of their content
                between += [nothing, *(first + place if number else 0 for number in gaps)]
            pieces += around[0]
            between += [nothing, *around[1]]
        return Row(pieces, between)
