"""Pairs of candidates whose answers agree more than chance allows."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has been compared yet."""
    op.create_table(
        "analysis_copying",
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), primary_key=True),
        sa.Column("worked_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("candidates", "seated", "questions", "pairs")),
    )
    op.create_table(
        "analysis_copying_pair",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False),
        sa.Column("first_id", sa.Integer(), sa.ForeignKey("attempt.id"), nullable=False),
        sa.Column("second_id", sa.Integer(), sa.ForeignKey("attempt.id"), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("m4_p", "q", "omega")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("right", "wrong")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("versions", "seats")),
    )
    op.create_index("ix_analysis_copying_pair_exam_id", "analysis_copying_pair", ["exam_id"])


def downgrade() -> None:
    """It can be worked out again."""
    for table in ("analysis_copying_pair", "analysis_copying"):
        op.drop_table(table)
