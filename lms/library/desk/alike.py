"""Which documents may be one: the same title, or passages with the same words. Pure.

A text is known by the hashes of its passages, without marks and blanks. Candidates are found by the smallest hashes of
each text (a bottom-k sketch: Broder, "On the resemblance and containment of documents", 1997), then counted exactly.
"""

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations, groupby

from lms.library.citation import short_name
from lms.library.search.characters import fold

#: characters that a passage must have to say something of its text
SHORTEST = 12
#: smallest hashes by which candidates are found
SKETCH = 48
#: bits of a number that say at which place a text stands
PLACE = 20
#: a passage that so many texts have is a form of words
COMMON = 12
#: texts are alike from so many shared passages on, and this share of the shorter one
LEAST, SHARE = 3, 0.5
#: documents of one title that are paired, and pairs at most
MOST_OF_A_TITLE, MOST = 8, 5000
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents by their places in the list given: what is alike ("title", "text", "both"), and how much."""

    first: int
    second: int
    why: str
    shared: int
    of_first: int
    of_second: int

    @property
    def share(self) -> int:
        """Shared passages in a thousand of the shorter text."""
        return 1000 * self.shared // max(1, min(self.of_first, self.of_second))


def title_key(title: str) -> str:
    """What is left of a title to compare it by: no marks, no width, no year of amendment, simplified characters."""
    return _SIGNS.sub("", fold(short_name(title)))


def hashes(passages: Iterable[str]) -> "array[int]":
    """The different hashes (64 bits) of the passages of a text that are long enough, sorted."""
    words = (_SIGNS.sub("", fold(passage)) for passage in passages)
    return array("Q", sorted({_hash(each) for each in words if len(each) >= SHORTEST}))


def _hash(words: str) -> int:
    return int.from_bytes(blake2b(words.encode(), digest_size=8).digest(), "big")


def pairs(titles: Sequence[str], texts: "Sequence[array[int]]") -> list[Pair]:
    """The documents that may be one, most alike first, at most 5,000."""
    same = _same_titles(titles)
    near = _candidates(texts)
    found = [
        pair for first, second in same | near if (pair := _pair(first, second, texts, titled=(first, second) in same))
    ]
    return sorted(found, key=lambda pair: (-pair.share, -pair.shared, pair.first, pair.second))[:MOST]


def _pair(first: int, second: int, texts: "Sequence[array[int]]", *, titled: bool) -> Pair | None:
    mine, others = set(texts[first]), set(texts[second])
    shared = len(mine & others)
    texted = shared >= _least(len(mine), len(others)) and shared >= SHARE * min(len(mine), len(others))
    if not titled and not texted:
        return None
    why = "both" if titled and texted else "title" if titled else "text"
    return Pair(first, second, why, shared, len(mine), len(others))


def _least(one: int, other: int) -> int:
    """How many passages texts of so many must share; two shorter ones, all of them."""
    return max(1, min(LEAST, max(one, other)))


def _same_titles(titles: Sequence[str]) -> set[tuple[int, int]]:
    groups = defaultdict[str, list[int]](list)
    for number, title in enumerate(titles):
        if key := title_key(title):
            groups[key].append(number)
    return {pair for group in groups.values() for pair in combinations(group[:MOST_OF_A_TITLE], 2)}


def _candidates(texts: "Sequence[array[int]]") -> set[tuple[int, int]]:
    """Pairs whose sketches have as much in common as the sketches of texts alike. Hash and place share a number, so that a
    large library takes little memory: 44 bits of the one, 20 of the other.
    """
    held = sorted((one >> PLACE << PLACE) | number for number, text in enumerate(texts) for one in text[:SKETCH])
    times = Counter[tuple[int, int]]()
    for _hash44, group in groupby(held, key=lambda one: one >> PLACE):
        numbers = [one & (1 << PLACE) - 1 for one in group]
        if 1 < len(numbers) <= COMMON:
            times.update(combinations(numbers, 2))
    sizes = [min(SKETCH, len(text)) for text in texts]
    return {pair for pair, count in times.items() if count >= _least(*(sizes[number] for number in pair))}
