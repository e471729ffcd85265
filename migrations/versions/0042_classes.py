"""Training classes: plans, rosters, timetables, attendance, leave, results."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

#: in the order in which they are made
TABLES = (
    "training_class",
    "class_step",
    "class_learner",
    "class_upload",
    "class_session",
    "class_attendance",
    "class_marking",
    "class_leave",
    "class_result",
)


def upgrade() -> None:
    """Nothing is known of earlier classes; transcripts tell of classes."""
    op.create_table(
        "training_class",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("class_type", sa.String(20), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("organiser", sa.String(120), nullable=False),
        sa.Column("host", sa.String(120), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("planned_hours", sa.Integer(), nullable=False),
        sa.Column("called", sa.String(500), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("assessment", sa.String(12), nullable=False),
        sa.Column("maximum", sa.Integer()),
        sa.Column("pass_mark", sa.Integer()),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id")),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("handed_in_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("job_id", sa.String(22)),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_training_class_exam_id", "training_class", ["exam_id"])
    op.create_index("ix_training_class_last_day_state", "training_class", ["last_day", "state"])
    op.create_index("ix_training_class_unit_id", "training_class", ["unit_id"])
    op.create_table(
        "class_step",
        sa.Column("class_id", sa.Integer(), sa.ForeignKey("training_class.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
    )
    protect("class_step")
    op.create_table(
        "class_learner",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("class_id", sa.Integer(), sa.ForeignKey("training_class.id"), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id")),
        sa.Column("exempt", sa.String(12), nullable=False),
        sa.Column("exempt_note", sa.String(200), nullable=False),
        sa.Column("score", sa.Integer()),
        sa.Column("maximum", sa.Integer()),
        sa.Column("assessed", sa.Boolean()),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("class_id", "person_id"),
    )
    op.create_index("ix_class_learner_person_id", "class_learner", ["person_id"])
    op.create_index("ix_class_learner_unit_id", "class_learner", ["unit_id"])
    op.create_table(
        "class_upload",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("class_id", sa.Integer(), sa.ForeignKey("training_class.id"), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("taken", sa.Integer()),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_class_upload_class_id", "class_upload", ["class_id"])
    op.create_table(
        "class_session",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("class_id", sa.Integer(), sa.ForeignKey("training_class.id"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("half_day", sa.Integer()),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("lecturer", sa.String(80), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
    )
    op.create_index("ix_class_session_class_id_day", "class_session", ["class_id", "day", "starts"])
    op.create_index("ix_class_session_day", "class_session", ["day"])
    op.create_table(
        "class_attendance",
        sa.Column("session_id", sa.Integer(), sa.ForeignKey("class_session.id"), primary_key=True),
        sa.Column("learner_id", sa.Integer(), sa.ForeignKey("class_learner.id"), primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("leave", sa.Integer(), nullable=False),
    )
    op.create_index("ix_class_attendance_learner_id", "class_attendance", ["learner_id"])
    op.create_table(
        "class_marking",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("session_id", sa.Integer(), sa.ForeignKey("class_session.id"), nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_class_marking_session_id", "class_marking", ["session_id"])
    protect("class_marking")
    op.create_table(
        "class_leave",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("class_id", sa.Integer(), sa.ForeignKey("training_class.id"), nullable=False),
        sa.Column("learner_id", sa.Integer(), sa.ForeignKey("class_learner.id"), nullable=False),
        sa.Column("sessions", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("words", sa.String(500), nullable=False),
    )
    op.create_index("ix_class_leave_class_id_state", "class_leave", ["class_id", "state"])
    op.create_index("ix_class_leave_learner_id", "class_leave", ["learner_id"])
    op.create_table(
        "class_result",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("class_id", sa.Integer(), sa.ForeignKey("training_class.id"), nullable=False),
        sa.Column("learner_id", sa.Integer(), sa.ForeignKey("class_learner.id"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("exempt", sa.String(12), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("attended", sa.Integer(), nullable=False),
        sa.Column("leave", sa.Integer(), nullable=False),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("half_days", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer()),
        sa.Column("maximum", sa.Integer()),
        sa.Column("certificate", sa.String(24)),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("learner_id", "revision"),
    )
    op.create_index("ix_class_result_class_id", "class_result", ["class_id"])
    protect("class_result")


def downgrade() -> None:
    """Forget all of them."""
    for table in reversed(TABLES):
        op.drop_table(table)
