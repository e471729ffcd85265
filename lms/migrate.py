"""Bringing a stored database to this release (Alembic, from the folder `migrations/`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, make_url, text

from lms.config import Config
from lms.database import append_only_tables, engine_options, prepare_engine

FOLDER = Path(__file__).parent.parent / "migrations"


def upgrade(config: Config, *, to: str = "head") -> None:
    """Run the migrations up to `to` as the owning role, then grant the application's role what it may do."""
    with _owning(config) as connection:
        command.upgrade(_alembic(connection), to)
        _grant(connection, config)
        _refuse_orphans(connection)
        connection.commit()


def downgrade(config: Config, *, to: str) -> None:
    """Run the migrations down to `to` (tests only; a release in use goes forward)."""
    with _owning(config) as connection:
        command.downgrade(_alembic(connection), to)
        _refuse_orphans(connection)
        connection.commit()


@contextmanager
def _owning(config: Config) -> Iterator[Connection]:
    """A connection of the owner. On SQLite a table is changed by making it anew, which foreign keys would hinder:
    they rest meanwhile and are checked at the end, as SQLite's own documentation of ALTER TABLE advises.
    """
    engine = create_engine(config.owner_url, **engine_options(config.owner_url))
    prepare_engine(engine, guard=False)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA foreign_keys = OFF"))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _refuse_orphans(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
        if orphans:
            raise RuntimeError(f"a migration left rows that refer to nothing: {orphans[:5]}")


def pending(config: Config) -> bool:
    """Whether the stored database is older than this release."""
    engine = create_engine(config.url, **engine_options(config.url))
    with engine.connect() as connection:
        stored = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return stored != ScriptDirectory(str(FOLDER)).get_current_head()


def _alembic(connection: Connection) -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(FOLDER))
    settings.attributes["connection"] = connection
    return settings


def _grant(connection: Connection, config: Config) -> None:
    """On PostgreSQL, when the application has a role of its own: everything but changing append-only rows."""
    role = make_url(config.url).username
    if connection.dialect.name != "postgresql" or role == make_url(config.owner_url).username or not role:
        return
    quoted = connection.dialect.identifier_preparer.quote(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}"))
    for table in sorted(append_only_tables()):
        connection.execute(text(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {quoted}"))
