"""Reading the library: documents for lists and pages, and links for citations."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy import Select, String, Subquery, cast, func, select
from sqlalchemy.orm import Session, defer

from courseware.packages.markdown import Heading, headings, render
from lms.html import clean
from lms.library import statute
from lms.library.citation import article_of as article_of
from lms.library.citation import short_name
from lms.library.models import READERS, Alias, Document, DocumentPassage
from lms.library.statute import Paragraph, paragraphs


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


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What else is known of a document. `ends_on` is the first day on which it does not stand, as far as known."""

    name: str
    issuer: str | None
    number: str | None
    effective_on: date | None
    amended_on: date | None
    valid_until: date | None
    access: str
    source_note: str | None
    rights: str | None
    tags: tuple[str, ...]
    version: int
    set_by_hand: list[str]
    ends_on: date | None


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


def documents(*, only: Mapping[str, str], restricted: bool = False) -> Select[*tuple[Any, ...]]:
    """Documents for `paginate`, by title; rows as DocumentRow's fields. `only` narrows by subject, kind and status
    (empty values are ignored); `restricted`: also those for librarians alone.
    """
    query = select(*_ROW).order_by(Document.subject, Document.title, Document.id)
    if not restricted:
        query = query.where(Document.access == READERS)
    for column in (Document.subject, Document.kind, Document.status):
        if value := only.get(column.key):
            query = query.where(column == value)
    return query


def row_of(row: Any) -> DocumentRow:
    """A row of `documents`."""
    return DocumentRow(*row)


def label_of(session: Session, document_id: int, anchor: str) -> str | None:
    """What the document calls the place with this anchor, e.g. 第五条; None when it has no such place."""
    query = select(DocumentPassage.label).where(
        DocumentPassage.document_id == document_id, DocumentPassage.anchor == anchor
    )
    return session.scalar(query.order_by(DocumentPassage.seq).limit(1))


def resting_on(session: Session, title: str) -> list[DocumentRow]:
    """Documents that name a law of this title among what they rest on, by title; a hundred at most."""
    names = cast(Document.sources, String).contains(title.strip("《》"), autoescape=True)
    query = select(*_ROW).where(names, Document.access == READERS)
    return [DocumentRow(*row) for row in session.execute(query.order_by(Document.title, Document.id).limit(100))]


def titles() -> Subquery:
    """Every document's id, public_id and title, to be joined by features that keep things about documents."""
    return select(Document.id, Document.public_id, Document.title).subquery("document")


def counts(session: Session) -> dict[str | None, int]:
    """How many documents each subject has."""
    query = select(Document.subject, func.count()).where(Document.access == READERS).group_by(Document.subject)
    return {row[0]: row[1] for row in session.execute(query)}


@dataclass(frozen=True, slots=True)
class Article:
    """A passage of a statute as its page shows it; `chapters` are the headings that begin with it. An article's
    paragraphs have places of their own.
    """

    anchor: str
    label: str
    paragraphs: tuple[Paragraph, ...]
    chapters: tuple[str, ...]
    page: int | None = None


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
    facts: DocumentFacts


def opened(session: Session, public_id: str, *, restricted: bool = False) -> Opened | None:
    """The document with this public id as its page shows it, None when there is none; `restricted`: also one for
    librarians alone.
    """
    document = session.scalar(select(Document).where(Document.public_id == public_id))
    if document is None or (document.access != READERS and not restricted):
        return None
    row = DocumentRow(*(getattr(document, column.key) for column in _ROW))
    articles = _articles(session, document.id) if document.kind == "statute" else ()
    html, contents = (None, ()) if articles else rendered(document.markdown)
    return Opened(
        row,
        document.valid_until,
        tuple(document.sources),
        html,
        contents,
        articles,
        document.repealed_on,
        document.repeal_reason,
        _facts(document),
    )


def facts_of(session: Session, public_id: str, *, restricted: bool = False) -> tuple[DocumentRow, DocumentFacts] | None:
    """What is known of a document, without its words; None as of `opened`."""
    document = session.scalar(select(Document).where(Document.public_id == public_id).options(defer(Document.markdown)))
    if document is None or (document.access != READERS and not restricted):
        return None
    return DocumentRow(*(getattr(document, column.key) for column in _ROW)), _facts(document)


def _facts(document: Document) -> DocumentFacts:
    after = document.valid_until + timedelta(days=1) if document.valid_until else None
    ends_on = min((day for day in (document.repealed_on, after) if day), default=None)
    values = {name: getattr(document, name) for name in DocumentFacts.__slots__ if name not in ("tags", "ends_on")}
    return DocumentFacts(**values, tags=tuple(document.tags), ends_on=ends_on)


def of_text(markdown: str, kind: str) -> tuple[tuple[Article, ...], Markup | None, tuple[Heading, ...]]:
    """Any text as its page shows it: articles, or HTML with its headings."""
    if kind == "statute" and statute.is_statute(markdown):
        rows = [
            (piece.anchor, piece.label, piece.text, piece.path, None)
            for piece in statute.pieces(markdown)
            if piece.text
        ]
        return _shown(rows), None, ()
    html, contents = rendered(markdown)
    return (), html, contents


@lru_cache(maxsize=256)
def rendered(markdown: str) -> tuple[Markup, tuple[Heading, ...]]:
    """The HTML of a Markdown text, sanitized, and its headings."""
    return clean(render(markdown)), headings(markdown)


def _articles(session: Session, document_id: int) -> tuple[Article, ...]:
    rows = session.execute(
        select(DocumentPassage.anchor, DocumentPassage.label, DocumentPassage.text, DocumentPassage.path)
        .add_columns(DocumentPassage.page)
        .where(DocumentPassage.document_id == document_id)
        .order_by(DocumentPassage.seq)
    )
    return _shown([(row.anchor, row.label or "", row.text, row.path, row.page) for row in rows])


def _shown(rows: Sequence[tuple[str, str, str, Sequence[str], int | None]]) -> tuple[Article, ...]:
    found, above, last_page = list[Article](), tuple[str, ...](), None
    taken = set[str]()
    for anchor, label, text, path, page in rows:
        fresh = tuple(title for title in path if title not in above)
        above = tuple(path)
        own = anchor if anchor not in taken else ""  # stored by earlier releases, which gave one anchor twice
        taken.add(anchor)
        lines = paragraphs(text, own) if own else tuple(Paragraph(n, "", t) for n, t in enumerate(text.split("\n"), 1))
        found.append(Article(own, label, lines, fresh, page if page != last_page else None))
        last_page = page or last_page
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
        .where(Document.name.in_(set(names.values())), Document.access == READERS)
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
        .order_by(DocumentPassage.document_id, DocumentPassage.seq)
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
