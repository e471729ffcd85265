"""From what a person typed to documents with the passages that answer it.

A citation (《商标法》第五十二条) goes straight to the article. Else passages that hold every word come first, then, where
those are few, passages that hold some of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.library.citation import Citation, citation_in
from lms.library.models import Alias, Document, DocumentPassage
from lms.library.search.index import CAP, FILTERS, index_of
from lms.library.search.snippet import Segments, snippet
from lms.library.search.tokens import Word, words

#: with fewer documents than this, passages with only some of the words are shown as well
ENOUGH = 5
A_DOCUMENT = 3


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A passage that answers: its label, its place on the document's page, a verbatim piece with hits marked."""

    label: str
    anchor: str
    snippet: Segments


@dataclass(frozen=True, slots=True)
class Hit:
    """A document with its best passages."""

    public_id: str
    title: str
    subject: str | None
    kind: str
    status: str
    passages: tuple[PassageHit, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """All documents found, best first; from place `loose_from` on they lack a word. `capped`: there are more."""

    hits: tuple[Hit, ...]
    loose_from: int
    capped: bool


def search(session: Session, query: str, *, only: Mapping[str, str]) -> Found:
    """Documents for `query`; `only` narrows by subject, kind and status (empty values are ignored)."""
    narrow = {key: only[key] for key in FILTERS if only.get(key)}
    asked = words(query)
    if not asked:
        return Found((), 0, capped=False)
    cited = _cited(session, citation_in(query), narrow)
    index = index_of(session)
    strict = index.find(session, asked, every=True, only=narrow)
    ids = list(dict.fromkeys([*cited, *(key for key, _score in strict)]))
    hits = _hits(session, ids, asked)
    exact = len(hits)
    if exact < ENOUGH and len(asked) > 1:
        loose = index.find(session, asked, every=False, only=narrow)
        more = [key for key, _score in loose if key not in set(ids)]
        known = {hit.public_id for hit in hits}
        hits += [hit for hit in _hits(session, more, asked) if hit.public_id not in known]
    return Found(tuple(hits), exact, capped=len(strict) >= CAP)


def _cited(session: Session, citation: Citation | None, narrow: Mapping[str, str]) -> list[int]:
    if citation is None:
        return []
    alias = session.scalar(select(Alias.name).where(Alias.alias == citation.name))
    query = (
        select(DocumentPassage.id)
        .join(Document, Document.id == DocumentPassage.document_id)
        .where(
            Document.name == (alias or citation.name),
            DocumentPassage.article == citation.article.number,
            DocumentPassage.article_sub == citation.article.sub,
        )
        .order_by(Document.kind != "statute", Document.status != "current", DocumentPassage.id)
        .limit(20)
    )
    for column, value in narrow.items():
        query = query.where(getattr(Document, column) == value)
    return list(session.scalars(query))


def _hits(session: Session, ids: Sequence[int], asked: Sequence[Word]) -> list[Hit]:
    """Documents of these passages in the order of each one's best passage."""
    rows = {
        row.id: row
        for row in session.execute(
            select(
                DocumentPassage.id,
                DocumentPassage.label,
                DocumentPassage.anchor,
                DocumentPassage.text,
                Document.public_id,
                Document.title,
                Document.subject,
                Document.kind,
                Document.status,
            )
            .join(Document, Document.id == DocumentPassage.document_id)
            .where(DocumentPassage.id.in_(ids))
        )
    }
    grouped: dict[str, list[int]] = {}
    for key in ids:
        if key in rows:
            grouped.setdefault(rows[key].public_id, []).append(key)
    return [_hit([rows[key] for key in keys], asked) for keys in grouped.values()]


def _hit(rows: Sequence[Any], asked: Sequence[Word]) -> Hit:
    first = rows[0]
    shown = tuple(PassageHit(row.label or "", row.anchor, snippet(row.text, asked)) for row in rows[:A_DOCUMENT])
    return Hit(first.public_id, first.title, first.subject, first.kind, first.status, shown)
