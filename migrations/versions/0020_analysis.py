"""What exams measured."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row an exam, worked out by a job."""
    op.create_table(
        "analysis",
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), primary_key=True),
        sa.Column("worked_out_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("basis", "report", "units")),
    )


def downgrade() -> None:
    """It can be worked out again."""
    op.drop_table("analysis")
