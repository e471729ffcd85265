"""The two full-text indexes under one face: FTS5 without content on SQLite, tsvector with GIN on PostgreSQL.

Both hold the same tokens and give back only which rows hold them; how good a hit is is worked out from the texts
themselves (`scoring`), so that both databases give the same answer. A condition is built of `Phrase`, `Every`, `Some`
and `But`; only tokens get into it, each quoted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.orm import Session

#: tokens that stand for a fact of the document, a character, a syllable or an initial begin with a letter that no text
#: can bring in: `tokens` makes Chinese characters, a-z and 0-9 only
FACT, CHARACTER, SYLLABLE, INITIAL = "μ", "γ", "π", "ι"
PASSAGES, TITLES = "fts_passage", "fts_title"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens side by side; with `prefix` the last is only a beginning; with `in_title` those of a passage's title."""

    tokens: tuple[str, ...]
    prefix: bool = False
    #: among PASSAGES only; TITLES hold nothing else
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Every:
    """All of these; at least one."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of these; at least one is given."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class But:
    """What is wanted, without what has any of `unwanted`."""

    wanted: "Condition"
    unwanted: tuple["Condition", ...]


Condition = Phrase | Every | Some | But


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index holds of a passage."""

    id: int
    title: Sequence[str]
    body: Sequence[str]


class Engine(Protocol):
    """What both databases can do."""

    def add(self, session: Session, document_id: int, title: Sequence[str], entries: Sequence[Entry]) -> None:
        """Index a document's title and its passages."""

    def remove(self, session: Session, document_id: int, title: Sequence[str], entries: Sequence[Entry]) -> None:
        """Take them out again: exactly what was added."""

    def add_passages(self, session: Session, entries: Sequence[Entry]) -> None:
        """Index passages."""

    def remove_passages(self, session: Session, entries: Sequence[Entry]) -> None:
        """Take them out again: exactly what was added."""

    def rows(self, table: str, condition: Condition, *, name: str) -> tuple[str, str]:
        """SQL that gives `id` of the rows of PASSAGES or TITLES where `condition` holds, lowest first on SQLite, and the
        value of its parameter `name`.
        """


class Sqlite:
    """FTS5."""

    def add(self, session: Session, document_id: int, title: Sequence[str], entries: Sequence[Entry]) -> None:
        """Index a document."""
        session.execute(
            text("INSERT INTO fts_title (rowid, tokens) VALUES (:id, :tokens)"),
            {"id": document_id, "tokens": " ".join(title)},
        )
        self.add_passages(session, entries)

    def add_passages(self, session: Session, entries: Sequence[Entry]) -> None:
        """Index passages."""
        if entries:
            sql = "INSERT INTO fts_passage (rowid, title, body) VALUES (?, ?, ?)"
            session.connection().exec_driver_sql(sql, [_values(entry) for entry in entries])

    def remove(self, session: Session, document_id: int, title: Sequence[str], entries: Sequence[Entry]) -> None:
        """Take it out: a table without content wants the old tokens once more."""
        session.execute(
            text("INSERT INTO fts_title (fts_title, rowid, tokens) VALUES ('delete', :id, :tokens)"),
            {"id": document_id, "tokens": " ".join(title)},
        )
        self.remove_passages(session, entries)

    def remove_passages(self, session: Session, entries: Sequence[Entry]) -> None:
        """Take passages out, likewise."""
        if entries:
            sql = "INSERT INTO fts_passage (fts_passage, rowid, title, body) VALUES ('delete', ?, ?, ?)"
            session.connection().exec_driver_sql(sql, [_values(entry) for entry in entries])

    def rows(self, table: str, condition: Condition, *, name: str) -> tuple[str, str]:
        """By MATCH, in the order of ids."""
        return f"SELECT rowid AS id FROM {table} WHERE {table} MATCH :{name}", _fts5(condition, table)  # noqa: S608


def _values(entry: Entry) -> tuple[int, str, str]:
    return entry.id, " ".join(entry.title), " ".join(entry.body)


def _fts5(condition: Condition, table: str) -> str:
    if isinstance(condition, Phrase):
        quoted = '"' + " ".join(condition.tokens) + '"' + (" *" if condition.prefix else "")
        return f"(title : {quoted})" if condition.in_title and table == PASSAGES else f"({quoted})"
    if isinstance(condition, But):
        return (
            f"({_fts5(condition.wanted, table)} NOT ({' OR '.join(_fts5(part, table) for part in condition.unwanted)}))"
        )
    joint = " AND " if isinstance(condition, Every) else " OR "
    return f"({joint.join(_fts5(part, table) for part in condition.parts)})"


class Postgres:
    """tsvector; vectors are written out, so that no parser of the server's locale has a say."""

    def add(self, session: Session, document_id: int, title: Sequence[str], entries: Sequence[Entry]) -> None:
        """Index a document."""
        session.execute(
            text("INSERT INTO fts_title (id, tokens) VALUES (:id, CAST(:tokens AS tsvector))"),
            {"id": document_id, "tokens": _vector((), title)},
        )
        self.add_passages(session, entries)

    def add_passages(self, session: Session, entries: Sequence[Entry]) -> None:
        """Index passages."""
        if entries:
            session.execute(
                text("INSERT INTO fts_passage (id, tokens) VALUES (:id, CAST(:tokens AS tsvector))"),
                [{"id": entry.id, "tokens": _vector(entry.title, entry.body)} for entry in entries],
            )

    def remove(self, session: Session, document_id: int, title: Sequence[str], entries: Sequence[Entry]) -> None:
        """Take it out."""
        session.execute(text("DELETE FROM fts_title WHERE id = :id"), {"id": document_id})
        self.remove_passages(session, entries)

    def remove_passages(self, session: Session, entries: Sequence[Entry]) -> None:
        """Take passages out."""
        if entries:
            ids = [entry.id for entry in entries]
            session.execute(text("DELETE FROM fts_passage WHERE id = ANY(:ids)"), {"ids": ids})

    def rows(self, table: str, condition: Condition, *, name: str) -> tuple[str, str]:
        """By @@."""
        return f"SELECT id FROM {table} WHERE tokens @@ CAST(:{name} AS tsquery)", _tsquery(condition, table)  # noqa: S608


def _vector(title: Sequence[str], body: Sequence[str]) -> str:
    heads = [f"'{token}':{place}A" for place, token in enumerate(title, 1)]
    first = len(heads) + 2
    return " ".join(heads + [f"'{token}':{place}" for place, token in enumerate(body, first)])


def _tsquery(condition: Condition, table: str) -> str:
    if isinstance(condition, Phrase):
        marks = "A" if condition.in_title and table == PASSAGES else ""
        parts = [f"'{token}'" + (f":{marks}" if marks else "") for token in condition.tokens]
        if condition.prefix:
            parts[-1] = f"'{condition.tokens[-1]}':*{marks}"
        return "(" + " <-> ".join(parts) + ")"
    if isinstance(condition, But):
        return f"({_tsquery(condition.wanted, table)} & !({' | '.join(_tsquery(part, table) for part in condition.unwanted)}))"
    joint = " & " if isinstance(condition, Every) else " | "
    return "(" + joint.join(_tsquery(part, table) for part in condition.parts) + ")"


def engine_of(session: Session) -> Engine:
    """The engine of the database in use."""
    return Postgres() if session.get_bind().dialect.name == "postgresql" else Sqlite()
