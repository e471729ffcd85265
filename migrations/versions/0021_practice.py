"""Practice: rounds, answers, what is known of each question, favourites."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nobody has practised yet."""
    op.create_table(
        "practice_round",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("way", sa.String(12), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("point", sa.String(80), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("seed", sa.LargeBinary(32), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
    )
    op.create_index("ix_practice_round_person_id", "practice_round", ["person_id", "id"])
    op.create_table(
        "practice_answer",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("round_id", sa.Integer(), sa.ForeignKey("practice_round.id"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("item_id", sa.Integer(), sa.ForeignKey("bank_item.id"), nullable=False),
        sa.Column("item_version_id", sa.Integer(), sa.ForeignKey("bank_item_version.id"), nullable=False),
        sa.Column("response", sa.JSON()),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer()),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("round_id", "place"),
    )
    op.create_index("ix_practice_answer_person_id_item_id", "practice_answer", ["person_id", "item_id", "id"])
    op.create_index("ix_practice_answer_item_id", "practice_answer", ["item_id", "id"])
    protect("practice_answer")
    op.create_table(
        "practice_card",
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("item_id", sa.Integer(), sa.ForeignKey("bank_item.id"), primary_key=True),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("due", MOMENT, nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.Column("quick", sa.Integer(), nullable=False),
        sa.Column("mistaken", sa.Boolean(), nullable=False),
        sa.Column("right_on", sa.Date()),
    )
    op.create_index("ix_practice_card_person_id_due", "practice_card", ["person_id", "due"])
    op.create_index("ix_practice_card_person_id_mistaken", "practice_card", ["person_id", "mistaken"])
    op.create_table(
        "practice_favourite",
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("item_id", sa.Integer(), sa.ForeignKey("bank_item.id"), primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    release("practice_answer")
    for table in ("practice_favourite", "practice_card", "practice_answer", "practice_round"):
        op.drop_table(table)
