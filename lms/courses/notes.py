"""One's own notes on pages of units. Nobody else sees them. What was changed or taken away last can be had back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lms.clock import now
from lms.courses.errors import TooManyNotes
from lms.courses.models import CourseNote, CourseUnit
from lms.courses.queries import OpenUnit
from lms.errors import NotFound

MOST_NOTES = 300


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note, with the unit and the page it is on; `removed`: it was taken away, `changed`: it has an earlier wording."""

    public_id: str
    unit: str
    title: str
    title_en: str
    page: str
    text: str
    made_at: datetime
    removed: bool
    changed: bool

    def name(self, language: str) -> str:
        """The unit's title for a page in `language`."""
        return self.title_en if language.startswith("en") else self.title


def add(session: Session, person_id: int, found: OpenUnit, page: str, text: str) -> str:
    """Keep a note on a page; its public id. Raises NotFound for no such page, TooManyNotes after MOST_NOTES in a unit."""
    if found.unit.page(page) is None:
        raise NotFound
    standing = (CourseNote.person_id == person_id, CourseNote.unit_id == found.id, CourseNote.removed_at.is_(None))
    if (session.scalar(select(func.count()).select_from(CourseNote).where(*standing)) or 0) >= MOST_NOTES:
        raise TooManyNotes(count=MOST_NOTES)
    made = CourseNote(person_id=person_id, unit_id=found.id, page=page, text=text, made_at=now())
    session.add(made)
    session.flush()
    return made.public_id


def change(session: Session, person_id: int, public_id: str, text: str) -> None:
    """Write other words; the former ones are kept. Raises NotFound."""
    note = _own(session, person_id, public_id)
    if text != note.text:
        note.earlier, note.text = note.text, text


def remove(session: Session, person_id: int, public_id: str) -> None:
    """Take a note away. Raises NotFound."""
    _own(session, person_id, public_id).removed_at = now()


def undo(session: Session, person_id: int, public_id: str) -> None:
    """Put back what was taken away, else the words there were before the last change. Raises NotFound."""
    note = _own(session, person_id, public_id)
    if note.removed_at is not None:
        note.removed_at = None
    elif note.earlier is not None:
        note.earlier, note.text = note.text, note.earlier


def of_page(session: Session, person_id: int, unit_id: int, page: str, *, also: str) -> list[NoteRow]:
    """A person's notes on a page, oldest first; of those taken away the one that `also` names, so that it can be put back."""
    query = (
        mine(person_id)
        .where(CourseNote.unit_id == unit_id, CourseNote.page == page)
        .where(CourseNote.removed_at.is_(None) | (CourseNote.public_id == also))
    )
    return [row_of(row) for row in reversed(session.execute(query).all())]


def mine(person_id: int) -> Select[*tuple[Any, ...]]:
    """All notes of a person, newest first; rows for `row_of`."""
    return (
        select(
            CourseNote.public_id, CourseUnit.public_id.label("unit"), CourseUnit.title, CourseUnit.title_en,
            CourseNote.page, CourseNote.text, CourseNote.made_at, CourseNote.removed_at, CourseNote.earlier,
        )
        .join(CourseUnit, CourseUnit.id == CourseNote.unit_id)
        .where(CourseNote.person_id == person_id)
        .order_by(CourseNote.id.desc())
    )  # fmt: skip


def standing(person_id: int, words: str) -> Select[*tuple[Any, ...]]:
    """Those that were not taken away and hold the words, for `paginate`."""
    query = mine(person_id).where(CourseNote.removed_at.is_(None))
    return query.where(CourseNote.text.contains(words, autoescape=True)) if words else query


def row_of(values: Any) -> NoteRow:
    """A NoteRow from a row of `mine`."""
    public_id, unit, title, title_en, page, text, made_at, removed_at, earlier = values
    return NoteRow(
        public_id,
        unit,
        title,
        title_en,
        page,
        text,
        made_at,
        removed=removed_at is not None,
        changed=earlier is not None,
    )


def page_of(session: Session, person_id: int, public_id: str) -> tuple[str, str]:
    """The unit (public id) and page of a person's note. Raises NotFound."""
    row = session.execute(mine(person_id).where(CourseNote.public_id == public_id)).first()
    if row is None:
        raise NotFound
    return row.unit, row.page


def _own(session: Session, person_id: int, public_id: str) -> CourseNote:
    found = session.scalar(
        select(CourseNote).where(CourseNote.person_id == person_id, CourseNote.public_id == public_id)
    )
    if found is None:
        raise NotFound
    return found
