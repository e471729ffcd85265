"""Streams and intervals as one transaction sees them, by constant statements: they run for every beat of every page."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta

from courseware.watching import Watched, read, written
from courseware.witness import SECOND, Piece, Span, Stream, Verdict
from lms.clock import BUREAU_ZONE
from lms.direct import Plain, moment_of
from lms.study.opening import Opening

#: a page that tells of more changes than so many is a program; it earns nothing more until it is opened again
MOST_INTERVALS = 500
#: a log-in in use is noted this often, as the gate does
_TOUCH_AFTER = timedelta(minutes=1)
#: the first of two keys by which PostgreSQL lets one at a time tell of a person
_PG_LOCK = 40_301

_SESSION = """
SELECT last_seen_at FROM login_session
WHERE id = ? AND person_id = ? AND ended_at IS NULL AND ends_at > ? AND last_seen_at > ?
"""
_TOUCH = "UPDATE login_session SET last_seen_at = ? WHERE id = ?"
_ALONE = "SELECT pg_advisory_xact_lock(CAST(? AS integer), CAST(? AS integer))"
_STREAM = """
SELECT s.id, s.unit_id, u.presence, s.forged, s.intervals, s.opened, s.anchor, s.told, s.number, s.clock
FROM study_stream s JOIN course_unit u ON u.id = s.unit_id WHERE s.public_id = ? AND s.person_id = ?
"""
_PRESENCE = "SELECT presence FROM course_unit WHERE id = ?"
_BEGIN = """
INSERT INTO study_stream (
  public_id, person_id, unit_id, version, page, opened, anchor, told, number, clock, forged, intervals
) SELECT ?, ?, id, ?, ?, ?, ?, ?, 0, 0, 0, 0 FROM course_unit WHERE public_id = ? RETURNING id, unit_id
"""
_KEEP = """
UPDATE study_stream SET anchor = ?, told = ?, number = ?, clock = ?, forged = ?, intervals = ? WHERE id = ?
"""
_TAKEN = "SELECT began, ended FROM study_interval WHERE person_id = ? AND ended > ? AND verdict = 'counted'"
_LAST = "SELECT number, day, ended, verdict FROM study_interval WHERE stream_id = ? ORDER BY number DESC LIMIT 1"
_GROW = "UPDATE study_interval SET ended = ? WHERE stream_id = ? AND number = ?"
_INTERVAL = """
INSERT INTO study_interval (stream_id, number, person_id, day, began, ended, verdict) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_DAY = """
SELECT coalesce(sum(ended - began), 0) FROM study_interval WHERE person_id = ? AND day = ? AND verdict = 'counted'
"""


_WATCHED = "SELECT spans, place FROM study_watch WHERE person_id = ? AND sha256 = ?"
_WATCH = """
INSERT INTO study_watch (person_id, sha256, spans, covered, place, updated_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (person_id, sha256) DO UPDATE SET spans = excluded.spans, covered = excluded.covered,
place = excluded.place, updated_at = excluded.updated_at
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A stream with its keys, after how many minutes its unit asks for a sign, how many of its beats were forged, how many
    intervals it has.
    """

    id: int
    unit_id: int
    presence: int
    forged: int
    intervals: int
    stream: Stream


def is_live(plain: Plain, session_id: int, person_id: int, *, moment: datetime, idle_since: datetime) -> bool:
    """Whether a log-in lives; that it is used is noted, once a minute."""
    values = (session_id, person_id, plain.stored(moment), plain.stored(idle_since))
    found = plain.run(_SESSION, values).fetchone()
    if found is not None and moment - moment_of(found[0]) >= _TOUCH_AFTER:
        plain.run(_TOUCH, (plain.stored(moment), session_id))
    return found is not None


def alone(plain: Plain, person_id: int) -> None:
    """Until the end of the transaction nobody else tells of this person; SQLite has one writer anyhow."""
    if not plain.sqlite:
        plain.run(_ALONE, (_PG_LOCK, person_id))


def stream_of(plain: Plain, opening: Opening, person_id: int) -> Kept | None:
    """The stream of an opening whose seal was looked at, made where this is the first that comes of it; None where there is
    no such unit.
    """
    row = plain.run(_STREAM, (opening.stream, person_id)).fetchone()
    if row is not None:
        key, unit_id, presence, forged, intervals, *state = row
        return Kept(key, unit_id, presence, forged, intervals, Stream(*state))
    begins = Stream.begun(opening.at)
    values = (opening.stream, person_id, opening.version, opening.page, begins.opened, begins.anchor, begins.told)
    row = plain.run(_BEGIN, (*values, opening.unit)).fetchone()
    if row is None:
        return None
    presence = plain.run(_PRESENCE, (row[1],)).fetchone()[0]
    return Kept(row[0], row[1], presence, 0, 0, begins)


def keep(plain: Plain, kept: Kept) -> None:
    """Write how a stream stands."""
    _opened, *state = astuple(kept.stream)
    plain.run(_KEEP, (*state, kept.forged, kept.intervals, kept.id))


def watched(plain: Plain, person_id: int, sha256: str) -> Watched:
    """What a person has watched of a recording."""
    row = plain.run(_WATCHED, (person_id, sha256)).fetchone()
    return Watched() if row is None else Watched(read(row[0]), row[1])


def watch(plain: Plain, person_id: int, sha256: str, found: Watched, *, at: datetime) -> None:
    """Write it."""
    values = (person_id, sha256, written(found.spans), found.covered, found.place, plain.stored(at))
    plain.run(_WATCH, values)


def taken(plain: Plain, person_id: int, after: int) -> list[Span]:
    """What counts for a person already and ends after a moment."""
    return [Span(began, ended) for began, ended in plain.run(_TAKEN, (person_id, after)).fetchall()]


def tell(plain: Plain, kept: Kept, person_id: int, pieces: Sequence[Piece]) -> int:
    """Write what a stream told, what goes on as one interval; how many intervals it has now."""
    row = plain.run(_LAST, (kept.id,)).fetchone()
    last = None if row is None else _Run(row[0], str(row[1]), row[2], row[3])
    for piece in pieces:
        day = day_of(piece.span.begin)
        if last is not None and last.goes_on(piece, day):
            last = _Run(last.number, day, piece.span.end, last.verdict)
            plain.run(_GROW, (piece.span.end, kept.id, last.number))
            continue
        last = _Run(last.number + 1 if last else 1, day, piece.span.end, str(piece.verdict))
        values = (kept.id, last.number, person_id, day, piece.span.begin, piece.span.end, last.verdict)
        plain.run(_INTERVAL, values)
    return last.number if last else 0


def counted_on(plain: Plain, person_id: int, day: str) -> int:
    """Milliseconds of a person that count on a day."""
    return int(plain.run(_DAY, (person_id, day)).fetchone()[0])


def day_of(moment: int) -> str:
    """The calendar day of a moment where the organisation works, as 2026-11-30."""
    return datetime.fromtimestamp(moment / SECOND, UTC).astimezone(BUREAU_ZONE).date().isoformat()


@dataclass(frozen=True, slots=True)
class _Run:
    """The interval that was written last."""

    number: int
    day: str
    ended: int
    verdict: str

    def goes_on(self, piece: Piece, day: str) -> bool:
        """Whether a piece is more of the same; of what counts nothing may lie between."""
        between = piece.span.begin - self.ended
        most = 0 if piece.verdict is Verdict.COUNTED else SECOND
        return self.verdict == piece.verdict and self.day == day and 0 <= between <= most
