"""The library: facts, versions and relations of documents; imports with what became of each file."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _facts() -> list[sa.Column[object]]:
    """What a document may say of itself since this release."""
    return [
        sa.Column("issuer", sa.String(120)),
        sa.Column("number", sa.String(80)),
        sa.Column("effective_on", sa.Date()),
        sa.Column("amended_on", sa.Date()),
        sa.Column("access", sa.String(12), nullable=False, server_default="readers"),
        sa.Column("source_note", sa.String(300)),
        sa.Column("rights", sa.String(300)),
        sa.Column("tags", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("set_by_hand", sa.JSON(), nullable=False, server_default="[]"),
    ]


def upgrade() -> None:
    """Every text that is there becomes the first version of its document."""
    for column in _facts():
        op.add_column("ref_document", column)
    op.add_column("ref_passage", sa.Column("page", sa.Integer()))
    op.create_table(
        "ref_version",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("document", sa.String(22), nullable=False, index=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("issued_on", sa.Date()),
        sa.Column("effective_on", sa.Date()),
        sa.Column("amended_on", sa.Date()),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("original", sa.String(64)),
        sa.Column("media_type", sa.String(80)),
        sa.Column("file_name", sa.String(200)),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("stored_at", MOMENT, nullable=False),
        sa.Column("stored_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.UniqueConstraint("document", "number"),
    )
    op.execute(
        "INSERT INTO ref_version (document, number, title, issued_on, markdown, sha256, pages, stored_at) "
        "SELECT public_id, 1, title, issued_on, markdown, sha256, '[]', stored_at FROM ref_document ORDER BY id"
    )
    protect("ref_version")
    op.create_table(
        "ref_relation",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("ref_document.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("name", sa.String(200), nullable=False, index=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('implements', 'amends', 'repeals', 'cites')", name="ck_ref_relation_kind"),
        sa.UniqueConstraint("document_id", "kind", "name"),
    )
    _imports()


def _imports() -> None:
    op.create_table(
        "ref_import",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("subject", sa.String(60)),
        sa.Column("kind", sa.String(20)),
        sa.Column("access", sa.String(12), nullable=False),
        sa.Column("document", sa.String(22)),
        sa.Column("job_id", sa.String(22)),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "state IN ('reading', 'unfit', 'ready', 'taking', 'taken', 'dropped')", name="ck_ref_import_state"
        ),
    )
    op.create_table(
        "ref_import_file",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("ref_import.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("is_taken", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(200)),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("document", sa.String(22)),
        sa.UniqueConstraint("import_id", "number"),
    )
    op.create_index("ix_ref_import_file_import_id_outcome", "ref_import_file", ["import_id", "outcome", "number"])


def downgrade() -> None:
    """Drop them."""
    release("ref_version")
    for table in ("import_file", "import", "relation", "version"):
        op.drop_table(f"ref_{table}")
    op.drop_column("ref_passage", "page")
    for column in _facts():
        op.drop_column("ref_document", column.name)
