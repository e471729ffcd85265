"""Titles while a person types, by any part, by pinyin and by initials; and what may have been meant by a misspelt word."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lms.library.citation import short_name
from lms.library.models import Document
from lms.library.search.asking import Search, prepared
from lms.library.search.characters import fold, spoken
from lms.library.search.engine import TITLES, engine_of
from lms.library.search.narrowing import narrow
from lms.library.search.query import asked
from lms.library.search.titles import TitleHit, other_ways

MOST, LOOKED_AT = 8, 300
#: titles compared with a misspelt word
COMPARED = 20
LEAST_MISSPELT = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A document whose title is begun."""

    public_id: str
    title: str


def suggestions(session: Session, typed: str) -> tuple[Suggestion, ...]:
    """Documents for what is typed so far, the likeliest first, at most eight; at most five queries."""
    wanted = asked(typed)
    if not wanted.words:
        return ()
    made = prepared(session, wanted, narrow({}))
    rows, value = engine_of(session).rows(TITLES, made.strict(), name="match")
    query = (
        "SELECT d.id, d.public_id, d.title, d.status FROM "  # noqa: S608
        f"({rows} LIMIT {LOOKED_AT}) f JOIN ref_document d ON d.id = f.id"
    )
    found = sorted(session.execute(text(query), {"match": value}).all(), key=lambda row: _likely(row, wanted.text))
    if len(found) < MOST and len(wanted.words) == 1:
        known = {row.id for row in found}
        hits = sorted(other_ways(session, made), key=lambda hit: (-hit.score, hit.document_id))
        found += _rows(
            session, [key for key in dict.fromkeys(hit.document_id for hit in hits) if key not in known][:MOST]
        )
    return tuple(Suggestion(row.public_id, row.title) for row in found[:MOST])


def _likely(row: Any, typed: str) -> tuple[object, ...]:
    name = fold(short_name(row.title))
    return row.status != "current", not name.startswith(typed), len(name), row.id


def _rows(session: Session, ids: list[int]) -> list[Any]:
    if not ids:
        return []
    query = select(Document.id, Document.public_id, Document.title, Document.status).where(Document.id.in_(ids))
    rows = session.execute(query).all()
    return sorted(rows, key=lambda row: ids.index(row.id))


def meant(search: Search, hits: Iterable[TitleHit]) -> str | None:
    """What may have been meant by a single word that nothing has: the part of a title that sounds the same, else one
    that differs in one character; None when there is none.
    """
    words = search.asked.words
    if len(words) != 1 or len(words[0].text) < LEAST_MISSPELT or words[0].text.isascii():
        return None
    word = words[0].text
    sound = spoken(word)
    best = sorted(hits, key=lambda hit: (-hit.score, hit.document_id))[:COMPARED]
    titles = [fold(hit.title) for hit in best]
    alike = (piece for title in titles for piece in _alike(title, sound))
    near = (piece for title in titles for piece in _pieces(title, len(word)) if _differs_in_one(word, piece))
    return next((piece for piece in chain(alike, near) if piece != word), None)


def _alike(title: str, sound: tuple[str, ...]) -> Iterator[str]:
    """Pieces of a title that sound so."""
    syllables, size = spoken(title), len(sound)
    places = (n for n in range(len(title) - size + 1) if syllables[n] == sound[0] and syllables[n : n + size] == sound)
    return (title[n : n + size] for n in places)


def _pieces(title: str, length: int) -> Iterator[str]:
    """Pieces of a title as long as a word, one longer, one shorter."""
    for size in (length, length + 1, length - 1):
        yield from (title[n : n + size] for n in range(len(title) - size + 1))


def _differs_in_one(word: str, other: str) -> bool:
    """Whether one character was replaced, lost, added, or two neighbours were swapped."""
    if len(word) == len(other):
        places = [n for n, pair in enumerate(zip(word, other, strict=True)) if pair[0] != pair[1]]
        if len(places) == 2 and places[1] == places[0] + 1:
            return word[places[0]] == other[places[1]] and word[places[1]] == other[places[0]]
        return len(places) == 1 and len(word) > LEAST_MISSPELT
    long, short = (word, other) if len(word) > len(other) else (other, word)
    return any(long[:n] + long[n + 1 :] == short for n in range(1, len(long) - 1))
