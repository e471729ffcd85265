"""How well a passage answers, worked out from its text: the same on every database.

BM25 (Robertson and others, "Okapi at TREC-3", 1994) with k1 = 1.2, b = 0.75 over the length in characters, divided by
the most it can be; beside it the share of what was asked that the passage has, weighed by how much each part says.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.library.search.characters import fold

K1, B = 1.2, 0.75
#: characters of an ordinary passage
LENGTH = 130
#: what is only in the title of a passage's document counts less
IN_TITLE = 0.8
#: and so does another word for what was asked
OTHER = 0.8


@dataclass(frozen=True, slots=True)
class Part:
    """A word, or one token of it, how much it says, and other words for it."""

    text: str
    weight: float
    others: tuple[str, ...] = ()


def scored(text: str, parts: Sequence[Part]) -> tuple[float, float]:
    """BM25 from 0 to 1, and the share of what was asked that the text has itself."""
    whole = bm25 = cover = 0.0
    length = K1 * (1 - B + B * len(text) / LENGTH)
    folded: str | None = None
    for part in parts:
        whole += part.weight
        times, share = text.count(part.text), 1.0
        if not times:
            folded = fold(text) if folded is None else folded
            times = 0 if folded is text else folded.count(part.text)
        if not times and part.others and folded is not None:
            times, share = max(folded.count(other) for other in part.others), OTHER
        if times:
            cover += share * part.weight
            bm25 += share * part.weight * times / (times + length)
    return (bm25 / whole, cover / whole) if whole else (0.0, 0.0)
