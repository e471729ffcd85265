"""The videos and documents of pages as `unit.toml` lists them: `[[videos]]` and `[[documents]]`, each naming its page."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from courseware.packages.settings import Settings
from courseware.problem import Problem
from courseware.unit import SETTINGS, Page
from courseware.video import Captions, Chapter, Skip, Video, clock, seconds

_VIDEO = {"page", "file", "captions", "chapters", "skip", "share"}


def with_recordings(settings: Settings, root: Mapping[str, Any], pages: tuple[Page, ...]) -> tuple[Page, ...]:
    """The pages with what these tables put on them; complaints go to the settings."""
    videos = {page: _video(settings, at, entry) for at, entry, page in _entries(settings, root, "videos", pages)}
    documents = {
        page: _document(settings, at, entry) for at, entry, page in _entries(settings, root, "documents", pages)
    }
    return tuple(replace(one, video=videos.get(one.file), pdf=documents.get(one.file, "")) for one in pages)


def placed(problem: Problem, settings: Settings) -> Problem:
    """A complaint of a page about its video or document, as one about the table that says so, with its line."""
    table, name = ("videos", "video.") if problem.field.startswith("video.") else ("documents", "pdf")
    if not problem.field.startswith(name) or settings.root is None:
        return problem
    entries = settings.root.get(table, ())
    place = next((number for number, one in enumerate(entries) if one.get("page") == problem.file), 0)
    field = f"{table}[{place}].{problem.field.removeprefix('video.').replace('pdf', 'file')}"
    return replace(problem, file=SETTINGS, field=field, line=settings.line_of(field))


def tables(pages: tuple[Page, ...]) -> Iterator[str]:
    """The lines of the tables of these pages; they end a `unit.toml`."""
    for page in pages:
        if page.video is not None:
            yield from ("", "[[videos]]", f"page = {quoted(page.file)}", *_lines(page.video))
    for page in pages:
        if page.pdf:
            yield from ("", "[[documents]]", f"page = {quoted(page.file)}", f"file = {quoted(page.pdf)}")


def quoted(text: str) -> str:
    """A TOML string: its escapes are those of JSON for every text that a unit may hold."""
    return json.dumps(text, ensure_ascii=False)


def share_text(share: Fraction) -> str:
    """A share as settings have it: "0.6"."""
    return f"{(Decimal(share.numerator) / Decimal(share.denominator)).normalize():f}"


def _lines(video: Video) -> Iterator[str]:
    yield f"file = {quoted(video.file)}"
    if video.captions:
        yield "captions = ["
        for one in video.captions:
            yield f"  {{ language = {quoted(one.language)}, file = {quoted(one.file)} }},"
        yield "]"
    if video.chapters:
        yield "chapters = ["
        for chapter in video.chapters:
            yield f"  {{ at = {quoted(clock(chapter.at))}, title = {quoted(chapter.title)} }},"
        yield "]"
    if video.skip is not Skip.FREE:
        yield f"skip = {quoted(video.skip.value)}"
    if video.share:
        yield f"share = {quoted(share_text(video.share))}"


def _entries(
    settings: Settings, root: Mapping[str, Any], name: str, pages: tuple[Page, ...]
) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """The tables of a name, each with its prefix in complaints and the page it belongs to; a page has one of a kind."""
    known, taken = {page.file for page in pages}, set[str]()
    for at, entry in settings.tables(root, name) if name in root else ():
        page = settings.text(entry, "page", at=at)
        if page in taken:
            settings.refuse(f"{at}page", "duplicate", page)
        elif page not in known:
            settings.refuse(f"{at}page", "unknown_value", page)
        taken.add(page)
        yield at, entry, page


def _document(settings: Settings, at: str, entry: Mapping[str, Any]) -> str:
    settings.only(entry, {"page", "file"}, at=at)
    return settings.text(entry, "file", at=at)


def _video(settings: Settings, at: str, entry: Mapping[str, Any]) -> Video:
    settings.only(entry, _VIDEO, at=at)
    skip = settings.text(entry, "skip", at=at, default=Skip.FREE.value)
    if skip not in tuple(Skip):
        settings.refuse(f"{at}skip", "unknown_value", skip)
        skip = Skip.FREE.value
    return Video(
        file=settings.text(entry, "file", at=at),
        captions=tuple(_captions(settings, entry, at)),
        chapters=tuple(_chapters(settings, entry, at)),
        skip=Skip(skip),
        share=settings.share(entry, "share", at=at) if "share" in entry else Fraction(0),
    )


def _captions(settings: Settings, entry: Mapping[str, Any], at: str) -> Iterator[Captions]:
    for inner, one in settings.tables(entry, "captions", at=at) if "captions" in entry else ():
        settings.only(one, {"language", "file"}, at=inner)
        yield Captions(settings.text(one, "language", at=inner), settings.text(one, "file", at=inner))


def _chapters(settings: Settings, entry: Mapping[str, Any], at: str) -> Iterator[Chapter]:
    for inner, one in settings.tables(entry, "chapters", at=at) if "chapters" in entry else ():
        settings.only(one, {"at", "title"}, at=inner)
        moment = seconds(settings.text(one, "at", at=inner))
        if moment is None:
            settings.refuse(f"{inner}at", "bad_time", one.get("at", ""))
        yield Chapter(moment or 0, settings.text(one, "title", at=inner))
