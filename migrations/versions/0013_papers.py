"""Papers dealt before the bell, and when an attempt's result was told."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What ended under an older release has been told by it."""
    op.create_table(
        "sitting_paper",
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("seat", sa.JSON()),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.add_column("attempt", sa.Column("settled_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE attempt SET settled_at = ended_at WHERE ended_at IS NOT NULL")


def downgrade() -> None:
    """Drop them."""
    op.drop_column("attempt", "settled_at")
    op.drop_table("sitting_paper")
