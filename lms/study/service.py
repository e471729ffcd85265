"""Witnessing study: what pages send is judged, kept and answered in one transaction; `courseware.witness` decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import current_app

from courseware.watching import Asked, Watched
from courseware.witness import (
    LEAD,
    SECOND,
    Beat,
    Judged,
    Piece,
    Stream,
    Verdict,
    is_same,
    judge,
    nonce,
    present_for,
)
from lms.accounts.tickets import Ticket
from lms.clock import now
from lms.config import Config
from lms.courses import queries as courses
from lms.courses import service as course_service
from lms.courses.service import Studied
from lms.database import writing
from lms.direct import Plain, write
from lms.keys import key_for
from lms.study import store
from lms.study.errors import SessionOver
from lms.study.opening import PURPOSE, Sent, handed, milliseconds, nonces, opened
from lms.study.page import told as told_of
from lms.study.store import MOST_INTERVALS, Kept

#: a page whose clock is so far behind (its machine slept), that is open for so long, or that told of so many changes is
#: given a new stream
LONGEST_LAG, LONGEST_STREAM, RENEWED_AT = 120 * SECOND, 12 * 3600 * SECOND, MOST_INTERVALS - 100


@dataclass(frozen=True, slots=True)
class Learner:
    """Whoever a ticket names."""

    id: int
    public_id: str


@dataclass(frozen=True, slots=True)
class Viewed:
    """A recording, what was watched of it, and whether that is enough only now."""

    asked: Asked
    watched: Watched
    enough: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of what one stream sent."""

    kept: Kept
    pieces: tuple[Piece, ...]
    video: Viewed | None = None

    @property
    def earned(self) -> int:
        """Milliseconds that count."""
        return sum(piece.span.length for piece in self.pieces if piece.verdict is Verdict.COUNTED)


@dataclass(frozen=True, slots=True)
class Told:
    """What a request brought: the streams that were heard, by public id; what the units have now; the day's sum."""

    streams: Mapping[str, Heard]
    units: Mapping[str, Studied]
    today: int


@dataclass(frozen=True, slots=True)
class _Hearing:
    """What a request sends, from whom, and when it came; `key` makes nonces."""

    who: Ticket
    sent: Sequence[Sent]
    key: bytes
    moment: datetime
    idle_since: datetime

    def carry_out(self, plain: Plain) -> Told:
        """Judge and write all of it. Raises SessionOver."""
        person = self.who.person_id
        if not store.is_live(plain, self.who.session_id, person, moment=self.moment, idle_since=self.idle_since):
            raise SessionOver
        store.alone(plain, person)
        streams, units = dict[str, Heard](), dict[str, Studied]()
        for one in self.sent:
            kept = store.stream_of(plain, one.opening, person)
            if kept is not None:
                heard = streams[one.opening.stream] = self._heard(plain, kept, one)
                units[one.opening.unit] = course_service.add_time(
                    plain, person, kept.unit_id, heard.earned, at=self.moment
                )
        return Told(streams, units, store.counted_on(plain, person, store.day_of(milliseconds(self.moment))))

    def _heard(self, plain: Plain, kept: Kept, sent: Sent) -> Heard:
        """Judge the beats of a stream in their order and write what they told."""
        stream, forged, pieces = kept.stream, kept.forged, list[Piece]()
        viewed, present = self._viewed(plain, sent), present_for(kept.presence)
        before = viewed
        taken = store.taken(plain, self.who.person_id, stream.told) if sent.beats else []
        for beat, given in sent.beats:
            genuine = is_same(given, nonce(self.key, sent.opening.stream, beat.number))
            if kept.intervals + len(pieces) >= MOST_INTERVALS:
                stream = replace(stream, number=max(stream.number, beat.number)) if genuine else stream
                continue
            judged = judge(
                stream, beat, arrived=milliseconds(self.moment), genuine=genuine, taken=taken, present=present
            )
            viewed = _played(viewed, beat, judged)
            stream, forged = judged.stream, forged + (judged.verdict is Verdict.FORGED)
            pieces += judged.pieces
            taken += [piece.span for piece in judged.pieces if piece.verdict is Verdict.COUNTED]
        intervals = store.tell(plain, kept, self.who.person_id, pieces) if pieces else kept.intervals
        after = replace(kept, stream=stream, forged=forged, intervals=intervals)
        if after != kept:
            store.keep(plain, after)
        if viewed is not None and before is not None and viewed.watched != before.watched:
            store.watch(plain, self.who.person_id, viewed.asked.sha256, viewed.watched, at=self.moment)
        return Heard(after, tuple(pieces), self._enough(plain, kept, viewed, sent.opening.page))

    def _viewed(self, plain: Plain, sent: Sent) -> Viewed | None:
        """The recording of the page that sends, as far as it was watched."""
        if not sent.opening.video:
            return None
        asked = Asked.of(sent.opening.video)
        return Viewed(asked, store.watched(plain, self.who.person_id, asked.sha256))

    def _enough(self, plain: Plain, kept: Kept, viewed: Viewed | None, page: str) -> Viewed | None:
        """The same, marked where as much was watched as is asked for and nobody has noted it yet."""
        if viewed is None or not viewed.asked.wanted or not viewed.watched.enough(viewed.asked):
            return viewed
        noted = course_service.is_watched(plain, self.who.person_id, kept.unit_id, page)
        return replace(viewed, enough=not noted)


def _played(viewed: Viewed | None, beat: Beat, judged: Judged) -> Viewed | None:
    """The recording after a beat: what the judge let through is watched; where the viewer is, is the browser's word."""
    if viewed is None or beat.media is None or judged.verdict in (Verdict.FORGED, Verdict.REPLAYED):
        return viewed
    watched = viewed.watched if judged.media is None else viewed.watched.after(judged.media, viewed.asked)
    return replace(viewed, watched=watched.at(beat.media.end, viewed.asked))


def witness(who: Ticket, sent: Sequence[Sent]) -> dict[str, Any]:
    """Judge and keep what pages of a person send; what is acknowledged here is on disk.

    Openings that we did not give to this person are as if they were not there. Raises SessionOver and storage errors.
    """
    learner, moment = Learner(who.person_id, who.thing), now()
    config: Config = current_app.extensions["config"]
    idle_since = moment - timedelta(minutes=config.session_idle_minutes)
    ours = [one for one in sent if one.opening.is_sealed(one.seal, learner.public_id)]
    told = write(_Hearing(who, ours, key_for(PURPOSE), moment, idle_since).carry_out)
    for one in ours:
        heard = told.streams.get(one.opening.stream)
        if heard is not None and heard.video is not None and heard.video.enough:
            _watched(learner, one.opening.unit, one.opening.page)
    for unit, studied in told.units.items():
        if studied.may_complete or studied.fills:
            _tell(learner, unit, studied)
    return _answer(learner, ours, told, milliseconds(moment))


def _watched(learner: Learner, unit: str, page: str) -> None:
    with writing() as session:
        found = courses.newest(session, unit)
        if found is not None:
            course_service.watch_page(session, learner, found, page)


def _tell(learner: Learner, unit: str, studied: Studied) -> None:
    with writing() as session:
        found = courses.newest(session, unit)
        if found is not None and studied.fills:
            course_service.tell_filled(session, learner, found)
        elif found is not None:
            course_service.complete_by_time(session, learner, found)


def _answer(learner: Learner, sent: Sequence[Sent], told: Told, arrived: int) -> dict[str, Any]:
    """For each stream up to which number it was heard, further nonces, and a new stream where it needs one; sums in
    milliseconds.
    """
    streams = {}
    for one in sent:
        heard = told.streams.get(one.opening.stream)
        if heard is None:
            continue
        number = heard.kept.stream.number
        streams[one.opening.stream] = {
            "number": number,
            "nonces": nonces(one.opening.stream, one.have, number + LEAD) if one.clock else "",
            "next": _renewed(learner, one, heard.kept, arrived),
            "video": told_of(heard.video.watched, heard.video.asked) if heard.video else None,
        }
    sums = {unit: [studied.counted, studied.minutes] for unit, studied in told.units.items()}
    return {"streams": streams, "units": sums, "today": told.today}


def _renewed(learner: Learner, sent: Sent, kept: Kept, arrived: int) -> dict[str, Any] | None:
    stream: Stream = kept.stream
    behind = arrived - (stream.anchor + sent.clock)
    old = arrived - stream.opened > LONGEST_STREAM or kept.intervals >= RENEWED_AT
    if not sent.clock or not (behind > LONGEST_LAG or old):
        return None
    was = sent.opening
    new = opened(unit=was.unit, version=was.version, page=was.page, at=arrived, video=was.video)
    return handed(new, learner.public_id)
