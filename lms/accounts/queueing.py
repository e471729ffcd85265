"""People who sign in while candidates have much to do wait their turn in the browser, not in a thread of the server.

A rush of sign-ins takes both processors and all threads; those who start an exam in the same seconds would wait for them. The
sign-in page therefore asks before it sends its form (`js/queue.js`), and asks again some seconds later while there is no
turn. That question costs a thirtieth of a sign-in. A page without scripts sends its form at once and stands in file.
"""

import threading
import time

from flask import Flask

from lms.accounts.passwords import Hasher
from lms.pressure import PRESSURE

#: seconds after which a page asks again, by and large (pages choose their moment around it): where others sign in, and where
#: candidates need the machine
SOON, LATER = 2, 4
#: of a processor, used by this process while candidates are at work: beyond it people sign in one by one
BUSY = 0.6
#: how many may come in a second, usually and then; how many at once, usually (then it is one)
USUAL, THEN, AT_ONCE = 40.0, 2.0, 8.0


class Door:
    """Who may sign in at this moment, of one process: a bucket that fills with time, from which each takes one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._room, self._at = AT_ONCE, time.monotonic()

    def wait(self, hasher: Hasher) -> int:
        """Seconds until somebody asks again; 0: it may be now."""
        if hasher.is_crowded:
            return SOON
        busy = PRESSURE.share > BUSY
        with self._lock:
            moment = time.monotonic()
            filled = self._room + (moment - self._at) * (THEN if busy else USUAL)
            self._room, self._at = min(filled, 1.0 if busy else AT_ONCE), moment
            if self._room < 1:
                return LATER if busy else SOON
            self._room -= 1
        return 0


def init_app(app: Flask) -> None:
    """A door for this process."""
    app.extensions["accounts.door"] = Door()


def told(app: Flask) -> dict[str, int]:
    """What a page is told that wants to sign somebody in: `wait`, the seconds after which it asks again; 0: it may be now."""
    door: Door = app.extensions["accounts.door"]
    return {"wait": door.wait(app.extensions["accounts.hasher"])}
