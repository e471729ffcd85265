"""Keeping in step with each document which wanted facts it lacks."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms.library.desk.models import Lack
from lms.library.desk.wanted import FACTS, lacking
from lms.library.models import Document

COLUMNS = (Document.id, Document.kind, Document.origin, *(getattr(Document, fact) for fact in FACTS))

_HELD = select(Lack.fact).where(Lack.document_id == bindparam("document"))


def note(session: Session, document: Document) -> None:
    """Write down what a document lacks now, in the transaction that changed it."""
    session.flush()
    _note(session, document)


def note_all(session: Session, ids: Iterable[int]) -> None:
    """The same for documents that are there, by their ids."""
    for row in session.execute(select(*COLUMNS).where(Document.id.in_(list(ids)))).all():
        _note(session, row)


def _note(session: Session, document: Any) -> None:
    wanted = set(lacking(document.kind, document.origin, {fact: getattr(document, fact) for fact in FACTS}))
    held = set(session.scalars(_HELD, {"document": document.id}))
    if held - wanted:
        session.execute(delete(Lack).where(Lack.document_id == document.id, Lack.fact.in_(held - wanted)))
    if wanted - held:
        # a librarian who saves at the moment in which the job looks must not stumble over its rows
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        rows = [{"document_id": document.id, "fact": fact} for fact in sorted(wanted - held)]
        session.execute(insert(Lack).on_conflict_do_nothing(), rows)
