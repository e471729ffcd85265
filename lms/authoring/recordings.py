"""The video and the document of a page of a draft: files are looked at first, kept then, each within the caller's `writing()`."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from sqlalchemy.orm import Session

from courseware import drafting
from courseware.packages.lengths import length_of
from courseware.packages.media import media_type
from courseware.packages.native import MOST_BYTES, MOST_FILES
from courseware.packages.webvtt import cues
from courseware.problem import Problem
from courseware.unit import Media, Page, Unit
from courseware.video import LANGUAGES, VIDEO_ENDINGS, Captions, Chapter, Skip, Video, flaws
from lms.accounts.policy import Viewer
from lms.authoring import drafts, errors
from lms.authoring.models import CourseDraft
from lms.courses import service as courses
from lms.errors import NotFound

#: bytes of the largest file: the text and the pictures of a unit have room beside it
MOST_FILE = MOST_BYTES - 10 * 1024 * 1024
#: the parts of a page that are files of their own, and how their names may end; captions by their language
ENDINGS: dict[str, tuple[str, ...]] = {
    "video": VIDEO_ENDINGS,
    **dict.fromkeys(LANGUAGES, ("vtt",)),
    "pdf": ("pdf",),
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Wish:
    """What a page is to show: new files by part, parts to take off, and what holds for the video that stays or comes."""

    files: Mapping[str, Upload]
    without: frozenset[str]
    chapters: tuple[Chapter, ...]
    skip: Skip
    share: Fraction


def complaints(part: str, upload: Upload) -> tuple[Problem, ...]:
    """Why a file cannot be this part of a page; empty for a good one."""
    medium = _medium(part, upload)
    if medium is None or len(upload.data) > MOST_FILE:
        return (Problem(upload.name, part, "wrong_content"),)
    if part == "video" and not medium.length:
        return (Problem(upload.name, part, "no_length"),)
    found: list[Problem] = []
    if part in LANGUAGES:
        cues(upload.data, file=upload.name, problems=found)
    return tuple(found)


def save(
    session: Session, draft: CourseDraft, key: str, wish: Wish, viewer: Viewer, *, seen: str, folder: Path
) -> tuple[Problem, ...]:
    """Put video and document on a page, unless something is wrong with them, which is returned; files were looked at before.
    Raises NotFound, Elsewhere, TooManyFiles.
    """
    unit = drafts.unit_of(draft)
    held = unit.page(key)
    if held is None:
        raise NotFound
    if drafts.mark(held) != seen:
        raise errors.Elsewhere
    media, new = dict[str, Media](), unit
    for part, upload in wish.files.items():
        medium = _medium(part, upload)
        same = next((one for one in new.media if medium and one.sha256 == medium.sha256), None)
        if medium is not None:
            media[part] = same or replace(medium, name=_free(part, upload, new))
            new = drafting.with_medium(new, media[part])
    page = replace(held, video=_video(held, wish, media), pdf=_name("pdf", held.pdf, wish, media))
    known = {one.name: (one.media_type, one.length) for one in new.media}
    found = tuple(
        Problem(page.file, f"video.{one.field}", one.code, one.value, facts={"most": one.most} if one.most else {})
        for one in (flaws(page.video, known) if page.video else ())
    )
    if not found:
        _fits(new)
        for part, medium in media.items():
            courses.keep_media(session, medium, wish.files[part].data, folder=folder)
        drafts.keep(session, draft, drafting.with_page(new, page), viewer)
    return found


def _free(part: str, upload: Upload, unit: Unit) -> str:
    return drafts.free_name(
        upload.name, {one.name for one in unit.media}, otherwise="document" if part == "pdf" else "video"
    )


def _fits(unit: Unit) -> None:
    too_many = len(unit.media) + len(unit.pages) + 1 > MOST_FILES
    if too_many or sum(one.size for one in unit.media) > MOST_BYTES - 1024 * 1024:
        raise errors.TooManyFiles


def _medium(part: str, upload: Upload) -> Media | None:
    """The file as the unit holds it, still under its own name; None where it is not what this part asks."""
    ending = upload.name.rpartition(".")[2].lower()
    kind = media_type(f"x.{ending}", upload.data) if ending in ENDINGS[part] else None
    if kind is None:
        return None
    sha256 = hashlib.sha256(upload.data).hexdigest()
    return Media(upload.name, kind, sha256, len(upload.data), length_of(kind, upload.data))


def _name(part: str, held: str, wish: Wish, media: Mapping[str, Media]) -> str:
    """The file of a part from now on; empty for none."""
    if part in media:
        return media[part].name
    return "" if part in wish.without else held


def _video(page: Page, wish: Wish, media: Mapping[str, Media]) -> Video | None:
    held = page.video
    name = _name("video", held.file if held else "", wish, media)
    if not name:
        return None
    return Video(name, tuple(_captions(held, wish, media)), wish.chapters, wish.skip, wish.share)


def _captions(held: Video | None, wish: Wish, media: Mapping[str, Media]) -> Iterator[Captions]:
    before = {one.language: one.file for one in held.captions} if held else {}
    for language in LANGUAGES:
        name = _name(language, before.get(language, ""), wish, media)
        if name:
            yield Captions(language, name)
