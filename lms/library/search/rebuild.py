"""Making the index right again while people search: document by document, each in a transaction of its own.

A document is indexed again when it never was, when its tokens are of an older version or when the index says something
else of it than its row. What was put in is taken out exactly (`filling`), so every moment each document is found, by
its old tokens or by its new ones. Who changes what `tokens` gives raises its VERSION, and keeps the older function for
taking out until no document of it is left.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lms.database import reading, writing
from lms.library.models import READERS, Document
from lms.library.search import filling, frequencies, log
from lms.library.search.models import Indexed, Term
from lms.library.search.tokens import VERSION

LOOKED_AT = 1000
#: tokens are counted again when the passages are so many times more or fewer
CHANGED = 0.05
#: pages of the index that FTS5 puts together in one transaction, and how often at a time
PAGES, MERGES = 200, 10
Report = Callable[[int, int], None]


def make_right(report: Report, *, everything: bool = False) -> dict[str, int]:
    """Index again what has to be, or all; count tokens where that is due; forget old searches. How many of each."""
    keys = list(_wrong(everything=everything))
    reading().rollback()
    for number, key in enumerate(keys, 1):
        with writing() as session:
            if session.scalar(select(Document.id).where(Document.id == key)) is not None:
                filling.put(session, key)
        report(number, len(keys))
    found = {
        "indexed": len(keys),
        "terms": frequencies.count_again(reading()) if everything or _is_due(reading()) else 0,
    }
    reading().rollback()
    _merge(report)
    with writing() as session:
        return found | {"forgotten": log.forget(session)}


def _wrong(*, everything: bool) -> Iterator[int]:
    after = 0
    columns = [getattr(Document, name) for name in ("id", "title", "access", *filling.NARROWED_BY)]
    query = select(*columns, Indexed.version, Indexed.facts, Indexed.title.label("held"))
    query = query.outerjoin(Indexed, Indexed.document_id == Document.id).order_by(Document.id).limit(LOOKED_AT)
    while rows := reading().execute(query.where(Document.id > after)).all():
        yield from (row.id for row in rows if everything or _is_wrong(row))
        after = rows[-1].id


def _is_wrong(row: Any) -> bool:
    if row.access != READERS:
        return row.version is not None
    return bool(row.version != VERSION or row.facts.split() != filling.facts(row) or row.held != row.title)


def _is_due(session: Session) -> bool:
    before = session.scalar(select(Term.count).where(Term.kind == frequencies.PASSAGE, Term.term == ""))
    count = session.scalar(text("SELECT count(*) FROM ref_passage")) or 0
    return abs(int(count) - (before or 0)) > CHANGED * int(count)


def _merge(report: Report) -> None:
    """On SQLite, put together what many writes left in pieces, a little at a time."""
    if reading().get_bind().dialect.name != "sqlite":
        return
    for number in range(1, MERGES + 1):
        with writing() as session:
            session.execute(
                text("INSERT INTO fts_passage (fts_passage, rank) VALUES ('merge', :pages)"), {"pages": PAGES}
            )
        report(number, MERGES)
