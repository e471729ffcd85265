"""The application's engine on an SQLite whose disk a test can spoil: apsw below, the standard library's face above.

The file systems of a test are seen only by the SQLite that apsw brings. So its connections are given the few methods
by which SQLAlchemy and the writer use the standard library's, and its errors the standard library's codes; settings and
statements are the application's own. A file may be open by one of the two libraries only: they would break each
other's locks.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
from sqlalchemy import Engine, create_engine

from lms.database import engine_options, prepare_engine


@contextmanager
def translated() -> Iterator[None]:
    """Errors as the standard library raises them."""
    try:
        yield
    except apsw.ConstraintError as error:
        raise sqlite3.IntegrityError(str(error)) from error
    except apsw.Error as error:
        made = sqlite3.OperationalError(str(error))
        made.sqlite_errorcode = error.result
        raise made from error


class Cursor:
    """A cursor of the DB-API."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._inner = connection.cursor()
        self._inner.exec_trace = self._began
        self._rows: deque[Any] = deque()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid = 0

    def _began(self, cursor: apsw.Cursor, _statement: str, _values: object) -> bool:
        self.description = tuple((name, *[None] * 6) for name, _type in cursor.get_description()) or None
        return True

    def execute(self, statement: str, values: Sequence[Any] | dict[str, Any] = ()) -> "Cursor":
        """Run one statement to its end: what is left in progress would hinder a commit."""
        before = self._connection.total_changes()
        with translated():
            self._rows = deque(self._inner.execute(statement, values))
        self.rowcount = self._connection.total_changes() - before
        self.lastrowid = self._connection.last_insert_rowid()
        return self

    def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> "Cursor":
        """Run one statement for each row."""
        for row in rows:
            self.execute(statement, row)
        return self

    def fetchone(self) -> Any:
        """The next row."""
        return self._rows.popleft() if self._rows else None

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return self.fetchmany(len(self._rows))

    def fetchmany(self, size: int = 1) -> list[Any]:
        """Some rows."""
        return [self._rows.popleft() for _n in range(min(size, len(self._rows)))]

    def close(self) -> None:
        """Give it back."""
        self._inner.close(True)


class Connection:
    """A connection of the standard library, as far as the application uses one."""

    def __init__(self, path: Path, vfs: str) -> None:
        self.isolation_level: str | None = ""
        with translated():
            self.inner = apsw.Connection(str(path), vfs=vfs)

    def cursor(self) -> Cursor:
        """A new cursor."""
        return Cursor(self.inner)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        """Run one statement with a cursor of its own."""
        return self.cursor().execute(statement, values)

    def commit(self) -> None:
        """End what was begun, if anything."""
        if self.inner.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        """Take back what was begun, if anything."""
        if self.inner.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file."""
        self.inner.close(True)

    def create_function(self, *_unused: Any, **_too: Any) -> None:
        """SQLAlchemy offers regular expressions; the application uses none."""

    def set_authorizer(self, decide: Callable[..., int]) -> None:
        """The application's guard of tables that only grow."""
        self.inner.authorizer = decide


def engine_on(path: Path, vfs: str) -> Engine:
    """An engine with the application's settings on a file of this file system."""
    url = f"sqlite:///{path}"
    engine = create_engine(url, **engine_options(url) | {"connect_args": {}}, creator=lambda: Connection(path, vfs))
    prepare_engine(engine)
    return engine


class Faults:
    """Which call of the file system fails, counted from one when armed; 0: none."""

    def __init__(self) -> None:
        #: SQLite's code of what happens
        self.error = apsw.SQLITE_IOERR
        self.at = self.calls = 0
        #: whether all calls from then on fail, as on a disk that is gone
        self.lasting = False
        #: what is counted
        self.of: frozenset[str] = frozenset()
        self.failed: list[str] = []

    def arm(self, at: int, *, of: frozenset[str], lasting: bool = False) -> None:
        """From now on the call of that number (of these kinds) fails."""
        self.at, self.of, self.lasting, self.calls = at, of, lasting, 0
        self.failed = []

    def disarm(self) -> None:
        """All is well again."""
        self.at = 0

    def pass_by(self, kind: str) -> None:
        """Count a call; raises where it is its turn to fail."""
        if not self.at or kind not in self.of:
            return
        self.calls += 1
        if self.calls == self.at or (self.lasting and self.calls > self.at):
            self.failed.append(kind)
            raise apsw.exception_for(self.error)


READS = frozenset({"read"})
WRITES = frozenset({"write", "sync", "truncate"})
ALL = READS | WRITES | {"size", "lock"}
FAULTY = "faulty"


class FaultyFile(apsw.VFSFile):
    """A file on a disk that fails."""

    def __init__(self, faults: Faults, filename: Any, flags: list[int]) -> None:
        super().__init__("", filename, flags)
        self.faults = faults

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's names
        """May fail."""
        self.faults.pass_by("read")
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        """May fail."""
        self.faults.pass_by("write")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802
        """May fail: after it nobody knows what is on disk."""
        self.faults.pass_by("sync")
        super().xSync(flags)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        """May fail."""
        self.faults.pass_by("truncate")
        super().xTruncate(newsize)

    def xFileSize(self) -> int:  # noqa: N802
        """May fail."""
        self.faults.pass_by("size")
        return super().xFileSize()

    def xLock(self, level: int) -> None:  # noqa: N802
        """May fail."""
        self.faults.pass_by("lock")
        super().xLock(level)


class FaultyVFS(apsw.VFS):
    """The default file system, on a disk that fails."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        super().__init__(FAULTY, "")

    def xOpen(self, name: Any, flags: list[int]) -> FaultyFile:  # noqa: N802
        """Open a file that may fail."""
        return FaultyFile(self.faults, name, flags)
