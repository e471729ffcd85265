"""Entries of transcripts that count for nothing: taken back, or their person was exempt."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

#: what was told of attempts that became void after they had been told: a revision more than the attempt has results
VOID_ATTEMPTS = """
UPDATE transcript_entry SET void = 'taken_back' WHERE kind = 'exam' AND EXISTS (
  SELECT 1 FROM attempt a WHERE a.public_id = transcript_entry.source AND a.ended_how = 'void'
  AND transcript_entry.revision > (SELECT max(r.revision) FROM attempt_result r WHERE r.attempt_id = a.id)
)
"""
EXEMPT_LEARNERS = """
UPDATE transcript_entry SET void = 'exempt' WHERE kind = 'class' AND EXISTS (
  SELECT 1 FROM class_result r
  JOIN class_learner l ON l.id = r.learner_id
  JOIN training_class c ON c.id = r.class_id
  WHERE c.public_id = transcript_entry.source AND l.person_id = transcript_entry.person_id
  AND r.revision = transcript_entry.revision AND r.outcome = 'exempt'
)
"""
NOT_DONE_ANY_MORE = "UPDATE transcript_entry SET void = 'taken_back' WHERE kind IN ('unit', 'outside') AND NOT passed"
#: entries in force that the counts hold and should not; the day of an entry where the organisation works
COUNTED = """
SELECT {month} AS month, coalesce(unit_id, 0) AS unit, kind, coalesce(subject, '') AS subject, person_id, hours / 25 AS quarters
FROM transcript_entry e WHERE void IS NOT NULL AND kind IN ('exam', 'class') AND NOT EXISTS (
  SELECT 1 FROM transcript_entry later
  WHERE later.person_id = e.person_id AND later.source = e.source AND later.revision > e.revision
)
"""
MONTH = {
    "sqlite": "CAST(strftime('%Y%m', happened_at, '+8 hours') AS INTEGER)",
    "postgresql": "CAST(to_char(happened_at AT TIME ZONE 'Asia/Shanghai', 'YYYYMM') AS INTEGER)",
}
TALLIES = (
    "UPDATE transcript_unit_tally SET entries = entries {sign} 1, quarters = quarters {sign} :quarters "
    "WHERE month = :month AND unit_id = :unit AND kind = :kind AND subject = :subject",
    "UPDATE transcript_person_tally SET entries = entries {sign} 1, quarters = quarters {sign} :quarters "
    "WHERE year = :month / 100 AND unit_id = :unit AND kind = :kind AND person_id = :person_id",
)


def upgrade() -> None:
    """Say it of the entries that are there, as far as exams, classes and kinds tell, and count them no more."""
    op.add_column("transcript_entry", sa.Column("void", sa.String(12)))
    release("transcript_entry")
    for statement in (NOT_DONE_ANY_MORE, VOID_ATTEMPTS, EXEMPT_LEARNERS):
        op.execute(statement)
    protect("transcript_entry")
    _count("-")


def downgrade() -> None:
    """Count them again, and forget it."""
    _count("+")
    release("transcript_entry")
    op.drop_column("transcript_entry", "void")
    protect("transcript_entry")


def _count(sign: str) -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text(COUNTED.format(month=MONTH[connection.dialect.name]))).mappings().all()
    for row in rows:
        for statement in TALLIES:
            connection.execute(sa.text(statement.format(sign=sign)), dict(row))
