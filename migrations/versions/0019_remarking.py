"""Scoring an exam again: what it would change, decisions on results of every kind, and which grading follows from which."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
#: until now each agreed decision gave every attempt that counted one further grading
NUMBER = """
UPDATE attempt_result SET decision = (
  SELECT d.number FROM sitting_decision d JOIN attempt a ON a.exam_id = d.exam_id
  WHERE a.id = attempt_result.attempt_id AND d.agreed AND attempt_result.revision - 1 = (
    SELECT count(*) FROM sitting_decision e WHERE e.exam_id = d.exam_id AND e.agreed AND e.number <= d.number
  )
) WHERE revision > 1
"""


def upgrade() -> None:
    """Decisions there are were on pass marks."""
    op.create_table(
        "sitting_remarking",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False, index=True),
        sa.Column("remark", sa.JSON()),
        sa.Column("reverses", sa.Integer()),
        sa.Column("asked_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("worked_out_at", MOMENT),
        *(sa.Column(name, sa.JSON()) for name in ("basis", "changed", "facts")),
    )
    op.rename_table("sitting_pass_mark", "sitting_decision")
    column = sa.Column("remarking_id", sa.Integer(), sa.ForeignKey("sitting_remarking.id"))
    op.add_column("sitting_decision", column, inline_references=True)
    release("sitting_equating")
    op.add_column("sitting_equating", sa.Column("after", sa.Integer(), nullable=False, server_default="0"))
    protect("sitting_equating")
    release("attempt_result")
    op.add_column("attempt_result", sa.Column("decision", sa.Integer()))
    op.execute(NUMBER)
    protect("attempt_result")


def downgrade() -> None:
    """Drop them; decisions and gradings of kinds that there were not before are kept as they are."""
    op.drop_column("attempt_result", "decision")
    op.drop_column("sitting_equating", "after")
    op.drop_column("sitting_decision", "remarking_id")
    op.rename_table("sitting_decision", "sitting_pass_mark")
    op.drop_table("sitting_remarking")
