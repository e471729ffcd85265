"""Where citations lead: to an article, in the text that stood on a day; for lists of sources and for running text."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.html import Anchor, anchored
from lms.i18n import locale_code
from lms.library import linking, standing
from lms.library.citation import article_of, short_name
from lms.library.linking import Reference
from lms.library.models import READERS, Alias, Document, DocumentPassage, DocumentVersion


@dataclass(frozen=True, slots=True)
class Link:
    """Where a citation leads: a document and a place in it. `status` is what the document is now."""

    public_id: str
    title: str
    anchor: str
    status: str = "current"
    #: the text that stood on the day asked for, where it is not the present one, and that day
    version: int | None = None
    on: date | None = None

    @property
    def url(self) -> str:
        """Its address."""
        if self.version is None:
            return url_for("library.document", document_id=self.public_id, _anchor=self.anchor or None)
        on = self.on.isoformat() if self.on else None
        return url_for(
            "library_versions.version",
            document_id=self.public_id,
            number=self.version,
            on=on,
            _anchor=self.anchor or None,
        )

    @property
    def remark(self) -> str:
        """Which text it is, where it is not the present one; else nothing."""
        return gettext("version %(number)s", number=self.version) if self.version else ""


@dataclass(frozen=True, slots=True)
class Links:
    """The links of a page, found with few queries."""

    places: Mapping[Reference, Link]

    def get(self, reference: Reference) -> Link | None:
        """Where the citation leads, None where the library does not hold it."""
        return self.places.get(reference)

    def of(self, source: str, article: str | None) -> Link | None:
        """The same of a law and an article by themselves, for templates."""
        return self.places.get((source, article or None))

    def text(self, html: Markup, own: Sequence[Reference] = ()) -> Markup:
        """Sanitized HTML with the citations in it made into links."""
        found = [
            Anchor(one.begin, one.end, link.url, link.remark)
            for one in linking.citations_in(html, tuple(own))
            if (link := self.places.get(one.reference)) is not None
        ]
        return anchored(html, found, language=locale_code())


#: a text in sanitized HTML, and what it rests on
Cites = tuple[Markup, Sequence[Reference]]


def links_for(session: Session, texts: Iterable[Cites], *, on: date | None = None) -> Links:
    """The links for what texts cite and what they rest on, as of a day; at most four queries however many."""
    wanted: dict[Reference, None] = {}
    for html, own in texts:
        wanted |= dict.fromkeys(own)
        wanted |= dict.fromkeys(found.reference for found in linking.citations_in(html, tuple(own)))
    return Links(resolve_many(session, tuple(wanted), on=on))


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


def resolve_many(session: Session, references: Sequence[Reference], *, on: date | None = None) -> dict[Reference, Link]:
    """Links for those citations (source, article) that the library holds: to the present texts, or to those that stood
    on a day; at most four queries however many.
    """
    if not references:
        return {}
    names = _names(session, references)
    held = _held(session, set(names.values()))
    stood = _stood(session, held, on) if on else {}
    order = _rank_on(stood) if on else rank
    shelves: dict[str, list[Any]] = {}
    for row in sorted(held, key=order):
        shelves.setdefault(row.name, []).append(row)
    anchors = _anchors(session, [row.id for row in held], references)
    links = {}
    for reference, name in names.items():
        if name not in shelves:
            continue
        row = _fittest(shelves[name], reference[1], anchors)
        text = stood[row.id].number if row.id in stood else row.version
        then = text != row.version
        article = article_of(reference[1])
        place = (
            article.anchor if then and article and row.kind == "statute" else anchors.get((row.id, reference[1]), "")
        )
        links[reference] = Link(
            row.public_id, row.title, place, row.status, text if then else None, on if then else None
        )
    return links


def _fittest(shelf: Sequence[Any], article: str | None, anchors: Mapping[tuple[int, str | None], str]) -> Any:
    """The law; where only writings on it are held, the first that has a place for the article."""
    if shelf[0].kind == "statute":
        return shelf[0]
    return next((row for row in shelf if anchors.get((row.id, article))), shelf[0])


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


def _names(session: Session, references: Sequence[Reference]) -> dict[Reference, str]:
    """The short name of what each citation names, other names of it replaced."""
    names = {reference: short_name(reference[0]) for reference in references}
    held = session.execute(select(Alias.alias, Alias.name).where(Alias.alias.in_(set(names.values()))))
    aliases = {row.alias: row.name for row in held}
    return {reference: aliases.get(name, name) for reference, name in names.items()}


def _held(session: Session, names: Collection[str]) -> Sequence[Any]:
    """The documents of these names that everybody may read, without their words."""
    query = (
        select(Document.id, Document.public_id, Document.title, Document.name, Document.kind, Document.status)
        .add_columns(Document.issued_on, Document.effective_on, Document.amended_on, Document.valid_until)
        .add_columns(Document.repealed_on, Document.version, Document.stored_at)
        .where(Document.name.in_(names), Document.access == READERS)
    )
    return session.execute(query).all()


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of a document; `stands`: whether the document was in force on the day asked for."""

    number: int
    issued_on: date | None
    effective_on: date | None
    amended_on: date | None
    stored_at: datetime
    stands: bool = True


def _stood(session: Session, held: Sequence[Any], day: date) -> dict[int, _Text]:
    """By document, the text that stood on the day; the first one where none had begun."""
    earlier: dict[str, list[_Text]] = {}
    several = [row.public_id for row in held if row.version > 1]
    if several:
        columns = (getattr(DocumentVersion, name) for name in _Text.__slots__ if name != "stands")
        query = select(DocumentVersion.document, *columns).where(DocumentVersion.document.in_(several))
        for document, *values in session.execute(query):
            earlier.setdefault(document, []).append(_Text(*values))
    found = {}
    for row in held:
        present = _Text(row.version, row.issued_on, row.effective_on, row.amended_on, row.stored_at)
        texts = [text for text in earlier.get(row.public_id, ()) if text.number != row.version] + [present]
        text = standing.text_on(day, texts) or min(texts, key=lambda one: (standing.begins(one) or day, one.number))
        ends_on = standing.ends(row.repealed_on, row.valid_until)
        state = standing.standing(day, begins_on=standing.begins(text), ends_on=ends_on, status=row.status)
        found[row.id] = _Text(
            text.number,
            text.issued_on,
            text.effective_on,
            text.amended_on,
            text.stored_at,
            state in (standing.CURRENT, standing.AMENDED),
        )
    return found


def _rank_on(stood: Mapping[int, _Text]) -> Any:
    """The order of `rank` as it was on the day."""

    def order(row: Any) -> tuple[bool, bool, float, int]:
        text = stood[row.id]
        latest = standing.begins(text) or text.stored_at.date()
        return row.kind != "statute", not text.stands, -latest.toordinal(), -row.id

    return order


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
        (key, text): held[key, article.number, article.sub]
        for key in ids
        for text, article in wanted.items()
        if (key, article.number, article.sub) in held
    }
