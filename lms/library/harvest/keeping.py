"""Records of another catalogue as documents here: of the kind ELSEWHERE, with facts and description, without the thing itself.

Citations never lead to them and laws do not end by them: their short name begins with a sign that no citation has.
"""

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.clock import now
from lms.library import service, texts
from lms.library.harvest.models import Harvested, HarvestSource
from lms.library.harvest.understanding import Record
from lms.library.models import Document
from lms.library.source import Source

NEW, CHANGED, UNCHANGED, REMOVED, REFUSED = "new", "changed", "unchanged", "removed", "refused"
OUTCOMES = (NEW, CHANGED, UNCHANGED, REMOVED, REFUSED)


def put(session: Session, source: HarvestSource, record: Record) -> str:
    """Make a record what it is there: NEW, CHANGED, UNCHANGED, or REMOVED with its document. Twice is as once."""
    held = session.scalar(select(Harvested).filter_by(source_id=source.id, identifier=record.identifier))
    document = None
    if held is not None and held.document is not None:
        document = session.scalar(select(Document).where(Document.public_id == held.document))
    if record.source is None:
        return _remove(session, held, document)
    if held is None:
        held = Harvested(source_id=source.id, identifier=record.identifier)
        session.add(held)
    moved = held.link != record.link
    held.link = record.link
    if document is not None and document.sha256 == record.source.sha256:
        return CHANGED if moved else UNCHANGED
    outcome = CHANGED if document is not None else NEW
    held.document = _stored(session, source, document, record, record.source)
    return outcome


def _remove(session: Session, held: Harvested | None, document: Document | None) -> str:
    if held is None or document is None:
        return UNCHANGED
    held.document = None
    service.remove_document(session, document)
    return REMOVED


def _stored(session: Session, source: HarvestSource, held: Document | None, record: Record, said: Source) -> str:
    """The public id of the document that says what a record says; facts that a librarian has set stay."""
    digest = hashlib.sha256(f"{record.identifier}\n{now().isoformat()}".encode()).hexdigest()
    document = held or Document(
        origin=f"harvest:{source.public_id}:{digest}", access=said.access, set_by_hand=[], tags=[], version=0
    )
    document.version += 1
    for name in service.SAID:
        if name not in document.set_by_hand:
            value = getattr(said, name)
            setattr(document, name, list(value) if isinstance(value, tuple) else value)
    document.name = service.name_of(document.kind, document.title)
    document.status, document.sources, document.markdown = said.status, [], said.markdown
    document.sha256, document.stored_at = said.sha256, now()
    session.add(document)
    session.flush()
    texts.put(session, document, said, by=None, file_name=None)
    return document.public_id
