"""kill -9 of the whole server while answers are being saved: what was acknowledged is there afterwards."""

import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median

import pytest

from lms.clock import system_clock
from tests.browser.conftest import make_house
from tests.faults.clients import begin, go_on, lost, saving
from tests.faults.hall import FULL

KILLS = 50 if FULL else 5
#: each with two windows
CANDIDATES = ("lin", "wang", "zhao", "qian", "sun", "li", "zhou", "wu", "zheng", "feng")
#: seconds until the server answers again, on a machine that does nothing else
AGAIN = 5.0


@pytest.mark.server
@pytest.mark.slow
def test_kill_nine_during_saves_loses_no_acknowledged_answer(tmp_path: Path) -> None:
    """
    The server and its workers are killed at random moments while twenty windows save: each time the database is whole
    and the server is back, mostly within five seconds (on a busy machine: as it starts otherwise); in the end every
    acknowledged answer is stored once as it was sent, and the chain of every journal holds from its first event to its
    head.
    """
    chance, back = Random(20260302), []
    house = make_house(tmp_path)
    opens_at = system_clock() - timedelta(minutes=1)
    exam = house.exam_day.published(house.exam_day.plan(opens_at=opens_at, units=(house.cast.bureau.id,)))
    places = [begin(house, exam.public_id, name) for name in CANDIDATES]
    began = time.monotonic()
    house.start()
    usual = time.monotonic() - began  # twenty windows that knock without pause do not make it faster
    try:
        with saving(house, places) as savers:
            for _ in range(KILLS):
                go_on(savers)
                time.sleep(chance.random())
                house.kill()
                with closing(sqlite3.connect(tmp_path / "shuyuan.db")) as connection:
                    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                began = time.monotonic()
                house.start()
                back.append(time.monotonic() - began)
            go_on(savers)
    finally:
        house.kill()

    assert median(back) < max(AGAIN, 3 * usual)
    assert [lost(house, saver) for saver in savers] == [[]] * len(savers)
    assert {status for saver in savers for status in saver.refused} <= {0, 503}  # 503: the disk was very slow
    said = sum(len(saver.acknowledged) for saver in savers)
    print(f"{KILLS} kills, {said} acknowledged, back in {median(back):.1f} s, at most {max(back):.1f} s")  # noqa: T201
