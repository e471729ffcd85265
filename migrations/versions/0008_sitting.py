"""Tables of sitting."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create attempts, their journal and their results."""
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False, index=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), index=True),
        sa.Column("ended_how", sa.String(12)),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.Column("chain", sa.LargeBinary(32), nullable=False),
        sa.UniqueConstraint("exam_id", "person_id", "number", name="uq_attempt_exam_id_person_id_number"),
        sa.CheckConstraint("ended_how IN ('handed_in', 'closed')", name="ck_attempt_ended_how"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="ck_attempt_ended"),
    )
    op.create_table(
        "attempt_event",
        sa.Column("attempt_id", sa.Integer(), sa.ForeignKey("attempt.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("client", sa.String(22), nullable=False),
        sa.Column("client_seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("slot", sa.Integer()),
        sa.Column("response", sa.JSON()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.UniqueConstraint("attempt_id", "client", "client_seq", name="uq_attempt_event_attempt_id_client_client_seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attempt_result",
        sa.Column("attempt_id", sa.Integer(), sa.ForeignKey("attempt.id"), primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.CheckConstraint("total >= 0 AND total <= maximum", name="ck_attempt_result_total"),
    )
    protect("attempt_event")
    protect("attempt_result")


def downgrade() -> None:
    """Drop them."""
    release("attempt_result")
    release("attempt_event")
    for table in ("attempt_result", "attempt_event", "attempt"):
        op.drop_table(table)
