"""Units of learning whose law has changed."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nothing was noted before."""
    op.create_table(
        "course_law_change",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("course_unit.id"), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("word", sa.String(22), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT),
        sa.Column("settled_by", sa.Integer(), sa.ForeignKey("person.id")),
    )
    op.create_index("ix_course_law_change_unit_id", "course_law_change", ["unit_id"])


def downgrade() -> None:
    """Forget what was noted."""
    op.drop_table("course_law_change")
