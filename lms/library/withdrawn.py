"""Documents that the catalogue had once: those who harvest it hear that they are gone, and nothing else of them."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lms.clock import now
from lms.library.models import ELSEWHERE, READERS, Document, Withdrawn


def is_shown(document: Document) -> bool:
    """Whether a document is in the catalogue for harvesters: everybody may read it, and it is kept here."""
    return document.access == READERS and document.kind != ELSEWHERE


def follow(session: Session, document: Document, *, was_shown: bool) -> None:
    """Note that a document left the catalogue, or that it came back. Before and after are told apart by the caller."""
    shown = is_shown(document)
    if was_shown and not shown:
        leave(session, document)
    elif shown and not was_shown:
        session.execute(delete(Withdrawn).where(Withdrawn.document == document.public_id))


def leave(session: Session, document: Document) -> None:
    """Note that a document is not in the catalogue any more."""
    session.execute(delete(Withdrawn).where(Withdrawn.document == document.public_id))
    session.add(Withdrawn(document=document.public_id, subject=document.subject, withdrawn_at=now()))
