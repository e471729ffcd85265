"""Supervision: time that stands still, who was heard of, more time for some, outages; rooms, seats, measures, incidents."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
HOW = "ended_how IN ('handed_in', 'closed', 'forced', 'void')"
HOW_BEFORE = "ended_how IN ('handed_in', 'closed')"


def upgrade() -> None:
    """What the journals of older attempts say of their answers is counted once."""
    with op.batch_alter_table("attempt") as attempt:
        attempt.drop_constraint("ck_attempt_ended_how", type_="check")
        attempt.create_check_constraint("ck_attempt_ended_how", HOW)
        attempt.add_column(sa.Column("paused_at", MOMENT))
        for column in ("extra_seconds", "answered", "away"):
            attempt.add_column(sa.Column(column, sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE attempt SET answered = (SELECT count(DISTINCT slot) FROM attempt_event"
        " WHERE attempt_event.attempt_id = attempt.id AND attempt_event.kind = 'answer')"
    )
    _sitting()
    _rooms()
    _record()


def _sitting() -> None:
    op.create_table(
        "sitting_presence",
        sa.Column("attempt_id", sa.Integer(), sa.ForeignKey("attempt.id"), primary_key=True),
        sa.Column("seen_at", MOMENT, nullable=False),
    )
    op.create_table(
        "sitting_accommodation",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False, index=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("approver", sa.String(60), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
    )
    op.create_table(
        "sitting_beat", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("at", MOMENT, nullable=False)
    )
    op.create_table(
        "sitting_outage",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False, index=True),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("decided_at", MOMENT),
    )


def _rooms() -> None:
    op.create_table(
        "supervision_room",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("seat_rows", sa.Integer(), nullable=False),
        sa.Column("seat_columns", sa.Integer(), nullable=False),
        sa.UniqueConstraint("exam_id", "name"),
    )
    op.create_table(
        "supervision_seat",
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("room_id", sa.Integer(), sa.ForeignKey("supervision_room.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.UniqueConstraint("room_id", "number"),
    )


def _record() -> None:
    op.create_table(
        "supervision_measure",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("reach", sa.String(80), nullable=False),
        sa.Column("attempts", sa.Integer()),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_table(
        "supervision_incident",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("exam_id", sa.Integer(), sa.ForeignKey("exam.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.UniqueConstraint("exam_id", "number"),
    )
    protect("supervision_incident")


def downgrade() -> None:
    """Drop them."""
    release("supervision_incident")
    for table in (
        "supervision_incident",
        "supervision_measure",
        "supervision_seat",
        "supervision_room",
        "sitting_outage",
        "sitting_beat",
        "sitting_accommodation",
        "sitting_presence",
    ):
        op.drop_table(table)
    op.execute("UPDATE attempt SET ended_how = 'closed' WHERE ended_how IN ('forced', 'void')")
    with op.batch_alter_table("attempt") as attempt:
        attempt.drop_constraint("ck_attempt_ended_how", type_="check")
        attempt.create_check_constraint("ck_attempt_ended_how", HOW_BEFORE)
        for column in ("away", "answered", "extra_seconds", "paused_at"):
            attempt.drop_column(column)
