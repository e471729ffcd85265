"""Open interfaces of the library: what left the catalogue; foreign catalogues and what came from them."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0033"
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


def downgrade() -> None:
    """Forget it."""
    op.drop_table("ref_withdrawn")
