"""Working out what cannot be asked of the database at once: documents alike, and citations that lead nowhere.

One document is read at a time; the result replaces the one before in one transaction. Run by a job, and again every
few hours.
"""

from array import array
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from lms.clock import now, today
from lms.database import reading, writing
from lms.ids import new_public_id
from lms.library import standing
from lms.library.desk import alike, broken, lacks
from lms.library.desk.citations import Key
from lms.library.desk.models import Alike, Broken, Looked
from lms.library.desk.queries import LOOKED_BACK
from lms.library.models import Document, DocumentPassage
from lms.library.search import log

#: documents between two reports, and documents whose facts are looked at in one transaction
STEP, AT_ONCE = 20, 200
Report = Callable[[int, int], None]


def work_out(report: Report) -> dict[str, int]:
    """Look through the whole library; how many documents, pairs and broken citations there are."""
    ids = list(reading().scalars(select(Document.id).order_by(Document.id)))
    reading().rollback()
    for start in range(0, len(ids), AT_ONCE):
        with writing() as session:
            lacks.note_all(session, ids[start : start + AT_ONCE])
    documents, texts, found, laws = _read(report, len(ids))
    pairs = alike.pairs([one.title for one in documents], texts)
    rows = broken.rows_of_articles(found) + broken.rows_of_laws(reading(), laws)
    searches = _without_result(reading())
    reading().rollback()
    with writing() as session:
        _keep_pairs(session, documents, pairs)
        _keep_broken(session, rows)
        session.merge(Looked(id=1, at=now(), documents=len(documents), searches=searches))
    return {"documents": len(documents), "alike": len(pairs), "citations": len(rows)}


def _read(report: Report, total: int) -> "tuple[list[Any], list[array[int]], dict[Key, broken.Found], broken.Laws]":
    columns = (Document.issued_on, Document.effective_on, Document.amended_on, Document.version.label("number"))
    query = select(Document.id, Document.public_id, Document.title, Document.name, *columns).order_by(Document.id)
    documents = list(reading().execute(query).all())
    laws = broken.Laws(reading())
    texts, found = list[Any](), dict[Key, broken.Found]()
    for number, document in enumerate(documents, 1):
        session = reading()
        passages = _passages(session, document.id)
        texts.append(alike.hashes(text for _anchor, text in passages))
        day = standing.begins(document) or today()
        broken.missing_articles(session, laws, document, passages, found, day=day)
        session.rollback()
        if number % STEP == 0:
            report(number, total)
    return documents, texts, found, laws


def _passages(session: Session, document_id: int) -> list[tuple[str, str]]:
    query = select(DocumentPassage.anchor, DocumentPassage.text).where(DocumentPassage.document_id == document_id)
    return [(row.anchor, row.text) for row in session.execute(query.order_by(DocumentPassage.seq))]


def _keep_pairs(session: Session, documents: Sequence[Any], pairs: Sequence[alike.Pair]) -> None:
    """Pairs that were there keep their addresses."""
    rows = session.execute(select(Alike.first, Alike.second, Alike.public_id)).all()
    known = {(row.first, row.second): row.public_id for row in rows}
    session.execute(delete(Alike))
    made = []
    for pair in pairs:
        ends = (documents[pair.first].public_id, documents[pair.second].public_id)
        figures = {name: getattr(pair, name) for name in ("why", "shared", "of_first", "of_second", "share")}
        made.append({"first": ends[0], "second": ends[1], "public_id": known.get(ends) or new_public_id()} | figures)
    if made:
        session.execute(insert(Alike), made)


def _keep_broken(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Citations that were there keep their addresses."""
    held = session.execute(select(Broken.name, Broken.article, Broken.article_sub, Broken.public_id)).all()
    known = {(row.name, row.article, row.article_sub): row.public_id for row in held}
    session.execute(delete(Broken))
    made = [
        one | {"public_id": known.get((one["name"], one["article"], one["article_sub"])) or new_public_id()}
        for one in rows
    ]
    if made:
        session.execute(insert(Broken), made)


def _without_result(session: Session) -> int:
    query = log.most_searched(since=today() - LOOKED_BACK, only_without=True)
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
