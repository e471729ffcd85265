"""Keeping the index in step with the documents, in the transaction that changes them."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from lms.library.models import READERS
from lms.library.search.characters import RUN, fold, spoken
from lms.library.search.engine import CHARACTER, FACT, INITIAL, SYLLABLE, Entry, engine_of
from lms.library.search.tokens import LONGEST, VERSION, runs, tokens

#: tokens of a passage's title at most: the document's, and the headings above the passage
LONGEST_TITLE = 800
#: columns of a document that `facts` reads
NARROWED_BY = ("subject", "kind", "status", "issued_on", "issuer", "number")
MOST_NUMERALS = 4
_DOCUMENT = text(
    "SELECT d.title, d.subject, d.kind, d.status, d.issued_on, d.issuer, d.number, d.access,"
    " i.version, i.title AS held, i.facts"
    " FROM ref_document d LEFT JOIN ref_indexed i ON i.document_id = d.id WHERE d.id = :id"
)
_PASSAGES = text("SELECT id, label, path, text FROM ref_passage WHERE document_id = :id ORDER BY id")
_SOME = text("SELECT id, label, path, text FROM ref_passage WHERE id IN :ids").bindparams(
    bindparam("ids", expanding=True)
)
_NOTE = text("INSERT INTO ref_indexed (document_id, version, title, facts) VALUES (:id, :version, :title, :facts)")
_FORGET = text("DELETE FROM ref_indexed WHERE document_id = :id")


#: tokens by text: what was worked out while a document was taken out is not worked out again to put it back
Known = dict[str, list[str]]


def put(session: Session, document_id: int, *, known: Known | None = None) -> None:
    """Index a document as its rows say now, whether it was in the index or not; not what is for librarians alone. What is
    pending is flushed first. `known` is what `take_out` gave back.
    """
    session.flush()
    row = session.execute(_DOCUMENT, {"id": document_id}).one()
    passages = session.execute(_PASSAGES, {"id": document_id}).all()
    known = {} if known is None else known
    if row.version is not None:
        _take_out(session, document_id, row, passages, known)
    if row.access != READERS:
        return
    held = facts(row)
    engine_of(session).add(session, document_id, _title(row.title, held), _entries(row.title, held, passages, known))
    note = {"id": document_id, "version": VERSION, "title": row.title, "facts": " ".join(held)}
    session.execute(_NOTE, note)


def take_out(session: Session, document_id: int) -> Known:
    """Take a document out of the index, before its passages go; the tokens of their texts."""
    session.flush()
    row = session.execute(_DOCUMENT, {"id": document_id}).one()
    known: Known = {}
    if row.version is not None:
        passages = session.execute(_PASSAGES, {"id": document_id}).all()
        _take_out(session, document_id, row, passages, known)
    return known


def holds(session: Session, document_id: int) -> bool:
    """Whether the index says of a document what its row says, so that single passages may be put in and taken out."""
    session.flush()
    row = session.execute(_DOCUMENT, {"id": document_id}).one()
    as_it_is = (row.version, row.access, row.held) == (VERSION, READERS, row.title)
    return as_it_is and row.facts.split() == facts(row)


def put_some(session: Session, document_id: int, ids: Sequence[int]) -> None:
    """Index more passages of a document that `holds`."""
    engine_of(session).add_passages(session, _some(session, document_id, ids))


def take_some_out(session: Session, document_id: int, ids: Sequence[int]) -> None:
    """Take some passages of a document that `holds` out of the index, before they go."""
    engine_of(session).remove_passages(session, _some(session, document_id, ids))


def _some(session: Session, document_id: int, ids: Sequence[int]) -> list[Entry]:
    row = session.execute(_DOCUMENT, {"id": document_id}).one()
    return _entries(row.held, row.facts.split(), session.execute(_SOME, {"ids": list(ids)}).all(), {})


def _take_out(session: Session, document_id: int, row: Any, passages: Sequence[Any], known: Known) -> None:
    said = row.facts.split()
    engine_of(session).remove(session, document_id, _title(row.held, said), _entries(row.held, said, passages, known))
    session.execute(_FORGET, {"id": document_id})


def facts(row: Any) -> list[str]:
    """Tokens of what a search can be narrowed by, so that narrowing costs no reading of documents. `row` has the columns
    of `NARROWED_BY`.
    """
    year = str(row.issued_on)[:4] if row.issued_on else ""
    found = [fact("kind", row.kind), fact("status", row.status)]
    found += [fact("subject", row.subject)] if row.subject else []
    found += [fact("year", year), fact("decade", year[:3])] if year else []
    found += [fact("issuer", row.issuer)] if row.issuer else []
    return found + number_facts(row.number or "")


def number_facts(number: str) -> list[str]:
    """Tokens for the numerals in a document's number: 国市监规〔2024〕12号 gives two."""
    return [fact("number", run) for run, _han in runs(fold(number)) if run.isdigit()][:MOST_NUMERALS]


@lru_cache(maxsize=4096)
def fact(name: str, value: str) -> str:
    """The token of a fact; what a token cannot hold is left out."""
    return FACT + name + "".join(match[0] for match in RUN.finditer(fold(value)))


def title_tokens(title: str) -> list[str]:
    """Tokens by which a title is found: its pairs, its characters, syllables and initials."""
    folded = fold(title)
    runs = [run for match in RUN.finditer(folded) if (run := match[0])]
    syllables = [syllable for run in runs for syllable in spoken(run)]
    return [
        *tokens(title),
        *(CHARACTER + char for run in runs for char in run),
        *(SYLLABLE + syllable for syllable in syllables),
        *(INITIAL + syllable[0] for syllable in syllables),
    ]


def _title(title: str, held: Sequence[str]) -> list[str]:
    return [*title_tokens(title), *held]


def _entries(title: str, held: Sequence[str], passages: Sequence[Any], known: Known) -> list[Entry]:
    above = tokens(title)
    return [
        Entry(
            row.id,
            [*[*above, *_tokens(_heading(row.path, row.label), known)][:LONGEST_TITLE], *held],
            _tokens(row.text, known),
        )
        for row in passages
    ]


def _tokens(words: str, known: Known) -> list[str]:
    if words not in known:
        known[words] = tokens(words)[:LONGEST]
    return known[words]


def _heading(path: Any, label: str | None) -> str:
    """The words above a passage: headings below the first, and its own label."""
    return f"{_headings(path) if isinstance(path, str) else _joined(path)}{label or ''}"


@lru_cache(maxsize=1024)
def _headings(path: str) -> str:
    return _joined(json.loads(path))


def _joined(path: Any) -> str:
    return "".join(f"{title} " for title in path[1:]) if isinstance(path, list) else ""
