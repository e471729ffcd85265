"""From what a person typed to documents with the passages that answer it.

A citation (《商标法》第五十二条) leads straight to the article. Else titles and passages with every word are looked for,
and where these are few, passages with the rarest parts of the words. Documents are ordered by a sum of how well title
and best passage answer; those that have everything come first. Weights were chosen on a set of queries with known answers.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Date, or_, select, text
from sqlalchemy.orm import Session

from lms.library.citation import citation_in
from lms.library.models import DocumentPassage
from lms.library.search import bodies, cited, suggest, titles
from lms.library.search.asking import Search, prepared
from lms.library.search.bodies import CAP, PassageScore
from lms.library.search.characters import fold
from lms.library.search.narrowing import issuers_named, narrow
from lms.library.search.query import Asked, Word, asked, words
from lms.library.search.scoring import IN_TITLE
from lms.library.search.snippet import Segments, snippet
from lms.library.search.titles import TitleHit

#: with fewer documents than this, passages with only some of the words are shown as well
ENOUGH = 10
A_DOCUMENT = 3
#: what a title counts beside the best passage (at most 1.45), and what a law of the state earns
OF_TITLE, AUTHORITY = 1.2, 0.18
#: what a document earns whose title has every word, where no passage of it was looked at: as one below such a title would
TITLE_ALONE = bodies.OF_COVER * IN_TITLE + bodies.OF_ALL
#: so much of a title must be asked for before it is shown for that alone
LEAST_TITLE = 0.35
#: of a document found by its title, as many passages are looked through for one to show
OPENING = 12
FACETS = ("subject", "kind", "status", "issuer")


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
    """One page of the documents found, best first; from place `loose_from` of all on they lack a word."""

    hits: tuple[Hit, ...]
    total: int
    loose_from: int
    #: there are more than `total`
    capped: bool
    #: by column, how many of the documents found have a value, the most frequent first
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    asked: Asked
    #: names of laws for which words of the query stand, and other words for what was asked
    names: tuple[str, ...]
    #: what may have been meant instead, where nothing has the words as they are
    meant: str | None
    #: where nothing was found: how many passages have each word by itself, at most CAP
    apart: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Ranked:
    row: Any
    score: float
    full: bool
    passages: Sequence[int]


def search(session: Session, query: str, *, only: Mapping[str, str], first: int = 0, size: int = 20) -> Found:
    """Documents `first` and after for `query`; `only` narrows by subject, kind, status, issuer and number (a part of
    either), since and until (ISO days).

    Empty values and days that are none are ignored; a query without words finds nothing. At most thirteen queries.
    """
    wanted = asked(query)
    if not wanted.words:
        return Found((), 0, 0, False, {}, wanted, (), None, ())
    made = prepared(session, wanted, narrow(only, issuers_named(session, only.get("issuer", ""))))
    articles = cited.passages(session, citation_in(query))
    by_title = titles.by_title(session, made)
    strict = bodies.Bodies((), False) if articles else bodies.strict(session, made)
    full = {hit.document_id for hit in strict.hits} | {key for key, hit in by_title.items() if hit.full}
    more = bodies.loose(session, made) if len(full) < ENOUGH and not articles else ()
    ranked = _ranked(session, made, articles, by_title, [*strict.hits, *more])
    shown = ranked[first : first + size]
    return Found(
        hits=_hits(session, shown, made),
        total=len(ranked),
        loose_from=sum(one.full for one in ranked),
        capped=strict.capped,
        facets=_facets(ranked),
        asked=wanted,
        names=tuple(dict.fromkeys([*sorted(set(made.aliases.values())), *(word.text for word in made.meant)])),
        meant=suggest.meant(made, by_title.values()) if not strict.hits and not articles else None,
        apart=() if ranked else bodies.apart(session, made),
    )


def _ranked(
    session: Session,
    made: Search,
    articles: Mapping[int, int],
    by_title: Mapping[int, TitleHit],
    passages: Iterable[PassageScore],
) -> list[_Ranked]:
    """All documents found, in their order."""
    best: dict[int, dict[int, PassageScore]] = {}
    for passage in passages:
        held = best.setdefault(passage.document_id, {})
        if passage.id not in held or held[passage.id].score < passage.score:
            held[passage.id] = passage
    free = not any(word.must for word in made.asked.words)
    titled = {key for key, hit in by_title.items() if hit.full or (free and hit.score >= LEAST_TITLE)}
    rows = _documents(session, {*best, *titled, *articles})
    found = [
        _rank(row, by_title.get(row.id), best.get(row.id, {}), articles.get(row.id))
        for row in rows
        if made.narrow.holds(row)
    ]
    return sorted(found, key=_order)


def _rank(row: Any, title: TitleHit | None, passages: Mapping[int, PassageScore], article: int | None) -> _Ranked:
    held = (
        sorted(passages.values(), key=lambda one: (-one.score, one.id))
        if len(passages) > 1
        else list(passages.values())
    )
    score = OF_TITLE * title.score if title else 0.0
    score += held[0].score if held else TITLE_ALONE * bool(title and title.full)
    score += (0.0 if article is None else 1.0) + AUTHORITY * _authority(row)
    full = article is not None or bool(title and title.full) or any(one.full for one in held)
    keys = ([] if article is None else [article]) + [one.id for one in held if one.full >= full]
    return _Ranked(row, score, full, keys[:A_DOCUMENT] or [one.id for one in held[:A_DOCUMENT]])


def _order(one: _Ranked) -> tuple[object, ...]:
    day = one.row.issued_on
    return (
        not one.full,
        -round(one.score, 3),
        one.row.status != "current",
        -day.toordinal() if day else 0,
        one.row.id,
    )


def _documents(session: Session, ids: Collection[int]) -> Sequence[Any]:
    if not ids:
        return ()
    # numbers of our own, in the statement itself: a thousand parameters would take longer than the search
    keys = ",".join(str(int(key)) for key in ids)
    query = f"SELECT id, public_id, title, subject, kind, status, issued_on, issuer, number FROM ref_document WHERE id IN ({keys})"  # noqa: S608
    return session.execute(text(query).columns(issued_on=Date)).all()


def _authority(row: Any) -> float:
    """Laws of the state before others, its courts and its other rules next: what most people look for."""
    if row.kind != "statute":
        return 0.5
    if row.title.startswith("中华人民共和国"):
        return 1.0 if row.title.endswith(("法", "法典")) or "法(" in row.title else 0.6
    return 0.3 if row.title.startswith(("最高人民", "国务院")) else 0.0


def _facets(ranked: Sequence[_Ranked]) -> dict[str, tuple[tuple[str, int], ...]]:
    return {
        name: tuple(Counter(value for one in ranked if (value := getattr(one.row, name))).most_common())
        for name in FACETS
    }


def _hits(session: Session, shown: Sequence[_Ranked], made: Search) -> tuple[Hit, ...]:
    """The documents of a page, each with its passages; one query."""
    ids = [key for one in shown for key in one.passages]
    bare = [one.row.id for one in shown if not one.passages]
    columns = (DocumentPassage.id, DocumentPassage.document_id, DocumentPassage.label, DocumentPassage.anchor)
    some = DocumentPassage.document_id.in_(bare) & (DocumentPassage.seq <= OPENING)
    rows = session.execute(
        select(*columns, DocumentPassage.text)
        .where(or_(DocumentPassage.id.in_(ids), some))
        .order_by(DocumentPassage.seq)
    ).all()
    by_id = {row.id: row for row in rows}
    found = list[Hit]()
    for one in shown:
        marked = (*made.asked.words, *made.meant, *_other_ways(one.row, made))
        own = [by_id[key] for key in one.passages if key in by_id] or _opening(one, rows, marked)
        found.append(_hit(one, own, marked))
    return tuple(found)


def _other_ways(row: Any, made: Search) -> Iterable[Word]:
    """What a document was found by that was not asked for as it is written: a law's name, a part that sounds so."""
    for name in made.aliases.values():
        yield from words(name)
    asked = made.asked.text
    if len(made.asked.words) == 1 and asked not in fold(row.title) and (piece := titles.sounded(row.title, asked)):
        yield from words(piece)


def _opening(one: _Ranked, rows: Sequence[Any], words: Sequence[Word]) -> list[Any]:
    """The passage that shows what a document found by its title is about: with most of the words, else the first."""
    own = [row for row in rows if row.document_id == one.row.id]
    best = max(own, key=lambda row: sum(part in row.text for word in words for part in word.parts), default=None)
    return [best] if best else []


def _hit(one: _Ranked, rows: Sequence[Any], words: Sequence[Word]) -> Hit:
    row = one.row
    shown = tuple(PassageHit(held.label or "", held.anchor, snippet(held.text, words)) for held in rows)
    return Hit(row.public_id, row.title, row.subject, row.kind, row.status, shown)


__all__ = ["CAP", "Found", "Hit", "PassageHit", "search"]
