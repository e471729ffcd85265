"""How much of a processor this process uses while candidates are at work: what can wait does so while it is much."""

import threading
import time

#: seconds over which the share is taken, and after which one that nobody renewed says nothing
SPAN, STALE = 0.25, 1.0


class Pressure:
    """Of one process; renewed by those who answer what is urgent."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at, self._used, self._share = time.perf_counter(), time.process_time(), 0.0

    def felt(self, moment: float) -> None:
        """Something urgent was answered at a moment of `time.perf_counter`."""
        if moment - self._at < SPAN or not self._lock.acquire(blocking=False):
            return
        try:
            used = time.process_time()
            # where nobody came for long the share of that time says nothing about now
            fresh = moment - self._at < STALE
            latest = (used - self._used) / (moment - self._at) if fresh else 0.0
            self._share = (self._share + latest) / 2
            self._at, self._used = moment, used
        finally:
            self._lock.release()

    @property
    def share(self) -> float:
        """Processors used in the last moments, 1 being one of them; 0 where nothing urgent was answered in the last second."""
        return self._share if time.perf_counter() - self._at < STALE else 0.0


#: of this process
PRESSURE = Pressure()
