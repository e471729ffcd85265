"""Practice: rounds that are tests keep their plan, what was asked, and their outcome."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rounds so far are none."""
    op.add_column("practice_round", sa.Column("record", sa.JSON()))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("practice_round", "record")
