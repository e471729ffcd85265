"""Videos and documents of pages as templates show them; transcripts are read from the captions and kept in memory."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app, url_for

from courseware.packages.webvtt import Cue, cues
from courseware.unit import Page, Unit
from courseware.video import Skip, clock
from lms.config import Config
from lms.courses.files import place_of

#: captions kept in memory, by their hash
KEPT = 128


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a transcript or a chapter: milliseconds from the beginning, the time as people write it, the words."""

    at: int
    clock: str
    text: str


@dataclass(frozen=True, slots=True)
class Track:
    """Captions in a language: their address and what they say."""

    language: str
    url: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ShownVideo:
    """A video as a page shows it. `share`: how many of a hundred must be watched; `bound`: nobody goes ahead in it."""

    url: str
    media_type: str
    length: str
    chapters: tuple[Line, ...]
    tracks: tuple[Track, ...]
    share: int
    bound: bool

    def told_in(self, language: str) -> Track | None:
        """The captions to begin with: those in the language of the page, else the first."""
        own = next((one for one in self.tracks if one.language.startswith(language[:2])), None)
        return own or next(iter(self.tracks), None)


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A PDF as a page shows it: its address, its name, its size in kB."""

    url: str
    name: str
    size: int


def video_of(unit: Unit, page: Page) -> ShownVideo | None:
    """The video of a page, None where it has none (or a draft has lost its file)."""
    video, held = page.video, {one.name: one for one in unit.media}
    if video is None or video.file not in held:
        return None
    medium = held[video.file]
    return ShownVideo(
        url=url_for("courses.media", sha256=medium.sha256),
        media_type=medium.media_type,
        length=clock(medium.length // 1000),
        chapters=tuple(Line(one.at * 1000, clock(one.at), one.title) for one in video.chapters),
        tracks=tuple(
            Track(one.language, url_for("courses.media", sha256=held[one.file].sha256), _lines(unit, one.file))
            for one in video.captions
            if one.file in held
        ),
        share=int(video.share * 100),
        bound=video.skip is Skip.WATCHED,
    )


def document_of(unit: Unit, page: Page) -> ShownDocument | None:
    """The document of a page, None where it has none."""
    medium = unit.medium(page.pdf) if page.pdf else None
    if medium is None:
        return None
    return ShownDocument(url_for("courses.media", sha256=medium.sha256), medium.name, -(-medium.size // 1024))


def words_of(unit: Unit, page: Page) -> str:
    """What is said in the video of a page and what its chapters are called, a line each."""
    video = page.video
    if video is None:
        return ""
    said = [line.text for one in video.captions for line in _lines(unit, one.file)]
    return "\n".join([*(one.title for one in video.chapters), *said])


def _lines(unit: Unit, name: str) -> tuple[Line, ...]:
    return tuple(Line(cue.begin, clock(cue.begin // 1000), cue.text) for cue in _cues(unit, name))


def _cues(unit: Unit, name: str) -> tuple[Cue, ...]:
    """The cues of captions; none where the file is gone from a draft."""
    medium = unit.medium(name)
    if medium is None:
        return ()
    kept: dict[str, tuple[Cue, ...]] = current_app.extensions.setdefault("course_captions", {})
    if medium.sha256 not in kept:
        while len(kept) >= KEPT:
            kept.pop(next(iter(kept)))
        config: Config = current_app.extensions["config"]
        kept[medium.sha256] = cues(place_of(config.media, medium.sha256).read_bytes(), file=name, problems=[])
    return kept[medium.sha256]


def shown_in(unit: Unit, page: Page) -> Mapping[str, ShownVideo | ShownDocument | None]:
    """Both, by the names templates know them by."""
    return {"video": video_of(unit, page), "document": document_of(unit, page)}
