"""The piece of a passage that a hit shows: verbatim, with the words asked for marked."""

from collections.abc import Sequence

from lms.library.search.characters import fold_with_places
from lms.library.search.query import Word

WIDTH = 90
#: no more places are marked or weighed: the window is long found by then
MOST_SPANS = 200
Segments = tuple[tuple[str, bool], ...]
Span = tuple[int, int, str]


def snippet(text: str, words: Sequence[Word], *, width: int = WIDTH) -> Segments:
    """The window of `width` characters with the most different words, as (piece, is it a hit) in order.

    Where a word does not stand as a whole, its pairs of characters are marked.
    """
    spans = _spans(text, words)
    start = _best_start(spans, len(text), width)
    end = min(len(text), start + width)
    pieces: list[tuple[str, bool]] = [("…", False)] if start else []
    place = start
    for span in _merged(spans):
        left, right = max(span[0], start), min(span[1], end)
        if left >= right:
            continue
        pieces += [(text[place:left], False), (text[left:right], True)]
        place = right
    pieces.append((text[place:end] + ("…" if end < len(text) else ""), False))
    return tuple((piece, hit) for piece, hit in pieces if piece)


def _spans(text: str, words: Sequence[Word]) -> list[Span]:
    folded = fold_with_places(text)
    spans: list[Span] = []
    for word in words:
        for part in word.parts:
            whole = _places(folded.text, part, folded.places)
            if not whole and len(part) > 2 and not part.isascii():
                for token in (part[n : n + 2] for n in range(len(part) - 1)):
                    whole += _places(folded.text, token, folded.places)
            spans += whole
    return sorted(spans)


def _places(folded: str, part: str, places: Sequence[int]) -> list[Span]:
    found: list[Span] = []
    at = folded.find(part)
    while at >= 0 and len(found) < MOST_SPANS:
        found.append((places[at], places[at + len(part) - 1] + 1, part))
        at = folded.find(part, at + len(part))
    return found


def _best_start(spans: Sequence[Span], length: int, width: int) -> int:
    """Where the window begins: with the most different words in it, the earliest of the best."""
    if not spans or length <= width:
        return 0
    best, most, end = 0, 0, 0
    inside: dict[str, int] = {}
    for first, (left, _right, _word) in enumerate(spans):
        start = max(0, left - width // 4)
        while end < len(spans) and spans[end][1] <= start + width:
            inside[spans[end][2]] = inside.get(spans[end][2], 0) + 1
            end += 1
        weight = sum(len(word) for word, times in inside.items() if times)
        if weight > most:
            best, most = start, weight
        if end > first:
            inside[spans[first][2]] -= 1
        else:
            end = first + 1
    return best


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for left, right, word in spans:
        if merged and left <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(right, merged[-1][1]), word)
        else:
            merged.append((left, right, word))
    return merged
