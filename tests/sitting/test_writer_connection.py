"""The connection of the writer: never one that those who wait for it hold."""

import time
from contextlib import ExitStack, closing

from sqlalchemy import text
from sqlalchemy.pool import QueuePool

from lms.database import reading
from lms.sitting import writer
from lms.sitting.deeds import Saved
from tests.sitting.desks import Desk
from tests.sitting.desks import desk as desk


def test_the_writer_waits_for_no_connection_of_the_pool(desk: Desk) -> None:
    """
    Where everybody who waits for it has taken one, it still writes its first deed at once.
    """
    with ExitStack() as taken, desk.app.app_context():
        pool = desk.engine.pool
        assert isinstance(pool, QueuePool)
        for _each in range(pool.size() + pool._max_overflow):
            taken.enter_context(closing(pool.connect()))
        began = time.monotonic()
        assert isinstance(desk.writer().do(desk.sitters[0].answer(1, "A")), Saved)
        assert time.monotonic() - began < 5


def test_nobody_who_waits_for_the_writer_keeps_a_connection(desk: Desk) -> None:
    """
    What a request has read before is given back: others may need the connection to write.
    """
    with desk.app.app_context():
        pool = desk.engine.pool
        assert isinstance(pool, QueuePool)
        before = pool.checkedout()
        reading().execute(text("SELECT 1"))
        assert pool.checkedout() == before + 1
        writer.writer()
        assert pool.checkedout() == before
