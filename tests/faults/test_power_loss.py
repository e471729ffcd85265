"""What a power cut takes: nothing that was acknowledged, with our settings; something, with the usual ones."""

import shutil
import sqlite3
from pathlib import Path
from random import Random

import apsw
import pytest
from sqlalchemy import insert
from sqlalchemy.dialects import sqlite

from lms.database import SQLITE_PRAGMAS
from lms.sitting.models import AttemptEvent
from tests.faults.powerloss import NAME, Disk, ForgetfulVFS

ROUNDS, SAVES = 200, 12

COLUMNS = ("attempt_id", "number", "client", "client_seq", "kind", "slot", "response", "at", "hash")
SAVE = str(insert(AttemptEvent).values(dict.fromkeys(COLUMNS)).compile(dialect=sqlite.dialect(paramstyle="named")))


def save(connection: apsw.Connection, number: int) -> None:
    """One answer in a transaction of its own, as the application stores it; returning is the acknowledgement."""
    values = (1, number, "window", number, "answer", number, '"A"', "2026-03-02 01:00:00", bytes(32))
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(SAVE, dict(zip(COLUMNS, values, strict=True)))
    connection.execute("COMMIT")


def lost_answers(template: Path, folder: Path, pragmas: tuple[str, ...], chance: Random) -> int:
    """Save until the power goes; how many acknowledged answers are missing afterwards."""
    before, after = folder / "before.db", folder / "after.db"
    for path in (before, after, Path(f"{before}-wal"), Path(f"{after}-wal"), Path(f"{after}-shm")):
        path.unlink(missing_ok=True)
    shutil.copy(template, before)
    disk = Disk()
    vfs = ForgetfulVFS(disk)
    connection = apsw.Connection(str(before), vfs=NAME)
    for pragma in pragmas:
        connection.execute(pragma)
    connection.execute("PRAGMA foreign_keys = OFF")  # the attempt itself is not what is tested here
    acknowledged = chance.randint(1, SAVES)
    for number in range(1, acknowledged + 1):
        save(connection, number)
    disk.cut(str(before), after, lambda: chance.random() < 0.5)
    connection.close()
    vfs.unregister()
    return acknowledged - _found(after)


def _found(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(connection.execute("SELECT count(*) FROM attempt_event").fetchone()[0])
    finally:
        connection.close()


@pytest.fixture
def template(sqlite_template: Path) -> Path:
    """A migrated database in WAL mode, everything in the main file."""
    connection = sqlite3.connect(sqlite_template)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return sqlite_template


def test_our_settings_lose_no_acknowledged_answer(template: Path, tmp_path: Path) -> None:
    """
    In 200 power cuts at random moments every answer whose save returned is there afterwards.
    """
    chance = Random(20260302)

    assert [lost_answers(template, tmp_path, SQLITE_PRAGMAS, chance) for _ in range(ROUNDS)] == [0] * ROUNDS


def test_the_usual_setting_loses_some(template: Path, tmp_path: Path) -> None:
    """
    The control: with synchronous=NORMAL the same test does lose answers, so it can tell.
    """
    usual = tuple(p.replace("synchronous = FULL", "synchronous = NORMAL") for p in SQLITE_PRAGMAS)
    chance = Random(20260302)

    assert any(lost_answers(template, tmp_path, usual, chance) for _ in range(20))
