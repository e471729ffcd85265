"""Tokens of Chinese text: overlapping pairs of characters, so that any part of a word of two or more is found.

Nothing is cut by a dictionary: 行政处罚 gives 行政 政处 处罚 罚, and a query of two characters is one of these pairs
wherever it stands. The last character of a run stands alone as well, so that a single character finds every word
it begins or is. Letters and digits are whole tokens. Index and query use the same fold.
"""

import re
import unicodedata
from dataclasses import dataclass

QUERY_LENGTH = 64
_RUN = re.compile(r"(?P<han>[\u3400-\u9fff\U00020000-\U0003ffff\u3007]+)|(?P<latin>[a-z]+)|(?P<digits>[0-9]+)")


def fold(text: str) -> str:
    """The form in which texts are compared: full and half width alike, small letters."""
    return unicodedata.normalize("NFKC", text).lower()


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and, for each of its characters, the place in the raw text it came from."""

    text: str
    places: tuple[int, ...]


def fold_with_places(text: str) -> Folded:
    """As `fold`, character by character, so that a match can be marked in the raw text."""
    parts, places = [], []
    for place, char in enumerate(text):
        folded = fold(char)
        parts.append(folded)
        places += [place] * len(folded)
    return Folded("".join(parts), tuple(places))


def tokens(text: str) -> list[str]:
    """What the index holds of a text, in order."""
    found: list[str] = []
    for match in _RUN.finditer(fold(text)):
        run = match[0]
        if match["han"] is None:
            found.append(run)
        else:
            found += [run[n : n + 2] for n in range(len(run))]
    return found


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query: tokens that stand side by side; `prefix` when the last is only a beginning."""

    text: str
    tokens: tuple[str, ...]
    prefix: bool


def words(query: str) -> tuple[Word, ...]:
    """The words of a query; anything that is no letter, digit or Chinese character only separates them."""
    found = []
    for match in _RUN.finditer(fold(query[:QUERY_LENGTH])):
        run = match[0]
        if match["han"] is None:
            found.append(Word(run, (run,), prefix=False))
        elif len(run) == 1:
            found.append(Word(run, (run,), prefix=True))
        else:
            found.append(Word(run, tuple(run[n : n + 2] for n in range(len(run) - 1)), prefix=False))
    return tuple(dict.fromkeys(found))
