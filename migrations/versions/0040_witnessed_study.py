"""Time of study that the server witnessed, how much of it a unit asks for, and notes on pages of units."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATE = ("opened", "anchor", "told", "clock")
COUNTS = ("version", "number", "forged", "intervals")
#: an interval may grow at its end; nothing else of it changes, and none goes away
OTHERS = ("stream_id", "number", "person_id", "day", "began", "verdict")
CHANGED = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in OTHERS)
SQLITE = (
    f"CREATE TRIGGER study_interval_only_grows BEFORE UPDATE ON study_interval WHEN {CHANGED} OR NEW.ended < OLD.ended "
    "BEGIN SELECT RAISE(ABORT, 'rows of study_interval only grow'); END",
    "CREATE TRIGGER study_interval_no_delete BEFORE DELETE ON study_interval "
    "BEGIN SELECT RAISE(ABORT, 'rows of study_interval only grow'); END",
)
POSTGRES = (
    f"""
CREATE FUNCTION study_interval_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR TG_OP = 'TRUNCATE' THEN RAISE EXCEPTION 'rows of study_interval only grow'; END IF;
  IF {CHANGED} OR NEW.ended < OLD.ended THEN RAISE EXCEPTION 'rows of study_interval only grow'; END IF;
  RETURN NEW;
END $$
""",
    "CREATE TRIGGER study_interval_only_grows BEFORE UPDATE OR DELETE ON study_interval "
    "FOR EACH ROW EXECUTE FUNCTION study_interval_grows()",
    "CREATE TRIGGER study_interval_no_truncate BEFORE TRUNCATE ON study_interval "
    "FOR EACH STATEMENT EXECUTE FUNCTION study_interval_grows()",
)


def upgrade() -> None:
    """Nothing was witnessed before, and no unit asked for it."""
    op.add_column("course_unit", sa.Column("minutes", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "course_study_time",
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("course_unit.id"), primary_key=True),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
    )
    op.create_table(
        "study_stream",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("course_unit.id"), nullable=False),
        sa.Column("page", sa.String(120), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in STATE),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
    )
    op.create_index("ix_study_stream_person_id", "study_stream", ["person_id"])
    op.create_table(
        "study_interval",
        sa.Column("stream_id", sa.Integer(), sa.ForeignKey("study_stream.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(12), nullable=False),
    )
    op.create_index("ix_study_interval_person_id_ended", "study_interval", ["person_id", "ended"])
    op.create_index("ix_study_interval_person_id_day", "study_interval", ["person_id", "day"])
    op.create_table(
        "course_note",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("course_unit.id"), nullable=False),
        sa.Column("page", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("earlier", sa.Text()),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT),
    )
    op.create_index("ix_course_note_person_id_unit_id", "course_note", ["person_id", "unit_id"])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRES:
        op.execute(statement)


def downgrade() -> None:
    """Forget what was witnessed."""
    for table in ("course_note", "study_interval", "study_stream", "course_study_time"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION study_interval_grows()")
    with op.batch_alter_table("course_unit") as table:
        table.drop_column("minutes")
