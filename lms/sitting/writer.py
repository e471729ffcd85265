"""One thread a process writes what candidates send: many deeds in one transaction, one commit for all of them.

A deed that was carried out is on disk before `do` returns; a deed that was refused raises its refusal; when the
database cannot write, everybody waiting is told so and nothing counts as saved; where a commit failed it is not known
whether it was written, and the same deed done again tells. The waiting are woken one by one, each
by a lock of its own, so that none of them queues behind the next batch.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import structlog
from flask import Flask, current_app
from sqlalchemy import Engine

from lms.database import db
from lms.direct import TOGETHER, Line, Plain, Work, Written
from lms.errors import Refused, StorageAway, storage_refusal
from lms.sitting.deeds import Deed
from lms.sitting.memory import Memory
from lms.sitting.store import Store
from lms.turn import TURN

log = structlog.get_logger()

MOST_AT_ONCE = 256
PATIENCE = 30.0


class Unwritten(StorageAway):
    """The database did not take it within the time; it may do so yet."""


@dataclass(frozen=True, slots=True)
class Other:
    """A piece of work of another part of the house, which is written together with what candidates send."""

    work: Work[Any]
    attempt: str = ""

    def run(self, store: Store) -> Any:
        """Do it; raises what it raises."""
        return self.work(store.plain)


def init_app(app: Flask) -> None:
    """Write for others too."""
    app.extensions[TOGETHER] = together


def together(work: Work[Written]) -> Written:
    """`lms.direct.write` of an application that has this writer."""
    found: Written = writer().do(Other(work))
    return found


class _Waiting:
    """A deed, whoever waits for it, and what became of it."""

    __slots__ = ("deed", "done", "outcome", "refusal")

    def __init__(self, deed: Deed) -> None:
        self.deed = deed
        self.outcome: Any = None
        self.refusal: BaseException | None = None
        self.done = threading.Lock()
        self.done.acquire()

    def settle(self, outcome: Any = None, refusal: BaseException | None = None) -> None:
        """Say what became of it and wake who waits."""
        self.outcome, self.refusal = outcome, refusal
        self.done.release()


class Writer:
    """The queue and its thread; the thread begins with the first deed, so that a forked process has one of its own."""

    def __init__(self, engine: Engine) -> None:
        self._line = Line(engine)
        self._memory = Memory()
        # put and get are atomic: a list that is swapped could lose what is appended meanwhile
        self._queue: SimpleQueue[_Waiting] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def do(self, deed: Deed) -> Any:
        """Carry out a deed; when this returns it is on disk. Raises what the deed raises, or why it was not written."""
        return _outcome(self._enqueue(deed))

    def do_all(self, deeds: Sequence[Deed]) -> list[Any]:
        """Carry out many, as few transactions as may be; what came of each, in their order."""
        waiting = [self._enqueue(deed) for deed in deeds]
        return [_outcome(each) for each in waiting]

    def later(self, deed: Deed) -> None:
        """Carry out a deed for which nobody waits."""
        self._enqueue(deed)

    def _enqueue(self, deed: Deed) -> _Waiting:
        waiting = _Waiting(deed)
        self._queue.put(waiting)
        if self._thread is None:
            self._start()
        return waiting

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="sitting-writer", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            batch = [self._queue.get()]
            with suppress(Empty):
                while len(batch) < MOST_AT_ONCE:
                    batch.append(self._queue.get_nowait())
            self._carry_out(batch)

    def _carry_out(self, batch: Sequence[_Waiting]) -> None:
        """All in one transaction; when one of them is at fault, each in its own, so that it cannot harm the others.

        When the storage is, each alone would fail as well, after as long a wait: then all are told at once.
        """
        try:
            outcomes = self._transaction(batch)
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of anything
            if storage_refusal(error) is not None:
                log.error("not_written", deeds=len(batch), kind=type(error).__name__, error=str(error)[:500])
                for waiting in batch:
                    waiting.settle(refusal=storage_refusal(error))
                return
            if len(batch) == 1:
                batch[0].settle(refusal=error)
                return
            for waiting in batch:
                self._carry_out([waiting])
            return
        for waiting, (outcome, refusal) in zip(batch, outcomes, strict=True):
            waiting.settle(outcome, refusal)

    def _transaction(self, batch: Sequence[_Waiting]) -> list[tuple[Any, Refused | None]]:
        outcomes: list[tuple[Any, Refused | None]] = []
        store: Store | None = None
        try:
            with self._line.transaction() as cursor:
                store = Store(Plain(cursor, sqlite=self._line.sqlite), self._memory)
                store.load([waiting.deed.attempt for waiting in batch if waiting.deed.attempt])
                for waiting in batch:
                    try:
                        outcomes.append((waiting.deed.run(store), None))
                    except Refused as refusal:
                        outcomes.append((None, refusal))
                store.write()
        except BaseException:
            if store is not None:
                store.forget()
            raise
        store.remember()
        return outcomes


def _outcome(waiting: _Waiting) -> Any:
    """Wait for what became of it."""
    if not TURN.wait_for(waiting.done, PATIENCE):
        raise Unwritten
    if waiting.refusal is not None:
        raise waiting.refusal
    return waiting.outcome


def writer() -> Writer:
    """The writer of this application in this process. Whoever asks gives back the connection that it has read with: it
    is about to wait, and others may need one to write.
    """
    if db.session.registry.has():
        db.session.rollback()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    found: Writer | None = app.extensions.get("sitting.writer")
    if found is None:
        found = app.extensions.setdefault("sitting.writer", Writer(db.engine))
    return found
