"""Citations that lead nowhere: to a law that the library has not, or to an article that the cited text has not."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.library import standing, statute
from lms.library.desk.citations import Key, articles_in
from lms.library.models import Alias, Document, DocumentPassage, DocumentVersion, Relation

#: documents that are named of those that cite something
MOST_PLACES = 50
#: decisions that change or end other laws: their words stand in those, nobody looks for them
_DECISION = re.compile(r"(?:修改|修正|废止).*决定$")
Articles = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a law, with its articles (number, and M of 第N条之M)."""

    number: int
    issued_on: date | None
    effective_on: date | None
    amended_on: date | None
    stored_at: datetime
    articles: Articles


@dataclass
class Found:
    """What was found of one missing thing: where it is cited, and under which title."""

    title: str
    #: times, public id of the document, anchor of the first place in it
    places: list[tuple[int, str, str]] = field(default_factory=list)


class Laws:
    """The laws that the library has, by short name; their articles are read when first asked for."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(select(Document.name).where(Document.kind != "commentary").distinct())
        self.held = {row.name for row in rows}
        self.aliases = {row.alias: row.name for row in session.execute(select(Alias.alias, Alias.name))}
        self._texts = dict[str, tuple[Text, ...]]()

    def lacks(self, session: Session, key: Key, day: date) -> bool:
        """Whether the text of this law that stood on a day has no such article; of a law without articles nothing is said.

        Where the library has no text of that day, the earliest that it has is the nearest to it. Texts that begin on one day
        are parts of one law; those without a day were always there.
        """
        texts = self._of(session, key[0])
        stood = standing.text_on(day, texts) or min(texts, key=lambda one: standing.begins(one) or day, default=None)
        if stood is None:
            return False
        days = (standing.begins(stood), None)
        there = (one.articles for one in texts if standing.begins(one) in days)
        articles = frozenset[tuple[int, int]]().union(*there)
        return bool(articles) and key[1:] not in articles

    def _of(self, session: Session, name: str) -> tuple[Text, ...]:
        if name not in self._texts:
            self._texts[name] = tuple(_texts(session, name)) if name in self.held else ()
        return self._texts[name]


def _texts(session: Session, name: str) -> Iterable[Text]:
    dates = ("issued_on", "effective_on", "amended_on", "stored_at")
    query = select(Document.id, Document.public_id, Document.version, *(getattr(Document, day) for day in dates))
    rows = session.execute(query.where(Document.name == name, Document.kind != "commentary")).all()
    for row in rows:
        found = session.execute(
            select(DocumentPassage.article, DocumentPassage.article_sub).where(
                DocumentPassage.document_id == row.id, DocumentPassage.article.is_not(None)
            )
        )
        held = frozenset((each.article, each.article_sub or 0) for each in found)
        yield Text(row.version, row.issued_on, row.effective_on, row.amended_on, row.stored_at, held)
        if row.version > 1:
            yield from _earlier(session, row)


def _earlier(session: Session, document: Any) -> Iterable[Text]:
    query = select(DocumentVersion).where(
        DocumentVersion.document == document.public_id, DocumentVersion.number != document.version
    )
    for one in session.scalars(query):
        pieces = statute.pieces(one.markdown) if statute.is_statute(one.markdown) else ()
        held = frozenset((piece.article.number, piece.article.sub) for piece in pieces if piece.article)
        yield Text(one.number, one.issued_on, one.effective_on, one.amended_on, one.stored_at, held)


def missing_articles(
    session: Session,
    laws: Laws,
    document: Any,
    passages: Iterable[tuple[str, str]],
    found: dict[Key, Found],
    *,
    day: date,
) -> None:
    """Add to `found` what a document cites and nobody finds. `document` has a public id and a name; `passages` are anchors
    and texts; `day` is the first on which the document stands.
    """
    times, titles, anchors = Counter[Key](), dict[str, str](), dict[Key, str]()
    for anchor, text in passages:
        counted, written = articles_in(text)
        titles = written | titles
        for key, count in counted.items():
            known = (laws.aliases.get(key[0], key[0]), *key[1:])
            titles.setdefault(known[0], written[key[0]])
            anchors.setdefault(known, anchor)
            times[known] += count
    for key, count in times.items():
        if key[0] in laws.held and key[0] != document.name and laws.lacks(session, key, day):
            one = found.setdefault(key, Found(titles[key[0]]))
            one.places.append((count, document.public_id, anchors[key]))


def rows_of_articles(found: dict[Key, Found]) -> list[dict[str, Any]]:
    """Rows of the table, for articles."""
    return [
        {
            "name": name,
            "title": one.title[:200],
            "article": article,
            "article_sub": sub,
            "times": sum(place[0] for place in one.places),
            "documents": len(one.places),
            "places": [[public_id, anchor, times] for times, public_id, anchor in sorted(one.places, reverse=True)][
                :MOST_PLACES
            ],
        }
        for (name, article, sub), one in found.items()
    ]


def rows_of_laws(session: Session, laws: Laws) -> list[dict[str, Any]]:
    """Rows of the table, for laws that texts name and the library has not."""
    query = select(
        Relation.name, func.min(Relation.title).label("title"), func.sum(Relation.times).label("times"), func.count()
    )
    rows = session.execute(query.where(Relation.kind == "cites").group_by(Relation.name)).all()
    totals = defaultdict[str, list[Any]](lambda: ["", 0, 0])
    for name, title, times, count in rows:
        known = laws.aliases.get(name, name)
        if known not in laws.held and not _DECISION.search(known):
            total = totals[known]
            total[0], total[1], total[2] = total[0] or title, total[1] + int(times), total[2] + count
    return [
        {"name": name, "title": title, "article": 0, "article_sub": 0, "times": times, "documents": count, "places": []}
        for name, (title, times, count) in totals.items()
    ]
