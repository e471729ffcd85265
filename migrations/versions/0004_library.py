"""Tables of library."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: common short names of statutes this bureau works with
ALIASES = {
    "消法": "消费者权益保护法",
    "反法": "反不正当竞争法",
    "反不正当竞争": "反不正当竞争法",
    "食安法": "食品安全法",
    "产品法": "产品质量法",
    "处罚法": "行政处罚法",
    "许可法": "行政许可法",
    "特设法": "特种设备安全法",
    "电商法": "电子商务法",
    "个保法": "个人信息保护法",
}


def upgrade() -> None:
    """Create documents, passages, aliases and the full-text index."""
    op.create_table(
        "ref_document",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("origin", sa.String(400), nullable=False, unique=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False, index=True),
        sa.Column("subject", sa.String(60), index=True),
        sa.Column("kind", sa.String(20), nullable=False, index=True),
        sa.Column("author", sa.String(120)),
        sa.Column("issued_on", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.Column("status", sa.String(10), nullable=False, index=True),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('current', 'amended', 'repealed')", name="ck_ref_document_status"),
    )
    op.create_table(
        "ref_passage",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("ref_document.id"), nullable=False, index=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("label", sa.String(200)),
        sa.Column("article", sa.Integer()),
        sa.Column("article_sub", sa.Integer()),
        sa.Column("anchor", sa.String(80), nullable=False),
        sa.Column("path", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_index("ix_ref_passage_article", "ref_passage", ["document_id", "article", "article_sub"])
    alias = op.create_table(
        "ref_alias",
        sa.Column("alias", sa.String(60), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
    )
    op.bulk_insert(alias, [{"alias": short, "name": name} for short, name in ALIASES.items()])
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE fts_passage USING fts5(title, body, content='', tokenize='unicode61')")
    else:
        op.execute("CREATE TABLE fts_passage (id integer PRIMARY KEY, tokens tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_fts_passage_tokens ON fts_passage USING gin (tokens)")


def downgrade() -> None:
    """Drop them."""
    for table in ("fts_passage", "ref_alias", "ref_passage", "ref_document"):
        op.drop_table(table)
