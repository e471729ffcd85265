"""An examination hall to spoil: a stored installation in which eight people have begun, to be copied by each round."""

import os
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from lms import migrate
from lms.app import create_app
from lms.database import db
from lms.exams import queries as exams
from lms.sitting.deeds import End
from question_bank.blueprint import Blueprint
from question_bank.item import ItemVersion
from tests.cast import make_cast
from tests.conftest import COMPILED, NINE, TestClock, make_config
from tests.exam_day import make_exam_day
from tests.sitting.desks import NAMES, Alone, Sitter, started

#: more rounds than CI has time for: SHUYUAN_FAULTS=full
FULL = os.environ.get("SHUYUAN_FAULTS") == "full"


@dataclass(frozen=True, slots=True)
class Hall:
    """The database file, nothing of it in the log, and what deeds need."""

    path: Path
    sitters: Sequence[Sitter]
    versions: Mapping[int, ItemVersion]
    blueprint: Blueprint

    def copy(self, folder: Path, name: str = "before.db") -> Path:
        """A copy to spoil; what was there of that name is gone."""
        target = folder / name
        for suffix in ("", "-wal", "-shm", ".turn"):
            Path(f"{target}{suffix}").unlink(missing_ok=True)
        shutil.copy(self.path, target)
        return target

    def end(self, sitter: Sitter, *, at: datetime = NINE, by_server: bool = False) -> End:
        """The deed that ends an attempt."""
        return End(sitter.attempt, None if by_server else sitter.session_id, at, self.versions, self.blueprint)


def make_hall(folder: Path) -> Hall:
    """Build it."""
    config = make_config(folder)
    migrate.upgrade(config)
    app = create_app(config, clock=TestClock())
    app.jinja_env.bytecode_cache = COMPILED
    cast = make_cast(app)
    day = make_exam_day(app, cast, NINE)
    exam = day.published(day.plan(units=(cast.bureau.id,)))
    with app.app_context():
        engine = db.engine
        versions, blueprint = exams.snapshot_of(exam.id), exams.blueprint_of(exam.id)
    sitters = [started(app, exam, Alone(engine), cast[name]) for name in NAMES]
    engine.dispose()
    path = folder / "shuyuan.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Hall(path, sitters, versions, blueprint)


def some_answer(chance: Random) -> tuple[int, Any]:
    """A slot and a response as the writer gets it: the first two questions are of one choice, the next of several."""
    slot = chance.randint(1, 4)
    return slot, chance.choice("ABCD") if slot <= 2 else sorted(chance.sample("ABCD", chance.randint(1, 4)))


@dataclass(frozen=True, slots=True)
class Kept:
    """What a database holds of the answers of one window: (attempt, count) -> (slot, response)."""

    answers: Mapping[tuple[str, int], tuple[int, str]]
    #: attempts that ended
    ended: frozenset[str]


def found_in(path: Path, window: str) -> Kept:
    """Look into a database file with a library of its own; fails where it is damaged or a chain is broken."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute(
            "SELECT a.public_id, e.client_seq, e.slot, e.response FROM attempt_event e JOIN attempt a"
            " ON a.id = e.attempt_id WHERE e.client = ?",
            (window,),
        ).fetchall()
        heads = connection.execute(
            "SELECT a.public_id FROM attempt a WHERE a.last_event <> (SELECT count(*) FROM attempt_event e"
            " WHERE e.attempt_id = a.id) OR a.chain <> (SELECT hash FROM attempt_event e WHERE e.attempt_id = a.id"
            " AND e.number = a.last_event)"
        ).fetchall()
        ended = connection.execute(
            "SELECT public_id FROM attempt WHERE ended_at IS NOT NULL AND id IN (SELECT attempt_id FROM attempt_result)"
        ).fetchall()
    assert heads == []
    return Kept({(row[0], row[1]): (row[2], row[3]) for row in rows}, frozenset(row[0] for row in ended))
