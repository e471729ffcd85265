"""What of recordings was watched, and after how many minutes a unit asks whether somebody is there."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Units that are there ask after eight minutes, as every unit did."""
    op.add_column("course_unit", sa.Column("presence", sa.Integer(), nullable=False, server_default="8"))
    op.create_table(
        "study_watch",
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("covered", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_table("study_watch")
    with op.batch_alter_table("course_unit") as table:
        table.drop_column("presence")
