"""Files that candidates hand in."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No exam asked for a file before."""
    op.create_table(
        "sitting_upload",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("attempt_id", sa.Integer(), sa.ForeignKey("attempt.id"), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("copy_sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_sitting_upload_attempt_id", "sitting_upload", ["attempt_id"])
    protect("sitting_upload")


def downgrade() -> None:
    """Forget them; the files themselves stay in their folder."""
    release("sitting_upload")
    op.drop_table("sitting_upload")
