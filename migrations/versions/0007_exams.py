"""Tables of exams."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create exams, their audience and the snapshot of their items."""
    op.create_table(
        "exam",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("owner_path", sa.String(255), nullable=False),
        sa.Column("pool_id", sa.Integer(), sa.ForeignKey("bank_pool.id"), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("blueprint", sa.JSON(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("release", sa.String(12), nullable=False),
        sa.Column("shows", sa.String(12), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True)),
        sa.Column("seed", sa.LargeBinary(32), nullable=False),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('draft', 'published')", name="ck_exam_state"),
        sa.CheckConstraint("closes_at > opens_at", name="ck_exam_window"),
        sa.CheckConstraint("minutes > 0", name="ck_exam_minutes"),
    )
    op.create_table(
        "exam_audience",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False, index=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.UniqueConstraint("exam_id", "unit_id", name="uq_exam_audience_exam_id_unit_id"),
    )
    op.create_table(
        "exam_item",
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), primary_key=True),
        sa.Column("item_version_id", sa.Integer(), sa.ForeignKey("bank_item_version.id"), primary_key=True),
    )
    protect("exam_item")


def downgrade() -> None:
    """Drop them."""
    release("exam_item")
    for table in ("exam_item", "exam_audience", "exam"):
        op.drop_table(table)
