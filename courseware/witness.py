"""What of the time that a browser says somebody studied can be believed, second by second.

A browser is told what opens a *stream* (one person before one page of a unit) and a store of nonces. While the page is read
it makes *beats*: numbered stretches of its own clock, which runs evenly and starts at the opening, each with the nonce of
its number. Beats that find no network wait in the browser and arrive later, in their order; so each is judged by what the
server knows itself: when the stream was opened, when the beat arrived, and what of the person's time is counted already.

**Theorem.** Whatever somebody sends who has seen all that a server sends to his browsers, at any time and with any clock:
the stretches that `judge` counts for him do not overlap each other, and each lies between the opening of its stream and
the arrival of the beat that claimed it. Together they are therefore never more than the time on the wall during which he
had a stream open, in however many units, tabs and devices.

*Why.* A counted piece begins at or after `told`, which starts as the opening and never goes back; it ends at `anchor + end`,
and `anchor` is lowered first where that would lie after the arrival; what was counted before is cut out of it.

*Corollary.* Of a recording no more counts as watched than `fastest` times the time that counts: each beat lets a stretch
through that is no longer than that share of its own counted piece, and none where a part of it does not count.

*What cannot be proved* is that anybody looked at the page: the marks `hidden` and `seen` are the browser's word, and a
program may say anything. It earns no more than real time by it, and no faster.

All moments and lengths are whole milliseconds: those of the server since 1970 (UTC), those of a browser since the opening.
"""

import base64
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

SECOND = 1000
#: a longer stretch was not watched over: the machine slept, or the browser stood still
LONGEST_BEAT = 60 * SECOND
#: what arrives later than so long after it was studied is not counted: an hour without network, and what it takes to come back
LONGEST_OFFLINE = 90 * 60 * SECOND
#: after so long without any sign of the reader nothing is counted until there is one, unless the unit says otherwise
PRESENT_FOR = 10 * 60 * SECOND
#: so long after the page has asked whether somebody is there the time stands still
ASKED_FOR = 2 * 60 * SECOND
#: what a browser's clock may be ahead of the server's at once, and one part in so many of the time since the opening
SKEW, DRIFT = 2 * SECOND, 1000
#: nonces that a browser has ahead: two hours of beats, or one with a good deal of coming and going
LEAD = 240
NONCE_LENGTH = 12


class Verdict(StrEnum):
    """What became of a stretch: it counts, or why it does not."""

    COUNTED = "counted"
    #: its nonce is none that the server gave for this number of this stream
    FORGED = "forged"
    #: this number has been here
    REPLAYED = "replayed"
    #: it claims time that its stream has told of already, or before the stream was opened
    BACKDATED = "backdated"
    #: it claims more time than has passed, or more of a recording than can be watched in it
    FAST = "fast"
    GAP = "gap"
    LATE = "late"
    #: another window lay before the page
    HIDDEN = "hidden"
    #: no sign of the reader, and the question whether somebody is there was not answered
    ABSENT = "absent"
    #: this time counts for another stream of the person already
    PARALLEL = "parallel"


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` to before `end`."""

    begin: int
    end: int

    @property
    def length(self) -> int:
        """Milliseconds; 0 where it ends before it begins."""
        return max(0, self.end - self.begin)


@dataclass(frozen=True, slots=True)
class Stream:
    """What the server knows of a stream: when it was opened, at which of its own moments the browser's clock stood at zero
    (as far as is known), up to which moment of its own, number and moment of the browser it was told of.
    """

    opened: int
    anchor: int
    told: int
    number: int = 0
    clock: int = 0

    @classmethod
    def begun(cls, moment: int) -> "Stream":
        """A stream of which nothing was told yet."""
        return cls(moment, moment, moment)


@dataclass(frozen=True, slots=True)
class Beat:
    """What a browser claims: a stretch of its clock, whether the page was hidden, when there was last a sign of the reader;
    of a recording that was played the positions between which it was.
    """

    number: int
    begin: int
    end: int
    seen: int
    hidden: bool = False
    media: Span | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the server's time with its verdict."""

    span: Span
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """The stream after a beat; what the beat told, piece by piece; the verdict on the beat where that is one for all of it;
    the part of a recording that counts as watched.
    """

    stream: Stream
    verdict: Verdict
    pieces: tuple[Piece, ...] = ()
    media: Span | None = None

    @property
    def earned(self) -> int:
        """Milliseconds that count."""
        return sum(piece.span.length for piece in self.pieces if piece.verdict is Verdict.COUNTED)


def nonce(key: bytes, stream_id: str, number: int) -> str:
    """What proves that the server let a stream send a beat of this number: its MAC by a key of the installation."""
    return _mac(key, f"beat\n{stream_id}\n{number}", NONCE_LENGTH)


def seal(key: bytes, *words: str) -> str:
    """What proves that the server opened a stream with these particulars, none of which holds a line break."""
    return _mac(key, "\n".join(("opening", *words)), 2 * NONCE_LENGTH)


def is_same(given: str, expected: str) -> bool:
    """Whether a nonce or seal is the one expected, in a time that does not tell how much of it is."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def present_for(minutes: int) -> int | None:
    """How long time counts without a sign of the reader where a page asks after so many minutes; None: for ever (0)."""
    return minutes * 60 * SECOND + ASKED_FOR if minutes else None


def judge(
    stream: Stream,
    beat: Beat,
    *,
    arrived: int,
    genuine: bool,
    taken: Sequence[Span],
    fastest: Fraction = Fraction(2),
    present: int | None = PRESENT_FOR,
) -> Judged:
    """
    What a beat earns that arrived at a moment.

    `genuine`: its nonce is the one of its number. `taken`: every stretch that ends after `stream.told` and counts for the
    person already, whichever stream it came from. `fastest`: how many seconds of a recording may pass in one. `present`: how long time counts
    without a sign of the reader, None: for ever.
    """
    if not genuine or not stream.number < beat.number <= stream.number + LEAD:
        return Judged(stream, Verdict.REPLAYED if genuine and beat.number <= stream.number else Verdict.FORGED)
    numbered = replace(stream, number=beat.number)
    if beat.begin < stream.clock or beat.end <= beat.begin:
        return _refused(numbered, beat, Verdict.BACKDATED, arrived)
    if stream.opened + beat.end > arrived + SKEW + (arrived - stream.opened) // DRIFT:
        return _refused(numbered, beat, Verdict.FAST, arrived)
    anchor = min(stream.anchor, arrived - beat.end)
    span = Span(max(anchor + beat.begin, stream.told), anchor + beat.end)
    after = replace(numbered, anchor=anchor, clock=beat.end, told=max(stream.told, span.end))
    if not span.length:
        return Judged(after, Verdict.BACKDATED)
    refusal = _refusal(beat, span, arrived, fastest, present)
    if refusal is not None:
        return Judged(after, refusal, (Piece(span, refusal),))
    pieces = _parted(span, taken)
    alone = all(piece.verdict is Verdict.COUNTED for piece in pieces)
    return Judged(
        after,
        Verdict.COUNTED if alone else Verdict.PARALLEL,
        pieces,
        _played(beat.media, span, fastest) if alone else None,
    )


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time (or the same parts of a recording) in stretches that neither overlap nor touch, in order."""
    found: list[Span] = []
    for span in sorted((one for one in spans if one.length), key=lambda one: one.begin):
        if found and span.begin <= found[-1].end:
            found[-1] = Span(found[-1].begin, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def covered(spans: Iterable[Span]) -> int:
    """How much time, or how much of a recording, some stretches cover; what they share counts once."""
    return sum(span.length for span in union(spans))


def _refused(stream: Stream, beat: Beat, verdict: Verdict, arrived: int) -> Judged:
    """A beat that cannot be true moves nothing but the number; what it claims is told as far as that can have been."""
    span = Span(max(stream.anchor + beat.begin, stream.opened), min(stream.anchor + beat.end, arrived))
    return Judged(stream, verdict, (Piece(span, verdict),) if span.length else ())


def _played(media: Span | None, span: Span, fastest: Fraction) -> Span | None:
    """As much of what was played, from its beginning, as the counted stretch has room for."""
    return None if media is None else Span(media.begin, min(media.end, media.begin + int(span.length * fastest)))


def _refusal(beat: Beat, span: Span, arrived: int, fastest: Fraction, present: int | None) -> Verdict | None:
    """Why nothing of a possible stretch counts, None where it does."""
    if beat.hidden:
        return Verdict.HIDDEN
    if beat.end - beat.begin > LONGEST_BEAT:
        return Verdict.GAP
    if arrived - span.end > LONGEST_OFFLINE:
        return Verdict.LATE
    if present is not None and beat.end - beat.seen > present:
        return Verdict.ABSENT
    if beat.media is not None and beat.media.length > (beat.end - beat.begin) * fastest + SECOND:
        return Verdict.FAST
    return None


def _parted(span: Span, taken: Sequence[Span]) -> tuple[Piece, ...]:
    """The stretch cut where others are taken, in order."""
    pieces: list[Piece] = []
    place = span.begin
    for other in union(taken):
        shared = Span(max(place, other.begin), min(span.end, other.end))
        if not shared.length:
            continue
        if shared.begin > place:
            pieces.append(Piece(Span(place, shared.begin), Verdict.COUNTED))
        pieces.append(Piece(shared, Verdict.PARALLEL))
        place = shared.end
    if place < span.end:
        pieces.append(Piece(Span(place, span.end), Verdict.COUNTED))
    return tuple(pieces)


def _mac(key: bytes, text: str, length: int) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256"))[:length].decode()
