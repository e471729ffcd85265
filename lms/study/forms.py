"""The shape of what a page sends."""

from typing import Any

from courseware.unit import LONGEST_CODE
from courseware.witness import LEAD, NONCE_LENGTH, Beat, Span
from lms.ids import is_public_id
from lms.study.errors import BadBeats
from lms.study.opening import Opening, Sent

MOST_STREAMS, MOST_BEATS = 8, 2 * LEAD
_LARGEST = 2**42
_STREAM = {"opening", "have", "clock", "beats"}
_OPENING = {"stream", "at", "unit", "version", "page", "seal"}
#: characters of the word of a video
_LONGEST_VIDEO = 120


def sent(body: object) -> list[Sent]:
    """The streams in a request's JSON; raises BadBeats for anything that is not exactly a list of them."""
    if not isinstance(body, dict) or set(body) != {"streams"} or not isinstance(body["streams"], list):
        raise BadBeats
    if not 1 <= len(body["streams"]) <= MOST_STREAMS:
        raise BadBeats
    found = [_stream(entry) for entry in body["streams"]]
    if sum(len(one.beats) for one in found) > MOST_BEATS or len({one.opening.stream for one in found}) < len(found):
        raise BadBeats
    return found


def _stream(entry: Any) -> Sent:
    if not isinstance(entry, dict) or set(entry) != _STREAM or not isinstance(entry["beats"], list):
        raise BadBeats
    if len(entry["beats"]) > MOST_BEATS:
        raise BadBeats
    opening, seal = _opening(entry["opening"])
    beats = sorted((_beat(beat) for beat in entry["beats"]), key=lambda one: one[0].number)
    return Sent(opening, seal, _whole(entry["have"]), _whole(entry["clock"]), tuple(beats))


def _opening(entry: Any) -> tuple[Opening, str]:
    if not isinstance(entry, dict) or set(entry) - {"video"} != _OPENING:
        raise BadBeats
    stream, unit, page, seal = (entry[name] for name in ("stream", "unit", "page", "seal"))
    video = entry.get("video", "")
    if not all(isinstance(text, str) for text in (stream, unit, page, seal, video)):
        raise BadBeats
    if not (is_public_id(stream) and is_public_id(unit)) or len(page) > 2 * LONGEST_CODE or len(seal) > 64:
        raise BadBeats
    if len(video) > _LONGEST_VIDEO:
        raise BadBeats
    return Opening(stream, _whole(entry["at"]), unit, _whole(entry["version"]), page, video), seal


def _beat(entry: Any) -> tuple[Beat, str]:
    """[number, nonce, begin, end, seen, hidden], and of a recording that was played from where to where."""
    if not isinstance(entry, list) or len(entry) not in (6, 8):
        raise BadBeats
    number, nonce, begin, end, seen, hidden, *played = entry
    if not isinstance(nonce, str) or len(nonce) != NONCE_LENGTH or not isinstance(hidden, bool):
        raise BadBeats
    return Beat(_whole(number), _whole(begin), _whole(end), _whole(seen), hidden, _span(played)), nonce


def _span(played: list[Any]) -> Span | None:
    return Span(_whole(played[0]), _whole(played[1])) if played else None


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value < _LARGEST:
        raise BadBeats
    return value
