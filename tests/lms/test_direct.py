"""Constant statements outside sessions: connections are kept, whatever becomes of what ran on them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from lms.database import db
from lms.direct import Plain, write

COUNT = "SELECT count(*) FROM unit WHERE id = ?"
PLACE = "INSERT INTO unit (id, public_id, code, name, kind, sort_order, path) VALUES (?, ?, 'x', 'x', 'office', 0, ?)"


def who(plain: Plain) -> int:
    """The server's process behind the connection."""
    return int(plain.run("SELECT pg_backend_pid()").fetchone()[0])


@pytest.fixture
def postgresql(app: Flask) -> Flask:
    """Only where each connection is a process of the server."""
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("SQLite has one writer, which keeps its connection")
    return app


def test_one_after_another_share_a_connection(postgresql: Flask) -> None:
    """
    A new process of the server for each beat of two thousand learners cost six times what the beat itself does.
    """
    with postgresql.app_context():
        seen = {write(who) for _time in range(20)}

    assert len(seen) == 1


def test_those_at_once_have_one_each_and_give_it_back(postgresql: Flask) -> None:
    """
    Four who write at the same moment do not wait for each other, and the next four take the same connections.
    """
    meet = Barrier(4)

    def together(plain: Plain) -> int:
        meet.wait(10)
        return who(plain)

    def one(_number: int) -> int:
        with postgresql.app_context():
            return write(together)

    with ThreadPoolExecutor(4) as pool:
        first, second = set(pool.map(one, range(4))), set(pool.map(one, range(4)))

    assert len(first) == 4
    assert first == second


def test_what_fails_leaves_nothing_behind(app: Flask) -> None:
    """
    Work that fails half way writes nothing, and the next is carried out.
    """

    def fails(plain: Plain) -> None:
        plain.run(PLACE, (9_001, "p" * 22, "/9001/"))
        raise LookupError

    def counts(plain: Plain) -> int:
        return int(plain.run(COUNT, (9_001,)).fetchone()[0])

    with app.app_context():
        with pytest.raises(LookupError):
            write(fails)

        assert write(counts) == 0


def test_a_connection_that_is_lost_is_made_anew(postgresql: Flask) -> None:
    """
    Who writes on a connection that the server has ended is told so; the next writes.
    """
    with postgresql.app_context():
        lost = write(who)
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_terminate_backend({lost})")
        with pytest.raises((SQLAlchemyError, db.engine.dialect.loaded_dbapi.Error)):
            write(who)

        assert write(who) != lost
