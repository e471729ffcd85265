"""Tables of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OPEN = sa.text("to_date IS NULL")
_UNUSED = sa.text("used_at IS NULL")
_DAYS = "to_date IS NULL OR to_date > from_date"


def upgrade() -> None:
    """Create the organisation, its people, their roles, credentials and sessions."""
    _organisation()
    _people()
    _roles()
    _credentials()
    _sessions()


def downgrade() -> None:
    """Drop them."""
    for table in (
        "login_throttle",
        "login_session",
        "one_time_code",
        "totp",
        "password",
        "role_grant",
        "posting",
        "person",
        "unit_placement",
        "unit",
    ):
        op.drop_table(table)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _reference(name: str, target: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(target), nullable=nullable)


def _organisation() -> None:
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        _reference("parent_id", "unit.id", nullable=True),
        sa.Column("path", sa.String(255), nullable=False),
        sa.Column("closed_on", sa.Date()),
        _reference("merged_into_id", "unit.id", nullable=True),
        sa.CheckConstraint("kind IN ('bureau', 'branch', 'office')", name="ck_unit_kind"),
        sa.UniqueConstraint("public_id", name="uq_unit_public_id"),
        sa.UniqueConstraint("code", name="uq_unit_code"),
    )
    op.create_index("ix_unit_parent_id", "unit", ["parent_id"])
    op.create_index("ix_unit_path", "unit", ["path"])
    op.create_table(
        "unit_placement",
        sa.Column("id", sa.Integer(), primary_key=True),
        _reference("unit_id", "unit.id"),
        _reference("parent_id", "unit.id", nullable=True),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date()),
        sa.CheckConstraint(_DAYS, name="ck_unit_placement_days"),
    )
    op.create_index(
        "uq_unit_placement_open",
        "unit_placement",
        ["unit_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index("ix_unit_placement_unit_id_from_date", "unit_placement", ["unit_id", "from_date"])


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False),
        sa.Column("staff_number", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_pinyin", sa.String(200)),
        sa.Column("locale", sa.String(8)),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        _moment("created_at"),
        sa.UniqueConstraint("public_id", name="uq_person_public_id"),
        sa.UniqueConstraint("staff_number", name="uq_person_staff_number"),
    )
    op.create_index("ix_person_name", "person", ["name"])
    op.create_table(
        "posting",
        sa.Column("id", sa.Integer(), primary_key=True),
        _reference("person_id", "person.id"),
        _reference("unit_id", "unit.id"),
        sa.Column("post", sa.String(80)),
        sa.Column("rank", sa.String(80)),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date()),
        sa.CheckConstraint(_DAYS, name="ck_posting_days"),
    )
    op.create_index(
        "uq_posting_open", "posting", ["person_id"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_index("ix_posting_person_id_from_date", "posting", ["person_id", "from_date"])
    op.create_index("ix_posting_unit_id_to_date", "posting", ["unit_id", "to_date"])


def _roles() -> None:
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False),
        _reference("person_id", "person.id"),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("scope", sa.String(12), nullable=False),
        _reference("unit_id", "unit.id", nullable=True),
        sa.Column("thing_id", sa.String(22)),
        _moment("starts_at"),
        _moment("ends_at", nullable=True),
        _reference("granted_by", "person.id", nullable=True),
        _reference("withdrawn_by", "person.id", nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.CheckConstraint("scope IN ('organisation', 'pool', 'exam')", name="ck_role_grant_scope"),
        sa.CheckConstraint("(scope = 'organisation') = (thing_id IS NULL)", name="ck_role_grant_thing"),
        sa.CheckConstraint("scope = 'organisation' OR unit_id IS NULL", name="ck_role_grant_unit"),
        sa.UniqueConstraint("public_id", name="uq_role_grant_public_id"),
    )
    op.create_index("ix_role_grant_person_id_ends_at", "role_grant", ["person_id", "ends_at"])
    op.create_index("ix_role_grant_role", "role_grant", ["role"])
    op.create_index("ix_role_grant_thing_id", "role_grant", ["thing_id"])


def _credentials() -> None:
    op.create_table(
        "password",
        sa.Column("id", sa.Integer(), primary_key=True),
        _reference("person_id", "person.id"),
        sa.Column("hash", sa.String(200), nullable=False),
        _moment("set_at"),
        sa.Column("must_change", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_password_person_id_id", "password", ["person_id", "id"])
    op.create_table(
        "totp",
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
        sa.Column("nonce", sa.LargeBinary(32), nullable=False),
        _moment("confirmed_at", nullable=True),
        sa.Column("last_used_step", sa.Integer(), nullable=False),
    )
    op.create_table(
        "one_time_code",
        sa.Column("id", sa.Integer(), primary_key=True),
        _reference("person_id", "person.id"),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        _moment("created_at"),
        _moment("expires_at", nullable=True),
        _moment("used_at", nullable=True),
        sa.CheckConstraint("kind IN ('activation', 'recovery')", name="ck_one_time_code_kind"),
    )
    op.create_index(
        "ix_one_time_code_unused",
        "one_time_code",
        ["person_id", "kind"],
        sqlite_where=_UNUSED,
        postgresql_where=_UNUSED,
    )


def _sessions() -> None:
    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False),
        _reference("person_id", "person.id"),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        _moment("created_at"),
        _moment("last_seen_at"),
        _moment("ends_at"),
        _moment("ended_at", nullable=True),
        sa.Column("ended_why", sa.String(12)),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(200), nullable=False),
        sa.Column("second_factor_passed", sa.Boolean(), nullable=False),
        sa.Column("second_factor_asked", sa.Boolean(), nullable=False),
        sa.Column("password_change_due", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("public_id", name="uq_login_session_public_id"),
        sa.UniqueConstraint("token_hash", name="uq_login_session_token_hash"),
    )
    op.create_index("ix_login_session_person_id_ended_at", "login_session", ["person_id", "ended_at"])
    op.create_table(
        "login_throttle",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("account", sa.LargeBinary(32), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        _moment("last_at"),
        _moment("blocked_until", nullable=True),
        sa.UniqueConstraint("account", "address", name="uq_login_throttle_account_address"),
    )
    op.create_index("ix_login_throttle_last_at", "login_throttle", ["last_at"])
