"""Tables of transcripts."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create entries and certificates, both append-only."""
    op.create_table(
        "transcript_entry",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("title_en", sa.String(200)),
        sa.Column("subject", sa.String(40)),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer()),
        sa.Column("maximum", sa.Integer()),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_name", sa.String(120)),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("person_id", "source", "revision", name="uq_transcript_entry_person_id_source_revision"),
        sa.CheckConstraint("kind IN ('unit', 'exam')", name="ck_transcript_entry_kind"),
    )
    op.create_index("ix_transcript_entry_person_id_happened_at", "transcript_entry", ["person_id", "happened_at"])
    op.create_table(
        "transcript_certificate",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("code", sa.String(16), nullable=False, unique=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
    )
    protect("transcript_entry")
    protect("transcript_certificate")


def downgrade() -> None:
    """Drop them."""
    for table in ("transcript_certificate", "transcript_entry"):
        release(table)
        op.drop_table(table)
