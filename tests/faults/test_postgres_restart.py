"""PostgreSQL ends in the middle of an exam, without warning, and comes back."""

import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from lms.clock import system_clock
from tests.browser.conftest import make_house
from tests.conftest import IN_CI
from tests.faults.clients import begin, go_on, lost, saving
from tests.faults.cluster import Cluster, cluster, missing
from tests.faults.hall import FULL

CRASHES = 20 if FULL else 3
CANDIDATES = ("lin", "wang", "zhao", "qian", "sun", "li")


@pytest.fixture
def postgres() -> Iterator[Cluster]:
    """A server of this test's own, or a skip that says why."""
    if reason := missing():
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    with cluster(Path(tempfile.gettempdir()) / f"shuyuan-pg-{uuid4().hex[:10]}") as made:
        yield made


@pytest.mark.server
@pytest.mark.slow
def test_a_database_that_crashes_loses_no_acknowledged_answer(postgres: Cluster, tmp_path: Path) -> None:
    """
    Twelve windows save while the database is ended and started again: they are told 503 or nothing, never "saved" for
    what is not; the processes find it again by themselves; in the end every acknowledged answer is stored once as it
    was sent, those sent again after an outcome nobody knew among them, and every chain holds.
    """
    chance = Random(20260302)
    house = make_house(tmp_path, postgres.url)
    opens_at = system_clock() - timedelta(minutes=1)
    exam = house.exam_day.published(house.exam_day.plan(opens_at=opens_at, units=(house.cast.bureau.id,)))
    places = [begin(house, exam.public_id, name) for name in CANDIDATES]
    house.start()
    try:
        with saving(house, places) as savers:
            for _ in range(CRASHES):
                time.sleep(0.5 + chance.random())
                postgres.crash()
                time.sleep(0.3 + chance.random() / 2)
                postgres.start()
                go_on(savers)
    finally:
        house.kill()

    assert [lost(house, saver) for saver in savers] == [[]] * len(savers)
    refused = {status for saver in savers for status in saver.refused}
    assert 503 in refused
    assert refused <= {0, 503}
    print(f"{CRASHES} crashes, {sum(len(s.acknowledged) for s in savers)} acknowledged, refused {refused}")  # noqa: T201
