"""What a power cut takes: nothing that was acknowledged, with our settings; something, with the usual ones.

The application's writer saves answers and hands papers in, on its own engine and settings, above a disk that forgets.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from lms import database
from lms.sitting.deeds import Saved
from tests.faults.disks import engine_on
from tests.faults.hall import FULL, Hall, found_in, some_answer
from tests.faults.powerloss import NAME, Disk, ForgetfulVFS
from tests.sitting.desks import Alone

ROUNDS = 200 if FULL else 40
MOST_SAVES = 16
WINDOW = "window0001"
SEED = 20260302


@contextmanager
def forgetful(disk: Disk) -> Iterator[None]:
    """The file system is there."""
    vfs = ForgetfulVFS(disk)
    yield
    vfs.unregister()


def lost(hall: Hall, folder: Path, chance: Random) -> list[str]:
    """Save, hand in and tidy the log until the power goes, at any write or sync; what was acknowledged and is gone."""
    before, after = hall.copy(folder), hall.copy(folder, "after.db")
    disk, answers, ended = Disk(), {}, set()
    with forgetful(disk):
        engine = engine_on(before, NAME)
        writer = Alone(engine)
        disk.power = chance.randint(10, MOST_SAVES * 14)
        for number in range(1, MOST_SAVES + 1):
            sitter, slot, response = chance.choice(hall.sitters), *some_answer(chance)
            saved = writer.do(sitter.answer(number, response, window=WINDOW, slot=slot))
            assert isinstance(saved, Saved)
            if not disk.dark:
                answers[sitter.attempt, number] = (slot, json.dumps(response, separators=(",", ":")))
            if chance.random() < 0.1:
                writer.do(hall.end(sitter))
                ended |= set() if disk.dark else {sitter.attempt}
            if chance.random() < 0.1:
                with engine.connect() as connection:  # as SQLite does by itself every thousand pages
                    connection.rollback()
                    connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(PASSIVE)")  # type: ignore[union-attr]
        disk.power = 0
        disk.cut(str(before), after, lambda: chance.random() < 0.5)
        engine.dispose()
    kept = found_in(after, WINDOW)
    gone = [f"{key}: {value}" for key, value in answers.items() if kept.answers.get(key) != value]
    return gone + sorted(ended - kept.ended)


def test_our_settings_lose_no_acknowledged_answer(hall: Hall, tmp_path: Path) -> None:
    """
    In as many power cuts at random moments every answer that was called saved, and every end, is there afterwards; the
    database is whole and every chain ends where its attempt says.
    """
    chance = Random(SEED)

    assert [lost(hall, tmp_path, chance) for _ in range(ROUNDS)] == [[]] * ROUNDS


def test_the_usual_setting_loses_some(hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The control: with synchronous=NORMAL the same test does lose answers, so it can tell.
    """
    usual = tuple(p.replace("synchronous = FULL", "synchronous = NORMAL") for p in database.SQLITE_PRAGMAS)
    assert usual != database.SQLITE_PRAGMAS
    monkeypatch.setattr(database, "SQLITE_PRAGMAS", usual)
    chance = Random(SEED)

    assert sum(bool(lost(hall, tmp_path, chance)) for _ in range(20)) > 10
