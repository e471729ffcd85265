"""What a page is given so that its script may tell how long it is read: a sealed opening and nonces. Nothing is written for
it: the first beat makes the stream, and the seal proves when it was opened, for whom and before which page.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from courseware.witness import LEAD, Beat, is_same, nonce, seal
from lms.ids import new_public_id
from lms.keys import key_for

PURPOSE = "study"


@dataclass(frozen=True, slots=True)
class Opening:
    """A stream as it was opened at a moment (milliseconds since 1970): public ids of itself and the unit, version, page;
    `video` is the word of `courseware.watching.Asked` where the page has one.
    """

    stream: str
    at: int
    unit: str
    version: int
    page: str
    video: str = ""

    def sealed(self, person: str) -> dict[str, Any]:
        """As the browser of a person (public id) keeps it and sends it back."""
        return {
            "stream": self.stream,
            "at": self.at,
            "unit": self.unit,
            "version": self.version,
            "page": self.page,
            "video": self.video,
            "seal": self._seal(person),
        }

    def is_sealed(self, given: str, person: str) -> bool:
        """Whether we gave this opening to that person."""
        return is_same(given, self._seal(person))

    def _seal(self, person: str) -> str:
        words = (person, self.stream, str(self.at), self.unit, str(self.version), self.page)
        return seal(key_for(PURPOSE), *words, *([self.video] if self.video else []))


@dataclass(frozen=True, slots=True)
class Sent:
    """What one stream sends: its opening with the seal, up to which number it has nonces, where its clock stands now (0: its
    page is gone), and beats with their nonces, in their order.
    """

    opening: Opening
    seal: str
    have: int
    clock: int
    beats: tuple[tuple[Beat, str], ...]


def milliseconds(moment: datetime) -> int:
    """A moment as whole milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def opened(*, unit: str, version: int, page: str, at: int, video: str = "") -> Opening:
    """A new stream."""
    return Opening(new_public_id(), at, unit, version, page, video)


def handed(opening: Opening, person: str) -> dict[str, Any]:
    """A new stream with its first nonces, as values of JSON."""
    return {"opening": opening.sealed(person), "nonces": nonces(opening.stream, 0, LEAD)}


def nonces(stream: str, have: int, up_to: int) -> str:
    """Those of the numbers after `have` up to `up_to`, one after the other; at most `LEAD`."""
    key = key_for(PURPOSE)
    return "".join(nonce(key, stream, number) for number in range(max(have, up_to - LEAD) + 1, up_to + 1))
