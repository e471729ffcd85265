"""Who may read and manage documents."""

from sqlalchemy.orm import Session

from lms.accounts.policy import Act, Viewer, may
from lms.errors import NotFound
from lms.library import queries
from lms.library.queries import DocumentFacts, DocumentRow


def may_manage(viewer: Viewer) -> bool:
    """Whether somebody keeps the library; they alone read what is for librarians."""
    return may(viewer, Act.MANAGE_LIBRARY)


def access_document(session: Session, viewer: Viewer, public_id: str) -> tuple[DocumentRow, DocumentFacts]:
    """A document with its facts. Raises NotFound, also for one that is not theirs to read."""
    found = queries.facts_of(session, public_id, restricted=may_manage(viewer))
    if found is None:
        raise NotFound
    return found
