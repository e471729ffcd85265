"""The catalogue for harvesters: when a document was last changed."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Documents were last changed when their text was stored."""
    moment = sa.DateTime(timezone=True)
    op.add_column("ref_document", sa.Column("changed_at", moment, nullable=False, server_default="1970-01-01 00:00:00"))
    op.execute("UPDATE ref_document SET changed_at = stored_at")
    op.create_index("ix_ref_document_changed_at", "ref_document", ["changed_at"])


def downgrade() -> None:
    """Forget it."""
    op.drop_index("ix_ref_document_changed_at", "ref_document")
    op.drop_column("ref_document", "changed_at")
