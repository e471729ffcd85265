"""The short way lets one request at a time through in each process, and the next while it waits for the disk.

Python runs one thread at a time anyhow. Without a turn the others wake up whenever the one that runs reads from the database
or a file, and each change of threads costs as much as the reading: a start met thirty of them, with a turn fifteen.
"""

import threading
from types import TracebackType


class Turn:
    """Held in `with` by the thread that answers a request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._own = threading.local()

    def __enter__(self) -> None:
        self._lock.acquire()
        self._own.held = True

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
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
