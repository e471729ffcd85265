"""Tables of courses."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create units, versions, media and progress."""
    op.create_table(
        "course_unit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("code", sa.String(60), nullable=False, unique=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("title_en", sa.String(120), nullable=False),
        sa.Column("subject", sa.String(60), nullable=False, index=True),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'withdrawn')", name="ck_course_unit_state"),
    )
    op.create_table(
        "course_unit_version",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("course_unit.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("unit_id", "number", name="uq_course_unit_version_unit_id_number"),
    )
    op.create_table(
        "course_media",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("media_type", sa.String(60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
    )
    op.create_table(
        "course_progress_event",
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("course_unit.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("page", sa.String(120)),
        sa.Column("share", sa.String(24)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "course_progress",
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("course_unit.id"), primary_key=True),
        sa.Column("position", sa.String(120), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True)),
    )
    protect("course_unit_version")
    protect("course_progress_event")


def downgrade() -> None:
    """Drop them."""
    release("course_progress_event")
    release("course_unit_version")
    for table in (
        "course_progress",
        "course_progress_event",
        "course_media",
        "course_unit_version",
        "course_unit",
    ):
        op.drop_table(table)
