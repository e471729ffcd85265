"""Passages that essays have in common with each other or with documents: found by prints, shown in the original texts.

Winnowing (Schleimer, Wilkerson & Aiken, 2003): of the hashes of all runs of 8 characters the smallest of every 5
neighbours is kept, so that any 12 characters in common leave a common print. Case, width, punctuation and white space
make no difference. Prints of the task's own text, and those that many essays share (quoted statutes, slogans), are left
out.

It finds what was copied word for word. Text in which every fourth character was changed escapes it.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

#: characters of a run, and runs of which one is kept
RUN, WINDOW = 8, 5
#: containment from which a pair is worth a look: unrelated essays stay below .004 nineteen times of twenty
NOTICED = 0.03
#: prints are left out that more than this share of the essays have, where there are so many essays
COMMON, MANY = 0.05, 40
#: and those that more than so many have, whatever their share: each would be compared with each
MOST_HOLDERS = 100
#: letters of a text that is compared with others; characters that a pair must have in common to be listed
LEAST_LETTERS, LEAST_COMMON = 60, 30
#: places of a source at which a run is looked for
_PLACES = 32
#: texts after which somebody is told
_TOLD = 25
#: characters that may differ between two pieces of one passage
_GAP = 12


@dataclass(frozen=True, slots=True)
class Text:
    """A text made comparable. `letters`: what is compared; `places`: where each letter stands in the original, which has
    `length` characters; `prints`: the kept hashes with the places of their runs in `letters`.
    """

    letters: str
    places: tuple[int, ...]
    length: int
    prints: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much of an essay, `text`, is found in `source` (keys of the caller), another essay or, where `foreign`, one of
    the other sources: `containment` is the share of its prints, `shared` their number.
    """

    text: str
    source: str
    foreign: bool
    shared: int
    containment: float

    @property
    def noticed(self) -> bool:
        """Whether people should look at it."""
        return self.containment >= NOTICED


@dataclass(frozen=True, slots=True)
class Passage:
    """Characters in common, as places in the two originals: first included, last excluded."""

    start: int
    end: int
    source_start: int
    source_end: int


@dataclass(frozen=True, slots=True)
class Alike:
    """Two texts worth a look, by their places in what was given: `containment` is the share of the first's prints that the
    second has, the larger of the two shares; `passages` are those of the first in the second.
    """

    first: int
    second: int
    containment: float
    passages: tuple[Passage, ...]

    @property
    def characters(self) -> int:
        """How many characters of the first lie in the passages."""
        return sum(one.end - one.start for one in self.passages)

    @property
    def longest(self) -> int:
        """Characters of the longest passage of the first."""
        return max((one.end - one.start for one in self.passages), default=0)


def prepared(text: str) -> Text:
    """Letters and numerals of a text after NFKC and case folding, with their prints."""
    letters, places = _letters(text)
    return Text(letters, places, len(text), _winnowed(letters))


def common(essays: Iterable[Text], task: Text | None = None) -> frozenset[int]:
    """Prints to be left out: those of the task, and those that too many essays have, where there are many essays."""
    found = list(essays)
    counts: Counter[int] = Counter()
    for essay in found:
        counts.update(essay.prints.keys())
    most = min(COMMON * len(found), MOST_HOLDERS) if len(found) >= MANY else len(found)
    left = {one for one, count in counts.items() if count > most}
    return frozenset(left | (task.prints.keys() if task else set()))


def likenesses(
    essays: Mapping[str, Text],
    sources: Mapping[str, Text] | None = None,
    left: frozenset[int] = frozenset(),
    *,
    least: float = 0.0,
) -> list[Likeness]:
    """All that have something in common, the most first: each essay in each other, and each essay in each source; as far as
    the containment is at least `least`.
    """
    everywhere: dict[int, list[tuple[bool, str]]] = defaultdict(list)
    for foreign, texts in ((False, essays), (True, sources or {})):
        for key, text in texts.items():
            for one in text.prints:
                everywhere[one].append((foreign, key))
    found = []
    for key, essay in essays.items():
        own = essay.prints.keys() - left
        shared = Counter(other for one in own for other in everywhere[one])
        del shared[False, key]
        found += [
            Likeness(key, source, foreign, count, count / len(own))
            for (foreign, source), count in shared.items()
            if count >= least * len(own)
        ]
    return sorted(found, key=lambda one: (-one.containment, one.text, one.foreign, one.source))


def passages(text: Text, source: Text, left: frozenset[int] = frozenset()) -> list[Passage]:
    """What the text has in common with the source, in the order of the text; pieces close to each other in both are one.

    A run that the source has very often is looked for at its first places only.
    """
    found: list[list[int]] = []
    runs = sorted(
        (place, one) for one in text.prints.keys() & source.prints.keys() - left for place in text.prints[one]
    )
    done = 0
    for place, one in runs:
        if place + RUN <= done:
            continue
        start, end, at = max(
            (_widened(text.letters, source.letters, place, there) for there in source.prints[one][:_PLACES]),
            key=lambda piece: (piece[1] - piece[0], -piece[2]),
        )
        if end - start < RUN:
            continue
        done = max(done, end)
        last = found[-1] if found else None
        if last and start - last[1] <= _GAP and -RUN <= at - last[3] <= _GAP:
            last[1], last[3] = max(last[1], end), max(last[3], at + end - start)
        else:
            found.append([start, end, at, at + end - start])
    return [_in_originals(piece, text, source) for piece in found]


def compared(text: str) -> bool:
    """Whether a text is long enough to be compared with others."""
    return len(_letters(text)[0]) >= LEAST_LETTERS


def alike(
    texts: Sequence[str], task: str, *, done: Callable[[int], object] = lambda _count: None, most: int
) -> list[Alike]:
    """The pairs of texts on one task that are worth a look, the most alike first, `most` at most; each pair once.

    What is said in `task`, all that its author gave, is left out. `done` is told how many texts were prepared.
    """
    essays, many = dict[str, Text](), len(texts)
    for place, text in enumerate(texts):
        made = prepared(text)
        if len(made.letters) >= LEAST_LETTERS:
            # of so many texts only the prints are kept, the places are found again where they are wanted
            essays[str(place)] = replace(made, letters="", places=(), prints=dict.fromkeys(made.prints, ()))
        if place % _TOLD == 0 or place + 1 == many:
            done(place + 1)
    left = common(essays.values(), prepared(task))
    seen, found = set[frozenset[str]](), list[Alike]()
    for one in likenesses(essays, left=left, least=NOTICED):
        pair = frozenset((one.text, one.source))
        if pair in seen:
            continue
        seen.add(pair)
        first, second = int(one.text), int(one.source)
        shared = passages(prepared(texts[first]), prepared(texts[second]), left)
        made_of = Alike(first, second, one.containment, tuple(shared))
        if made_of.characters >= LEAST_COMMON:
            found.append(made_of)
        if len(found) == most:
            break
    return found


def _letters(text: str) -> tuple[str, tuple[int, ...]]:
    """The letters that are compared, and where each stands."""
    found = [
        (letter, place)
        for place, character in enumerate(text)
        for letter in unicodedata.normalize("NFKC", character).casefold()
        if letter.isalnum()
    ]
    return "".join(letter for letter, _place in found), tuple(place for _letter, place in found)


def _winnowed(letters: str) -> dict[int, tuple[int, ...]]:
    hashes = [
        int.from_bytes(blake2b(letters[n : n + RUN].encode(), digest_size=5).digest(), "big")
        for n in range(len(letters) - RUN + 1)
    ]
    kept: dict[int, list[int]] = defaultdict(list)
    chosen = -1
    for first in range(max(1, len(hashes) - WINDOW + 1) if hashes else 0):
        window = range(first, min(first + WINDOW, len(hashes)))
        # the last of equal ones, as in the paper, so that fewer are kept
        best = min(window, key=lambda n: (hashes[n], -n))
        if best != chosen:
            kept[hashes[best]].append(best)
            chosen = best
    return {one: tuple(places) for one, places in kept.items()}


def _widened(text: str, source: str, place: int, there: int) -> tuple[int, int, int]:
    """From a run in common to all that agrees around it: first and last in the text, first in the source."""
    start, at = place, there
    while start and at and text[start - 1] == source[at - 1]:
        start, at = start - 1, at - 1
    end, other = place, there
    while end < len(text) and other < len(source) and text[end] == source[other]:
        end, other = end + 1, other + 1
    return start, end, at


def _in_originals(piece: Sequence[int], text: Text, source: Text) -> Passage:
    start, end, at, until = piece
    return Passage(text.places[start], text.places[end - 1] + 1, source.places[at], source.places[until - 1] + 1)
