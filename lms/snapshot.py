"""A consistent copy of the database while the server goes on writing, and the way back.

SQLite: the online backup within one read transaction. Other connections' commits do not make it start again (as they
would without the transaction), and in WAL mode it holds up no writer. PostgreSQL: `pg_dump` of an exported snapshot,
so that the rows counted here are exactly those in the dump.
"""

import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, Engine, create_engine, func, inspect, make_url, select, table, text
from sqlalchemy.orm import Session

from lms.database import engine_options, prepare_engine

SQLITE_FILE = "shuyuan.db"
POSTGRES_FILE = "database.dump"
_PAGES = 2048  # in one step, between which the lock of the file is free for checkpoints

Head = Callable[[Session], tuple[int, str]]


class SnapshotFailed(Exception):
    """The database could not be copied or put back; `reason` says why."""

    code = "backup.database"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy: its file, its kind, and what it holds (schema revision, rows of each table, head of the audit log)."""

    file: Path
    database: str
    revision: str
    tables: Mapping[str, int]
    head: tuple[int, str]


def take(url: str, folder: Path, *, head: Head) -> Snapshot:
    """Copy the database at `url` into `folder`; `head` reads the audit log. Raises SnapshotFailed."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _take_sqlite(address, folder, head)
    if address.get_backend_name() == "postgresql":
        return _take_postgres(address, folder, head)
    raise SnapshotFailed(f"no way to copy a {address.get_backend_name()} database; use its own tools")


def _take_sqlite(address: URL, folder: Path, head: Head) -> Snapshot:
    source, target = Path(address.database or ""), folder / SQLITE_FILE
    if not source.is_file():
        raise SnapshotFailed(f"there is no database at {source}")
    with closing(sqlite3.connect(source, timeout=10, isolation_level=None)) as live:
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the snapshot begins with the first read
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            live.backup(copy, pages=_PAGES, sleep=0)
            live.execute("ROLLBACK")
            found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise SnapshotFailed(f"the database is damaged: {found}")
    with connected(f"sqlite:///{target}") as connection:
        return Snapshot(target, "sqlite", *contents(connection, head))


def _take_postgres(address: URL, folder: Path, head: Head) -> Snapshot:
    target = folder / POSTGRES_FILE
    with connected(address.render_as_string(hide_password=False)) as connection:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        name = connection.scalar(text("SELECT pg_export_snapshot()"))
        found = contents(connection, head)
        _postgres_tool(
            "pg_dump",
            address,
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={name}",
            f"--file={target}",
        )
    return Snapshot(target, "postgresql", *found)


def contents(connection: Connection, head: Head) -> tuple[str, dict[str, int], tuple[int, str]]:
    """Schema revision, rows of each table, and head of the audit log."""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        raise SnapshotFailed("the database was never prepared: run ./run migrate")
    with Session(bind=connection) as session:
        return revision, rows(connection), head(session)


def rows(connection: Connection) -> dict[str, int]:
    """How many rows each table holds."""
    names = sorted(inspect(connection).get_table_names())
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection of its own to the database at `url`."""
    engine: Engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def is_empty(url: str) -> bool:
    """Whether the database at `url` holds no table."""
    with connected(url) as connection:
        return not inspect(connection).get_table_names()


def load_postgres(url: str, dump: Path) -> None:
    """Put a dump back into the empty database at `url`, in one transaction. Raises SnapshotFailed."""
    _postgres_tool(
        "pg_restore",
        make_url(url),
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
        str(dump),
    )


def _postgres_tool(program: str, address: URL, *words: str) -> None:
    """Run a client program of PostgreSQL. The password goes through a private file: other people see command lines."""
    path = shutil.which(program)
    if path is None:
        raise SnapshotFailed(f"{program} is not on this machine: install postgresql-client")
    with tempfile.TemporaryDirectory() as folder:
        passfile = Path(folder, "pass")
        passfile.touch(mode=0o600)
        passfile.write_text(f"*:*:*:*:{_escaped(address.password or '', ':')}\n", encoding="utf-8")
        command = [path, "--no-password", f"--dbname={_conninfo(address, passfile)}", *words]
        done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, no shell
            command, capture_output=True, encoding="utf-8", errors="replace", check=False
        )
    if done.returncode:
        raise SnapshotFailed(f"{program} failed: {done.stderr.strip()[:2000]}")


def _conninfo(address: URL, passfile: Path) -> str:
    parts = {
        "host": address.host or address.query.get("host"),
        "port": address.port,
        "user": address.username,
        "dbname": address.database,
        "sslmode": address.query.get("sslmode"),
        "passfile": str(passfile) if address.password else None,
    }
    return " ".join(f"{key}='{_escaped(str(value), chr(39))}'" for key, value in parts.items() if value)


def _escaped(text: str, special: str) -> str:
    return text.replace("\\", "\\\\").replace(special, "\\" + special)
