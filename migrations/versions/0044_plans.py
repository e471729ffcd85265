"""Courses and required training: versions, assignments, and every step of them; transcripts hold classes and learning elsewhere."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

VERSIONS = (
    ("training_course_version", "course_id", "training_course"),
    ("training_plan_version", "plan_id", "training_plan"),
)


def _column(name: str, kind: sa.types.TypeEngine[object], *, to: str = "", null: bool = False) -> sa.Column[object]:
    key = (sa.ForeignKey(to),) if to else ()
    return sa.Column(name, kind, *key, nullable=null)


def _named(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        *columns,
    )


def upgrade() -> None:
    """Make the tables."""
    text, number, moment = sa.String, sa.Integer(), sa.DateTime(timezone=True)
    _named(
        "training_course",
        _column("title", text(120)), _column("title_en", text(120), null=True), _column("owner_path", text(255)),
        _column("newest", number),
    )  # fmt: skip
    _named(
        "training_plan",
        _column("title", text(120)), _column("owner_path", text(255)),
        _column("course_id", number, to="training_course.id"), _column("state", text(12)), _column("newest", number),
        _column("applied", number), _column("made_by", number, to="person.id"), _column("made_at", moment),
    )  # fmt: skip
    for table, of, owner in VERSIONS:
        op.create_table(
            table,
            sa.Column(of, sa.Integer(), sa.ForeignKey(f"{owner}.id"), primary_key=True),
            sa.Column("number", sa.Integer(), primary_key=True),
            _column("record", sa.JSON()), _column("made_at", moment), _column("made_by", number, to="person.id"),
        )  # fmt: skip
        protect(table)
    _named(
        "plan_assignment",
        _column("plan_id", number, to="training_plan.id"), _column("cycle", text(8)),
        _column("person_id", number, to="person.id"), _column("unit_id", number, to="unit.id"),
        _column("entered_on", sa.Date()), _column("due_on", sa.Date()), _column("left_on", sa.Date(), null=True),
        _column("begun", sa.Boolean()), _column("done_on", sa.Date(), null=True), _column("exempt", text(20), null=True),
        _column("reminded_on", sa.Date(), null=True),
        sa.UniqueConstraint("plan_id", "cycle", "person_id"),
    )  # fmt: skip
    counted = ["plan_id", "cycle", "unit_id", "left_on", "due_on", "done_on", "begun", "exempt"]
    op.create_index("ix_plan_assignment_counted", "plan_assignment", counted)
    op.create_index("ix_plan_assignment_person_id", "plan_assignment", ["person_id"])
    op.create_table(
        "plan_event",
        sa.Column("id", sa.Integer(), primary_key=True),
        _column("assignment_id", number, to="plan_assignment.id"), _column("kind", text(12)), _column("at", moment),
        _column("by", number, to="person.id", null=True), _column("told", sa.JSON(), null=True),
    )  # fmt: skip
    op.create_index("ix_plan_event_assignment_id", "plan_event", ["assignment_id"])
    protect("plan_event")


def downgrade() -> None:
    """Forget them."""
    for table in (
        "plan_event", "plan_assignment", "training_plan_version", "training_course_version", "training_plan", "training_course",
    ):  # fmt: skip
        op.drop_table(table)
