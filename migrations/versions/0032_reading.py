"""Reading: where people stopped in documents, and what they marked."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nothing was kept before."""
    op.create_table(
        "reading_place",
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("ref_document.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("anchor", sa.String(80), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_reading_place_person_id_at", "reading_place", ["person_id", "at"])
    op.create_table(
        "reading_mark",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("ref_document.id", ondelete="SET NULL"), index=True),
        sa.Column("document_title", sa.String(200), nullable=False),
        sa.Column("anchor", sa.String(80), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT),
    )
    op.create_index("ix_reading_mark_person_id_document_id", "reading_mark", ["person_id", "document_id"])


def downgrade() -> None:
    """Forget what was kept."""
    op.drop_table("reading_mark")
    op.drop_table("reading_place")
