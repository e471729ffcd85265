"""Writing in drafts, each step within the caller's `writing()`.

Two people may write in one draft at a time. What somebody sends carries the mark of the part as they saw it (its hash),
so that a part is never written over by somebody who has not seen it; parts are the settings and each page.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from courseware import drafting
from courseware.drafting import OPEN
from courseware.packages.media import ENDINGS, media_type, svg_faults
from courseware.packages.native import LONGEST_NAME, MOST_BYTES, MOST_FILES, made_page
from courseware.record import from_record, page_of, page_record, to_record
from courseware.unit import MOST_PAGES, Media, Page, Unit
from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.authoring import errors
from lms.authoring.models import CourseDraft, CourseDraftHand, CourseEvent
from lms.clock import now
from lms.courses import service as courses
from lms.courses import telling
from lms.errors import NotFound

MOST_PICTURE = 4 * 1024 * 1024
#: bytes of all pages together, twelve times those of the largest bundled unit: the worst text takes its readers 30
#: microseconds a byte
MOST_TEXT = 200 * 1024
#: pages taken out that can be brought back; the oldest goes when there are more
MOST_REMOVED = 40
_PICTURES = ("png", "jpg", "jpeg", "webp", "svg")


def unit_of(draft: CourseDraft) -> Unit:
    """The unit as the draft has it."""
    return from_record(draft.record)


def mark(part: Unit | Page) -> str:
    """What tells one state of a page, or of the settings of a unit, from another."""
    if isinstance(part, Page):
        _key, title, markdown, _media, *shown = page_record(part)
        said: Any = [title, markdown, *shown]
    else:
        said = to_record(replace(part, pages=(), media=(), prerequisites=(), check=replace(part.check, items=())))
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]


def begin(session: Session, unit: Unit, viewer: Viewer, *, act: str = "begin") -> CourseDraft:
    """A draft that begins with this unit: the next version of the one with its code, or a new one. Raises DraftOpen."""
    held = telling.by_code(session, unit.code)
    draft = CourseDraft(
        code=unit.code,
        unit_id=held.id if held else None,
        based_on=held.number if held else 0,
        removed=[],
        made_by=viewer.id,
        made_at=now(),
    )
    _put(draft, unit, viewer)
    if open_draft(session, unit.code) is not None:
        raise errors.DraftOpen(code=unit.code)
    session.add(draft)
    try:
        session.flush()
    except IntegrityError as error:  # somebody else was faster
        raise errors.DraftOpen(code=unit.code) from error
    session.add(CourseDraftHand(draft_id=draft.id, person_id=viewer.id, at=now()))
    session.add(CourseEvent(draft_id=draft.id, unit_id=draft.unit_id, act=act, by=viewer.id, at=now(), words=""))
    after = {"code": unit.code, "based_on": draft.based_on, "how": act}
    record(session, "course.draft", thing="course_draft", thing_id=draft.public_id, after=after)
    return draft


def begin_new(session: Session, unit: Unit, viewer: Viewer) -> CourseDraft:
    """A draft of a unit that is not there yet. Raises CodeTaken, DraftOpen."""
    if telling.by_code(session, unit.code) is not None:
        raise errors.CodeTaken(code=unit.code)
    return begin(session, unit, viewer)


def open_draft(session: Session, code: str) -> str | None:
    """The public id of the draft under hand of the unit with this code, None where there is none."""
    query = select(CourseDraft.public_id).where(CourseDraft.code == code, CourseDraft.state.in_([*OPEN]))
    return session.scalar(query)


def save_settings(session: Session, draft: CourseDraft, settings: Unit, viewer: Viewer, *, seen: str) -> str:
    """Take the settings of `settings` (its pages, pictures, questions and prerequisites stay out of it); the mark of what
    stands there now. Raises Elsewhere.
    """
    held = unit_of(draft)
    check = replace(held.check, pass_share=settings.check.pass_share)
    new = replace(
        settings,
        code=held.code,
        pages=held.pages,
        media=held.media,
        check=check,
        prerequisites=held.prerequisites,
    )
    if new != held:
        if mark(held) != seen:
            raise errors.Elsewhere
        keep(session, draft, new, viewer)
    return mark(new)


def save_page(
    session: Session, draft: CourseDraft, key: str, words: tuple[str, str], viewer: Viewer, *, seen: str
) -> str:
    """Take title and text of a page; the mark of what stands there now. Raises NotFound, Elsewhere, TooMuchText."""
    unit = unit_of(draft)
    held = unit.page(key)
    if held is None:
        raise NotFound
    title, markdown = words
    typed = markdown.strip()
    text = held.markdown if typed == held.markdown.strip() else f"{typed}\n"
    page = replace(made_page(key, clean_title(title), text), video=held.video, pdf=held.pdf)
    if page != held:
        if mark(held) != seen:
            raise errors.Elsewhere
        new = drafting.with_page(unit, page)
        if sum(len(one.markdown.encode("utf-8")) for one in new.pages) > MOST_TEXT:
            raise errors.TooMuchText
        keep(session, draft, new, viewer)
    return mark(page)


def clean_title(title: str) -> str:
    """A title as its line in a file can carry it: one line without the signs that end a heading."""
    return " ".join(title.split()).rstrip("# ")


def add_page(session: Session, draft: CourseDraft, title: str, viewer: Viewer) -> str:
    """An empty page at the end; its key, which no page of the unit ever had. Raises TooManyPages."""
    unit = unit_of(draft)
    if len(unit.pages) >= MOST_PAGES:
        raise errors.TooManyPages(most=MOST_PAGES)
    taken = {*unit.page_keys, *(page[0] for page in draft.removed)}
    if draft.unit_id is not None:
        taken |= telling.page_keys_ever(session, draft.unit_id)
    key = drafting.fresh_key(taken)
    keep(session, draft, drafting.with_page(unit, made_page(key, clean_title(title), "")), viewer)
    return key


def remove_page(session: Session, draft: CourseDraft, key: str, viewer: Viewer) -> Page:
    """Take a page out; it can be brought back. Raises NotFound."""
    unit = unit_of(draft)
    page = unit.page(key)
    if page is None:
        raise NotFound
    place = unit.page_keys.index(key)
    _key, title, markdown, _media, *shown = page_record(page)
    draft.removed = [*draft.removed, [key, title, markdown, place, *shown]][-MOST_REMOVED:]
    keep(session, draft, drafting.without_page(unit, key), viewer)
    return page


def bring_back(session: Session, draft: CourseDraft, key: str, viewer: Viewer) -> None:
    """Put a page that was taken out where it stood. Raises NotFound, TooManyPages."""
    unit = unit_of(draft)
    held = next((page for page in draft.removed if page[0] == key), None)
    if held is None:
        raise NotFound
    if len(unit.pages) >= MOST_PAGES:
        raise errors.TooManyPages(most=MOST_PAGES)
    _key, title, markdown, place, *shown = held
    page = page_of([*page_record(made_page(key, title, markdown)), *shown])
    draft.removed = [page for page in draft.removed if page[0] != key]
    keep(session, draft, drafting.with_page(unit, page, place=place), viewer)


def order_pages(session: Session, draft: CourseDraft, keys: Sequence[str], viewer: Viewer) -> None:
    """Put the pages in an order; those that are not named stay behind."""
    keep(session, draft, drafting.ordered(unit_of(draft), keys), viewer)


def shift_page(session: Session, draft: CourseDraft, key: str, by: int, viewer: Viewer) -> None:
    """Move a page so many places on, or back."""
    keep(session, draft, drafting.shifted(unit_of(draft), key, by), viewer)


def set_items(session: Session, draft: CourseDraft, *, add: str, remove: str, viewer: Viewer) -> None:
    """Put a question into the check or take one out."""
    unit = unit_of(draft)
    items = _changed(unit.check.items, add=add, remove=remove)
    keep(session, draft, replace(unit, check=replace(unit.check, items=items)), viewer)


def set_prerequisites(session: Session, draft: CourseDraft, *, add: str, remove: str, viewer: Viewer) -> None:
    """Put a unit before this one, or none any more."""
    unit = unit_of(draft)
    before = _changed(unit.prerequisites, add=add, remove=remove)
    keep(session, draft, replace(unit, prerequisites=before), viewer)


def _changed(held: tuple[str, ...], *, add: str, remove: str) -> tuple[str, ...]:
    kept = tuple(one for one in held if one != remove)
    return (*kept, add) if add and add not in kept else kept


def add_picture(session: Session, draft: CourseDraft, name: str, data: bytes, viewer: Viewer, *, folder: Path) -> Media:
    """Keep a picture for the pages of a draft, under a name that is free. Raises PictureUnfit, TooManyFiles."""
    ending = name.rpartition(".")[2].lower()
    if ending not in _PICTURES or ending not in ENDINGS or not 0 < len(data) <= MOST_PICTURE:
        raise errors.PictureUnfit
    kind = media_type(f"x.{ending}", data)
    if kind is None or (ending == "svg" and svg_faults(data)):
        raise errors.PictureUnfit
    unit, sha256 = unit_of(draft), hashlib.sha256(data).hexdigest()
    same = next((one for one in unit.media if one.sha256 == sha256), None)
    if same is not None:
        return same
    files = len(unit.media) + len(unit.pages) + 1
    if files >= MOST_FILES or sum(one.size for one in unit.media) + len(data) > MOST_BYTES - 1024 * 1024:
        raise errors.TooManyFiles
    kept = Media(free_name(name, {one.name for one in unit.media}), kind, sha256, len(data))
    courses.keep_media(session, kept, data, folder=folder)
    keep(session, draft, drafting.with_medium(unit, kept), viewer)
    return kept


def remove_picture(session: Session, draft: CourseDraft, name: str, viewer: Viewer) -> None:
    """Take a picture out that no page shows. Raises PictureShown."""
    unit = unit_of(draft)
    if name not in drafting.unused(unit):
        raise errors.PictureShown
    keep(session, draft, replace(unit, media=tuple(one for one in unit.media if one.name != name)), viewer)


def free_name(name: str, taken: set[str], *, otherwise: str = "picture") -> str:
    """A name that is one on every system, like the one that was given, with its ending in small letters;
    `otherwise` stands for one without any letter that can be kept.
    """
    before, _dot, ending = name.lower().rpartition(".")
    stem = re.sub(r"[^a-z0-9]+", "-", before).strip("-")[: LONGEST_NAME - 20] or otherwise
    names = (f"{stem}{f'-{number}' if number > 1 else ''}.{ending}" for number in range(1, MOST_FILES + 2))
    return next(one for one in names if one not in taken)


def keep(session: Session, draft: CourseDraft, unit: Unit, viewer: Viewer) -> None:
    """Put the unit into the draft, and note who wrote."""
    _put(draft, unit, viewer)
    if session.get(CourseDraftHand, (draft.id, viewer.id)) is None:
        session.add(CourseDraftHand(draft_id=draft.id, person_id=viewer.id, at=now()))
    session.flush()


def _put(draft: CourseDraft, unit: Unit, viewer: Viewer) -> None:
    draft.record = to_record(unit)
    draft.title, draft.title_en, draft.subject = unit.title, unit.title_en, unit.subject
    draft.saved_by, draft.saved_at = viewer.id, now()
