"""The piece of a passage that a hit shows: verbatim, with the words asked for marked."""

from collections.abc import Sequence

from lms.library.search.tokens import Word, fold_with_places

WIDTH = 90
Segments = tuple[tuple[str, bool], ...]


def snippet(text: str, words: Sequence[Word], *, width: int = WIDTH) -> Segments:
    """The window of `width` characters with the most different words, as (piece, is it a hit) in order."""
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


def _spans(text: str, words: Sequence[Word]) -> list[tuple[int, int, str]]:
    folded = fold_with_places(text)
    spans = []
    for word in words:
        at = folded.text.find(word.text)
        while at >= 0:
            spans.append((folded.places[at], folded.places[at + len(word.text) - 1] + 1, word.text))
            at = folded.text.find(word.text, at + len(word.text))
    return sorted(spans)


def _best_start(spans: Sequence[tuple[int, int, str]], length: int, width: int) -> int:
    if not spans or length <= width:
        return 0
    starts = [max(0, left - width // 4) for left, _right, _word in spans]
    return min(
        starts,
        key=lambda start: (-len({w for left, right, w in spans if start <= left and right <= start + width}), start),
    )


def _merged(spans: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    merged: list[tuple[int, int, str]] = []
    for left, right, word in spans:
        if merged and left <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(right, merged[-1][1]), word)
        else:
            merged.append((left, right, word))
    return merged
