"""Rules of study hours, who goes by which, what was worked out by them; the sets that come with the software."""

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import op

from lms.ids import new_public_id
from migrations.append_only import protect

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

SETS = Path(__file__).parents[2] / "courseware" / "rules" / "sets"
ADOPTED, SINCE = "national", date(2023, 1, 1)
REASON = "随软件提供"


def upgrade() -> None:
    """Everybody goes by the national minima at first, whose network courses count the hours that they carry: as before."""
    rules = op.create_table(
        "hours_rules",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.UniqueConstraint("public_id", name="uq_hours_rules_public_id"),
        sa.UniqueConstraint("code", "number", name="uq_hours_rules_code"),
    )
    adoption = op.create_table(
        "hours_adoption",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id")),
        sa.Column("rules_id", sa.Integer(), sa.ForeignKey("hours_rules.id")),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("reason", sa.String(200), nullable=False),
    )
    _worked_out()
    moment = datetime.now(UTC)
    for path in sorted(SETS.glob("*.toml"), key=lambda path: (path.stem != ADOPTED, path.stem)):
        text = path.read_text(encoding="utf-8")
        row = {
            "public_id": new_public_id(), "code": tomllib.loads(text)["code"], "number": 1, "text": text,
            "made_at": moment, "reason": REASON,
        }  # fmt: skip
        op.bulk_insert(rules, [row])
    first = op.get_bind().scalar(sa.select(rules.c.id).where(rules.c.code == ADOPTED))
    op.bulk_insert(adoption, [{"rules_id": first, "from_date": SINCE, "made_at": moment, "reason": REASON}])
    protect("hours_rules")
    protect("hours_adoption")


def _worked_out() -> None:
    op.create_table(
        "hours_summary",
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("year", sa.Integer(), primary_key=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("rules_id", sa.Integer(), sa.ForeignKey("hours_rules.id")),
        sa.Column("category", sa.String(40)),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("last_entry", sa.Integer(), nullable=False),
        sa.Column("last_adoption", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("worked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_hours_summary_year_state", "hours_summary", ["year", "state"])
    op.create_table(
        "hours_trial",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False),
        sa.Column("rules_id", sa.Integer(), sa.ForeignKey("hours_rules.id"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("paths", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job", sa.String(22)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("public_id", name="uq_hours_trial_public_id"),
    )
    op.create_index("ix_hours_trial_made_by", "hours_trial", ["made_by"])
    op.create_table(
        "hours_trial_line",
        sa.Column("trial_id", sa.Integer(), sa.ForeignKey("hours_trial.id"), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("before_state", sa.String(12), nullable=False),
        sa.Column("after_state", sa.String(12), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    """Forget the rules; transcripts stay as they are."""
    for table in ("hours_trial_line", "hours_trial", "hours_summary", "hours_adoption", "hours_rules"):
        op.drop_table(table)
