"""Files of units and people on their way into the organisation."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "roster_import",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("unfit", sa.JSON()),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("paths", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON()),
        sa.Column("job_id", sa.String(22)),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('units', 'people')", name="ck_roster_import_kind"),
        sa.CheckConstraint("state IN ('reading', 'unfit', 'ready', 'taking', 'taken')", name="ck_roster_import_state"),
    )
    op.create_index("ix_roster_import_created_by", "roster_import", ["created_by"])
    op.create_table(
        "roster_row",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("roster_import.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("lost", sa.JSON(), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("complaints", sa.JSON(), nullable=False),
        sa.UniqueConstraint("import_id", "number", name="uq_roster_row_import_id_number"),
    )
    op.create_index("ix_roster_row_import_id_action", "roster_row", ["import_id", "action", "number"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("roster_row")
    op.drop_table("roster_import")
