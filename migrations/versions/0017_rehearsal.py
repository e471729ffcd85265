"""Rehearsals of exams: when they were asked for, and what was found."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One table."""
    op.create_table(
        "exam_rehearsal",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False, index=True),
        sa.Column("job_id", sa.String(22), index=True),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("begun_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_how", sa.String(12)),
        sa.Column("report", sa.JSON()),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("exam_rehearsal")
