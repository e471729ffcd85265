"""The database for constant statements that run thousands of times a minute: no session, no objects, no transaction to
read, connections that are kept, and one transaction for what many write at once. Everything else uses `lms.database`.

Statements mark their values by `?` on either database and stay as they are written.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any, Generic, TypeVar

from flask import current_app
from sqlalchemy import Connection, Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.database import db, is_writing, turn_to_write

Written = TypeVar("Written")
Resting = TypeVar("Resting")

#: the extension of an application that carries out several pieces of work in one transaction
TOGETHER = "direct.together"
#: as SQLAlchemy writes moments into SQLite
_WRITTEN = "%Y-%m-%d %H:%M:%S.%f"
#: for the writing of answers on PostgreSQL: nobody waits longer for a lock than with SQLite, and a commit that returned
#: is on disk whatever the server's configuration says
_POSTGRES_WRITING = """
SELECT set_config('lock_timeout', '10s', false),
set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), false)
"""
#: seconds of rest after which a kept connection is tried before it is used: the server may have been started anew
RESTED = 2.0
#: connections of a process that read at once, and as many that write
MOST = 16


def ask(statement: str, values: Sequence[Any] = ()) -> Sequence[Sequence[Any]]:
    """The rows of one SELECT, which sees what is committed at this moment; moments in them by `moment_of`.

    A connection that broke is made anew once. Raises SQLAlchemy's errors.
    """
    kept: _Kept[Connection] = current_app.extensions.setdefault("direct.reading", _Kept())
    try:
        return _ask(kept, statement, values)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        with suppress(IndexError):
            while True:  # what broke one broke those that rest as well
                kept.resting.pop().close()
        return _ask(kept, statement, values)


class _Kept(Generic[Resting]):
    """Connections that rest, the one used last on top: as many as are used at once and no more than `MOST`."""

    def __init__(self) -> None:
        self.resting: list[Resting] = []
        self.places = threading.BoundedSemaphore(MOST)


def _ask(kept: _Kept[Connection], statement: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
    with kept.places:
        try:
            connection = kept.resting.pop()
        except IndexError:
            connection = _connected()
        try:
            found = _rows(connection, statement, values)
        except BaseException:
            connection.close()
            raise
        kept.resting.append(connection)
        return found


def _connected() -> Connection:
    connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()
    if connection.dialect.name == "sqlite":  # it is asked for single rows
        connection.connection.cursor().execute("PRAGMA cache_size = -400")
    return connection


def _rows(connection: Connection, statement: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
    dialect, driver, row = connection.dialect, connection.connection, tuple(values)
    text = spelled(statement, sqlite=dialect.name == "sqlite")
    for told in connection.engine.dispatch.before_cursor_execute:  # who counts statements counts these too
        told(connection, None, text, row, None, False)
    cursor = driver.cursor()
    try:
        # not by SQLAlchemy: its result costs ten times what SQLite needs to answer
        cursor.execute(text, row)
        found: Sequence[Sequence[Any]] = cursor.fetchall()
    except dialect.loaded_dbapi.Error as error:
        lost = dialect.is_disconnect(error, driver, cursor)
        raise DBAPIError.instance(
            text,
            row,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=dialect,
        ) from error
    finally:
        cursor.close()
    return found


class Plain:
    """A transaction of constant statements; whoever gives it to somebody commits."""

    __slots__ = ("_cursor", "sqlite")

    def __init__(self, cursor: Any, *, sqlite: bool) -> None:
        self._cursor = cursor
        self.sqlite = sqlite

    def run(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """The driver's cursor after a statement. Raises the driver's errors."""
        self._cursor.execute(spelled(statement, sqlite=self.sqlite), values)
        return self._cursor

    def run_each(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """A statement for each of many rows. Raises the driver's errors."""
        self._cursor.executemany(spelled(statement, sqlite=self.sqlite), rows)

    def stored(self, moment: datetime | None) -> Any:
        """A moment as a value of a statement."""
        return None if moment is None else written(moment, sqlite=self.sqlite)


Work = Callable[[Plain], Written]


def write(work: Work[Written]) -> Written:
    """Carry out a short piece of work in a transaction; when this returns it is on disk. Where the database has one writer at
    a time it shares the transaction with what others write at this moment, be they thousands.

    `work` may be called several times, and runs in any thread: it takes all it needs with it. It raises a `Refused` before it
    writes anything, or not at all. Raises what `work` raises, and storage errors; RuntimeError inside `writing()`, whose
    transaction it would end and wait for: use `plain_of` there.
    """
    if is_writing():
        raise RuntimeError("write() inside writing(): use plain_of(session)")
    together: Callable[[Work[Written]], Written] | None = current_app.extensions.get(TOGETHER)
    if together is not None and db.engine.dialect.name == "sqlite":
        return together(work)
    kept: _Kept[Line] = current_app.extensions.setdefault("direct.writing", _Kept())
    with kept.places:
        try:
            line = kept.resting.pop()
        except IndexError:
            line = Line(db.engine)
        try:
            with line.transaction() as cursor:
                return work(Plain(cursor, sqlite=line.sqlite))
        finally:  # where the transaction failed, the line has given its connection up and makes another
            kept.resting.append(line)


def plain_of(session: Session) -> Plain:
    """The transaction of a session for constant statements; what it is about to write is written first."""
    session.flush()
    connection = session.connection()
    return Plain(connection.connection.cursor(), sqlite=connection.dialect.name == "sqlite")


class Line:
    """A connection that one thread keeps to write many transactions. Not for several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # one of its own: those who have taken all connections of the engine's may be waiting for this one to write
        self._pool = engine.pool.recreate()
        self._pooled: PoolProxiedConnection | None = None
        self._used = 0.0
        self.sqlite = engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """The driver's cursor in one transaction, written at the end; on any error nothing is, and the connection is
        made anew. Raises the driver's errors.
        """
        with turn_to_write(self._engine):
            try:
                cursor = self._connected().cursor()
                if self.sqlite:
                    cursor.execute("BEGIN IMMEDIATE")
                yield cursor
                self.commit()
                self._used = time.monotonic()
            except BaseException:
                self.close()
                raise

    def _connected(self) -> PoolProxiedConnection:
        """The kept connection, or a new one where there is none or the server has left it."""
        if self._pooled is not None and not self.sqlite and time.monotonic() - self._used > RESTED:
            try:
                self._pooled.cursor().execute("SELECT 1")
                self._pooled.rollback()
            except Exception:  # noqa: BLE001 - whatever it says, a new one says more
                self.close()
        if self._pooled is None:
            self._pooled = self._pool.connect()
            self._pooled.detach()
            if not self.sqlite:
                self._pooled.cursor().execute(_POSTGRES_WRITING)
                self._pooled.commit()
        return self._pooled

    def commit(self) -> None:
        """Write what was done; only in a transaction."""
        if self._pooled is not None:
            self._pooled.commit()

    def close(self) -> None:
        """Give the connection up; what was not committed is undone."""
        pooled, self._pooled = self._pooled, None
        if pooled is not None:
            pooled.close()


@cache
def spelled(statement: str, *, sqlite: bool) -> str:
    """A statement as the database's driver wants it."""
    return statement if sqlite else statement.replace("?", "%s")


def written(moment: datetime, *, sqlite: bool) -> Any:
    """A moment as it is stored."""
    plain = moment.astimezone(UTC)
    return plain.strftime(_WRITTEN) if sqlite else plain


def value_of(moment: datetime) -> Any:
    """A moment as a value for `ask`."""
    return written(moment, sqlite=db.engine.dialect.name == "sqlite")


def moment_of(stored: Any) -> datetime:
    """A moment as it comes from the driver."""
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
