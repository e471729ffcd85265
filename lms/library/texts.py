"""The text of a document: its passages and their index, the versions it has had, the laws it names."""

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from lms.clock import now
from lms.library.cited import named_in
from lms.library.models import Document, DocumentPassage, DocumentVersion, Relation
from lms.library.passages import page_at, passages
from lms.library.search import filling
from lms.library.source import Source

CITES = "cites"


def put(session: Session, document: Document, source: Source, *, by: int | None, file_name: str | None) -> None:
    """Make `source` the present text of a document that is in the session: passages, version, citations."""
    add_passages(session, document, source.pages)
    session.add(
        DocumentVersion(
            document=document.public_id,
            number=document.version,
            title=source.title,
            issued_on=source.issued_on,
            effective_on=source.effective_on,
            amended_on=source.amended_on,
            markdown=source.markdown,
            sha256=source.sha256,
            original=source.original,
            media_type=source.media_type,
            file_name=file_name[-200:] if file_name else None,
            pages=[list(pair) for pair in source.pages],
            stored_at=document.stored_at,
            stored_by=by,
        )
    )
    _cite(session, document)


def _cite(session: Session, document: Document) -> None:
    """What the text names, in place of what the text before named; what a librarian said stays."""
    session.execute(delete(Relation).where(Relation.document_id == document.id, Relation.kind == CITES))
    session.add_all(
        Relation(
            document_id=document.id, kind=CITES, name=one.name, title=one.title[:200], times=one.times, made_at=now()
        )
        for one in named_in(document.markdown, itself=document.name)
    )
    session.flush()


def add_passages(session: Session, document: Document, pages: tuple[tuple[int, int], ...]) -> None:
    """Cut the text into passages; they are found by searching where everybody may read them."""
    rows = [
        {
            "document_id": document.id,
            "seq": number,
            "kind": passage.kind,
            "label": passage.label[:200] or None,
            "article": passage.article.number if passage.article else None,
            "article_sub": passage.article.sub if passage.article else None,
            "anchor": passage.anchor[:80],
            "path": list(passage.path),
            "text": passage.text,
            "page": page_at(pages, passage.line),
        }
        for number, passage in enumerate(passages(document.markdown), 1)
    ]
    if rows:
        session.flush()
        session.execute(insert(DocumentPassage), rows)
    filling.put(session, document.id)


def forget_passages(session: Session, document: Document) -> None:
    """Take the passages out, and out of the index."""
    filling.take_out(session, document.id)
    session.execute(delete(DocumentPassage).where(DocumentPassage.document_id == document.id))
