"""Personnel files come by import too; a row of an import says what its columns said before."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is known of what earlier rows changed."""
    _kinds("kind IN ('units', 'people', 'files')")
    op.add_column("roster_row", sa.Column("before", sa.JSON()))


def _kinds(allowed: str) -> None:
    with op.batch_alter_table("roster_import") as table:
        table.drop_constraint("ck_roster_import_kind", type_="check")
        table.create_check_constraint("ck_roster_import_kind", allowed)


def downgrade() -> None:
    """Forget imports of personnel files; what they changed stays."""
    op.execute("DELETE FROM roster_row WHERE import_id IN (SELECT id FROM roster_import WHERE kind = 'files')")
    op.execute("DELETE FROM roster_import WHERE kind = 'files'")
    with op.batch_alter_table("roster_row") as table:
        table.drop_column("before")
    _kinds("kind IN ('units', 'people')")
