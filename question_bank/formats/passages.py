"""Questions whose options stand in the text of the question, and passages with several such questions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARK = re.compile(r"(?<![A-Za-z0-9])([A-G])\s*[.．、:：]\s*")
#: a question begins: 36. / （1） / 7．
_NUMBERED = re.compile(r"^[ \t\u3000]*(?:\d{1,3}\s*[.．、]|[（(]\s*\d{1,2}\s*[)）])", re.MULTILINE)
LEAST = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """One question out of a text: what stands before all of them (its passage), its own stem, its options."""

    passage: str
    stem: str
    options: tuple[str, ...]


def parted(text: str) -> list[Asked]:
    """The questions in a text, each a run of options A, B, C ...; none where no such run is found."""
    runs = list(_runs(text))
    if not runs:
        return []
    bounds = []
    for place, run in enumerate(runs):
        limit = runs[place + 1][0].start() if place + 1 < len(runs) else len(text)
        bounds.append(_end(text, run[-1].end(), limit))
    heads = _head(text, runs[0][0].start(), alone=len(runs) == 1)
    starts = [heads, *bounds[:-1]]
    passage = text[:heads].strip()
    return [
        Asked(passage, text[start : run[0].start()].strip(), tuple(_options(text, run, end)))
        for start, run, end in zip(starts, runs, bounds, strict=True)
    ]


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Marks that follow one another from A on, at least two."""
    run: list[re.Match[str]] = []
    marks = list(_MARK.finditer(text))
    for place, mark in enumerate(marks):
        after = marks[place + 1][1] if place + 1 < len(marks) else ""
        if run and ord(mark[1]) == ord(run[-1][1]) + 1:
            run.append(mark)
        elif mark[1] == "A" and (after == "B" or not run):  # the A of "vitamin A." begins nothing
            if len(run) >= LEAST:
                yield run
            run = [mark]
    if len(run) >= LEAST:
        yield run


def _end(text: str, start: int, limit: int) -> int:
    """Where the last option of a run ends: before the number of the next question."""
    if limit == len(text):
        return limit
    numbered = [match.start() for match in _NUMBERED.finditer(text, start, limit)]
    line = text.find("\n", start, limit)
    return numbered[0] if numbered else line if line >= 0 else limit


def _head(text: str, end: int, *, alone: bool) -> int:
    """Where the first question begins: at its number; a text with one question is that question as a whole."""
    if alone:
        return 0
    numbered = [match.start() for match in _NUMBERED.finditer(text, 0, end)]
    return numbered[-1] if numbered else 0


def _options(text: str, run: list[re.Match[str]], end: int) -> Iterator[str]:
    ends = [mark.start() for mark in run[1:]] + [end]
    for mark, stop in zip(run, ends, strict=True):
        yield text[mark.end() : stop].strip()
