"""What documents have to do with each other: said by librarians, named among their facts, read from their texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, or_, select
from sqlalchemy.orm import Session

from lms.library.citation import Article, short_name
from lms.library.linking import Reference, cited_in_text
from lms.library.links import Link, cited_by, rank, resolve_many
from lms.library.models import READERS, Document, DocumentPassage, Relation

#: relations shown of one document
MOST = 300
#: documents that name a law most, of which the passages are looked through for an article; and passages looked at
MOST_CITING, MOST_PASSAGES = 100, 400
#: that a document names a law among what it rests on, beside the kinds of Relation
SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class Related:
    """A law that a document has to do with, or one that has to do with it; `document` where the library holds it."""

    public_id: str
    kind: str
    title: str
    times: int
    document: str | None


def relations_of(session: Session, document: str) -> tuple[Related, ...]:
    """What is said of a document and other laws: by hand first, then what it cites most."""
    rows = _relations(session, document)
    held = _held(session, [row.name for row in rows])
    return _named(rows, held)


def _relations(session: Session, document: str) -> Sequence[Any]:
    query = (
        select(Relation.public_id, Relation.kind, Relation.title, Relation.times, Relation.name)
        .join(Document, Document.id == Relation.document_id)
        .where(Document.public_id == document)
        .order_by(Relation.kind == "cites", Relation.kind, Relation.times.desc(), Relation.id)
        .limit(MOST)
    )
    return session.execute(query).all()


def _named(rows: Sequence[Any], held: Mapping[str, str]) -> tuple[Related, ...]:
    return tuple(Related(row.public_id, row.kind, row.title, row.times, held.get(row.name)) for row in rows)


def related_to(session: Session, name: str, *, restricted: bool) -> tuple[Related, ...]:
    """The documents that implement, amend, repeal or cite the law of a short name, or name it among what they rest on;
    `restricted`: also those for librarians alone.
    """
    query = (
        select(Relation.public_id, Relation.kind, Document.title, Relation.times, Document.public_id.label("document"))
        .join(Document, Document.id == Relation.document_id)
        .where(Relation.name == name)
        .order_by(Relation.kind == "cites", Relation.kind, Relation.times.desc(), Document.id)
        .limit(MOST)
    )
    named = (
        select(Document.public_id, Document.title, Document.sources)
        .where(cast(Document.sources, String).contains(name, autoescape=True))
        .order_by(Document.title, Document.id)
        .limit(MOST)
    )
    if not restricted:
        query, named = query.where(Document.access == READERS), named.where(Document.access == READERS)
    said = [Related(*row) for row in session.execute(query)]
    facts = [
        Related("", SOURCES, row.title, 0, row.public_id)
        for row in session.execute(named)
        if name in {short_name(one) for one in row.sources}
    ]
    return (*facts, *said)


def _held(session: Session, names: Sequence[str]) -> dict[str, str]:
    """The documents to which citations of these names lead; one query, or none."""
    if not names:
        return {}
    rows = session.execute(
        select(Document.id, Document.public_id, Document.name, Document.kind, Document.status)
        .add_columns(Document.issued_on, Document.stored_at)
        .where(Document.name.in_(set(names)), Document.access == READERS)
    ).all()
    return {row.name: row.public_id for row in sorted(rows, key=rank, reverse=True)}


@dataclass(frozen=True, slots=True)
class Relative:
    """A law or document and all that is known of how it belongs to another: kinds of Related, with `times` of cites."""

    title: str
    document: str | None
    kinds: tuple[str, ...]
    times: int


def gathered(found: Sequence[Related]) -> tuple[Relative, ...]:
    """What is said in several places of one law, as one."""
    held: dict[str, list[Related]] = {}
    for one in found:
        held.setdefault(one.document or short_name(one.title), []).append(one)
    return tuple(
        Relative(
            same[0].title,
            same[0].document,
            tuple(dict.fromkeys(one.kind for one in same)),
            max(one.times for one in same),
        )
        for same in held.values()
    )


def rests_on(session: Session, document: str, sources: Sequence[str]) -> tuple[Relative, ...]:
    """The laws that a document (its public id) implements, amends, repeals or cites, and those that it names itself as
    what it rests on (`sources`, titles).
    """
    rows = _relations(session, document)
    held = _held(session, [*(short_name(title) for title in sources), *(row.name for row in rows)])
    named = [Related("", SOURCES, title, 0, held.get(short_name(title))) for title in sources]
    return gathered([*named, *_named(rows, held)])


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a document that cites an article."""

    document: str
    title: str
    anchor: str
    label: str


def cited_in_article(session: Session, document_id: int, anchor: str) -> tuple[tuple[Reference, Link | None], ...]:
    """What the words of an article cite, each with its place where the library holds it."""
    texts = session.scalars(
        select(DocumentPassage.text).where(DocumentPassage.document_id == document_id, DocumentPassage.anchor == anchor)
    ).all()
    cited = sorted({one for text in texts for one in cited_in_text(text, ())}, key=str)
    links = resolve_many(session, cited)
    return tuple((one, links.get(one)) for one in cited)


def citing_article(
    session: Session, name: str, number: tuple[int, int], label: str, *, restricted: bool
) -> tuple[Place, ...]:
    """The places in documents that cite the article of the law of a short name. Looked through are the hundred documents
    that name the law most; `restricted`: also those for librarians alone.
    """
    citing = select(Relation.document_id).join(Document, Document.id == Relation.document_id)
    citing = citing.where(Relation.name == name, Relation.kind == "cites")
    if not restricted:
        citing = citing.where(Document.access == READERS)
    ids = session.scalars(citing.order_by(Relation.times.desc(), Relation.id).limit(MOST_CITING)).all()
    if not ids:
        return ()
    said = or_(*(DocumentPassage.text.contains(words, autoescape=True) for words in (label, Article(*number).written)))
    query = (
        select(Document.public_id, Document.title, DocumentPassage.anchor, DocumentPassage.label, DocumentPassage.text)
        .join(Document, Document.id == DocumentPassage.document_id)
        .where(DocumentPassage.document_id.in_(ids), said)
        .order_by(Document.title, DocumentPassage.document_id, DocumentPassage.seq)
        .limit(MOST_PASSAGES)
    )
    rows = session.execute(query).all()
    cited = [cited_in_text(row.text, ()) for row in rows]
    known = cited_by(session, sorted({one for found in cited for one in found}, key=str))
    wanted = (name, number)
    return tuple(
        Place(row.public_id, row.title, row.anchor, row.label or "")
        for row, found in zip(rows, cited, strict=True)
        if any((known[one].name, known[one].article) == wanted for one in found)
    )
