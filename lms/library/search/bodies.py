"""Passages by their words: those with all of them, and where these are few, those with the rarest of their tokens."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from lms.library.search.asking import Search
from lms.library.search.engine import PASSAGES, Phrase, engine_of
from lms.library.search.scoring import IN_TITLE, OTHER, Part, scored

#: as many passages are looked at: beyond, a query is too common to be told apart by its words
CAP = 600
#: rows looked at for the rarest tokens, passages of them scored in full
BUDGET, SCORED = 4000, 150
MOST_APART = 6
#: what a passage earns for its words' frequency, for the share of them that it has, and for having all
OF_BM25, OF_COVER, OF_ALL = 0.5, 0.6, 0.35


@dataclass(frozen=True, slots=True)
class PassageScore:
    """How well a passage answers; `full` when it has, with its document's title, all words."""

    id: int
    document_id: int
    score: float
    full: bool


@dataclass(frozen=True, slots=True)
class Bodies:
    """Passages found, and whether there are more than were looked at."""

    hits: tuple[PassageScore, ...]
    capped: bool


def strict(session: Session, search: Search) -> Bodies:
    """Passages that hold every word, themselves or in their title; one query."""
    rows_, value = engine_of(session).rows(PASSAGES, search.strict(), name="match")
    query = (
        "SELECT p.id, p.document_id, p.text FROM "  # noqa: S608
        f"({rows_} LIMIT {CAP}) f JOIN ref_passage p ON p.id = f.id"
    )
    rows = session.execute(text(query), {"match": value}).all()
    parts = [
        Part(part, sum(search.bodies.weight(token) for token in word.tokens) / len(word.parts), search.called(word))
        for word in search.asked.words
        if not word.in_title
        for part in word.parts
    ]
    return Bodies(tuple(_hit(row, parts, full=True) for row in rows), capped=len(rows) >= CAP)


def loose(session: Session, search: Search) -> tuple[PassageScore, ...]:
    """Passages that hold most of the rarest tokens; one query."""
    engine, values, queries = engine_of(session), dict[str, object](), list[str]()
    singles = {word.tokens[0] for word in search.asked.words if word.prefix}
    weights = {token: search.bodies.weight(token) for token in search.tokens}
    others = {word: OTHER * sum(map(search.bodies.weight, word.tokens)) for word in search.meant}
    wanted = [
        (Phrase((token,), token in singles), weights[token]) for token in search.bodies.rarest(search.tokens, BUDGET)
    ]
    wanted += [(Phrase(word.tokens), weight) for word, weight in others.items()]
    for number, (phrase, weight) in enumerate(wanted):
        rows_, values[f"m{number}"] = engine.rows(PASSAGES, search.some(phrase), name=f"m{number}")
        queries.append(f"SELECT id, {weight:.4f} AS weight FROM ({rows_} LIMIT {BUDGET}) r{number}")  # noqa: S608
    query = (
        "SELECT p.id, p.document_id, p.text FROM (SELECT id, sum(weight) AS weight FROM "  # noqa: S608
        f"({' UNION ALL '.join(queries)}) u GROUP BY id ORDER BY weight DESC, id LIMIT {SCORED}) w "
        "JOIN ref_passage p ON p.id = w.id"
    )
    rows = session.execute(text(query), values).all()
    parts = [Part(token, weight) for token, weight in weights.items()]
    parts += [Part(word.text, weight) for word, weight in others.items()]
    return tuple(_hit(row, parts, full=False) for row in rows)


def apart(session: Session, search: Search) -> tuple[tuple[str, int], ...]:
    """For each word how many passages have it, whatever the search is narrowed by; at most CAP; one query."""
    engine, values, queries = engine_of(session), dict[str, object](), list[str]()
    words = [word for word in search.asked.words if len(search.asked.words) > 1][:MOST_APART]
    if not words:
        return ()
    for number, word in enumerate(words):
        rows_, values[f"m{number}"] = engine.rows(PASSAGES, Phrase(word.tokens, word.prefix), name=f"m{number}")
        queries.append(f"SELECT {number} AS place, count(*) AS n FROM ({rows_} LIMIT {CAP}) r{number}")  # noqa: S608
    rows = session.execute(text(" UNION ALL ".join(queries)), values).all()
    found = {row.place: row.n for row in rows}
    return tuple((" ".join(word.parts), found[number]) for number, word in enumerate(words))


def _hit(row: Any, parts: list[Part], *, full: bool) -> PassageScore:
    key, document, body = row
    bm25, cover = scored(body, parts)
    cover += IN_TITLE * (1 - cover) if full else 0
    return PassageScore(key, document, OF_BM25 * bm25 + OF_COVER * cover + OF_ALL * full, full)
