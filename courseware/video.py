"""A recording on a page of a unit: its chapters and captions, and what of it must be watched."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

MOST_CHAPTERS, MOST_CAPTIONS, LONGEST_CHAPTER = 60, 4, 120
#: seconds: nobody watches longer at one go
LONGEST_VIDEO = 4 * 3600
#: what captions may be written in, as HTML names languages
LANGUAGES = ("zh-CN", "en")
VIDEO_ENDINGS = ("mp4", "webm")
_TIME = re.compile(r"(?:([0-9]{1,2}):)?([0-5]?[0-9]):([0-5][0-9])\Z")


class Skip(StrEnum):
    """Whether somebody may go ahead in a recording: freely, or no further than it was watched."""

    FREE = "free"
    WATCHED = "watched"


@dataclass(frozen=True, slots=True)
class Captions:
    """What is said in a recording, written in one of LANGUAGES, in a WebVTT file."""

    language: str
    file: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """Where a part of a recording begins, in seconds, and what it is called."""

    at: int
    title: str


@dataclass(frozen=True, slots=True)
class Video:
    """A recording as a page shows it. `share` (0 to 1) of it must be watched before the page counts as read."""

    file: str
    captions: tuple[Captions, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    skip: Skip = Skip.FREE
    share: Fraction = Fraction(0)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the recording and of its captions."""
        return (self.file, *(one.file for one in self.captions))


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a video: the field within it, the code of a Problem, the value, the most there may be."""

    field: str
    code: str
    value: str = ""
    most: int | None = None


def seconds(text: str) -> int | None:
    """The seconds of a time as people write it ("02:30", "1:02:30"), None for what is none."""
    found = _TIME.match(text.strip())
    if found is None:
        return None
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])


def clock(at: int) -> str:
    """Seconds as "02:30", from an hour on as "1:02:30"; `seconds` reads it."""
    hours, rest = divmod(at, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60:02}:{rest % 60:02}"


def flaws(video: Video, held: Mapping[str, tuple[str, int]]) -> Iterator[Flaw]:
    """Everything that makes a video unusable beside the unit's files: type and milliseconds of each, 0 where unknown."""
    kind, length = held.get(video.file, ("", 0))
    if video.file not in held:
        yield Flaw("file", "unknown_value", video.file)
    elif not kind.startswith("video/"):
        yield Flaw("file", "wrong_content", video.file)
    elif not length:
        yield Flaw("file", "no_length", video.file)
    elif length > LONGEST_VIDEO * 1000:
        yield Flaw("file", "too_long", clock(length // 1000))
    if not 0 <= video.share <= 1:
        yield Flaw("share", "out_of_range", str(video.share))
    yield from _captions(video, held)
    yield from _chapters(video, length)


def _captions(video: Video, held: Mapping[str, tuple[str, int]]) -> Iterator[Flaw]:
    if len(video.captions) > MOST_CAPTIONS:
        yield Flaw("captions", "too_many", str(len(video.captions)), MOST_CAPTIONS)
    taken = set[str]()
    for place, one in enumerate(video.captions):
        if one.language not in LANGUAGES:
            yield Flaw(f"captions[{place}].language", "unknown_value", one.language)
        elif one.language in taken:
            yield Flaw(f"captions[{place}].language", "duplicate", one.language)
        taken.add(one.language)
        if held.get(one.file, ("", 0))[0] != "text/vtt":
            yield Flaw(f"captions[{place}].file", "unknown_value", one.file)


def _chapters(video: Video, length: int) -> Iterator[Flaw]:
    if len(video.chapters) > MOST_CHAPTERS:
        yield Flaw("chapters", "too_many", str(len(video.chapters)), MOST_CHAPTERS)
    for place, one in enumerate(video.chapters):
        if not one.title.strip():
            yield Flaw(f"chapters[{place}].title", "missing")
        elif len(one.title) > LONGEST_CHAPTER:
            yield Flaw(f"chapters[{place}].title", "too_long", one.title, LONGEST_CHAPTER)
        if length and one.at * 1000 >= length:
            yield Flaw(f"chapters[{place}].at", "out_of_range", clock(one.at))
    for place, (one, after) in enumerate(pairwise(video.chapters), 1):
        if after.at <= one.at:
            yield Flaw(f"chapters[{place}].at", "not_sorted", clock(after.at))
