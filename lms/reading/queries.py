"""What somebody has read and marked; always only their own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from lms.library.queries import titles
from lms.reading.models import Mark, Place

BOOKMARK, PASSAGE, NOTE = "bookmark", "passage", "note"
KINDS = (BOOKMARK, PASSAGE, NOTE)
RECENT = 6


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """Where one stopped in a document; `share` of it lies above, in thousandths."""

    document: str
    title: str
    anchor: str
    label: str
    share: int
    at: datetime


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A mark; `document` is None when the document is no longer in the library."""

    public_id: str
    document: str | None
    title: str
    anchor: str
    label: str
    quote: str
    offset: int
    note: str
    made_at: datetime


def place_in(session: Session, person_id: int, document_id: int) -> PlaceRow | None:
    """Where the person stopped in the document, None before they read it."""
    row = session.execute(_places(person_id).where(Place.document_id == document_id)).first()
    return PlaceRow(*row) if row else None


def recent(session: Session, person_id: int) -> list[PlaceRow]:
    """The documents that the person read last, the last first."""
    query = _places(person_id).order_by(Place.at.desc(), Place.document_id).limit(RECENT)
    return [PlaceRow(*row) for row in session.execute(query)]


def marks_in(session: Session, person_id: int, document_id: int) -> list[MarkRow]:
    """The person's marks in a document, in the order in which they were made."""
    query = _marks(person_id).where(Mark.document_id == document_id).order_by(Mark.id)
    return [MarkRow(*row) for row in session.execute(query)]


def marks(person_id: int, *, kind: str = "", words: str = "") -> Select[*tuple[Any, ...]]:
    """The person's marks for `paginate`, the newest first; those of a kind, those in which all the words stand."""
    query = _marks(person_id).order_by(Mark.id.desc())
    if kind in KINDS:
        query = query.where(_OF_KIND[kind])
    for word in words.split():
        query = query.where(
            or_(*(c.icontains(word, autoescape=True) for c in (Mark.note, Mark.quote, Mark.label, Mark.document_title)))
        )
    return query


def row_of(row: Any) -> MarkRow:
    """A row of `marks`."""
    return MarkRow(*row)


def is_own(session: Session, person_id: int, public_id: str) -> bool:
    """Whether the person has a mark with this public id, taken away or not."""
    query = select(Mark.id).where(Mark.person_id == person_id, Mark.public_id == public_id)
    return session.scalar(query) is not None


def removed(session: Session, person_id: int, public_id: str) -> MarkRow | None:
    """A mark of the person that was taken away and may be put back."""
    query = _all_marks(person_id).where(Mark.public_id == public_id, Mark.removed_at.is_not(None))
    row = session.execute(query).first()
    return MarkRow(*row) if row else None


_OF_KIND: dict[str, ColumnElement[bool]] = {
    BOOKMARK: Mark.quote == "",
    PASSAGE: Mark.quote != "",
    NOTE: Mark.note != "",
}


def _places(person_id: int) -> Select[*tuple[Any, ...]]:
    held = titles()
    return (
        select(held.c.public_id, held.c.title, Place.anchor, Place.label, Place.share, Place.at)
        .join(held, held.c.id == Place.document_id)
        .where(Place.person_id == person_id)
    )


def _marks(person_id: int) -> Select[*tuple[Any, ...]]:
    return _all_marks(person_id).where(Mark.removed_at.is_(None))


def _all_marks(person_id: int) -> Select[*tuple[Any, ...]]:
    held, words = titles(), (Mark.anchor, Mark.label, Mark.quote, Mark.offset, Mark.note, Mark.made_at)
    return (
        select(Mark.public_id, held.c.public_id, Mark.document_title, *words)
        .outerjoin(held, held.c.id == Mark.document_id)
        .where(Mark.person_id == person_id)
    )
