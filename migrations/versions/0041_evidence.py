"""Evidence that stands without us: keys, certificates, packages, and what is revoked."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

TABLES = ("evidence_key", "evidence_document", "evidence_holder", "evidence_revocation")


def upgrade() -> None:
    """Nothing is in them before somebody asks for a certificate."""
    moment, person = sa.DateTime(timezone=True), sa.ForeignKey("person.id")
    op.create_table(
        "evidence_key",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("made_at", moment, nullable=False),
    )
    op.create_table(
        "evidence_document",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("code", sa.String(16), nullable=False, unique=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("entry", sa.String(22), index=True),
        sa.Column("status_list", sa.Integer(), nullable=False),
        sa.Column("status_place", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("issued_at", moment, nullable=False),
        sa.Column("issued_by", sa.Integer(), person, nullable=False),
        sa.UniqueConstraint("status_list", "status_place"),
    )
    op.create_table(
        "evidence_holder",
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("evidence_document.id"), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True, index=True),
    )
    op.create_table(
        "evidence_revocation",
        sa.Column("code", sa.String(16), primary_key=True),
        sa.Column("cause", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("revoked_at", moment, nullable=False, index=True),
        sa.Column("revoked_by", sa.Integer(), sa.ForeignKey("person.id")),
    )
    for table in TABLES:
        protect(table)


def downgrade() -> None:
    """Forget them."""
    for table in reversed(TABLES):
        op.drop_table(table)
