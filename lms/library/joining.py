"""Two documents that are texts of one become one: the older document gets the texts of the newer as its later versions.

The newer one leaves the library once its readers' marks have moved over; those are kept by a feature above, which
hears of it by a job in the same transaction and takes the document out when it has done.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import jobs
from lms.audit.service import record
from lms.errors import NotFound
from lms.library import service, texts
from lms.library.desk import lacks
from lms.library.desk.wanted import BUNDLED
from lms.library.errors import ComesWithProgram
from lms.library.models import Document, DocumentVersion, Relation
from lms.library.search import filling
from lms.library.source import Source


def join(session: Session, older: str, newer: str, *, by: int) -> None:
    """Make `newer` (a public id) the present text of `older`. Raises NotFound or ComesWithProgram."""
    kept, other = _document(session, older), _document(session, newer)
    if any(one.origin.startswith(BUNDLED) for one in (kept, other)):
        raise ComesWithProgram
    before = {name: getattr(kept, name) for name in service.SAID}
    if kept.markdown == other.markdown:
        _fill(session, kept, other)
    else:
        _take_versions(session, kept, other, by=by)
    _take_relations(session, kept, other)
    jobs.enqueue(session, service.JOINED, {"from": newer, "to": older})
    after = {"joined": newer, "title": other.title, "version": kept.version}
    record(session, "library.join", thing="document", thing_id=older, before=service.said(before), after=after)


def _document(session: Session, public_id: str) -> Document:
    document = session.scalar(select(Document).where(Document.public_id == public_id).with_for_update())
    if document is None:
        raise NotFound
    return document


def _fill(session: Session, kept: Document, other: Document) -> None:
    """Of the same words, what only the other one's facts say."""
    for name in service.SAID:
        if not getattr(kept, name) and getattr(other, name):
            setattr(kept, name, getattr(other, name))
    lacks.note(session, kept)
    filling.put(session, kept.id)


def _take_versions(session: Session, kept: Document, other: Document, *, by: int) -> None:
    """All texts of the other one after those of the one that stays; the last with its facts, as librarians set them."""
    query = select(DocumentVersion).where(DocumentVersion.document == other.public_id).order_by(DocumentVersion.number)
    *earlier, last = session.scalars(query).all()
    columns = [
        column.key for column in DocumentVersion.__table__.columns if column.key not in ("id", "document", "number")
    ]
    for one in earlier:
        kept.version += 1
        held = {name: getattr(one, name) for name in columns}
        session.add(DocumentVersion(document=kept.public_id, number=kept.version, **held))
    kept.set_by_hand = list(other.set_by_hand)
    kept.repealed_on, kept.repeal_reason = other.repealed_on, other.repeal_reason
    service.store_document(session, _source(other, last), origin=kept.origin, by=by, file_name=last.file_name)
    for name in service.SAID:
        setattr(kept, name, getattr(other, name))
    kept.name, kept.status = other.name, other.status
    lacks.note(session, kept)
    filling.put(session, kept.id)


def _source(document: Document, text: DocumentVersion) -> Source:
    """The present text of a document as it would be given again."""
    facts = {name: getattr(document, name) for name in service.SAID if name != "tags"}
    return Source(
        **facts,
        tags=tuple(document.tags),
        status=document.status,
        sources=tuple(document.sources),
        markdown=document.markdown,
        media_type=text.media_type,
        original=text.original,
        pages=tuple((line, page) for line, page in text.pages),
    )


def _take_relations(session: Session, kept: Document, other: Document) -> None:
    """What librarians said of the other one is said of the one that stays."""
    held = select(Relation.kind, Relation.name).where(Relation.document_id == kept.id)
    known = {(row.kind, row.name) for row in session.execute(held)}
    said = select(Relation).where(Relation.document_id == other.id, Relation.kind != texts.CITES)
    for relation in session.scalars(said):
        if (relation.kind, relation.name) not in known:
            relation.document_id = kept.id
