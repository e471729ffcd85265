"""Own pass marks of papers: what was worked out, what was decided, and the pass mark that a grading went by."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Gradings there are went by the exam's pass mark: theirs stays empty."""
    op.add_column("attempt_result", sa.Column("pass_mark", sa.Integer()))
    op.create_table(
        "sitting_equating",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False, index=True),
        sa.Column("worked_out_at", MOMENT, nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("attempts", "cuts", "changed", "facts")),
    )
    op.create_table(
        "sitting_pass_mark",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("equating_id", sa.Integer(), sa.ForeignKey("sitting_equating.id")),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("proposed_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("decided_at", MOMENT),
        sa.Column("agreed", sa.Boolean()),
        sa.Column("applied_at", MOMENT),
        sa.UniqueConstraint("exam_id", "number"),
    )
    protect("sitting_equating")


def downgrade() -> None:
    """Drop them; gradings by own pass marks stay, their pass mark is forgotten."""
    release("sitting_equating")
    op.drop_table("sitting_pass_mark")
    op.drop_table("sitting_equating")
    op.drop_column("attempt_result", "pass_mark")
