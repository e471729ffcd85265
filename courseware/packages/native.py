"""Our own format: a folder with `unit.toml`, pages `NN-name.md` and their media, given as file name -> bytes."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from courseware.errors import BadHours
from courseware.hours import Hours
from courseware.packages.lengths import length_of
from courseware.packages.markdown import Picture, pictures, raw_html, split_title, titles
from courseware.packages.media import ENDINGS, media_type, svg_faults
from courseware.packages.recordings import placed, with_recordings
from courseware.packages.settings import Settings, decoded
from courseware.packages.webvtt import cues
from courseware.packages.writing import page_text
from courseware.problem import Problem, shortened
from courseware.unit import PRESENCE, SETTINGS, Check, Completion, Media, Origin, Page, Reference, Source, Term, Unit

FORMAT = 1
MOST_FILES = 60
MOST_BYTES = 100 * 1024 * 1024
MOST_PAGE_BYTES = 200 * 1024
LONGEST_NAME = 80
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*\.[a-z0-9]{2,4}\Z")
_MONEY = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,2})?\Z")
_FIELDS = {
    "format", "code", "title", "title_en", "summary", "summary_en", "subject", "source", "supplier", "licence_end",
    "hours", "objectives", "terms", "check", "completion", "references", "pages", "cost", "prerequisites",
    "presence", "videos", "documents",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of reading a unit: the unit, or else everything that is wrong with it."""

    unit: Unit | None
    problems: tuple[Problem, ...]


def read(files: Mapping[str, bytes]) -> Reading:
    """The unit that the files of one folder make; names are plain file names, nothing is read from a disk."""
    if len(files) > MOST_FILES:
        return Reading(None, (Problem("", "files", "too_many", str(len(files)), facts={"most": MOST_FILES}),))
    size = sum(map(len, files.values()))
    if size > MOST_BYTES:
        return Reading(None, (Problem("", "files", "too_long", str(size), facts={"most": MOST_BYTES}),))
    problems = [problem for name in files for problem in _name_problems(name)]
    good = {name: data for name, data in sorted(files.items()) if not _name_problems(name)}
    media = tuple(_medium(name, data, problems) for name, data in good.items() if _ending(name) in ENDINGS)
    names = {medium.name for medium in media}
    pages = {name: _page(name, data, names, problems) for name, data in good.items() if _ending(name) == "md"}
    unit = _unit(good.get(SETTINGS), pages, media, problems)
    return Reading(None if problems else unit, tuple(problems))


def made_page(key: str, title: str, markdown: str) -> Page:
    """A page of this text, with the pictures it names."""
    return Page(key, title, markdown, tuple(dict.fromkeys(picture.name for picture in pictures(markdown))))


def page_problems(page: Page, media: Set[str]) -> tuple[Problem, ...]:
    """What reading the page from its file complains of, beside media of these names; lines are those of the file."""
    problems: list[Problem] = []
    _page(page.file, page_text(page).encode("utf-8"), media, problems)
    return tuple(problems)


def _ending(name: str) -> str:
    return name.rpartition(".")[2]


def _name_problems(name: str) -> tuple[Problem, ...]:
    """A name is lower-case ASCII letters, digits and hyphens, one dot, a known ending: the same on every system."""
    if len(name) > LONGEST_NAME or not _NAME.match(name):
        return (Problem(shortened(name), "name", "bad_name", shortened(name)),)
    if name != SETTINGS and _ending(name) not in ENDINGS | {"md"}:
        return (Problem(name, "name", "unknown_value", _ending(name)),)
    return ()


def _medium(name: str, data: bytes, problems: list[Problem]) -> Media:
    kind = media_type(name, data)
    if kind is None:
        problems.append(Problem(name, "", "wrong_content", data[:8].hex(" ")))
    elif kind == "image/svg+xml":
        problems += [Problem(name, "", "unsafe_picture", shortened(fault)) for fault in svg_faults(data)]
    elif kind == "text/vtt":
        cues(data, file=name, problems=problems)
    return Media(name, kind or "", hashlib.sha256(data).hexdigest(), len(data), length_of(kind or "", data))


def _page(name: str, data: bytes, media: Set[str], problems: list[Problem]) -> Page:
    """A page; complaints name the line in the file. Of one that cannot be read only the name is kept."""
    unreadable = Page(name.removesuffix(".md"), "?", "?")
    if len(data) > MOST_PAGE_BYTES:
        problems.append(Problem(name, "", "too_long", str(len(data)), facts={"most": MOST_PAGE_BYTES}))
        return unreadable
    text = decoded(data, file=name, problems=problems)
    if text is None:
        return unreadable
    title, body = split_title(text)
    shown = pictures(text)
    problems += [Problem(name, "text", "raw_html", "", line) for line in raw_html(text)]
    problems += [Problem(name, "text", "second_title", "", line) for line in titles(text) if line > 1]
    problems += [problem for picture in shown for problem in _picture_problems(name, picture, media)]
    return Page(unreadable.key, title, body, tuple(dict.fromkeys(picture.name for picture in shown)))


def _picture_problems(file: str, picture: Picture, media: Set[str]) -> Iterator[Problem]:
    if picture.name not in media:
        yield Problem(file, "picture", "unknown_value", shortened(picture.name), picture.line)
    if not picture.description:
        yield Problem(file, "picture", "no_description", shortened(picture.name), picture.line)


def _unit(
    data: bytes | None, pages: Mapping[str, Page], media: tuple[Media, ...], problems: list[Problem]
) -> Unit | None:
    """The unit of a `unit.toml`, None where there is none or it is not even TOML."""
    if data is None:
        problems.append(Problem(SETTINGS, "", "missing"))
        return None
    text = decoded(data, file=SETTINGS, problems=problems)
    if text is None:
        return None
    settings = Settings(text, file=SETTINGS)
    unit = None if settings.root is None else _from_settings(settings, settings.root, pages, media)
    problems += settings.problems
    named = {(problem.file, problem.field) for problem in problems}
    for found in unit.problems() if unit else ():
        problem = placed(found, settings)
        table = problem.field.partition(".")[0]
        if not named & {(problem.file, problem.field), (problem.file, table)}:  # the first reason is the nearer one
            line = settings.line_of(problem.field) if problem.file == SETTINGS else problem.line
            problems.append(replace(problem, line=line))
    return unit


def _from_settings(
    settings: Settings, root: Mapping[str, Any], pages: Mapping[str, Page], media: tuple[Media, ...]
) -> Unit:
    settings.only(root, _FIELDS)
    if type(root.get("format")) is not int or root["format"] != FORMAT:
        settings.refuse("format", "unknown_value", root.get("format", ""))
    return Unit(
        code=settings.text(root, "code"),
        title=settings.text(root, "title"),
        title_en=settings.text(root, "title_en"),
        summary=settings.text(root, "summary"),
        summary_en=settings.text(root, "summary_en"),
        subject=settings.text(root, "subject"),
        hours=_hours(settings, root),
        check=_check(settings, root),
        pages=with_recordings(settings, root, _pages(settings, root, pages)),
        source=_source(settings, root),
        objectives=settings.texts(root, "objectives"),
        terms=_terms(settings, root),
        references=_references(settings, root),
        media=media,
        completion=_completion(settings, root),
        prerequisites=settings.texts(root, "prerequisites") if "prerequisites" in root else (),
        presence=settings.whole(root, "presence") if "presence" in root else PRESENCE,
    )


def _hours(settings: Settings, root: Mapping[str, Any]) -> Hours:
    try:
        return Hours.of(settings.text(root, "hours") or "0")
    except BadHours:
        settings.refuse("hours", "not_a_number", root["hours"])
        return Hours(1)


def _check(settings: Settings, root: Mapping[str, Any]) -> Check:
    table = settings.table(root, "check")
    if table is None:
        return Check((), Fraction(1))
    settings.only(table, {"items", "pass"}, at="check.")
    return Check(settings.texts(table, "items", at="check."), settings.share(table, "pass", at="check."))


def _completion(settings: Settings, root: Mapping[str, Any]) -> Completion:
    """What the optional table `completion` asks."""
    if "completion" not in root:
        return Completion()
    table = settings.table(root, "completion") or {}
    settings.only(table, {"minutes"}, at="completion.")
    return Completion(settings.whole(table, "minutes", at="completion."))


def _pages(settings: Settings, root: Mapping[str, Any], pages: Mapping[str, Page]) -> tuple[Page, ...]:
    """The pages in the order of the list; each listed once and each file listed."""
    listed = settings.texts(root, "pages")
    for place, name in enumerate(listed):
        if name not in pages:
            settings.refuse(f"pages[{place}]", "unknown_value", name)
    settings.problems += [Problem(name, "", "unlisted") for name in pages if name not in listed]
    return tuple(page for name in listed if (page := pages.get(name)))


def _source(settings: Settings, root: Mapping[str, Any]) -> Source:
    name = settings.text(root, "source")
    if name not in tuple(Origin):
        settings.refuse("source", "unknown_value", name)
        name = Origin.BOUGHT if "supplier" in root else Origin.SELF_MADE
    supplier = settings.text(root, "supplier", default="")
    return Source(Origin(name), supplier, settings.day(root, "licence_end"), _cost(settings, root))


def _cost(settings: Settings, root: Mapping[str, Any]) -> Decimal | None:
    """Yuan as text with at most two decimals, None where none is named."""
    value = root.get("cost")
    if value is None:
        return None
    if isinstance(value, str) and _MONEY.match(value):
        return Decimal(value)
    settings.refuse("cost", "not_a_number", value)
    return None


def _terms(settings: Settings, root: Mapping[str, Any]) -> tuple[Term, ...]:
    found = []
    for at, entry in settings.tables(root, "terms"):
        settings.only(entry, {"term", "meaning"}, at=at)
        found.append(Term(settings.text(entry, "term", at=at), settings.text(entry, "meaning", at=at)))
    return tuple(found)


def _references(settings: Settings, root: Mapping[str, Any]) -> tuple[Reference, ...]:
    found = []
    for at, entry in settings.tables(root, "references"):
        settings.only(entry, {"source", "article"}, at=at)
        article = settings.text(entry, "article", at=at, default="")
        found.append(Reference(settings.text(entry, "source", at=at), article))
    return tuple(found)
