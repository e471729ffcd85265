"""The text of a document: its passages and their index, the versions it has had, the laws it names."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from lms.clock import now
from lms.library.cited import named_in
from lms.library.models import Document, DocumentPassage, DocumentVersion, Relation
from lms.library.passages import Passage, page_at, passages
from lms.library.search import filling
from lms.library.source import Source

CITES = "cites"
#: pairs of a line and the page that begins on it
Pages = Sequence[tuple[int, int]]
_COLUMNS = (
    DocumentPassage.id, DocumentPassage.document_id, DocumentPassage.seq, DocumentPassage.kind, DocumentPassage.label,
    DocumentPassage.article, DocumentPassage.article_sub, DocumentPassage.anchor, DocumentPassage.path,
    DocumentPassage.text, DocumentPassage.page,
)  # fmt: skip
_HELD = select(*_COLUMNS).where(DocumentPassage.document_id == bindparam("document")).order_by(DocumentPassage.seq)
_PASSAGES = cast("Table", DocumentPassage.__table__)
_ADD = insert(_PASSAGES).returning(_PASSAGES.c.id)
_DROP = delete(_PASSAGES).where(_PASSAGES.c.id.in_(bindparam("ids", expanding=True)))
_CITED = select(Relation).where(Relation.document_id == bindparam("document"), Relation.kind == CITES)


def put(session: Session, document: Document, source: Source, *, by: int | None, file_name: str | None) -> None:
    """Make `source` the present text of a document that is in the session: passages, version, citations."""
    _put_passages(session, document, source.pages)
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
    held = session.scalars(_CITED, {"document": document.id}).all()
    named = {one.name: one for one in named_in(document.markdown, itself=document.name)}
    for relation in held:
        one = named.pop(relation.name, None)
        if one is None:
            session.delete(relation)
        else:
            relation.title, relation.times = one.title[:200], one.times
    session.add_all(
        Relation(
            document_id=document.id, kind=CITES, name=one.name, title=one.title[:200], times=one.times, made_at=now()
        )
        for one in named.values()
    )
    session.flush()


def _put_passages(session: Session, document: Document, pages: Pages) -> None:
    """Cut the text into passages. Those that it has already, words and headings, stay, and with them what the index
    holds of them, as long as it says the same of the document.
    """
    cut = [_row(document.id, number, one, pages) for number, one in enumerate(passages(document.markdown), 1)]
    held = session.execute(_HELD, {"document": document.id}).all()
    stays, gone, new = _compared([row._asdict() for row in held], cut)
    piecemeal, known = filling.holds(session, document.id), None
    if piecemeal:
        filling.take_some_out(session, document.id, gone)
    else:
        known = filling.take_out(session, document.id)
    if gone:
        session.execute(_DROP, {"ids": gone})
    if stays:
        session.execute(update(DocumentPassage), stays)
    added = session.scalars(_ADD, new).all() if new else ()
    if piecemeal:
        filling.put_some(session, document.id, added)
    else:
        filling.put(session, document.id, known=known)


def _row(document_id: int, number: int, passage: Passage, pages: Pages) -> dict[str, Any]:
    return {
        "document_id": document_id,
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


def _compared(
    held: Sequence[dict[str, Any]], cut: Sequence[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[int], list[dict[str, Any]]]:
    """Passages that stay but stand elsewhere, ids of those that go, and those that are new."""
    waiting: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in reversed(held):
        waiting[_words(row)].append(row)
    moved, new = list[dict[str, Any]](), list[dict[str, Any]]()
    for row in cut:
        if not (same := waiting.get(_words(row))):
            new.append(row)
            continue
        before = same.pop()
        if any(before[name] != value for name, value in row.items()):
            moved.append({"id": before["id"], **row})
    return moved, [row["id"] for rows in waiting.values() for row in rows], new


def _words(row: dict[str, Any]) -> tuple[Any, ...]:
    """All of a passage that the index holds."""
    return row["label"], tuple(row["path"]), row["text"]


def forget_passages(session: Session, document: Document) -> None:
    """Take the passages out, and out of the index."""
    filling.take_out(session, document.id)
    session.execute(delete(DocumentPassage).where(DocumentPassage.document_id == document.id))
