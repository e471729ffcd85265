"""The life of items: states, reviews, who shares a pool, drafts, pictures, changes of many at once, statistics."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import protect, release

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATES = "state IN ('ready', 'draft', 'in_review', 'trial', 'retired')"
IMPORT_STATES = "state IN ('reading', 'ready', 'taking', 'taken')"


def upgrade() -> None:
    """What was ready is approved by its newest wording."""
    op.add_column("bank_pool", sa.Column("reviewed", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("bank_item") as item:
        item.drop_constraint("ck_bank_item_state", type_="check")
        item.create_check_constraint("ck_bank_item_state", STATES)
        item.add_column(sa.Column("drawn", sa.Integer()))
        item.add_column(sa.Column("suspended", sa.String(20), nullable=False, server_default=""))
    op.execute("UPDATE bank_item SET drawn = newest")
    _name_citations()
    with op.batch_alter_table("bank_import") as file:
        file.drop_constraint("ck_bank_import_state", type_="check")
        file.create_check_constraint("ck_bank_import_state", IMPORT_STATES)
    with op.batch_alter_table("bank_import_row") as row:
        row.add_column(sa.Column("outcome", sa.String(10)))
        row.add_column(
            sa.Column(
                "item_id", sa.Integer(), sa.ForeignKey("bank_item.id", name="fk_bank_import_row_item_id_bank_item")
            )
        )
        row.add_column(sa.Column("version", sa.Integer()))
    op.create_table(
        "bank_item_event",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("item_id", sa.Integer(), sa.ForeignKey("bank_item.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("comment", sa.Text()),
        sa.Column("by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_bank_item_event_item_id", "bank_item_event", ["item_id", "id"])
    protect("bank_item_event")
    op.create_table(
        "bank_share",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("pool_id", sa.Integer(), sa.ForeignKey("bank_pool.id"), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("access", sa.String(8), nullable=False),
        sa.Column("given_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("pool_id", "person_id", name="uq_bank_share_pool_id_person_id"),
        sa.CheckConstraint("access IN ('view', 'use', 'edit', 'review')", name="ck_bank_share_access"),
    )
    op.create_index("ix_bank_share_person_id", "bank_share", ["person_id"])
    op.create_table(
        "bank_picture",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "bank_draft",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("pool_id", sa.Integer(), sa.ForeignKey("bank_pool.id"), nullable=False),
        sa.Column("item_id", sa.Integer(), sa.ForeignKey("bank_item.id")),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("type", sa.String(20), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_bank_draft_person_id", "bank_draft", ["person_id", "pool_id"])
    op.create_table(
        "bank_bulk",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False, unique=True),
        sa.Column("pool_id", sa.Integer(), sa.ForeignKey("bank_pool.id"), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_bank_bulk_pool_id", "bank_bulk", ["pool_id"])
    op.create_table(
        "bank_statistic",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("item_version_id", sa.Integer(), sa.ForeignKey("bank_item_version.id"), nullable=False),
        sa.Column("source", sa.String(22), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("exposure", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("item_version_id", "source", name="uq_bank_statistic_item_version_id_source"),
    )
    op.create_index("ix_bank_statistic_source", "bank_statistic", ["source"])
    _health()
    with op.batch_alter_table("ref_document") as document:
        document.add_column(sa.Column("repealed_on", sa.Date()))
        document.add_column(sa.Column("repeal_reason", sa.String(500)))


def _health() -> None:
    """What the law changed under questions, and reports on the health of pools."""
    op.create_table(
        "bank_law_change",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("item_id", sa.Integer(), sa.ForeignKey("bank_item.id"), nullable=False),
        sa.Column("how", sa.String(10), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("article", sa.String(60)),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.Column("moved_to", sa.String(60)),
        sa.Column("reason", sa.String(500)),
        sa.Column("day", sa.Date()),
        sa.Column("document", sa.String(22)),
        sa.Column("word", sa.String(22), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("how IN ('amended', 'removed', 'repealed')", name="ck_bank_law_change_how"),
    )
    op.create_index("ix_bank_law_change_item_id", "bank_law_change", ["item_id"])
    op.create_table(
        "bank_health",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("pool_id", sa.Integer(), sa.ForeignKey("bank_pool.id"), nullable=False, index=True),
        sa.Column("job_id", sa.String(22), nullable=False, unique=True),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True)),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "bank_finding",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("health_id", sa.Integer(), sa.ForeignKey("bank_health.id"), nullable=False),
        sa.Column("category", sa.String(30), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
    )
    op.create_index("ix_bank_finding_health_id", "bank_finding", ["health_id", "category", "id"])


def _name_citations() -> None:
    """The laws that a version cites, in a column of their own, for lists that look for one."""
    op.add_column("bank_item_version", sa.Column("cited", sa.Text(), nullable=False, server_default=""))
    version = sa.table(
        "bank_item_version", sa.column("id", sa.Integer), sa.column("record", sa.JSON), sa.column("cited", sa.Text)
    )
    connection = op.get_bind()
    release("bank_item_version")
    for number, record in connection.execute(sa.select(version.c.id, version.c.record)).all():
        cited = "\n".join(" ".join(filter(None, one)) for one in (record or {}).get("citations", ()))
        if cited:
            connection.execute(sa.update(version).where(version.c.id == number).values(cited=cited))
    protect("bank_item_version")


def downgrade() -> None:
    """Drop them; what was neither ready nor retired is retired."""
    release("bank_item_event")
    with op.batch_alter_table("ref_document") as document:
        document.drop_column("repealed_on")
        document.drop_column("repeal_reason")
    for table in (
        "bank_finding", "bank_health", "bank_law_change",
        "bank_statistic", "bank_bulk", "bank_draft", "bank_picture", "bank_share", "bank_item_event",
    ):  # fmt: skip
        op.drop_table(table)
    op.execute("UPDATE bank_item SET state = 'retired' WHERE state <> 'ready'")
    with op.batch_alter_table("bank_item") as item:
        item.drop_constraint("ck_bank_item_state", type_="check")
        item.create_check_constraint("ck_bank_item_state", "state IN ('ready', 'retired')")
        item.drop_column("drawn")
        item.drop_column("suspended")
    op.drop_column("bank_pool", "reviewed")
    release("bank_item_version")
    op.drop_column("bank_item_version", "cited")
    protect("bank_item_version")
    with op.batch_alter_table("bank_import_row") as row:
        for column in ("outcome", "item_id", "version"):
            row.drop_column(column)
    op.execute("UPDATE bank_import SET state = 'ready' WHERE state = 'taking'")
    with op.batch_alter_table("bank_import") as file:
        file.drop_constraint("ck_bank_import_state", type_="check")
        file.create_check_constraint("ck_bank_import_state", "state IN ('reading', 'ready', 'taken')")
