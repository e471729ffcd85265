"""Why an entry of a transcript was corrected; learning elsewhere that is claimed."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TEXTS = {"channel": 12, "title": 200, "organiser": 120, "place": 120, "work": 200, "remark": 1000}


def upgrade() -> None:
    """A column and four tables."""
    op.add_column("transcript_entry", sa.Column("why", sa.String(200)))
    _claims()


def _claims() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True)),
        sa.Column("confirmed_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("confirmed_path", sa.String(255)),
        sa.Column("hours", sa.Integer()),
        sa.Column("revision", sa.Integer(), nullable=False),
    )
    op.create_index("ix_claim_person_id", "claim", ["person_id"])
    op.create_index("ix_claim_state_submitted_at", "claim", ["state", "submitted_at"])
    op.create_table(
        "claim_version",
        sa.Column("claim_id", sa.Integer(), sa.ForeignKey("claim.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in TEXTS.items()),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("half_days", sa.Integer()),
        sa.Column("minutes", sa.Integer()),
        sa.Column("level", sa.String(12)),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_claim_version_work", "claim_version", ["work"])
    op.create_table(
        "claim_step",
        sa.Column("claim_id", sa.Integer(), sa.ForeignKey("claim.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.JSON()),
    )
    op.create_table(
        "claim_file",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("claim_id", sa.Integer(), sa.ForeignKey("claim.id"), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("copy_sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(4), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_claim_file_claim_id", "claim_file", ["claim_id"])
    op.create_index("ix_claim_file_sha256", "claim_file", ["sha256"])
    for table in ("claim_version", "claim_step", "claim_file"):
        protect(table)


def downgrade() -> None:
    """Forget them."""
    for table in ("claim_file", "claim_step", "claim_version", "claim"):
        op.drop_table(table)
    release("transcript_entry")
    with op.batch_alter_table("transcript_entry") as table:
        table.drop_column("why")
    protect("transcript_entry")
