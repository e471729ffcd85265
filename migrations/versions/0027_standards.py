"""Standard setting: worksheets, their panels, what judges said."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """No pass mark was judged before."""
    op.create_table(
        "standard_sheet",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False, index=True),
        sa.Column("method", sa.String(12), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("standard", sa.JSON()),
        sa.Column("reason", sa.String(200)),
        sa.Column("settled_by", sa.Integer(), sa.ForeignKey("person.id")),
    )
    op.create_table(
        "standard_judge",
        sa.Column("sheet_id", sa.Integer(), sa.ForeignKey("standard_sheet.id"), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("added_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
    )
    op.create_index("ix_standard_judge_person_id", "standard_judge", ["person_id"])
    op.create_table(
        "standard_judgement",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("sheet_id", sa.Integer(), sa.ForeignKey("standard_sheet.id"), nullable=False, index=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    protect("standard_judgement")


def downgrade() -> None:
    """Drop them."""
    release("standard_judgement")
    for table in ("judgement", "judge", "sheet"):
        op.drop_table(f"standard_{table}")
