"""The database door: base class, portable column types, connection settings and the one way to write.

SQLite runs in WAL mode with synchronous=FULL: a committed answer survives a power cut, which NORMAL does not
promise. Reads see one snapshot; a write takes the lock at its start (BEGIN IMMEDIATE), so that it never fails
half-way with "database is locked".
"""

import fcntl
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

from lms.ids import PUBLIC_ID_LENGTH
from lms.storage import NoTurn

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA secure_delete = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA temp_store = MEMORY",
    # 1 MB for each connection instead of 2: there are dozens, and what they miss the system still holds in memory
    "PRAGMA cache_size = -1000",
)

#: seconds that a thread waits for the others of its process, like SQLite's own busy_timeout above
TURN_PATIENCE = 10.0

_WRITING = "shuyuan_writing"


class Model(DeclarativeBase):
    """Base of all tables. A table whose rows may never change says so: `info={"append_only": True}`."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Model, session_options={"expire_on_commit": False})


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. A naive value is refused: it could mean anything."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Hundredths(TypeDecorator[Decimal]):
    """Marks or hours with two decimals, stored as a whole number of hundredths: exact on every database."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = value * 100
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than two decimals")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 100


PublicId = String(PUBLIC_ID_LENGTH)
Json = JSON(none_as_null=True)


def dumps(value: object) -> str:
    """JSON as it is stored: Chinese readable, no spaces, keys in their order, no NaN."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def engine_options(url: str) -> dict[str, Any]:
    """What SQLAlchemy's engine is made with for this address."""
    # errors are logged, and what was to be written is nobody's business there
    options: dict[str, Any] = {"json_serializer": dumps, "hide_parameters": True}
    if url.startswith("sqlite"):
        options["connect_args"] = {"timeout": 10, "check_same_thread": False}
        options |= {"pool_size": 16, "max_overflow": 16}
    else:
        # a server that is gone must not hold a request for as long as the kernel would
        lost = {"connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
        options |= {"pool_size": 16, "max_overflow": 16, "pool_pre_ping": True, "connect_args": lost}
    return options


def append_only_tables() -> frozenset[str]:
    """Names of the tables in which a row, once written, stays as it is."""
    return frozenset(table.name for table in Model.metadata.tables.values() if table.info.get("append_only"))


def prepare_engine(engine: Engine, *, guard: bool = True) -> None:
    """Give every connection of `engine` its settings.

    With `guard` (the application) an SQLite connection also refuses to change append-only tables or their
    triggers; migrations work without it. On PostgreSQL the same is done by the rights of the role.
    """
    if engine.dialect.name != "sqlite":
        return
    protected = append_only_tables() if guard else frozenset()

    def connected(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)
        if protected:
            connection.set_authorizer(_authorizer(protected))

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", _begin_sqlite)


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return
    writing_now = options.get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing_now else "BEGIN")


_TABLE_CHANGES = (sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE, sqlite3.SQLITE_DROP_TABLE)


def _authorizer(protected: frozenset[str]) -> Callable[..., int]:
    def authorize(
        action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None
    ) -> int:
        if action in _TABLE_CHANGES and first in protected:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_DROP_TRIGGER and second in protected:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_ALTER_TABLE and second in protected:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_PRAGMA and first == "writable_schema":
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK

    return authorize


class _Turns:
    """Writers of one SQLite file wait for their turn in the kernel instead of asking again and again.

    SQLite's own waiting sleeps and tries; with many writers that costs hundreds of milliseconds and serves nobody in
    order. The lock file orders the threads of a process and the processes of a machine; SQLite's lock stays what keeps
    data whole, so that other programs (a backup, a shell) do no harm.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file = -1

    def take(self) -> None:
        """Wait for the turn; raises NoTurn."""
        if not self._lock.acquire(timeout=TURN_PATIENCE):
            raise NoTurn("others have been writing for too long")
        try:
            # opened each time: a descriptor that a forked process inherits would be the same lock
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException as error:
            self._close()
            self._lock.release()
            if isinstance(error, OSError):
                raise NoTurn(error.errno, f"{self._path}: {error.strerror}") from error
            raise

    def give(self) -> None:
        """Let the next one write."""
        self._close()
        self._lock.release()

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


_TURNS: dict[str, _Turns] = {}
_TURNS_LOCK = threading.Lock()


@contextmanager
def turn_to_write(bind: Engine | Connection) -> Iterator[None]:
    """The turn to write, on a database that has one writer at a time."""
    path = bind.engine.url.database if bind.dialect.name == "sqlite" else None
    if not path or path == ":memory:":
        yield
        return
    with _TURNS_LOCK:
        turns = _TURNS.setdefault(path, _Turns(f"{path}.turn"))
    turns.take()
    try:
        yield
    finally:
        turns.give()


@contextmanager
def writing() -> Iterator[Session]:
    """One use case, one transaction: take the write lock, commit at the end, roll back on any error.

    What was read before is forgotten (it may be stale); load what you decide on inside the block.
    Raises RuntimeError when opened inside itself: the outer service owns the transaction.
    """
    session = db.session()
    if session.info.get(_WRITING):
        raise RuntimeError("writing() inside writing(): pass the session to the inner function")
    session.rollback()
    session.info[_WRITING] = True
    with turn_to_write(session.get_bind()):
        try:
            session.connection(execution_options={_WRITING: True})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.pop(_WRITING, None)


def is_writing() -> bool:
    """Whether this thread is inside `writing()`."""
    return db.session.registry.has() and bool(db.session().info.get(_WRITING))


def _refuse_stray_flush(session: Session, *_unused: object) -> None:
    if session.info.get(_WRITING) or not (session.new or session.dirty or session.deleted):
        return
    raise RuntimeError("a change outside writing() would escape its transaction and its audit entry")


event.listen(Session, "before_flush", _refuse_stray_flush)


def reading() -> Session:
    """The session of this request, for queries."""
    return db.session()
