"""The article that a query cites: 《商标法》第五十二条, 民法典第577条, 反法第六条."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from lms.library.citation import Citation
from lms.library.models import READERS, Alias, Document, DocumentPassage
from lms.library.search.asking import prepared
from lms.library.search.narrowing import narrow
from lms.library.search.query import asked
from lms.library.search.titles import by_title

MOST = 20
#: a title must be meant so surely, to be the law that a citation shortens; as many are tried
SURE, TRIED = 0.7, 5


def passages(session: Session, citation: Citation | None) -> dict[int, int]:
    """By document, the passage that is cited; empty when nothing is cited or it is not here.

    A law is known by its short name or another name of it; else by what the titles that are most like it say.
    """
    if citation is None:
        return {}
    alias = session.scalar(select(Alias.name).where(Alias.alias == citation.name))
    found = _articles(session, citation, Document.name == (alias or citation.name))
    if found or citation.bare:
        return found
    like = by_title(session, prepared(session, asked(citation.name), narrow({})))
    best = sorted((hit for hit in like.values() if hit.score >= SURE), key=lambda hit: (-hit.score, hit.document_id))
    return _articles(session, citation, Document.id.in_([hit.document_id for hit in best[:TRIED]])) if best else {}


def _articles(session: Session, citation: Citation, which: ColumnElement[bool]) -> dict[int, int]:
    documents = select(Document.id).where(which, Document.access == READERS).order_by(Document.id.desc()).limit(MOST)
    ids = session.scalars(documents).all()  # first, or the database walks through all passages from the last
    if not ids:
        return {}
    query = (
        select(DocumentPassage.document_id, DocumentPassage.id)
        .where(
            DocumentPassage.document_id.in_(ids),
            DocumentPassage.article == citation.article.number,
            DocumentPassage.article_sub == citation.article.sub,
        )
        .order_by(DocumentPassage.seq.desc())
    )
    return {row.document_id: row.id for row in session.execute(query)}
