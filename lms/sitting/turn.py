"""The short way lets one request at a time through in each process, and the next while it waits for the disk.

Python runs one thread at a time anyhow. Without a turn the others wake up whenever the one that runs reads from the database
or a file, and each change of threads costs as much as the reading: a start met thirty of them, with a turn fifteen.

Pages take several times as long as answers. They stand in a queue of their own, of which only the first waits for the turn:
an answer that comes while many start waits for one or two of them, not for all.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turn:
    """Taken by the thread that answers a request."""

    def __init__(self) -> None:
        self._lock, self._pages = threading.Lock(), threading.Lock()
        self._own = threading.local()

    @contextmanager
    def taken(self, *, page: bool = False) -> Iterator[None]:
        """Have the turn meanwhile; `page`: it takes long."""
        if page:
            with self._pages:
                self._lock.acquire()
        else:
            self._lock.acquire()
        self._own.held = True
        try:
            yield
        finally:
            self._own.held = False
            self._lock.release()

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
