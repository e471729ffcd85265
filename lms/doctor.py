"""`./run doctor`: what this machine and this installation have, what is missing, and what to do about it."""

import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alembic.util import CommandError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from lms import migrate
from lms.answer_files import room
from lms.config import SECRET_NAME, SIGNING, Config

LEAST_PYTHON = (3, 11)
#: the first with RETURNING and DROP COLUMN, which the program uses
LEAST_SQLITE = (3, 35, 5)
LITTLE_DISK, LEAST_DISK = 2 * 1024**3, 256 * 1024**2
NAME_IT = "set public_url: printed codes lead to the name in the request otherwise, whatever it is"
RENEW = "bring the folder signing back from a backup, or ./run signing-key new"
OLD_BACKUP = timedelta(days=2)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `state`: "ok", "advice" (works without), or "missing" (does not work without)."""

    name: str
    state: str
    says: str
    do: str = ""


def examine(config: Config, *, now: datetime) -> list[Finding]:
    """Everything there is to say about machine and installation."""
    found = [_python(), _sqlite(), _zone(), _clock(now), _disk(config.data), _browser()]
    if not config.installed:
        return [
            *found,
            Finding("installation", "advice", f"none in {config.data}", "./run init, or ./run to look around"),
        ]
    found += _installation(config)
    found.append(_database(config))
    if found[-1].state == "ok":
        found += _jobs(config)
        found.append(_answers(config))
        found.append(_signing_key(config))
    found += _postgres(config)
    found.append(_backups(config, now))
    return found


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= LEAST_PYTHON:
        return Finding("python", "ok", version)
    return Finding("python", "missing", version, "install Python 3.11 or newer; it need not become python3")


def _sqlite() -> Finding:
    if sqlite3.sqlite_version_info >= LEAST_SQLITE:
        return Finding("sqlite", "ok", sqlite3.sqlite_version)
    least = ".".join(map(str, LEAST_SQLITE))
    return Finding("sqlite", "missing", sqlite3.sqlite_version, f"use a Python with SQLite {least} or newer")


def _zone() -> Finding:
    try:
        ZoneInfo("Asia/Shanghai")
    except (ZoneInfoNotFoundError, OSError):
        return Finding("time zones", "missing", "no Asia/Shanghai", "install the package tzdata")
    return Finding("time zones", "ok", "Asia/Shanghai")


def _clock(now: datetime) -> Finding:
    """A machine without a battery starts in 1970; exams would then be over before they open."""
    built = datetime.fromtimestamp(Path(__file__).stat().st_mtime, now.tzinfo)
    if now + timedelta(days=1) >= built:
        return Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC")
    return Finding("clock", "missing", f"{now:%Y-%m-%d %H:%M} UTC", "set the clock; use a time server")


def _disk(data: Path) -> Finding:
    folder = next(path for path in (data, *data.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    says = f"{free / 1024**3:.1f} GB free at {folder}"
    if free < LEAST_DISK:
        return Finding("disk", "missing", says, "make room: nothing can be saved soon")
    return Finding("disk", "advice" if free < LITTLE_DISK else "ok", says, "make room" if free < LITTLE_DISK else "")


def _browser() -> Finding:
    name = next((found for browser in BROWSERS if (found := shutil.which(browser))), None)
    if name:
        return Finding("browser", "ok", name)
    return Finding("browser", "advice", "no Chromium", "for the browser tests only: apt install chromium")


def _installation(config: Config) -> Iterator[Finding]:
    kind = " (demonstration)" if config.demonstration else ""
    yield Finding("installation", "ok", f"{config.data}{kind}")
    for problem in config.problems():
        yield Finding("settings", "missing", problem, "correct it in shuyuan.toml or in the environment")
    if not (config.demonstration or config.public_url or config.allowed_hosts):
        yield Finding("address", "advice", "public_url and allowed_hosts are empty", NAME_IT)
    for path in (config.data, config.data / SECRET_NAME):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            mode = oct(stat.S_IMODE(path.stat().st_mode))
            yield Finding("permissions", "missing", f"{path} is {mode}", f"chmod go= {path}")


def _database(config: Config) -> Finding:
    shown = "SQLite" if config.url.startswith("sqlite") else "PostgreSQL"
    try:
        if migrate.pending(config):
            return Finding("database", "missing", f"{shown}, of another release", "./run migrate")
    except (SQLAlchemyError, CommandError, OSError) as error:
        return Finding("database", "missing", f"{shown}: {type(error).__name__}", "check database_url and the server")
    return Finding("database", "ok", f"{shown}, of this release")


def _jobs(config: Config) -> Iterator[Finding]:
    engine = create_engine(config.url)
    with engine.connect() as connection:
        query = text("SELECT state, count(*) FROM job WHERE state IN ('waiting', 'failed') GROUP BY state")
        counts = {row[0]: row[1] for row in connection.execute(query)}
    engine.dispose()
    failed = counts.get("failed", 0)
    says = f"{counts.get('waiting', 0)} waiting, {failed} failed"
    yield Finding("jobs", "advice" if failed else "ok", says, "look at them under System" if failed else "")


def _answers(config: Config) -> Finding:
    """Every file that candidates handed in is there, with its copy, and as it was."""
    engine = create_engine(config.url)
    query = text(
        "SELECT a.public_id, u.sha256, u.copy_sha256 FROM sitting_upload u JOIN attempt a ON a.id = u.attempt_id"
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    engine.dispose()
    wrong = []
    for attempt, sha256, copy in rows:
        folder = room.folder_of(config.answers, attempt)
        pairs = ((room.path_of(folder, sha256), sha256), (room.copy_of(folder, sha256), copy))
        wrong += [path for path, digest in pairs if not room.fits(path, digest)]
    if not wrong:
        return Finding("files of candidates", "ok", f"{len(rows)} handed in, all as they were")
    says = f"{len(wrong)} of {2 * len(rows)} are gone or not as they were, the first: {wrong[0]}"
    return Finding("files of candidates", "missing", says, "bring them back from a backup")


def _signing_key(config: Config) -> Finding:
    """The file of the signing key in use is there, and nobody else may read it."""
    engine = create_engine(config.url)
    with engine.connect() as connection:
        name = connection.execute(text("SELECT name FROM evidence_key ORDER BY id DESC LIMIT 1")).scalar()
    engine.dispose()
    if name is None:
        return Finding("signing key", "ok", "made with the first certificate")
    path = config.data / SIGNING / f"{name}.key"
    if not path.is_file():
        return Finding("signing key", "missing", f"{path} is gone", RENEW)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding("signing key", "missing", f"{path} is open to others", f"chmod go= {path}")
    return Finding("signing key", "ok", str(path))


def _postgres(config: Config) -> Iterator[Finding]:
    if not config.url.startswith("sqlite"):
        tool = shutil.which("pg_dump")
        do = "" if tool else "./run backup needs it: apt install postgresql-client"
        yield Finding("pg_dump", "ok" if tool else "advice", tool or "not found", do)


def _backups(config: Config, now: datetime) -> Finding:
    files = sorted((config.data / "backups").glob("*.tar*"), key=lambda path: path.stat().st_mtime)
    if not files:
        return Finding("backup", "advice", "none in backups/", "./run backup, every night and to another machine")
    made = datetime.fromtimestamp(files[-1].stat().st_mtime, now.tzinfo)
    old = now - made > OLD_BACKUP
    return Finding(
        "backup", "advice" if old else "ok", f"newest {made:%Y-%m-%d %H:%M} UTC", "./run backup" if old else ""
    )
