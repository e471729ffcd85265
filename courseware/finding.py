"""Finding words in the pages of one unit: every place, with what stands around it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

#: characters on either side of a place; places of one page; characters that can be looked for
AROUND, MOST_OF_PAGE, LONGEST_WORDS = 30, 5, 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand: the page's key, the line before them, the words as they are written there, and the line after."""

    page: str
    before: str
    words: str
    after: str


def places(texts: Mapping[str, str], words: str) -> tuple[Place, ...]:
    """The places of `words` in texts by page key, in their order; upper and lower case are the same. None for no words.

    At most MOST_OF_PAGE of one page, because a list of all is no help.
    """
    sought = words.strip().casefold()[:LONGEST_WORDS]
    return tuple(place for page, text in texts.items() for place in _of_page(page, text, sought)) if sought else ()


def _of_page(page: str, text: str, sought: str) -> Iterator[Place]:
    folded = text.casefold()
    if len(folded) != len(text):  # a letter that folds into two would move all places behind it
        folded = text.lower() if len(text.lower()) == len(text) else text
    start, found = folded.find(sought), 0
    while start >= 0 and found < MOST_OF_PAGE:
        end = start + len(sought)
        before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
        yield Place(page, before.rpartition("\n")[2], text[start:end], after.partition("\n")[0])
        start, found = folded.find(sought, end), found + 1
