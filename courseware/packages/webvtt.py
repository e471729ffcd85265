"""Captions in WebVTT, read strictly: what a browser would quietly leave out is refused with its line.

After the specification of the W3C (WebVTT: The Web Video Text Tracks Format), without regions and styles.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from courseware.packages.settings import decoded
from courseware.problem import Problem, shortened

MOST_BYTES, MOST_CUES, LONGEST_CUE = 512 * 1024, 4000, 600
_STAMP = r"(?:(\d{2,3}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_STAMP}[ \t]+-->[ \t]+{_STAMP}(?:[ \t]+(\S.*))?\Z")
_TAG = re.compile(r"</?[^<>]{0,200}>")


@dataclass(frozen=True, slots=True)
class Cue:
    """Words and when they are said: milliseconds from the beginning of the recording."""

    begin: int
    end: int
    text: str


def cues(data: bytes, *, file: str, problems: list[Problem]) -> tuple[Cue, ...]:
    """The cues of a file in order; what is wrong goes to `problems`, with the line."""
    if len(data) > MOST_BYTES:
        problems.append(Problem(file, "captions", "too_long", str(len(data)), facts={"most": MOST_BYTES}))
        return ()
    text = decoded(data, file=file, problems=problems)
    if text is None:
        return ()
    lines = text.split("\n")
    if not re.match(r"WEBVTT(?:[ \t]|\Z)", lines[0]) or (len(lines) > 1 and lines[1].strip()):
        problems.append(Problem(file, "captions", "wrong_content", shortened(lines[0]), 1))
        return ()
    found = list[Cue]()
    for number, block in _blocks(lines):
        cue = _cue(file, number, block, problems)
        if cue is None:
            continue
        if found and cue.begin < found[-1].begin:
            problems.append(Problem(file, "captions", "not_sorted", shortened(cue.text), number))
        found.append(cue)
        if len(found) > MOST_CUES:
            problems.append(Problem(file, "captions", "too_many", "", number, {"most": MOST_CUES}))
            break
    if not found and not problems:
        problems.append(Problem(file, "captions", "missing"))
    return tuple(found)


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Lines between empty ones, each with the number of its first line; comments are left out."""
    block = list[str]()
    for number, line in enumerate([*lines[1:], ""], 2):
        if line.strip():
            block.append(line)
        elif block:
            if not re.match(r"NOTE(?:[ \t]|\Z)", block[0]):
                yield number - len(block), block
            block = []


def _cue(file: str, number: int, block: list[str], problems: list[Problem]) -> Cue | None:
    named = "-->" not in block[0] and "-->" in "".join(block[1:2])
    timing = block[named]
    found = _TIMING.match(timing.strip())
    if found is None:
        problems.append(Problem(file, "captions", "bad_time", shortened(timing), number + named))
        return None
    begin, end = _milliseconds(found.groups()[:4]), _milliseconds(found.groups()[4:8])
    if end <= begin:
        problems.append(Problem(file, "captions", "out_of_range", shortened(timing), number + named))
    words = " ".join(" ".join(block[2 if named else 1 :]).split())
    text = html.unescape(_TAG.sub("", words)).strip()
    if not text or len(text) > LONGEST_CUE:
        problems.append(Problem(file, "captions", "too_long" if text else "missing", shortened(text), number))
    if "-->" in words:
        problems.append(Problem(file, "captions", "bad_time", shortened(words), number))
    return Cue(begin, end, text)


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, rest = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest
