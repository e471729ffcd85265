"""The live board: how every attempt of an exam stands, as little of it as has changed since a page last asked.

The attempts are read in one query, at most once a second in each process, however many people look at the board. Each
candidate's line has the number of the reading in which it last changed; a page says which number it has seen.
"""

import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from lms.accounts.queries import PersonRow
from lms.admission import queries as admission
from lms.clock import now
from lms.sitting import queries as sitting
from lms.sitting.queries import BoardRow
from lms.supervision import queries

#: seconds for which a reading and a list of candidates are good
FRESH, KNOWN = 1.0, 30.0
#: a page asks after nine seconds of silence: after two that failed it is silent
SILENT_AFTER = timedelta(seconds=25)
MOST_BOARDS = 16

#: person, state, answers, focus losses, when last seen if silent (seconds since 1970), deadline, minutes given
Line = tuple[str, str, int, int, int, int, float]


def state_of(row: BoardRow, moment: datetime) -> str:
    """What of an attempt whoever supervises must know first."""
    if row.ended_how is not None:
        return row.ended_how
    if row.paused:
        return "paused"
    if row.released:
        return "released"
    return "silent" if moment - row.seen_at > SILENT_AFTER else "working"


def line(row: BoardRow, person: str, moment: datetime) -> Line:
    """How one attempt stands."""
    state = state_of(row, moment)
    seen = int(row.seen_at.timestamp()) if state != "working" else 0
    minutes = row.extra_seconds / 60
    return (person, state, row.answered, row.away, seen, int(row.deadline_at.timestamp()), minutes)


@dataclass(slots=True)
class Board:
    """The board of one exam in this process."""

    #: of this board in this process: another one's numbers mean nothing here
    token: str = field(default_factory=lambda: secrets.token_hex(4))
    lock: threading.Lock = field(default_factory=threading.Lock)
    read_at: float = -FRESH
    known_at: float = -KNOWN
    people: dict[int, str] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    number: int = 0
    #: how often somebody was not let in
    refused: int = 0

    def since(self, session: Session, exam_id: int, seen: str) -> tuple[str, Sequence[Line], bool]:
        """The mark of now, the lines that changed since a mark, and whether that is all of them."""
        with self.lock:
            if time.monotonic() - self.read_at >= FRESH or current_app.testing:
                self._read(session, exam_id)
            token, _dash, count = seen.partition("-")
            known = int(count) if token == self.token and count.isdecimal() and len(count) < 12 else -1
            found = [self.lines[person] for person, number in self.changed.items() if number > known]
            return f"{self.token}-{self.number}", found, known < 0

    def _read(self, session: Session, exam_id: int) -> None:
        rows = sitting.board(session, exam_id)
        moment = time.monotonic()
        if moment - self.known_at >= KNOWN or any(row.person_id not in self.people for row in rows):
            self.people = {person.id: person.public_id for person in queries.candidates(session, exam_id)}
            self.known_at = moment
        self.refused = admission.refused(session, exam_id)
        self.number += 1
        at = now()
        for row in rows:
            made = line(row, self.people[row.person_id], at)
            if self.lines.get(made[0]) != made:
                self.lines[made[0]], self.changed[made[0]] = made, self.number
        self.read_at = moment


def board_of(exam_id: int) -> Board:
    """The board of an exam, kept for whoever asks next."""
    kept: dict[int, Board] = current_app.extensions.setdefault("supervision.boards", {})
    found = kept.get(exam_id)
    if found is None:
        while len(kept) >= MOST_BOARDS:
            kept.pop(next(iter(kept)), None)
        found = kept.setdefault(exam_id, Board())
    return found


def listed(
    people: Sequence[PersonRow], rooms: Sequence[queries.RoomRow], seats: Sequence[queries.SeatRow]
) -> list[Any]:
    """What of the candidates does not change while they sit: for the page, once."""
    names = {room.id: room.public_id for room in rooms}
    placed = {seat.person_id: (names[seat.room_id], seat.number) for seat in seats}
    return [
        [person.public_id, person.name, person.staff_number, person.unit_name or "", *placed.get(person.id, ("", 0))]
        for person in people
    ]
