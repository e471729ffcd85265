"""Who keeps a pool; files on their way into the bank."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give pools a part of the organisation, and imports their tables."""
    op.add_column("bank_pool", sa.Column("owner_path", sa.String(200), nullable=False, server_default="/"))
    op.create_table(
        "bank_import",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("format", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("job_id", sa.String(22)),
        sa.Column("pool_id", sa.Integer(), sa.ForeignKey("bank_pool.id")),
        sa.Column("counts", sa.JSON()),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('reading', 'ready', 'taken')", name="ck_bank_import_state"),
    )
    op.create_index("ix_bank_import_created_by", "bank_import", ["created_by"])
    op.create_table(
        "bank_import_row",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("bank_import.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("cells", sa.JSON()),
        sa.Column("record", sa.JSON()),
        sa.Column("complaints", sa.JSON(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("import_id", "number", name="uq_bank_import_row_import_id_number"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("bank_import_row")
    op.drop_table("bank_import")
    op.drop_column("bank_pool", "owner_path")
