"""Where a rehearsal takes place: a private folder inside the data folder, locked while somebody works in it, and on
PostgreSQL a database of its own. Both are removed afterwards, by the next start where a rehearsal was killed.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from lms.config import Config

log = structlog.get_logger()

PREFIX, DATABASE_PREFIX = "rehearsal-", "shuyuan_rehearsal_"
_LOCK, _DATABASE = "lock", "database"


@dataclass(frozen=True, slots=True)
class Room:
    """A folder, and the descriptor of its lock: whoever inherits that holds the room too."""

    folder: Path
    lock: int


@contextmanager
def room(config: Config) -> Iterator[Room]:
    """A new folder that is gone at the end."""
    name = f"{PREFIX}{secrets.token_hex(6)}"
    unlocked = config.data / f".{name}"
    unlocked.mkdir(mode=0o700)
    lock = os.open(unlocked / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    folder = unlocked.rename(config.data / name)  # nobody sweeps what has no lock yet
    try:
        yield Room(folder, lock)
    finally:
        os.close(lock)
        _remove(folder, config.owner_url)


def make_database(url: str, folder: Path) -> str:
    """Make an empty PostgreSQL database for the rehearsal in `folder`; its name. Raises SQLAlchemyError."""
    name = f"{DATABASE_PREFIX}{folder.name.removeprefix(PREFIX)}"
    (folder / _DATABASE).write_text(name, encoding="ascii")
    _administer(url, f'CREATE DATABASE "{name}"')
    return name


def sweep(config: Config) -> int:
    """Remove what rehearsals left behind whose processes were killed; how many."""
    swept = 0
    for folder in _rooms(config):
        if _abandoned(folder):
            log.warning("rehearsal_swept", folder=folder.name)
            swept += _remove(folder, config.owner_url)
    return swept


def busy(config: Config) -> bool:
    """Whether somebody rehearses now, whoever asked for it."""
    return any(not _abandoned(folder) for folder in _rooms(config))


def _rooms(config: Config) -> list[Path]:
    return [folder for folder in config.data.glob(f"{PREFIX}*") if folder.is_dir()]


def _abandoned(folder: Path) -> bool:
    """Whether nobody works in it: its lock is free."""
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def _remove(folder: Path, url: str) -> bool:
    """Whether all of it is gone; a folder whose database could not be dropped stays, for the next sweep."""
    note = folder / _DATABASE
    name = note.read_text(encoding="ascii") if note.is_file() else ""
    if name.startswith(DATABASE_PREFIX) and name.removeprefix(DATABASE_PREFIX).isalnum():
        try:
            _administer(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        except SQLAlchemyError:
            log.exception("rehearsal_database_left", database=name)
            return False
    shutil.rmtree(folder, ignore_errors=True)
    return True


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))
