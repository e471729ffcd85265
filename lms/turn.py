"""The short way lets one request at a time through in each process, and the next while it waits for the disk.

Python runs one thread at a time anyhow. Without a turn the others wake up whenever the one that runs reads from the database
or a file, and each change of threads costs as much as the reading: a start met thirty of them, with a turn fifteen.

Pages take several times as long as answers. They stand in a queue of their own, of which only the first waits for the turn:
an answer that comes while many start waits for one or two of them, not for all.

What is none of these (a sign-in, a report) goes in single file while they come one after the other, so that a rush of it has
one thread among theirs and not all. Nobody stands there for longer than half a minute, then it goes on beside.
"""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

#: seconds without a turn after which it is quiet, and that somebody stands in file at most
QUIET, PATIENCE = 0.1, 30.0
#: seconds after which a thread that computes lets another one go on: an answer needs several such changes to be saved. The
#: brief one costs a tenth more, so it is for the time in which somebody in file computes beside those who have the turn
USUAL, BRIEF = sys.getswitchinterval(), 0.001


class Turn:
    """Taken by the thread that answers a request."""

    def __init__(self) -> None:
        self._lock, self._pages, self._file = threading.Lock(), threading.Lock(), threading.Lock()
        self._own = threading.local()
        self._taken_at = 0.0

    @contextmanager
    def taken(self, *, page: bool = False) -> Iterator[None]:
        """Have the turn meanwhile; `page`: it takes long."""
        if page:
            with self._pages:
                self._lock.acquire()
        else:
            self._lock.acquire()
        self._own.held, self._taken_at = True, time.monotonic()
        try:
            yield
        finally:
            self._own.held = False
            self._lock.release()

    @contextmanager
    def standing_back(self) -> Iterator[None]:
        """Do what is not as urgent as what takes the turn."""
        self._stand(needed=time.monotonic() - self._taken_at < QUIET)
        try:
            yield
        finally:
            self._step_aside()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Do what needs neither this process's Python nor its database; the next in file goes on meanwhile."""
        filed = self._step_aside()
        try:
            yield
        finally:
            self._stand(needed=filed)

    def _stand(self, *, needed: bool) -> None:
        self._own.filed = needed and self._file.acquire(timeout=PATIENCE)
        if self._own.filed:
            sys.setswitchinterval(BRIEF)

    def _step_aside(self) -> bool:
        filed = getattr(self._own, "filed", False)
        if filed:
            self._own.filed = False
            sys.setswitchinterval(USUAL)
            self._file.release()
        return filed

    def wait_for(self, done: threading.Lock, seconds: float) -> bool:
        """Acquire a lock that another thread releases, whether it came within the time; others have the turn meanwhile."""
        if not getattr(self._own, "held", False):
            return done.acquire(timeout=seconds)
        self._lock.release()
        try:
            return done.acquire(timeout=seconds)
        finally:
            self._lock.acquire()


#: of this process
TURN = Turn()
