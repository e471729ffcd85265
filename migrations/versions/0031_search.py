"""The index of the library: titles beside passages, facts to narrow by, counts of tokens, and what was searched for.

Documents that are there are indexed again, in batches; that takes about a minute for 20,000 of them. The index holds
nothing that the documents do not, so that it is filled by the code of this release.
"""

import json
import re
import unicodedata
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from lms.library.search import filling

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

#: passages read at once on the way down
BATCH = 500
_RUN = re.compile(r"([\u3400-\u9fff\U00020000-\U0003ffff\u3007]+)|[a-z]+|[0-9]+")


def upgrade() -> None:
    """Make the index anew."""
    op.create_table(
        "ref_indexed",
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("ref_document.id"), primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False, index=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
    )
    op.create_table(
        "ref_term",
        sa.Column("kind", sa.String(7), primary_key=True),
        sa.Column("term", sa.String(60), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    op.create_table(
        "ref_searched",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("words", sa.String(64), primary_key=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
    )
    op.drop_table("fts_passage")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE fts_passage USING fts5(title, body, content='', tokenize='unicode61')")
        op.execute("CREATE VIRTUAL TABLE fts_title USING fts5(tokens, content='', tokenize='unicode61')")
    else:
        for table in ("fts_passage", "fts_title"):
            op.execute(f"CREATE TABLE {table} (id integer PRIMARY KEY, tokens tsvector NOT NULL)")
            op.execute(f"CREATE INDEX ix_{table}_tokens ON {table} USING gin (tokens)")
    session = Session(bind=op.get_bind())
    for document_id in session.scalars(sa.text("SELECT id FROM ref_document ORDER BY id")).all():
        filling.put(session, document_id)


def downgrade() -> None:
    """Back to one index of passages, filled as the release before would have."""
    for table in ("fts_title", "fts_passage", "ref_searched", "ref_term", "ref_indexed"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE fts_passage USING fts5(title, body, content='', tokenize='unicode61')")
    else:
        op.execute("CREATE TABLE fts_passage (id integer PRIMARY KEY, tokens tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_fts_passage_tokens ON fts_passage USING gin (tokens)")
    for row in _old_rows():
        if op.get_bind().dialect.name == "sqlite":
            values = {"id": row[0], "title": " ".join(row[1]), "body": " ".join(row[2])}
            statement = "INSERT INTO fts_passage (rowid, title, body) VALUES (:id, :title, :body)"
        else:
            heads = [f"'{token}':{place}A" for place, token in enumerate(row[1], 1)]
            rest = [f"'{token}':{place}" for place, token in enumerate(row[2], len(heads) + 2)]
            values = {"id": row[0], "tokens": " ".join(heads + rest)}
            statement = "INSERT INTO fts_passage (id, tokens) VALUES (:id, CAST(:tokens AS tsvector))"
        op.get_bind().execute(sa.text(statement), values)


def _old_rows() -> Iterator[tuple[int, list[str], list[str]]]:
    query = sa.text(
        "SELECT p.id, d.title, p.path, p.label, p.text FROM ref_passage p JOIN ref_document d ON d.id = p.document_id"
        " WHERE p.id > :after ORDER BY p.id LIMIT :batch"
    )
    after = 0
    while rows := op.get_bind().execute(query, {"after": after, "batch": BATCH}).all():
        for row in rows:
            path = json.loads(row.path) if isinstance(row.path, str) else row.path
            headings = path[1:] if isinstance(path, list) else []
            yield row.id, _old_tokens(" ".join([row.title, *headings, row.label or ""])), _old_tokens(row.text)[:16_000]
        after = rows[-1].id


def _old_tokens(text: str) -> list[str]:
    found: list[str] = []
    for match in _RUN.finditer(unicodedata.normalize("NFKC", text).lower()):
        run = match[0]
        found += [run[n : n + 2] for n in range(len(run))] if match[1] else [run]
    return found
