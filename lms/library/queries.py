"""Reading the library: documents for lists and pages, and links for citations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import Select, Subquery, func, select
from sqlalchemy.orm import Session, defer

from courseware.packages.markdown import Heading, headings, render
from lms.html import clean
from lms.library import standing, statute
from lms.library.citation import article_of as article_of
from lms.library.linking import Reference as Reference
from lms.library.linking import cited_in_text as cited_in_text
from lms.library.links import Link as Link
from lms.library.links import Links as Links
from lms.library.links import cited_by as cited_by
from lms.library.links import links_for as links_for
from lms.library.links import resolve_many as resolve_many
from lms.library.links import standing_of as standing_of
from lms.library.links import words_of as words_of
from lms.library.models import READERS, Document, DocumentPassage
from lms.library.relating import Place as Place
from lms.library.relating import Relative as Relative
from lms.library.relating import cited_in_article as cited_in_article
from lms.library.relating import citing_article as citing_article
from lms.library.relating import gathered as gathered
from lms.library.relating import related_to as related_to
from lms.library.relating import rests_on as rests_on
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
    #: titles of the laws that it says it rests on
    sources: list[str]
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
    ends_on = standing.ends(document.repealed_on, document.valid_until)
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
