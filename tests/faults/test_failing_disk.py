"""A disk that fails or fills at any one of its calls: nothing is called saved that is not stored, and the same request
sent again once the disk is well is stored once.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest
from sqlalchemy import Engine

from lms.errors import Refused, StorageAway, StorageFull
from lms.sitting.deeds import Deed, Saved
from tests.faults.disks import ALL, FAULTY, WRITES, Faults, FaultyVFS, engine_on
from tests.faults.hall import Hall, found_in
from tests.sitting.desks import Alone

WINDOW = "window0001"
MOST_CALLS = 400


@pytest.fixture
def faults() -> Iterator[Faults]:
    """A file system that fails when it is told to."""
    made = Faults()
    vfs = FaultyVFS(made)
    yield made
    vfs.unregister()


def outcome(writer: Alone, deed: Deed) -> Any:
    """What came of it, be it a refusal."""
    try:
        return writer.do(deed)
    except Refused as refusal:
        return refusal


def counts_stored(engine: Engine) -> list[int]:
    """The counts of the window in the journal of the first attempt, read by a fresh connection."""
    with engine.connect() as connection:
        query = "SELECT client_seq FROM attempt_event WHERE client = ? ORDER BY number"
        return [row[0] for row in connection.exec_driver_sql(query, (WINDOW,))]


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("warm", [False, True], ids=["first", "later"])
def test_a_save_with_an_error_at_any_call(
    hall: Hall, tmp_path: Path, faults: Faults, *, warm: bool, lasting: bool
) -> None:
    """
    Whichever call of the file system fails, once or from then on, at the first save of a process or a later one: what
    is answered as saved is stored, what is not answered so is refused as a matter of the storage, and sent again it is
    stored once. The calls are gone through until one save needs no more.
    """
    engine = engine_on(hall.copy(tmp_path), FAULTY)
    lin, expected, failed = hall.sitters[0], [], 0
    writer = Alone(engine)
    for n in range(1, MOST_CALLS):
        if warm:
            writer.do(lin.answer(2 * n, "A", window=WINDOW))
            expected.append(2 * n)
        else:
            engine.dispose()
            writer = Alone(engine)
        deed = lin.answer(2 * n + 1, "ABCD"[n % 4], window=WINDOW)
        faults.arm(n, of=ALL, lasting=lasting)
        found = outcome(writer, deed)
        faults.disarm()
        stored = 2 * n + 1 in counts_stored(engine)
        assert isinstance(found, Saved | StorageAway)
        assert stored or not isinstance(found, Saved)
        assert isinstance(outcome(writer, deed), Saved)
        expected.append(2 * n + 1)
        failed += bool(faults.failed)
        if not faults.failed:
            break
    engine.dispose()

    assert failed == n - 1 >= 5
    assert counts_stored(engine) == expected
    engine.dispose()
    found_in(tmp_path / "before.db", WINDOW)


def test_a_hand_in_with_an_error_at_any_write(hall: Hall, tmp_path: Path, faults: Faults) -> None:
    """
    An end is whole or not there: event, end and result together; done again it is there.
    """
    for n in range(1, MOST_CALLS):
        engine = engine_on(hall.copy(tmp_path), FAULTY)
        writer, lin = Alone(engine), hall.sitters[0]
        writer.do(lin.answer(1, "A", window=WINDOW))
        faults.arm(n, of=WRITES)
        found = outcome(writer, hall.end(lin))
        faults.disarm()
        with engine.connect() as connection:
            query = "SELECT (SELECT count(*) FROM attempt_event WHERE kind = 'hand_in'), (SELECT count(*) FROM attempt_result), (SELECT count(*) FROM attempt WHERE ended_at IS NOT NULL)"
            there = tuple(connection.exec_driver_sql(query).one())
        assert (found is True, there) in {(True, (1, 1, 1)), (False, (0, 0, 0))}
        assert outcome(writer, hall.end(lin)) is (found is not True)
        engine.dispose()
        assert found_in(tmp_path / "before.db", WINDOW).ended == {lin.attempt}
        if not faults.failed:
            break

    assert n > 5


def test_a_full_disk_at_any_write(hall: Hall, tmp_path: Path, faults: Faults) -> None:
    """
    The same where writing finds no room: the refusal says that the disk is full.
    """
    faults.error = apsw.SQLITE_FULL
    engine = engine_on(hall.copy(tmp_path), FAULTY)
    writer, lin = Alone(engine), hall.sitters[0]
    writer.do(lin.answer(1, "A", window=WINDOW))
    for n in range(1, MOST_CALLS):
        deed = lin.answer(n + 1, "B", window=WINDOW)
        faults.arm(n, of=frozenset({"write"}), lasting=True)
        found = outcome(writer, deed)
        reading = counts_stored(engine)  # still answered
        faults.disarm()
        if not faults.failed:
            break
        assert isinstance(found, StorageFull)
        assert reading == list(range(1, n + 1))
        assert isinstance(outcome(writer, deed), Saved)

    assert n > 3
