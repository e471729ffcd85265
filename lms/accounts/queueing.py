"""People who sign in while candidates have much to do wait their turn in the browser, not in a thread of the server.

A rush of sign-ins takes both processors and all threads; those who start an exam in the same seconds would wait for them. The
sign-in page therefore asks before it sends its form (`js/queue.js`), and asks again some seconds later while there is no
turn. That question costs a thirtieth of a sign-in. A page without scripts sends its form at once and stands in file.
"""

from flask import Flask

from lms.accounts.passwords import Hasher
from lms.turn import TURN

#: seconds until a page asks again, by and large: pages choose their moment around it
AGAIN = 2


def told(app: Flask) -> dict[str, int]:
    """What a page is told that wants to sign somebody in: `wait`, the seconds after which it asks again; 0: it may be now."""
    hasher: Hasher = app.extensions["accounts.hasher"]
    return {"wait": AGAIN if TURN.is_pressed or hasher.is_crowded else 0}
