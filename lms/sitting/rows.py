"""Rendered questions made into templates, and filled for a candidate, in UTF-8.

A template is one object with its content in a row: at the bell thousands of questions are filled by turns, and what costs
then is to fetch them from memory, not to count their gaps. Nothing here knows what the content means; `lms.sitting.page`
renders it.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter

#: what stands in a rendered piece for what a candidate's page has there begins with this; drawn at random, so that no
#: text of a question or title can hold it
MARK = secrets.token_hex(16)
_GAP = re.compile(rf"{MARK}-(\d+)\.")


def gap(number: int) -> str:
    """What stands in rendered content for the value of this number, from 0."""
    return f"{MARK}-{number}."


class Piece:
    """A question with gaps: its number (0), the ids of its prompts (from 1), and of each choice two: its id, and what of
    its words comes behind that. The words of choices are rendered already, by what they are before that.
    """

    __slots__ = ("_picked", "_template", "_words")

    def __init__(self, html: str, words: Mapping[str, str]) -> None:
        parts = _GAP.split(html)
        self._template = b"%b".join(part.encode().replace(b"%", b"%%") for part in parts[::2])
        self._picked = _picker([int(number) for number in parts[1::2]])
        self._words = {text: drawn.encode() for text, drawn in words.items()}

    def filled(self, values: list[bytes], choices: Iterable[tuple[str, str]]) -> bytes:
        """A candidate's: `values` are the number and the ids of the prompts, `choices` their ids and words in this
        candidate's order.
        """
        words = self._words
        for name, text in choices:
            values += (name.encode(), words[text])
        return self._template % self._picked(values)


def _picker(places: Sequence[int]) -> Callable[[Sequence[bytes]], tuple[bytes, ...]]:
    if len(places) < 2:  # an itemgetter of one gives no tuple
        return lambda values: tuple(values[place] for place in places)
    return itemgetter(*places)
