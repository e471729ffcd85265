"""Counts of transcripts by unit and month and by person and year."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

#: the day of an entry where the organisation works, as yyyymm and as yyyy
MONTH = {
    "sqlite": "CAST(strftime('%Y%m', happened_at, '+8 hours') AS INTEGER)",
    "postgresql": "CAST(to_char(happened_at AT TIME ZONE 'Asia/Shanghai', 'YYYYMM') AS INTEGER)",
}
#: hours are stored in hundredths
COUNTS = """
  sum(CASE WHEN passed OR kind IN ('exam', 'class') THEN 1 ELSE 0 END),
  sum(CASE WHEN passed THEN 1 ELSE 0 END),
  sum(CASE WHEN passed OR kind IN ('exam', 'class') THEN hours / 25 ELSE 0 END)
FROM transcript_entry e
WHERE NOT EXISTS (
  SELECT 1 FROM transcript_entry later
  WHERE later.person_id = e.person_id AND later.source = e.source AND later.revision > e.revision
)
GROUP BY 1, 2, 3, 4
"""
LENGTHS = {"kind": sa.String(12), "subject": sa.String(40)}


def upgrade() -> None:
    """Filled with what the entries in force say."""
    for name, keys in (
        ("transcript_unit_tally", ("month", "unit_id", "kind", "subject")),
        ("transcript_person_tally", ("year", "unit_id", "person_id", "kind")),
    ):
        op.create_table(
            name,
            *(sa.Column(key, LENGTHS.get(key, sa.Integer()), primary_key=True, autoincrement=False) for key in keys),
            *(sa.Column(count, sa.Integer(), nullable=False) for count in ("entries", "passed", "quarters")),
        )
    op.create_index("ix_transcript_entry_happened_at", "transcript_entry", ["happened_at"])
    for statement in fillings(op.get_bind().dialect.name):
        op.execute(statement)


def fillings(dialect: str) -> tuple[str, str]:
    """What counts the entries in force, for each of the two tables."""
    month, unit = MONTH[dialect], "coalesce(unit_id, 0)"
    return (
        f"INSERT INTO transcript_unit_tally SELECT {month}, {unit}, kind, coalesce(subject, ''), {COUNTS}",
        f"INSERT INTO transcript_person_tally SELECT {month} / 100, {unit}, person_id, kind, {COUNTS}",
    )


def downgrade() -> None:
    """Forget the counts."""
    op.drop_index("ix_transcript_entry_happened_at", "transcript_entry")
    op.drop_table("transcript_person_tally")
    op.drop_table("transcript_unit_tally")
