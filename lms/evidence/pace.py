"""How often one address may ask for codes that were not issued here: nobody guesses 80 random bits, but nobody shall try either.

Counted in this process alone, and forgotten with it: a server of two processes lets twice as many pass.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

from flask import Flask, current_app

from lms.clock import now
from lms.evidence.errors import TooOften

MOST_UNKNOWN, WITHIN = 30, timedelta(minutes=10)
#: addresses that are remembered; the one that asked longest ago is forgotten first
MOST_ADDRESSES = 5000
_KEY = "evidence.unknown"


class Counter:
    """When each address asked for what is not there."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, list[datetime]] = OrderedDict()
        self._lock = Lock()

    def recent(self, address: str, moment: datetime) -> int:
        """How often within the time before a moment."""
        with self._lock:
            return len(self._since(address, moment))

    def count(self, address: str, moment: datetime) -> None:
        """Once more."""
        with self._lock:
            self._asked[address] = [*self._since(address, moment), moment][-MOST_UNKNOWN:]
            self._asked.move_to_end(address)
            while len(self._asked) > MOST_ADDRESSES:
                self._asked.popitem(last=False)

    def _since(self, address: str, moment: datetime) -> list[datetime]:
        return [one for one in self._asked.get(address, []) if one > moment - WITHIN]


def init_app(app: Flask) -> None:
    """Begin with nothing counted."""
    app.extensions[_KEY] = Counter()


def refuse_many(address: str) -> None:
    """Raises TooOften where an address asked too often for what is not there."""
    counter: Counter = current_app.extensions[_KEY]
    if counter.recent(address, now()) >= MOST_UNKNOWN:
        raise TooOften


def note(address: str) -> None:
    """Somebody asked for what is not there."""
    counter: Counter = current_app.extensions[_KEY]
    counter.count(address, now())
