"""Tables of bank."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create pools, items and their immutable versions."""
    op.create_table(
        "bank_pool",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("purpose", sa.String(500)),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "bank_item",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("pool_id", sa.Integer(), sa.ForeignKey("bank_pool.id"), nullable=False),
        sa.Column("ref", sa.String(80), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("pool_id", "ref", name="uq_bank_item_pool_id_ref"),
        sa.CheckConstraint("state IN ('ready', 'retired')", name="ck_bank_item_state"),
    )
    op.create_index("ix_bank_item_pool_id_state", "bank_item", ["pool_id", "state"])
    op.create_table(
        "bank_item_version",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("item_id", sa.Integer(), sa.ForeignKey("bank_item.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(20), nullable=False, index=True),
        sa.Column("subject", sa.String(40), nullable=False, index=True),
        sa.Column("point", sa.String(80)),
        sa.Column("cognitive", sa.String(12)),
        sa.Column("difficulty", sa.String(8)),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("stem_text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("item_id", "number", name="uq_bank_item_version_item_id_number"),
    )
    protect("bank_item_version")


def downgrade() -> None:
    """Drop them."""
    release("bank_item_version")
    for table in ("bank_item_version", "bank_item", "bank_pool"):
        op.drop_table(table)
