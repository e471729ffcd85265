"""Admission: what exams and rooms ask of those who enter, who was admitted or refused, pictures taken."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Exams that are there ask for nothing."""
    op.add_column("exam", sa.Column("guarded", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "admission_rule",
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("code", sa.Boolean(), nullable=False),
        sa.Column("address", sa.Boolean(), nullable=False),
        sa.Column("browser", sa.Boolean(), nullable=False),
        sa.Column("config_keys", sa.JSON(), nullable=False),
        sa.Column("exam_keys", sa.JSON(), nullable=False),
        sa.Column("camera", sa.String(8), nullable=False),
        sa.Column("camera_days", sa.Integer(), nullable=False),
    )
    op.create_table(
        "admission_room",
        sa.Column("room_id", sa.Integer(), sa.ForeignKey("supervision_room.id"), primary_key=True),
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("renewed_at", MOMENT, nullable=False),
        sa.Column("every_time", sa.Boolean(), nullable=False),
        sa.Column("ranges", sa.JSON(), nullable=False),
    )
    op.create_table(
        "admission_entry",
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("room_id", sa.Integer()),
        sa.Column("session_id", sa.Integer()),
        sa.Column("entered_at", MOMENT),
        sa.Column("browser_session_id", sa.Integer()),
        sa.Column("camera", sa.Boolean()),
        sa.Column("camera_days", sa.Integer()),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("blocked_until", MOMENT),
        sa.Column("let_in_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("let_in_at", MOMENT),
        sa.Column("let_in_why", sa.String(200)),
    )
    op.create_table(
        "admission_snapshot",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("fault", sa.String(12)),
    )
    op.create_index("ix_admission_snapshot_exam_id_person_id", "admission_snapshot", ["exam_id", "person_id"])
    op.create_table(
        "admission_refusal",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False, index=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("why", sa.String(12), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    protect("admission_refusal")


def downgrade() -> None:
    """Drop them."""
    release("admission_refusal")
    for table in ("admission_refusal", "admission_snapshot", "admission_entry", "admission_room", "admission_rule"):
        op.drop_table(table)
    op.drop_column("exam", "guarded")
