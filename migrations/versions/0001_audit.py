"""Tables of audit."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the audit log, append-only."""
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(22)),
        sa.Column("act", sa.String(64), nullable=False),
        sa.Column("thing", sa.String(64)),
        sa.Column("thing_id", sa.String(64)),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
        sa.Column("result", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64)),
        sa.Column("request_id", sa.String(64)),
        sa.Column("previous", sa.LargeBinary(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    for column in ("actor", "act", "thing_id"):
        op.create_index(f"ix_audit_entry_{column}", "audit_entry", [column])
    protect("audit_entry")


def downgrade() -> None:
    """Drop the audit log."""
    release("audit_entry")
    op.drop_table("audit_entry")
