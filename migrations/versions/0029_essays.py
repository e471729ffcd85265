"""Essays of an exam compared with each other, and what markers write for the candidate."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No essays have been compared yet; nothing that was written before was meant for candidates."""
    op.create_table(
        "analysis_essays",
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), primary_key=True),
        sa.Column("worked_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("questions", "texts", "short", "beyond")),
    )
    op.create_table(
        "analysis_essay_pair",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False, index=True),
        sa.Column("ref", sa.String(80), nullable=False),
        sa.Column("first_id", sa.Integer(), sa.ForeignKey("attempt.id"), nullable=False),
        sa.Column("second_id", sa.Integer(), sa.ForeignKey("attempt.id"), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("first_slot", "second_slot")),
        sa.Column("containment", sa.Float(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("characters", "longest")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("passages", "seats")),
    )
    op.add_column("marking_mark", sa.Column("told", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """The comparison can be worked out again; what was written for candidates is gone."""
    op.drop_column("marking_mark", "told")
    for table in ("analysis_essay_pair", "analysis_essays"):
        op.drop_table(table)
