"""Migrations: up from empty, down and up again, over filled tables, and equal to what the code expects."""

import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, MetaData, Table, create_engine, inspect, select, types

from lms import migrate
from lms.app import create_app
from lms.config import Config
from lms.database import Model, engine_options, prepare_engine
from tests.conftest import demand_postgres, make_config, on_postgres, postgres_url

REVISIONS = [script.revision for script in reversed(list(ScriptDirectory(str(migrate.FOLDER)).walk_revisions()))]
CHOICES = re.compile(r"(\w+)\)?(?:::text)? (?:IN \(|= ANY)[^']*'(\w+)'")


@pytest.fixture
def empty(database: str, tmp_path: Path) -> Config:
    """An installation whose database has been emptied of everything."""
    config = make_config(tmp_path, database)
    migrate.downgrade(config, to="base")
    return config


@pytest.fixture
def engine(empty: Config) -> Iterator[Engine]:
    """Straight into its database, without the application's guards."""
    with unguarded(empty) as made:
        yield made


@contextmanager
def unguarded(config: Config) -> Iterator[Engine]:
    """Straight into the database of an installation, without the application's guards."""
    made = create_engine(config.url, **engine_options(config.url))
    prepare_engine(made, guard=False)
    yield made
    made.dispose()


class Ladder:
    """An empty installation that goes up revision by revision, of which copies are taken on the way."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.reached = ""
        self.name = f"shuyuan_ladder_{uuid4().hex[:12]}"
        self.config = self._config(folder, self.name)

    def _config(self, folder: Path, name: str) -> Config:
        return make_config(folder, postgres_url(name) if self.kind == "postgresql" else "")

    @contextmanager
    def at(self, revision: str, folder: Path) -> Iterator[Config]:
        """A copy as it is at `revision`."""
        if not self.reached or REVISIONS.index(self.reached) > REVISIONS.index(revision):
            self.remove()
            if self.kind == "postgresql":
                on_postgres(f'CREATE DATABASE "{self.name}"')
        migrate.upgrade(self.config, to=revision)
        self.reached = revision
        if self.kind == "sqlite":
            yield self._config(Path(shutil.copy(self.config.data / "shuyuan.db", folder)).parent, "")
            return
        name = f"shuyuan_{uuid4().hex[:12]}"
        on_postgres(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')
        yield self._config(folder, name)
        on_postgres(f'DROP DATABASE "{name}" WITH (FORCE)')

    def remove(self) -> None:
        """Back to where there is nothing."""
        if self.kind == "postgresql":
            on_postgres(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
        else:
            (self.config.data / "shuyuan.db").unlink(missing_ok=True)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ladder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ladder]:
    """One for each kind of database."""
    if request.param == "postgresql":
        demand_postgres()
    made = Ladder(request.param, tmp_path_factory.mktemp("ladder"))
    yield made
    made.remove()


def tables(connection: Connection) -> list[Table]:
    """The tables as they are, those that others refer to first."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name != "alembic_version" and not name.startswith("fts_"))
    return found.sorted_tables


def value(column: Column[object], table: Table, allowed: dict[str, str], moment: datetime) -> object:
    """Something that fits a column that must not be empty."""
    if column.foreign_keys or isinstance(column.type, types.Integer):
        return 1
    if column.name in allowed:
        return allowed[column.name]
    for kind, made in (
        (types.Boolean, True),
        (types.Float, 0.5),
        (types.DateTime, moment),
        (types.Date, date(2026, 3, 2)),
        (types.LargeBinary, b"\x01" * 32),
        (types.JSON, {"name": "值"}),
    ):
        if isinstance(column.type, kind):
            return made
    return f"{table.name}-{column.name}"[: getattr(column.type, "length", None) or 40]


def fill(connection: Connection) -> list[str]:
    """One row in each table that has none; the names of all tables."""
    filled = tables(connection)
    for table in filled:
        if connection.execute(select(table).limit(1)).first() is not None:
            continue
        checks = inspect(connection).get_check_constraints(table.name)
        allowed = dict(found.groups() for check in checks if (found := CHOICES.search(check["sqltext"])))
        moments = (datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=n) for n in range(99))
        row = {
            column.name: value(column, table, allowed, next(moments))
            for column in ordered(table)
            if not column.nullable and not (column.primary_key and column.autoincrement and column.name == "id")
        }
        connection.execute(table.insert().values(row))
    return [table.name for table in filled]


def ordered(table: Table) -> list[Column[object]]:
    """Columns such that what opens comes before what closes."""
    return sorted(table.columns, key=lambda column: (column.name.startswith(("closes", "ends", "to_")), column.name))


def rows(connection: Connection, names: Iterable[str]) -> dict[str, list[dict[str, object]]]:
    """Everything that is stored in tables, as the database itself gives it."""
    return {
        name: [dict(row._mapping) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')] for name in names
    }


#: tables by their old names
RENAMED = {"sitting_pass_mark": "sitting_decision"}


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_revision_goes_up_over_filled_tables(ladder: Ladder, revision: str, tmp_path: Path) -> None:
    """
    Rows written under an older release are all there, unchanged, after going up to this one.
    """
    with ladder.at(revision, tmp_path) as config, unguarded(config) as engine:
        with engine.begin() as connection:
            before = rows(connection, fill(connection))
        assert all(before.values())

        migrate.upgrade(config)

        with engine.connect() as connection:
            after = rows(connection, [RENAMED.get(name, name) for name in before])
    for name, held in before.items():
        now = after[RENAMED.get(name, name)]
        kept = [{key: row[key] for key in old} for old, row in zip(held, now, strict=True)]
        assert kept == held, name


def test_down_and_up_again_leaves_the_same(empty: Config, engine: Engine) -> None:
    """
    Every migration can be taken back to the empty database and made again.
    """
    migrate.upgrade(empty)
    with engine.connect() as connection:
        first = {table.name: sorted(table.columns.keys()) for table in tables(connection)}
    migrate.downgrade(empty, to="base")
    with engine.connect() as connection:
        assert tables(connection) == []

    migrate.upgrade(empty)

    with engine.connect() as connection:
        assert {table.name: sorted(table.columns.keys()) for table in tables(connection)} == first


def test_the_migrated_tables_are_those_of_the_code(empty: Config, engine: Engine) -> None:
    """
    Alembic finds no table, column or index that only one side has.
    """
    migrate.upgrade(empty)
    create_app(empty)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _parents: not (name or "").startswith("fts_")}
        )
        found = [change for change in compare_metadata(context, Model.metadata) if isinstance(change, tuple)]

    assert [
        change[:2] for change in found if change[0] in ("add_table", "remove_table", "add_column", "remove_column")
    ] == []


def test_append_only_rows_refuse_to_change(empty: Config, engine: Engine) -> None:
    """
    Even the owner cannot alter or remove a row of a protected table.
    """
    migrate.upgrade(empty)
    with engine.begin() as connection:
        fill(connection)
    for name, table in Model.metadata.tables.items():
        if not table.info.get("append_only"):
            continue
        for statement in (table.delete(), table.update().values({next(iter(table.columns)).name: 2})):
            with pytest.raises(Exception, match="append-only"), engine.begin() as connection:
                connection.execute(statement)
        assert name
