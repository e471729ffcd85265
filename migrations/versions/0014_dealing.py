"""How papers come about, how far they are dealt, and what is frozen with an exam: what was on trial, how hard it was."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Exams published before keep the way in which their papers were drawn (1)."""
    op.add_column("exam", sa.Column("assembly", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("exam", sa.Column("proof", sa.JSON()))
    op.add_column("exam_item", sa.Column("trial", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("exam_item", sa.Column("difficulty", sa.JSON()))
    op.create_table(
        "sitting_dealing",
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), primary_key=True),
        sa.Column("batches", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("sitting_dealing")
    op.drop_column("exam_item", "difficulty")
    op.drop_column("exam_item", "trial")
    op.drop_column("exam", "proof")
    op.drop_column("exam", "assembly")
