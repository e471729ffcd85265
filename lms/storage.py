"""What it means when the database or the disk fails: full, or not to be written or reached now.

Everything else that they say (no such table, a constraint) is a fault of ours and no trouble of theirs.
"""

import errno
import sqlite3
from enum import StrEnum

from sqlalchemy import exc


class Trouble(StrEnum):
    """What whoever asked may be told."""

    #: there is no room left
    FULL = "full"
    #: locked, read-only, failing, starting or gone: the same request may be carried out later
    AWAY = "away"


class NoTurn(OSError):
    """The turn to write did not come within the time, or its file cannot be used."""


_FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT})
_SQLITE_AWAY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
#: SQLSTATE of PostgreSQL, "Appendix A. PostgreSQL Error Codes"
_POSTGRES_FULL = "53100"
#: classes: connection, transaction rolled back, out of resources, operator intervention, system error
_POSTGRES_AWAY = ("08", "40", "53", "57", "58")
#: lock not available, read-only transaction, data corrupted, index corrupted
_POSTGRES_AWAY_CODES = frozenset({"55P03", "25006", "XX001", "XX002"})


def trouble(error: BaseException) -> Trouble | None:
    """What the error says of the storage; None when it says something else."""
    if isinstance(error, exc.TimeoutError):  # every connection of the pool is in use
        return Trouble.AWAY
    if isinstance(error, exc.DBAPIError) and error.orig is not None:
        return Trouble.AWAY if error.connection_invalidated else trouble(error.orig)
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error)
    if isinstance(error, OSError):
        if error.errno in _FULL_DISK:
            return Trouble.FULL
        return Trouble.AWAY if isinstance(error, NoTurn) else None
    return _of_postgres(error)


def _of_sqlite(error: sqlite3.Error) -> Trouble | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the extension, see "Result and Error Codes"
    if code == sqlite3.SQLITE_FULL:
        return Trouble.FULL
    return Trouble.AWAY if code in _SQLITE_AWAY else None


def _of_postgres(error: BaseException) -> Trouble | None:
    if not hasattr(error, "sqlstate"):
        return None
    code = error.sqlstate
    if code is None:  # said by the driver, not by the server: the connection is lost
        lost = {"OperationalError", "InterfaceError"} & {cls.__name__ for cls in type(error).__mro__}
        return Trouble.AWAY if lost else None
    if code == _POSTGRES_FULL:
        return Trouble.FULL
    return Trouble.AWAY if code.startswith(_POSTGRES_AWAY) or code in _POSTGRES_AWAY_CODES else None
