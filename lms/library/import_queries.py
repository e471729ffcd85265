"""Imports and what became of their files, as pages show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lms.errors import NotFound
from lms.library.formats.record import Note
from lms.library.models import Document, LibraryImport, LibraryImportFile


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An import; `document` is the one of which it is a newer text."""

    id: int
    public_id: str
    file_name: str
    state: str
    reason: str | None
    job_id: str | None
    document: str | None
    created_at: datetime


_ROW = tuple(getattr(LibraryImport, name) for name in ImportRow.__slots__)


def imports() -> Select[*tuple[Any, ...]]:
    """Imports for `paginate`, the newest first; rows as ImportRow's fields."""
    return select(*_ROW).order_by(LibraryImport.id.desc())


def access_import(session: Session, public_id: str) -> ImportRow:
    """An import; every librarian sees all. Raises NotFound."""
    row = session.execute(select(*_ROW).where(LibraryImport.public_id == public_id)).first()
    if row is None:
        raise NotFound
    return ImportRow(*row)


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of an import; `document` is the public id of what it became, where that is there."""

    number: int
    name: str
    outcome: str
    is_taken: bool
    title: str | None
    articles: int
    reason: str | None
    facts: dict[str, Any]
    notes: tuple[Note, ...]
    document: str | None


def files(import_id: int, *, outcome: str = "") -> Select[*tuple[Any, ...]]:
    """The files of an import for `paginate`, in their order."""
    query = (
        select(LibraryImportFile, Document.public_id)
        .outerjoin(Document, Document.public_id == LibraryImportFile.document)
        .where(LibraryImportFile.import_id == import_id)
        .order_by(LibraryImportFile.number)
    )
    return query.where(LibraryImportFile.outcome == outcome) if outcome else query


def to_take(session: Session, import_id: int) -> int:
    """How many files wait to be taken."""
    query = select(func.count()).where(
        LibraryImportFile.import_id == import_id,
        LibraryImportFile.outcome.in_(("new", "changed")),
        LibraryImportFile.is_taken.is_(False),
    )
    return session.scalar(query) or 0


def file_of(row: Any) -> FileRow:
    """A row of `files`."""
    one, document = row
    notes = tuple(Note(note["code"], note["facts"]) for note in one.notes)
    return FileRow(
        one.number, one.name, one.outcome, one.is_taken, one.title, one.articles, one.reason, one.facts, notes, document
    )
