"""Drafts of course units, what was decided about them, and archives that are looked at first."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('writing', 'submitted')")


def upgrade() -> None:
    """Units that are there came with the program."""
    op.add_column("course_unit", sa.Column("authored", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "course_draft",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("course_unit.id")),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("title_en", sa.String(120), nullable=False),
        sa.Column("subject", sa.String(60), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        *_made("made"),
        *_made("saved"),
    )
    op.create_index(
        "uq_course_draft_open", "course_draft", ["code"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_index("ix_course_draft_state", "course_draft", ["state"])
    op.create_index("ix_course_draft_unit_id", "course_draft", ["unit_id"])
    op.create_table(
        "course_draft_hand",
        sa.Column("draft_id", sa.Integer(), sa.ForeignKey("course_draft.id"), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    protect("course_draft_hand")
    op.create_table(
        "course_event",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("draft_id", sa.Integer(), sa.ForeignKey("course_draft.id")),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("course_unit.id")),
        sa.Column("act", sa.String(12), nullable=False),
        sa.Column("by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("record", sa.JSON()),
        sa.Column("sha256", sa.String(64)),
        sa.Column("version", sa.Integer()),
    )
    op.create_index("ix_course_event_draft_id", "course_event", ["draft_id"])
    op.create_index("ix_course_event_unit_id", "course_event", ["unit_id"])
    protect("course_event")
    op.create_table(
        "course_import",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        *_made("made"),
    )
    op.create_index("ix_course_import_made_by", "course_import", ["made_by"])


def downgrade() -> None:
    """Forget them; versions that came of them stay."""
    for table in ("course_import", "course_event", "course_draft_hand", "course_draft"):
        op.drop_table(table)
    with op.batch_alter_table("course_unit") as table:
        table.drop_column("authored")


def _made(how: str) -> tuple[sa.Column[int], sa.Column[object]]:
    return (
        sa.Column(f"{how}_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column(f"{how}_at", sa.DateTime(timezone=True), nullable=False),
    )
