"""People who sign in while candidates have much to do wait their turn in the browser, not in a thread of the server.

A rush of sign-ins takes both processors and all threads; those who start an exam in the same seconds would wait for them. The
sign-in page therefore asks before it sends its form (`js/queue.js`), and asks again some seconds later while there is no
turn. That question costs a thirtieth of a sign-in. A page without scripts sends its form at once and stands in file.
"""

import time

from flask import Flask

from lms.accounts.passwords import Hasher
from lms.pressure import PRESSURE

#: seconds after which a page asks again, by and large (pages choose their moment around it): where others hash their
#: passwords, and where candidates need the machine
SOON, LATER = 2, 4
#: of a processor, used by this process while candidates are at work: beyond it one at a time signs in
BUSY = 0.6
#: seconds between two of these
BETWEEN = 0.5


class Door:
    """Who may sign in at this moment, of one process."""

    def __init__(self) -> None:
        self._last = -BETWEEN

    def wait(self, hasher: Hasher) -> int:
        """Seconds until somebody asks again; 0: it may be now."""
        if hasher.is_crowded:
            return SOON
        moment = time.monotonic()
        if PRESSURE.share > BUSY and moment - self._last < BETWEEN:
            return LATER
        self._last = moment
        return 0


def init_app(app: Flask) -> None:
    """A door for this process."""
    app.extensions["accounts.door"] = Door()


def told(app: Flask) -> dict[str, int]:
    """What a page is told that wants to sign somebody in: `wait`, the seconds after which it asks again; 0: it may be now."""
    door: Door = app.extensions["accounts.door"]
    return {"wait": door.wait(app.extensions["accounts.hasher"])}
