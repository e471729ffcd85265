"""The full-text index of passages: SQLite's FTS5 without content, or a tsvector with a GIN index on PostgreSQL.

Both hold the same tokens. What a person typed never reaches the query language: only tokens do, each quoted.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.orm import Session

from lms.library.search.tokens import Word, tokens

#: as many passages are scored at most; beyond that a query is too common to be told apart by its words
CAP = 300
FILTERS = ("subject", "kind", "status")
LONGEST = 16_000


class PassageIndex(Protocol):
    """What both databases can do."""

    def add(self, session: Session, passage_id: int, title: str, body: str) -> None:
        """Index one passage under its document's title."""

    def remove(self, session: Session, passage_id: int, title: str, body: str) -> None:
        """Take it out again; title and body are those it was added with."""

    def find(
        self, session: Session, words: Sequence[Word], *, every: bool, only: Mapping[str, str]
    ) -> list[tuple[int, float]]:
        """Passages with all the words (or any), best first: id and a score, larger is better.

        `only` narrows by columns of the document: subject, kind, status.
        """


def _join(key: str, only: Mapping[str, str]) -> str:
    """The document's row beside the index's, when something is asked of it; `key` is ours, never a person's."""
    if not only:
        return ""
    return f"JOIN ref_passage p ON p.id = {key} JOIN ref_document d ON d.id = p.document_id"


def _where(only: Mapping[str, str]) -> str:
    return " ".join(f"AND d.{column} = :{column}" for column in FILTERS if column in only)


class SqliteIndex:
    """FTS5."""

    def add(self, session: Session, passage_id: int, title: str, body: str) -> None:
        """Index one passage."""
        session.execute(
            text("INSERT INTO fts_passage (rowid, title, body) VALUES (:id, :title, :body)"),
            _row(passage_id, title, body),
        )

    def remove(self, session: Session, passage_id: int, title: str, body: str) -> None:
        """Take it out again: a table without content wants the old tokens once more."""
        session.execute(
            text("INSERT INTO fts_passage (fts_passage, rowid, title, body) VALUES ('delete', :id, :title, :body)"),
            _row(passage_id, title, body),
        )

    def find(
        self, session: Session, words: Sequence[Word], *, every: bool, only: Mapping[str, str]
    ) -> list[tuple[int, float]]:
        """By bm25, a word in the title weighing four times."""
        match = (" AND " if every else " OR ").join(_phrase(word) for word in words)
        rows = session.execute(
            text(
                "SELECT fts_passage.rowid AS id, bm25(fts_passage, 4.0, 1.0) AS rank FROM fts_passage "  # noqa: S608
                f"{_join('fts_passage.rowid', only)} WHERE fts_passage MATCH :match {_where(only)} "
                "ORDER BY rank LIMIT :cap"
            ),
            {"match": match, "cap": CAP, **only},
        )
        return [(row.id, -row.rank) for row in rows]


def _row(passage_id: int, title: str, body: str) -> dict[str, object]:
    return {"id": passage_id, "title": " ".join(tokens(title)), "body": " ".join(tokens(body)[:LONGEST])}


def _phrase(word: Word) -> str:
    quoted = '"' + " ".join(word.tokens) + '"'
    return f"({quoted} OR {quoted} *)" if word.prefix else quoted


class PostgresIndex:
    """tsvector."""

    def add(self, session: Session, passage_id: int, title: str, body: str) -> None:
        """Index one passage; the vector is written out, so that no parser of the server's locale has a say."""
        session.execute(
            text("INSERT INTO fts_passage (id, tokens) VALUES (:id, CAST(:tokens AS tsvector))"),
            {"id": passage_id, "tokens": _vector(title, body)},
        )

    def remove(self, session: Session, passage_id: int, title: str, body: str) -> None:
        """Take it out again."""
        session.execute(text("DELETE FROM fts_passage WHERE id = :id"), {"id": passage_id})

    def find(
        self, session: Session, words: Sequence[Word], *, every: bool, only: Mapping[str, str]
    ) -> list[tuple[int, float]]:
        """By ts_rank, title words weighing more (A against D)."""
        match = (" & " if every else " | ").join(_neighbours(word) for word in words)
        rows = session.execute(
            text(
                "SELECT f.id, ts_rank(f.tokens, CAST(:match AS tsquery), 1) AS rank FROM fts_passage f "  # noqa: S608
                f"{_join('f.id', only)} WHERE f.tokens @@ CAST(:match AS tsquery) {_where(only)} "
                "ORDER BY rank DESC, f.id LIMIT :cap"
            ),
            {"match": match, "cap": CAP, **only},
        )
        return [(row.id, float(row.rank)) for row in rows]


def _vector(title: str, body: str) -> str:
    heads = [f"'{token}':{place}A" for place, token in enumerate(tokens(title), 1)]
    first = len(heads) + 2
    return " ".join(heads + [f"'{token}':{place}" for place, token in enumerate(tokens(body)[:LONGEST], first)])


def _neighbours(word: Word) -> str:
    quoted = [f"'{token}'" for token in word.tokens]
    if word.prefix:
        quoted[-1] += ":*"
    return "(" + " <-> ".join(quoted) + ")"


def index_of(session: Session) -> PassageIndex:
    """The index of the database in use."""
    return PostgresIndex() if session.get_bind().dialect.name == "postgresql" else SqliteIndex()
