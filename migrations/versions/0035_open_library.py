"""Open interfaces of the library: what left the catalogue; foreign catalogues and what came from them."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nothing was noted before."""
    op.create_table(
        "ref_withdrawn",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("document", sa.String(22), nullable=False, unique=True),
        sa.Column("subject", sa.String(60)),
        sa.Column("withdrawn_at", MOMENT, nullable=False, index=True),
    )

    op.create_table(
        "ref_harvest_source",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("address", sa.String(400), nullable=False),
        sa.Column("set_spec", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(60)),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("is_stopped", sa.Boolean(), nullable=False),
        sa.Column("harvested_until", sa.String(30)),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_table(
        "ref_harvest",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("ref_harvest_source.id"), nullable=False, index=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("since", sa.String(30)),
        sa.Column("token", sa.String(2000)),
        sa.Column("answered", sa.String(30)),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("handled", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.JSON(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("job_id", sa.String(22)),
        sa.Column("begun_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.CheckConstraint("state IN ('running', 'done', 'failed', 'cancelled')", name="ck_ref_harvest_state"),
    )
    op.create_table(
        "ref_harvest_refusal",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("harvest_id", sa.Integer(), sa.ForeignKey("ref_harvest.id"), nullable=False, index=True),
        sa.Column("identifier", sa.String(500), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
    )
    op.create_table(
        "ref_harvested",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("ref_harvest_source.id"), nullable=False),
        sa.Column("identifier", sa.String(500), nullable=False),
        sa.Column("document", sa.String(22), unique=True),
        sa.Column("link", sa.String(1000)),
        sa.UniqueConstraint("source_id", "identifier"),
    )


def downgrade() -> None:
    """Forget it."""
    for table in ("ref_harvested", "ref_harvest_refusal", "ref_harvest", "ref_harvest_source", "ref_withdrawn"):
        op.drop_table(table)
