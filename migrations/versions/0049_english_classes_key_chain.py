"""English names of classes, and the statement by which the key before vouches for a key; an index of documents by who issued them."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Classes have none yet; no key was vouched for by the one before it."""
    op.add_column("training_class", sa.Column("name_en", sa.String(120)))
    op.add_column("evidence_key", sa.Column("statement", sa.JSON()))
    op.create_index("ix_evidence_document_issued_by", "evidence_document", ["issued_by"])


def downgrade() -> None:
    """Forget both. Keys stay as they are."""
    op.drop_index("ix_evidence_document_issued_by", "evidence_document")
    op.drop_column("evidence_key", "statement")
    op.drop_column("training_class", "name_en")
