"""A database that cannot be written: what the page is told, that reading goes on, and that everything arrives later."""

import errno
import re
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, event, exc, text

from lms import database, direct
from lms.database import db, engine_options, reading
from lms.errors import Refused, StorageAway, StorageFull
from lms.sitting import journal
from lms.sitting.models import Attempt
from lms.sitting.writer import _outcome
from lms.storage import NoTurn, Trouble, trouble
from question_bank.attempt import Kind
from tests.cast import Cast
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.faults.hall import Hall, found_in
from tests.sitting.desks import Alone, Desk, broken_chain
from tests.sitting.desks import desk as desk
from tests.sitting.test_sitting import Candidate

#: how long writers wait in these tests, in milliseconds
PATIENCE = 300


def engine_of(app: Flask) -> Engine:
    """The application's engine."""
    with app.app_context():
        return db.engine


def is_sqlite(engine: Engine) -> bool:
    """Which of the two it is."""
    return engine.dialect.name == "sqlite"


def renew(app: Flask) -> None:
    """Give up every connection that is kept: those of the pool, of the writer and of those who only ask."""
    engine_of(app).dispose()
    for keeper in ("sitting.writer", "direct.reading"):
        app.extensions.pop(keeper, None)


@contextmanager
def on_each_connection(app: Flask, statement: str) -> Iterator[None]:
    """Inside, every connection begins with a statement; afterwards all are new."""
    engine = engine_of(app)

    def connected(raw: Any, _record: object) -> None:
        cursor = raw.cursor()
        cursor.execute(statement)
        cursor.close()
        if not is_sqlite(engine):
            raw.commit()

    renew(app)
    event.listen(engine, "connect", connected)
    yield
    event.remove(engine, "connect", connected)
    renew(app)


@contextmanager
def full(app: Flask) -> Iterator[None]:
    """Inside, there is no room for a further page."""
    engine = engine_of(app)
    if is_sqlite(engine):
        with on_each_connection(app, "PRAGMA max_page_count = 1"):  # SQLite makes it the pages there are
            yield
        return
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE disk_full; END $$;"
                "CREATE TRIGGER full_disk BEFORE INSERT ON attempt_event EXECUTE FUNCTION full_disk()"
            )
        )
    yield
    with engine.begin() as connection:
        connection.execute(text("DROP FUNCTION full_disk CASCADE"))


@contextmanager
def locked(app: Flask) -> Iterator[None]:
    """Inside, somebody else holds the lock for longer than writers wait."""
    engine = engine_of(app)
    if not is_sqlite(engine):
        with engine.connect() as holder:
            holder.execute(text("SELECT 1 FROM attempt FOR UPDATE"))
            yield
        return
    with on_each_connection(app, f"PRAGMA busy_timeout = {PATIENCE}"):
        holder = sqlite3.connect(str(engine.url.database), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.close()


@contextmanager
def read_only(app: Flask) -> Iterator[None]:
    """Inside, the database lets nobody write."""
    engine = engine_of(app)
    statement = "PRAGMA query_only = ON" if is_sqlite(engine) else "SET SESSION default_transaction_read_only = on"
    with on_each_connection(app, statement):
        yield


TROUBLES: dict[str, tuple[Callable[[Flask], AbstractContextManager[None]], int, str]] = {
    "full": (full, 507, "storage.full"),
    "locked": (locked, 503, "storage.away"),
    "read-only": (read_only, 503, "storage.away"),
}


@pytest.fixture
def lin(app: Flask, cast: Cast, exam_day: ExamDay, monkeypatch: pytest.MonkeyPatch) -> Candidate:
    """Somebody who has begun and has one answer saved; writers wait shortly."""
    monkeypatch.setattr(direct, "_POSTGRES_WRITING", direct._POSTGRES_WRITING.replace("10s", f"{PATIENCE}ms"))
    made = Candidate(app, cast.lin, exam_day.published().public_id)
    made.start()
    assert made.send(made.event(5, choice(made))).status_code == 200
    return made


def choice(one: Candidate, slot: int = 5, place: int = 0) -> str:
    """An option that the candidate's page offers."""
    page = one.client.get(f"/sitting/{one.attempt_id}").text
    article = page[page.index(f'id="q-{slot}"') :]
    return re.findall(r'<input[^>]*value="([^"]+)"', article)[place]


def stored(app: Flask, attempt_id: str) -> list[tuple[int, Kind]]:
    """Counts and kinds of what the window sent, as stored."""
    with app.app_context():
        attempt = reading().query(Attempt).filter_by(public_id=attempt_id).one()
        found = [e for e in journal.events(reading(), attempt.id) if e.client == "window0001"]
        assert broken_chain(attempt_id) == ""
        return [(each.client_seq, each.kind) for each in found]


def fill_up(one: Candidate, events: list[dict[str, object]], status: int) -> Any:
    """Send answers until the last pages are full; the first answer that is refused."""
    for _n in range(40):
        events += [one.event(9, f"{'1' * 30}") for _each in range(50)]
        refused = one.send(*events[-50:])
        if refused.status_code == status:
            return refused
    raise AssertionError("it never was full")


@pytest.mark.parametrize("name", sorted(TROUBLES))
def test_what_cannot_be_written_is_said_so(
    app: Flask, clock: TestClock, lin: Candidate, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """
    Full, locked or read-only: an answer, a hand-in and a start are refused with 507 or 503, a code and when to try
    again; nothing is stored; pages and the pulse go on, also for those whose log-in would be noted as used; and the
    same events sent again afterwards are stored once.
    """
    trouble_with, status, code = TROUBLES[name]
    events: list[dict[str, object]] = []
    player, other = f"/sitting/{lin.attempt_id}", choice(lin, place=1)
    headers = {"X-Ticket": lin.ticket()}
    with trouble_with(app):
        refused = fill_up(lin, events, status)
        assert (refused.status_code, refused.json["error"]) == (status, code)
        assert refused.json["message"]
        assert int(refused.headers["Retry-After"]) > 0
        before = stored(app, lin.attempt_id)
        events.append(lin.event(5, other))
        assert lin.send(events[-1]).status_code == status or name == "full"
        if name != "full":
            assert lin.hand_in().status_code == status
            assert stored(app, lin.attempt_id) == before
            clock.advance(minutes=2)
        began = time.monotonic()
        for _each in range(3):
            assert lin.client.get(player).status_code == 200
            assert lin.client.get("/sitting/").status_code == 200
        assert time.monotonic() - began < 3
        monkeypatch.setitem(app.config, "TESTING", False)  # in tests a pulse waits until it is noted down
        assert lin.client.get(f"{player}/state", headers=headers).status_code == 200

    for start in range(0, len(events), 50):
        assert lin.send(*events[start : start + 50]).status_code == 200
    assert sorted(stored(app, lin.attempt_id)) == [(seq, Kind.ANSWER) for seq in range(1, len(events) + 2)]
    assert lin.hand_in().status_code == 200


@pytest.mark.parametrize("eligible", [True, False])
def test_pages_that_write_say_so_too(
    app: Flask, cast: Cast, lin: Candidate, monkeypatch: pytest.MonkeyPatch, *, eligible: bool
) -> None:
    """
    A page that has to write and cannot is answered with 503 and a page that says so, not as a fault of ours; be it that
    a refusal cannot be recorded.
    """
    monkeypatch.setitem(app.config, "TESTING", False)  # in tests what a hook after the request raises goes through
    other = Candidate(app, cast.qian if eligible else cast.wang, lin.exam_id)
    token = other.token()
    with read_only(app):
        refused = other.client.post(f"/sitting/exam/{lin.exam_id}/start", data={"csrf_token": token})

    assert refused.status_code == 503
    assert "storage" not in refused.text
    assert refused.mimetype == "text/html"


@contextmanager
def gone(app: Flask) -> Iterator[None]:
    """Inside, nobody gets a connection."""
    engine = engine_of(app)

    def refuse(*_unused: object) -> None:
        raise sqlite_error(sqlite3.SQLITE_CANTOPEN) if is_sqlite(engine) else psycopg.OperationalError("no server")

    renew(app)
    event.listen(engine, "do_connect", refuse)
    yield
    event.remove(engine, "do_connect", refuse)


def test_a_database_that_is_gone(app: Flask, lin: Candidate) -> None:
    """
    Whatever is asked is answered with 503 and a sentence, although not even the reader's language can be looked up;
    afterwards everything goes on.
    """
    events = [lin.event(5, choice(lin, place=1))]
    headers = {"X-Ticket": lin.ticket()}
    with gone(app):
        saved = lin.send(*events)
        pulse = lin.client.get(f"/sitting/{lin.attempt_id}/state", headers=headers)
        page = lin.client.get(f"/sitting/{lin.attempt_id}")
    assert [saved.status_code, pulse.status_code, page.status_code] == [503] * 3
    assert saved.json["error"] == "storage.away"
    assert page.text
    assert "Retry-After" in page.headers

    assert lin.send(*events).status_code == 200
    assert stored(app, lin.attempt_id) == [(1, Kind.ANSWER), (2, Kind.ANSWER)]


def refusal_of(waiting: Any) -> Any:
    """Why it was not written."""
    with pytest.raises(Refused) as refusal:
        _outcome(waiting)
    return refusal.value


def test_a_batch_waits_once(app: Flask, desk: Desk) -> None:
    """
    Where the database is locked all who came together are told after one wait, not one after the other.
    """
    if not is_sqlite(desk.engine):
        pytest.skip("what a batch does does not depend on the database")
    with locked(app):
        began = time.monotonic()
        one = desk.writer()
        waiting = [one._enqueue(sitter.answer(n, "A")) for sitter in desk.sitters for n in (1, 2, 3)]
        found = [refusal_of(each) for each in waiting]
        took = time.monotonic() - began

    assert {type(each) for each in found} == {StorageAway}
    assert took < len(waiting) / 3 * PATIENCE / 1000
    assert desk.counts(desk.sitters[0]) == []


def test_a_thread_that_waits_too_long_for_its_turn_gives_up(
    app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Behind a thread of the same process that writes for ever the others are told, and go on when it is done.
    """
    if not is_sqlite(desk.engine):
        pytest.skip("on PostgreSQL nobody waits for a turn")
    monkeypatch.setattr(database, "TURN_PATIENCE", PATIENCE / 1000)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with direct.Line(desk.engine).transaction():
            held.set()
            done.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    lin, one = desk.sitters[0], desk.writer()
    with pytest.raises(StorageAway):
        one.do(lin.answer(1, "A"))
    done.set()
    thread.join(10)
    one.do(lin.answer(1, "A"))
    assert desk.counts(lin) == [1]


def sqlite_error(code: int) -> sqlite3.OperationalError:
    """What the driver raises for a code of SQLite."""
    made = sqlite3.OperationalError("x")
    made.sqlite_errorcode = code
    return made


SAID: list[tuple[Exception, Trouble | None]] = [
    (sqlite_error(sqlite3.SQLITE_FULL), Trouble.FULL),
    (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), Trouble.AWAY),
    (sqlite_error(sqlite3.SQLITE_IOERR_FSYNC), Trouble.AWAY),
    (sqlite_error(sqlite3.SQLITE_ERROR), None),
    (sqlite_error(sqlite3.SQLITE_CONSTRAINT_UNIQUE), None),
    (sqlite3.ProgrammingError("x"), None),
    (psycopg.errors.DiskFull("x"), Trouble.FULL),
    (psycopg.errors.LockNotAvailable("x"), Trouble.AWAY),
    (psycopg.errors.AdminShutdown("x"), Trouble.AWAY),
    (psycopg.errors.CannotConnectNow("x"), Trouble.AWAY),
    (psycopg.errors.ReadOnlySqlTransaction("x"), Trouble.AWAY),
    (psycopg.errors.DeadlockDetected("x"), Trouble.AWAY),
    (psycopg.OperationalError("the connection is lost"), Trouble.AWAY),
    (psycopg.InterfaceError("the connection is closed"), Trouble.AWAY),
    (psycopg.errors.UniqueViolation("x"), None),
    (psycopg.errors.UndefinedTable("x"), None),
    (psycopg.DataError("x"), None),
    (exc.OperationalError("x", None, sqlite_error(sqlite3.SQLITE_FULL)), Trouble.FULL),
    (exc.IntegrityError("x", None, sqlite3.IntegrityError("x")), None),
    (exc.TimeoutError("every connection is in use"), Trouble.AWAY),
    (OSError(errno.ENOSPC, "x"), Trouble.FULL),
    (OSError(errno.ENOENT, "x"), None),
    (NoTurn("x"), Trouble.AWAY),
    (NoTurn(errno.ENOSPC, "x"), Trouble.FULL),
    (ZeroDivisionError(), None),
]


@pytest.mark.parametrize(("error", "expected"), SAID, ids=[f"{n}" for n in range(len(SAID))])
def test_what_an_error_says_of_the_storage(error: Exception, expected: Trouble | None) -> None:
    """
    A full disk and a database that is away are told from our own faults.
    """
    assert trouble(error) is expected


def test_a_real_disk_that_is_full(hall: Hall, tmp_path: Path) -> None:
    """
    On a file system of a few megabytes that is filled up answers are refused as such; what was acknowledged is stored;
    once there is room again what was refused is stored when it is sent again.
    """
    small = tmp_path / "small"
    small.mkdir()
    size = hall.path.stat().st_size + 6_000_000
    mounted = (
        shutil.which("mount")
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(small)], check=False, capture_output=True
        ).returncode
    )
    if not mounted:
        pytest.skip("a file system of a few megabytes needs the right to mount; the same is tested without it above")
    try:
        engine = create_engine(f"sqlite:///{hall.copy(small)}", **engine_options("sqlite://"))
        database.prepare_engine(engine)
        one, lin, saved, refused = Alone(engine), hall.sitters[0], [], []
        ballast = small / "ballast"
        ballast.write_bytes(bytes(5_400_000))
        for seq in range(1, 120):
            try:
                one.do(lin.answer(seq, "A" * 4000))
                saved.append(seq)
            except StorageFull:
                refused.append(seq)
        ballast.unlink()
        for seq in refused:
            one.do(lin.answer(seq, "A" * 4000))
        engine.dispose()
        kept = found_in(small / "before.db", "window0001").answers
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)

    assert len(saved) > 10
    assert len(refused) > 10
    assert sorted(seq for _attempt, seq in kept) == list(range(1, 120))
