"""Reading the library: documents for lists and pages, and links for citations."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from courseware.packages.markdown import Heading, headings, render
from lms.html import clean
from lms.library.citation import article_of, short_name
from lms.library.models import Alias, Document, DocumentPassage


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document in a list."""

    id: int
    public_id: str
    title: str
    subject: str | None
    kind: str
    status: str
    author: str | None
    issued_on: date | None


_ROW = (
    Document.id,
    Document.public_id,
    Document.title,
    Document.subject,
    Document.kind,
    Document.status,
    Document.author,
    Document.issued_on,
)


def documents(*, subject: str = "", kind: str = "", status: str = "") -> Select[*tuple[Any, ...]]:
    """Documents for `paginate`, by title; rows as DocumentRow's fields."""
    query = select(*_ROW).order_by(Document.subject, Document.title, Document.id)
    for column, value in ((Document.subject, subject), (Document.kind, kind), (Document.status, status)):
        if value:
            query = query.where(column == value)
    return query


def row_of(row: Any) -> DocumentRow:
    """A row of `documents`."""
    return DocumentRow(*row)


def counts(session: Session) -> dict[str | None, int]:
    """How many documents each subject has."""
    return {
        row[0]: row[1] for row in session.execute(select(Document.subject, func.count()).group_by(Document.subject))
    }


@dataclass(frozen=True, slots=True)
class Article:
    """A passage of a statute as its page shows it; `chapters` are the headings that begin with it."""

    anchor: str
    label: str
    paragraphs: tuple[str, ...]
    chapters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A document to be read: either `html` with `contents`, or the articles of a statute."""

    row: DocumentRow
    valid_until: date | None
    sources: tuple[str, ...]
    html: Markup | None
    contents: tuple[Heading, ...]
    articles: tuple[Article, ...]
    repealed_on: date | None
    repeal_reason: str | None


def opened(session: Session, public_id: str) -> Opened | None:
    """The document with this public id as its page shows it, None when there is none."""
    document = session.scalar(select(Document).where(Document.public_id == public_id))
    if document is None:
        return None
    row = DocumentRow(*(getattr(document, column.key) for column in _ROW))
    articles = _articles(session, document.id) if document.kind == "statute" else ()
    html, contents = (None, ()) if articles else _rendered(document.markdown)
    return Opened(
        row,
        document.valid_until,
        tuple(document.sources),
        html,
        contents,
        articles,
        document.repealed_on,
        document.repeal_reason,
    )


@lru_cache(maxsize=256)
def _rendered(markdown: str) -> tuple[Markup, tuple[Heading, ...]]:
    return clean(render(markdown)), headings(markdown)


def _articles(session: Session, document_id: int) -> tuple[Article, ...]:
    found, above = list[Article](), tuple[str, ...]()
    passages = session.scalars(
        select(DocumentPassage).where(DocumentPassage.document_id == document_id).order_by(DocumentPassage.seq)
    )
    for passage in passages:
        path = tuple(passage.path)
        fresh = tuple(title for title in path if title not in above)
        above = path
        found.append(Article(passage.anchor, passage.label or "", tuple(passage.text.split("\n")), fresh))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Link:
    """Where a citation leads: a document and a place in it."""

    public_id: str
    title: str
    anchor: str

    @property
    def url(self) -> str:
        """Its address."""
        return url_for("library.document", document_id=self.public_id, _anchor=self.anchor or None)


Reference = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Cited:
    """What a citation names: the law by its short name, and the article (number, and M of 第N条之M) if any."""

    name: str
    article: tuple[int, int] | None


def cited_by(session: Session, references: Sequence[Reference]) -> dict[Reference, Cited]:
    """What these citations (source, article) name, whether the library holds it or not; one query."""
    if not references:
        return {}
    found = {}
    for reference, name in _names(session, references).items():
        article = article_of(reference[1])
        found[reference] = Cited(name, (article.number, article.sub) if article else None)
    return found


def standing_of(session: Session, names: Collection[str]) -> dict[str, tuple[str, str, date | None]]:
    """Status, title and last day of the text to which citations of these short names lead, as far as there is one."""
    held = session.execute(
        select(Document.id, Document.name, Document.kind, Document.status, Document.title, Document.valid_until)
        .add_columns(Document.issued_on, Document.stored_at)
        .where(Document.name.in_(set(names)))
    ).all()
    best = {row.name: row for row in sorted(held, key=rank, reverse=True)}
    return {name: (row.status, row.title, row.valid_until) for name, row in best.items()}


def rank(row: Any) -> tuple[bool, bool, float, int]:
    """The order in which citations prefer texts of one name, the best first: statutes, those in force, the latest.
    A text without a date counts as of the day on which it came.
    """
    latest = row.issued_on or row.stored_at.date()
    return row.kind != "statute", row.status != "current", -latest.toordinal(), -row.id


def _names(session: Session, references: Sequence[Reference]) -> dict[Reference, str]:
    """The short name of what each citation names, other names of it replaced."""
    names = {reference: short_name(reference[0]) for reference in references}
    held = session.execute(select(Alias.alias, Alias.name).where(Alias.alias.in_(set(names.values()))))
    aliases = {row.alias: row.name for row in held}
    return {reference: aliases.get(name, name) for reference, name in names.items()}


def resolve_many(session: Session, references: Sequence[Reference]) -> dict[Reference, Link]:
    """Links for those citations (source, article) that the library holds; at most three queries however many."""
    if not references:
        return {}
    names = _names(session, references)
    held = session.execute(
        select(Document.id, Document.public_id, Document.title, Document.name, Document.kind, Document.status)
        .add_columns(Document.issued_on, Document.stored_at)
        .where(Document.name.in_(set(names.values())))
    ).all()
    best = {row.name: row for row in sorted(held, key=rank, reverse=True)}
    anchors = _anchors(session, [row.id for row in best.values()], references)
    links = {}
    for reference, name in names.items():
        if name in best:
            row = best[name]
            links[reference] = Link(row.public_id, row.title, anchors.get((row.id, reference[1]), ""))
    return links


def words_of(session: Session, references: Sequence[Reference]) -> list[str]:
    """The text of the articles to which these citations lead, as far as the library holds them."""
    links = {(link.public_id, link.anchor) for link in resolve_many(session, references).values() if link.anchor}
    if not links:
        return []
    query = (
        select(Document.public_id, DocumentPassage.anchor, DocumentPassage.text)
        .join(Document, Document.id == DocumentPassage.document_id)
        .where(
            Document.public_id.in_({document for document, _anchor in links}),
            DocumentPassage.anchor.in_({anchor for _document, anchor in links}),
        )
        .order_by(DocumentPassage.id)
    )
    return [row.text for row in session.execute(query) if (row.public_id, row.anchor) in links]


def _anchors(
    session: Session, ids: Sequence[int], references: Sequence[Reference]
) -> dict[tuple[int, str | None], str]:
    wanted = {text: article for _source, text in references if (article := article_of(text)) is not None}
    if not wanted or not ids:
        return {}
    rows = session.execute(
        select(
            DocumentPassage.document_id, DocumentPassage.article, DocumentPassage.article_sub, DocumentPassage.anchor
        )
        .where(
            DocumentPassage.document_id.in_(ids),
            DocumentPassage.article.in_({article.number for article in wanted.values()}),
        )
        .order_by(DocumentPassage.seq.desc())
    )
    held = {(row.document_id, row.article, row.article_sub): row.anchor for row in rows}
    return {
        (key, text): held[(key, article.number, article.sub)]
        for key in ids
        for text, article in wanted.items()
        if (key, article.number, article.sub) in held
    }
