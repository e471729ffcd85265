"""Reading evidence: documents, whom they are about, what is revoked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lms.evidence.models import Document, Holder, Revocation

CERTIFICATE, PACKAGE = "certificate", "package"
#: documents on the page of a person; a person has dozens at most
MOST = 200
#: packages on the page of whoever had them made
MOST_PACKAGES = 20


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document as it was issued: see the columns of the table."""

    code: str
    kind: str
    entry: str | None
    status_list: int
    status_place: int
    content: Any
    issued_at: datetime
    issued_by: int


@dataclass(frozen=True, slots=True)
class RevocationRow:
    """That a document holds no more: since when, why, by whom (None: by a correction)."""

    code: str
    cause: str
    reason: str
    revoked_at: datetime
    revoked_by: int | None


_DOCUMENT = (
    Document.code, Document.kind, Document.entry, Document.status_list, Document.status_place, Document.content,
    Document.issued_at, Document.issued_by,
)  # fmt: skip


def document(session: Session, code: str) -> DocumentRow | None:
    """The document with this code (as stored: sixteen characters), None when there is none."""
    found = session.execute(select(*_DOCUMENT).where(Document.code == code)).one_or_none()
    return DocumentRow(*found) if found else None


def documents_of(session: Session, person_id: int) -> list[DocumentRow]:
    """The latest documents about a person, newest first."""
    query = _held(select(*_DOCUMENT), person_id).order_by(Document.id.desc()).limit(MOST)
    return [DocumentRow(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A package that somebody had made: about how many people, and whether it is revoked."""

    code: str
    issued_at: datetime
    people: int
    revoked: bool


def packages_by(session: Session, person_id: int) -> list[PackageRow]:
    """The latest packages about several people that somebody had made, newest first."""
    people = select(func.count()).where(Holder.document_id == Document.id).correlate(Document).scalar_subquery()
    revoked = select(Revocation.code).where(Revocation.code == Document.code).exists()
    query = select(Document.code, Document.issued_at, people, revoked)
    query = query.where(Document.issued_by == person_id, Document.kind == PACKAGE, people > 1)
    return [PackageRow(*row) for row in session.execute(query.order_by(Document.id.desc()).limit(MOST_PACKAGES))]


def shared(session: Session, codes: Sequence[str]) -> set[str]:
    """Of these documents those that are about more than one person."""
    query = select(Document.code).join(Holder, Holder.document_id == Document.id).where(Document.code.in_(codes))
    return set(session.scalars(query.group_by(Document.code).having(func.count() > 1)))


def of_entry(session: Session, person_id: int, entry: str) -> list[DocumentRow]:
    """The certificates about an entry of a person that are not revoked, newest first."""
    revoked = select(Revocation.code).where(Revocation.code == Document.code).exists()
    query = _held(select(*_DOCUMENT), person_id).where(Document.entry == entry, ~revoked).order_by(Document.id.desc())
    return [DocumentRow(*row) for row in session.execute(query)]


def held_back(session: Session, person_id: int, entry: str, cause: str) -> bool:
    """Whether a certificate about an entry of a person was revoked for this cause."""
    query = _held(select(Document.id).join(Revocation, Revocation.code == Document.code), person_id)
    found = query.where(Document.entry == entry, Revocation.cause == cause).limit(1)
    return session.scalar(found) is not None


def _held(query: Select[*tuple[Any, ...]], person_id: int) -> Select[*tuple[Any, ...]]:
    return query.join(Holder, Holder.document_id == Document.id).where(Holder.person_id == person_id)


def holders(session: Session, code: str) -> list[int]:
    """The people a document is about, by their numbers."""
    query = select(Holder.person_id).join(Document, Document.id == Holder.document_id).where(Document.code == code)
    return list(session.scalars(query.order_by(Holder.person_id)))


def revocations(session: Session, codes: Sequence[str]) -> dict[str, RevocationRow]:
    """Of these codes those that are revoked."""
    query = select(Revocation).where(Revocation.code.in_(codes))
    return {
        row.code: RevocationRow(row.code, row.cause, row.reason, row.revoked_at, row.revoked_by)
        for row in session.scalars(query)
    }


def revocation(session: Session, code: str) -> RevocationRow | None:
    """That a document or print is revoked, None while it holds."""
    return revocations(session, [code]).get(code)


def list_numbers(session: Session) -> list[int]:
    """The lists of revocations there are."""
    return list(session.scalars(select(Document.status_list).distinct().order_by(Document.status_list)))


def revoked_places(session: Session, number: int) -> list[int]:
    """The places of a list that are revoked."""
    query = select(Document.status_place).join(Revocation, Revocation.code == Document.code)
    return list(session.scalars(query.where(Document.status_list == number)))


def is_taken(session: Session, number: int, place: int) -> bool:
    """Whether a place of a list belongs to a document."""
    query = select(Document.id).where(Document.status_list == number, Document.status_place == place)
    return session.scalar(query) is not None


def count(session: Session) -> int:
    """How many documents were issued."""
    return session.scalar(select(func.count()).select_from(Document)) or 0
