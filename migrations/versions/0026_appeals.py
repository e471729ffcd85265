"""Appeals and their steps; exams that are signed off."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nobody has appealed, nothing is signed off yet."""
    op.create_table(
        "appeal_rule",
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), primary_key=True),
        sa.Column("days", sa.Integer(), nullable=False),
    )
    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False),
        sa.Column("attempt_id", sa.Integer(), sa.ForeignKey("attempt.id"), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("taken_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("finding", sa.String(12)),
        sa.Column("words", sa.String(1000)),
        sa.Column("found_on", sa.Integer()),
        sa.UniqueConstraint("attempt_id", "revision"),
    )
    op.create_index("ix_appeal_exam_id_state", "appeal", ["exam_id", "state"])
    op.create_index("ix_appeal_person_id", "appeal", ["person_id"])
    op.create_table(
        "appeal_step",
        sa.Column("appeal_id", sa.Integer(), sa.ForeignKey("appeal.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("told", sa.JSON()),
    )
    protect("appeal_step")
    op.create_table(
        "exam_signing",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("proposed_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("decided_at", MOMENT),
        sa.Column("agreed", sa.Boolean()),
    )
    op.create_index("ix_exam_signing_exam_id", "exam_signing", ["exam_id"])
    op.add_column("exam", sa.Column("archived_at", MOMENT))


def downgrade() -> None:
    """Drop them."""
    release("appeal_step")
    op.drop_column("exam", "archived_at")
    for table in ("exam_signing", "appeal_step", "appeal", "appeal_rule"):
        op.drop_table(table)
