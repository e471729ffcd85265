"""Calibrations of the questions by the answers of exams."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing has been calibrated yet."""
    op.create_table(
        "bank_calibration",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("job_id", sa.String(22), nullable=False, unique=True),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("counted", "attempts", "items", "answers")),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("anchored_to", sa.Integer(), sa.ForeignKey("bank_calibration.id")),
    )
    op.create_table(
        "bank_calibrated_version",
        sa.Column("calibration_id", sa.Integer(), sa.ForeignKey("bank_calibration.id"), primary_key=True),
        sa.Column("item_version_id", sa.Integer(), sa.ForeignKey("bank_item_version.id"), primary_key=True),
        sa.Column("b", sa.Float(), nullable=False),
        sa.Column("b_error", sa.Float()),
        sa.Column("p", sa.Float(), nullable=False),
        sa.Column("p_error", sa.Float()),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("partial", sa.Integer(), nullable=False),
        sa.Column("infit", sa.Float(), nullable=False),
        sa.Column("outfit", sa.Float(), nullable=False),
        sa.Column("change", sa.Float()),
        sa.Column("moved", sa.Boolean(), nullable=False),
    )
    for table in ("bank_calibration", "bank_calibrated_version"):
        protect(table)


def downgrade() -> None:
    """Drop them."""
    for table in ("bank_calibrated_version", "bank_calibration"):
        release(table)
        op.drop_table(table)
