"""What a transcript entry rests on, in which unit and post it was earned; what the personnel file says of people."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

#: the day of an entry where the organisation works
DAY = {
    "sqlite": "date(happened_at, '+8 hours')",
    "postgresql": "(happened_at AT TIME ZONE 'Asia/Shanghai')::date",
}
SERVED = """
UPDATE transcript_entry SET {column} = (
  SELECT posting.{column} FROM posting
  WHERE posting.person_id = transcript_entry.person_id AND posting.from_date <= {day}
    AND (posting.to_date IS NULL OR posting.to_date > {day})
  ORDER BY posting.id LIMIT 1
)
"""
TEXTS = {
    "gender": 8, "born": 7, "ethnicity": 20, "political": 12, "education": 20, "degree": 20, "category": 40,
}  # fmt: skip


def upgrade() -> None:
    """Unit and post of the day are worked out from the postings; nothing is known of what earlier entries rest on."""
    release("transcript_entry")
    op.execute("ALTER TABLE transcript_entry ADD COLUMN unit_id INTEGER REFERENCES unit (id)")
    op.add_column("transcript_entry", sa.Column("post", sa.String(80)))
    op.add_column("transcript_entry", sa.Column("facts", sa.JSON()))
    day = DAY[op.get_bind().dialect.name]
    for column in ("unit_id", "post"):
        op.execute(SERVED.format(column=column, day=day))
    _kinds("kind IN ('unit', 'exam', 'class', 'outside')")
    op.create_index("ix_transcript_entry_unit_id_happened_at", "transcript_entry", ["unit_id", "happened_at"])
    protect("transcript_entry")
    op.create_table(
        "person_particulars",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(length)) for name, length in TEXTS.items()),
        sa.Column("appointed_on", sa.Date()),
        sa.Column("sealed_id_number", sa.LargeBinary()),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("reason", sa.String(200), nullable=False),
    )
    op.create_index("ix_person_particulars_person_id_from_date", "person_particulars", ["person_id", "from_date"])
    protect("person_particulars")


def _kinds(allowed: str) -> None:
    with op.batch_alter_table("transcript_entry") as table:
        table.drop_constraint("ck_transcript_entry_kind", type_="check")
        table.create_check_constraint("ck_transcript_entry_kind", allowed)


def downgrade() -> None:
    """Forget both."""
    op.drop_table("person_particulars")
    release("transcript_entry")
    op.drop_index("ix_transcript_entry_unit_id_happened_at", "transcript_entry")
    op.execute("DELETE FROM transcript_entry WHERE kind NOT IN ('unit', 'exam')")
    _kinds("kind IN ('unit', 'exam')")
    with op.batch_alter_table("transcript_entry") as table:
        for column in ("facts", "post", "unit_id"):
            table.drop_column(column)
    protect("transcript_entry")
