"""Marking by people: who marks what, and what they gave."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
EXAM, PERSON = "exam.id", "person.id"


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), primary_key=True)


def _public_id() -> sa.Column[str]:
    return sa.Column("public_id", sa.String(22), nullable=False, unique=True)


def _of(name: str, other: str, *, primary_key: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(other), nullable=False, primary_key=primary_key, index=index)


def upgrade() -> None:
    """Nothing was marked by people before."""
    op.add_column("exam", sa.Column("marked_at", MOMENT))
    op.create_table(
        "marking_plan",
        _of("exam_id", EXAM, primary_key=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        _of("made_by", PERSON),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("allotted_at", MOMENT),
        sa.Column("lacking", sa.Integer()),
        sa.Column("remarking", sa.String(22)),
    )
    op.create_table(
        "marking_question",
        _id(),
        _public_id(),
        _of("exam_id", EXAM, index=True),
        _of("item_version_id", "bank_item_version.id"),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("rubric", sa.JSON(), nullable=False),
        sa.UniqueConstraint("exam_id", "item_version_id", "marks"),
    )
    op.create_table(
        "marking_marker",
        _of("exam_id", EXAM, primary_key=True),
        _of("person_id", PERSON, primary_key=True),
        sa.Column("adjudicates", sa.Boolean(), nullable=False),
        _of("added_by", PERSON),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("left_at", MOMENT),
    )
    op.create_index("ix_marking_marker_person_id", "marking_marker", ["person_id"])
    op.create_table(
        "marking_script",
        _id(),
        _public_id(),
        _of("exam_id", EXAM, index=True),
        _of("question_id", "marking_question.id"),
        _of("attempt_id", "attempt.id"),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("control", sa.Boolean(), nullable=False),
        sa.Column("final", sa.Integer()),
        sa.UniqueConstraint("attempt_id", "slot"),
    )
    op.create_index("ix_marking_script_question_id", "marking_script", ["question_id", "final"])
    op.create_table(
        "marking_task",
        _id(),
        _of("script_id", "marking_script.id"),
        _of("person_id", PERSON),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT),
        sa.Column("taken_back_at", MOMENT),
        sa.Column("returned", sa.String(200)),
        sa.UniqueConstraint("script_id", "person_id"),
    )
    op.create_index("ix_marking_task_person_id", "marking_task", ["person_id", "done_at"])
    op.create_table(
        "marking_mark",
        _id(),
        _of("task_id", "marking_task.id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Integer()),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("task_id", "number"),
    )
    protect("marking_mark")


def downgrade() -> None:
    """Drop them."""
    release("marking_mark")
    for table in ("mark", "task", "script", "marker", "question", "plan"):
        op.drop_table(f"marking_{table}")
    op.drop_column("exam", "marked_at")
