"""A backup while a hundred answers and more are saved each second: what was acknowledged before it began is in it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import select

from lms import snapshot
from lms.config import Config
from lms.sitting.models import Attempt, AttemptEvent
from tests.lms.test_backup import config as config
from tests.lms.test_backup import elsewhere as elsewhere
from tests.lms.test_backup import make, restore
from tests.sitting.desks import NAMES, Desk, Sitter
from tests.sitting.desks import desk as desk

RATE = 100
#: seconds of saving before the backup
BEFORE = 1.0
WINDOW = "backup0001"


def test_a_backup_among_a_hundred_saves_a_second(desk: Desk, config: Config, elsewhere: Config) -> None:
    """
    Eight candidates save without pause: the restored copy has every answer that was acknowledged before the backup
    began, with its value, and none that was never sent; saving went on while it was made.
    """
    writer, ended = desk.writer(), threading.Event()
    acknowledged: list[tuple[str, int]] = []  # appending is atomic

    def save(sitter: Sitter) -> None:
        seq = 0
        while not ended.is_set():
            seq += 1
            writer.do(sitter.answer(seq, f"{seq}", window=WINDOW))
            acknowledged.append((sitter.attempt, seq))
            time.sleep(0.002)

    with ThreadPoolExecutor(len(NAMES)) as threads:
        running = [threads.submit(save, sitter) for sitter in desk.sitters]
        try:
            time.sleep(BEFORE)
            before = list(acknowledged)
            made = make(config)
            during = len(acknowledged) - len(before)
        finally:
            ended.set()
        for each in running:
            each.result(20)
    restore(made, elsewhere, sha256=made.sha256)

    with snapshot.connected(elsewhere.url) as connection:
        query = select(Attempt.public_id, AttemptEvent.client_seq, AttemptEvent.response).join(
            Attempt, Attempt.id == AttemptEvent.attempt_id
        )
        kept: dict[tuple[str, int], Any] = {
            (row[0], row[1]): row[2] for row in connection.execute(query.where(AttemptEvent.client == WINDOW))
        }
    assert len(before) > RATE * BEFORE
    assert during > 0
    assert set(before) <= set(kept) <= set(acknowledged)
    assert kept == {key: f"{key[1]}" for key in kept}
