"""The librarian's desk: facts that are wanted, documents alike, broken citations; imports whose job failed."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

STATES = "state IN ('reading', 'unfit', 'ready', 'taking', 'taken', 'dropped', 'failed')"
EARLIER = "state IN ('reading', 'unfit', 'ready', 'taking', 'taken', 'dropped')"
DAYS = ("valid_until", "repealed_on", "effective_on", "amended_on")


def _states(allowed: str) -> None:
    with op.batch_alter_table("ref_import") as table:
        table.drop_constraint("ck_ref_import_state", type_="check")
        table.create_check_constraint("ck_ref_import_state", allowed)


def upgrade() -> None:
    """What the tables hold is worked out by a job."""
    _states(STATES)
    op.create_index("ix_ref_import_state", "ref_import", ["state"])
    for day in DAYS:
        op.create_index(f"ix_ref_document_{day}", "ref_document", [day])
    document = sa.ForeignKey("ref_document.id", ondelete="CASCADE")
    op.create_table(
        "ref_lack",
        sa.Column("document_id", sa.Integer(), document, primary_key=True),
        sa.Column("fact", sa.String(20), primary_key=True, index=True),
    )
    op.create_table(
        "ref_alike",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("first", sa.String(22), nullable=False),
        sa.Column("second", sa.String(22), nullable=False),
        sa.Column("why", sa.String(5), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("shared", "of_first", "of_second")),
        sa.Column("share", sa.Integer(), nullable=False, index=True),
        sa.UniqueConstraint("first", "second"),
        sa.CheckConstraint("why IN ('title', 'text', 'both')", name="why"),
    )
    op.create_table(
        "ref_settled",
        sa.Column("first", sa.String(22), primary_key=True),
        sa.Column("second", sa.String(22), primary_key=True),
        sa.Column("how", sa.String(10), nullable=False),
        sa.Column("decided_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("how IN ('different', 'versions')", name="how"),
    )
    op.create_table(
        "ref_broken",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("article", sa.Integer(), nullable=False),
        sa.Column("article_sub", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False, index=True),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.UniqueConstraint("name", "article", "article_sub"),
    )
    op.create_table(
        "ref_looked",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    """Imports that failed wait to be dropped."""
    for table in ("ref_looked", "ref_broken", "ref_settled", "ref_alike", "ref_lack"):
        op.drop_table(table)
    for day in DAYS:
        op.drop_index(f"ix_ref_document_{day}", "ref_document")
    op.drop_index("ix_ref_import_state", "ref_import")
    op.execute("UPDATE ref_import SET state = 'unfit' WHERE state = 'failed'")
    _states(EARLIER)
