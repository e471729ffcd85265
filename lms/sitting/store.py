"""Attempts as one transaction of the writer sees them: read and written by plain statements, many at a time.

This is the one place that goes round the mapped classes, because it runs thousands of times a minute; the statements
are constants. What it does is the same on SQLite and PostgreSQL. The caller holds the transaction.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from typing import Any, Protocol

from lms.database import dumps
from lms.direct import Plain, moment_of
from lms.ids import new_public_id
from lms.sitting.dealing import Late
from lms.sitting.memory import Journal, Memory
from question_bank.attempt import Event, Kind, chain
from question_bank.grading import Result
from question_bank.timing import Time

#: the server's own events need no window; their count is the event's number
SERVER = "server"

_SHEETS = """
SELECT a.id, a.public_id, a.exam_id, a.session_id, a.deadline_at, a.ended_at, a.last_event, a.chain, s.ended_at,
a.paused_at, a.extra_seconds
FROM attempt a LEFT JOIN login_session s ON s.id = a.session_id WHERE a.public_id IN ({marks}) ORDER BY a.id
"""
_JOURNAL = "SELECT number, client, client_seq, kind, slot FROM attempt_event WHERE attempt_id = ?"
_ANSWERS = "SELECT slot, response FROM attempt_event WHERE attempt_id = ? AND kind = 'answer' ORDER BY number"
#: the same in one row: for each row the driver lets another thread have the interpreter, and all who write wait for this one
_ANSWERS_JOINED = """
SELECT group_concat('[' || number || ',' || slot || ',' || coalesce(response, 'null') || ']') FROM attempt_event
WHERE attempt_id = ? AND kind = 'answer'
"""
_EVENT = """
SELECT number, client, client_seq, kind, slot, response, at FROM attempt_event
WHERE attempt_id = ? AND client = ? AND client_seq = ?
"""
_APPEND = """
INSERT INTO attempt_event (attempt_id, number, client, client_seq, kind, slot, response, at, hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_GREW = "UPDATE attempt SET last_event = ?, chain = ?, answered = ?, away = ? WHERE id = ?"
_ENDED = "UPDATE attempt SET ended_at = ?, ended_how = ? WHERE id = ?"
_VOIDED = "UPDATE attempt SET ended_how = 'void' WHERE id = ?"
_MEASURED = "UPDATE attempt SET deadline_at = ?, paused_at = ?, extra_seconds = ?, session_id = ? WHERE id = ?"
_SEEN = """
INSERT INTO sitting_presence (attempt_id, seen_at) SELECT id, ? FROM attempt WHERE public_id = ?
ON CONFLICT (attempt_id) DO UPDATE SET seen_at = excluded.seen_at
"""
_TOUCH = "UPDATE login_session SET last_seen_at = ? WHERE id = ? AND ended_at IS NULL"
_LAST_BEAT = "SELECT at FROM sitting_beat WHERE id = 1"
_BEAT = "INSERT INTO sitting_beat (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at"
_OPEN_THEN = """
SELECT exam_id, count(*) FROM attempt
WHERE started_at <= ? AND deadline_at > ? AND paused_at IS NULL AND (ended_at IS NULL OR ended_at > ?) GROUP BY exam_id
"""
_OUTAGE = """
INSERT INTO sitting_outage (public_id, exam_id, began_at, ended_at, attempts) VALUES (?, ?, ?, ?, ?)
"""
_FORM = "SELECT form FROM attempt WHERE id = ?"
_BEGUN = "SELECT public_id FROM attempt WHERE exam_id = ? AND person_id = ? ORDER BY number DESC"
_BEGIN = """
INSERT INTO attempt (
  public_id, exam_id, person_id, number, form, started_at, deadline_at, session_id, last_event, chain, extra_seconds,
  answered, away
) VALUES (?, ?, ?, 1, ?, ?, ?, ?, 0, ?, 0, 0, 0) ON CONFLICT DO NOTHING RETURNING id
"""
_LATE = """
INSERT INTO sitting_paper (exam_id, person_id, batch, late, sealed) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_RESULT = """
INSERT INTO attempt_result (attempt_id, revision, total, maximum, passed, scores, graded_at, reason)
VALUES (?, 1, ?, ?, ?, ?, ?, 'automatic')
"""


class Beginning(Protocol):
    """What is known of an attempt that begins."""

    @property
    def new_id(self) -> str:
        """Public id for it."""

    @property
    def exam_id(self) -> int:
        """Of the exam."""

    @property
    def person_id(self) -> int:
        """Of the candidate."""

    @property
    def session_id(self) -> int:
        """Of the log-in that may write."""

    @property
    def form(self) -> str:
        """The record of its paper, as JSON."""

    @property
    def at(self) -> datetime:
        """When it begins."""

    @property
    def deadline_at(self) -> datetime:
        """When it ends at the latest."""


@dataclass(slots=True)
class Sheet:
    """An attempt in this transaction: its row, its journal, and what is to be written at the end."""

    id: int
    public_id: str
    exam_id: int
    session_id: int
    time: Time
    extra_seconds: int
    ended: bool
    last: int
    chain: bytes
    #: the log-in that may write has not ended
    live: bool
    journal: Journal
    added: list[tuple[Event, bytes]] = field(default_factory=list)
    end: tuple[datetime, str] | None = None
    result: tuple[Result, datetime] | None = None
    #: its time or its log-in is another one now
    measured: bool = False

    @property
    def deadline_at(self) -> datetime:
        """When it ends as things stand."""
        return self.time.deadline_at

    def append(
        self,
        kind: Kind,
        *,
        at: datetime,
        slot: int | None = None,
        response: Any = None,
        client: str = SERVER,
        client_seq: int | None = None,
    ) -> Event:
        """Add an event to the end of the journal."""
        number = self.last + 1
        event = Event(number, client, number if client_seq is None else client_seq, kind, slot, response, at)
        self.last, self.chain = number, chain(self.chain, event)
        self.added.append((event, self.chain))
        self.journal.add(event)
        return event


class Store:
    """Sheets of one transaction, read and written by the driver's cursor in it."""

    def __init__(self, plain: Plain, memory: Memory) -> None:
        self.plain = plain
        self._memory = memory
        self.sheets: dict[str, Sheet] = {}

    def load(self, public_ids: Sequence[str]) -> None:
        """Read (and on PostgreSQL lock) these attempts; those that are not there are left out."""
        wanted = sorted(set(public_ids) - set(self.sheets))
        if not wanted:
            return
        marks = ", ".join("?" * len(wanted))
        query = _SHEETS.replace("{marks}", marks) + ("" if self.plain.sqlite else "FOR UPDATE OF a")
        for row in self.plain.run(query, wanted).fetchall():
            head = bytes(row[7])
            journal = self._memory.get(row[0], head) or self._journal(row[0])
            self.sheets[row[1]] = Sheet(
                id=row[0],
                public_id=row[1],
                exam_id=row[2],
                session_id=row[3],
                time=Time(moment_of(row[4]), moment_of(row[9]) if row[9] is not None else None),
                extra_seconds=row[10],
                ended=row[5] is not None,
                last=row[6],
                chain=head,
                live=row[8] is None,
                journal=journal,
            )

    def begun(self, exam_id: int, person_id: int) -> str | None:
        """The public id of the attempt that a person has begun."""
        row = self.plain.run(_BEGUN, (exam_id, person_id)).fetchone()
        return row[0] if row else None

    def begin(self, deed: Beginning, head: bytes) -> Sheet | None:
        """The sheet of a new attempt, None where the person began one in another process meanwhile."""
        moments = self.plain.stored(deed.at), self.plain.stored(deed.deadline_at)
        values = (deed.new_id, deed.exam_id, deed.person_id, deed.form, *moments, deed.session_id, head)
        row = self.plain.run(_BEGIN, values).fetchone()
        if row is None:
            return None
        made = Sheet(
            id=row[0],
            public_id=deed.new_id,
            exam_id=deed.exam_id,
            session_id=deed.session_id,
            time=Time(deed.deadline_at),
            extra_seconds=0,
            ended=False,
            last=0,
            chain=head,
            live=True,
            journal=Journal(),
        )
        self.sheets[deed.new_id] = made
        return made

    def keep_late(self, exam_id: int, person_id: int, late: Late) -> bool:
        """Keep a paper that was dealt at the start, unless the person has one; whether it was kept."""
        kept = self.plain.run(_LATE, (exam_id, person_id, late.batch, True, late.sealed))
        return bool(kept.rowcount == 1)

    def event(self, attempt_id: int, client: str, client_seq: int) -> Event | None:
        """One event of a journal, with its response."""
        row = self.plain.run(_EVENT, (attempt_id, client, client_seq)).fetchone()
        if row is None:
            return None
        return Event(row[0], row[1], row[2], Kind(row[3]), row[4], self._json(row[5]), moment_of(row[6]))

    def answers(self, sheet: Sheet) -> dict[int, Any]:
        """The newest response of each slot, with those that are about to be written."""
        if self.plain.sqlite:
            joined = self.plain.run(_ANSWERS_JOINED, (sheet.id,)).fetchone()[0]
            rows = sorted(json.loads(f"[{joined or ''}]"), key=itemgetter(0))
            found = {slot: response for _number, slot, response in rows}
        else:
            found = dict(self.plain.run(_ANSWERS, (sheet.id,)).fetchall())
        added = (event for event, _hash in sheet.added if event.kind is Kind.ANSWER)
        return found | {event.slot: event.response for event in added if event.slot is not None}

    def form(self, sheet: Sheet) -> Any:
        """The record of an attempt's paper."""
        return self._json(self.plain.run(_FORM, (sheet.id,)).fetchone()[0])

    def write(self) -> None:
        """Everything that the sheets gathered."""
        changed = [sheet for sheet in self.sheets.values() if sheet.added]
        events = [self._row(sheet, event, digest) for sheet in changed for event, digest in sheet.added]
        grew = [(sheet.last, sheet.chain, len(sheet.journal.newest), sheet.journal.away, sheet.id) for sheet in changed]
        ended = [(self.plain.stored(sheet.end[0]), sheet.end[1], sheet.id) for sheet in changed if sheet.end]
        voided = [(sheet.id,) for sheet in changed if sheet.journal.voided]
        measured = [
            (
                self.plain.stored(sheet.deadline_at),
                self.plain.stored(sheet.time.paused_at),
                sheet.extra_seconds,
                sheet.session_id,
                sheet.id,
            )
            for sheet in changed
            if sheet.measured
        ]
        results = [
            (
                sheet.id,
                _hundredths(sheet.result[0].total),
                _hundredths(sheet.result[0].maximum),
                sheet.result[0].passed,
                dumps(sheet.result[0].to_record()),
                self.plain.stored(sheet.result[1]),
            )
            for sheet in changed
            if sheet.result
        ]
        for statement, rows in (
            (_APPEND, events),
            (_GREW, grew),
            (_ENDED, ended),
            (_VOIDED, voided),
            (_MEASURED, measured),
            (_RESULT, results),
        ):
            if rows:
                self.plain.run_each(statement, rows)

    def seen(self, pages: Mapping[str, datetime], sessions: Mapping[int, datetime]) -> None:
        """Note when pages of attempts and log-ins were last heard of."""
        for statement, found in ((_SEEN, sorted(pages.items())), (_TOUCH, sorted(sessions.items()))):
            if found:
                self.plain.run_each(statement, [(self.plain.stored(at), key) for key, at in found])

    def beat(self, at: datetime, longest: timedelta) -> None:
        """Note that the server is at work; where it was not for longer than `longest`, note an outage of each exam
        that had open attempts then.
        """
        row = self.plain.run(_LAST_BEAT).fetchone()
        last = moment_of(row[0]) if row else at
        if at > last or row is None:
            self.plain.run(_BEAT, (self.plain.stored(at),))
        if at - last <= longest:
            return
        began, ended = self.plain.stored(last), self.plain.stored(at)
        for exam_id, attempts in self.plain.run(_OPEN_THEN, (began, began, began)).fetchall():
            self.plain.run(_OUTAGE, (new_public_id(), exam_id, began, ended, attempts))

    def remember(self) -> None:
        """After the commit: what is on disk may be relied on."""
        for sheet in self.sheets.values():
            self._memory.keep(sheet.id, sheet.chain, sheet.journal)

    def forget(self) -> None:
        """After a failure: the journals in memory may hold what is not on disk."""
        self._memory.forget(sheet.id for sheet in self.sheets.values())

    def _journal(self, attempt_id: int) -> Journal:
        journal = Journal()
        for number, client, seq, kind, slot in sorted(self.plain.run(_JOURNAL, (attempt_id,)).fetchall()):
            journal.add(Event(number, client, seq, Kind(kind), slot, None, _NO_MOMENT))
        return journal

    def _row(self, sheet: Sheet, event: Event, digest: bytes) -> tuple[Any, ...]:
        response = None if event.response is None else dumps(event.response)
        at = self.plain.stored(event.at)
        return (
            sheet.id, event.number, event.client, event.client_seq, str(event.kind), event.slot, response, at, digest,
        )  # fmt: skip

    def _json(self, stored: Any) -> Any:
        return json.loads(stored) if isinstance(stored, str) and self.plain.sqlite else stored


_NO_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)


def _hundredths(marks: Decimal) -> int:
    return int(marks * 100)
