"""How long a recording is, told by its own head: MP4 (ISO/IEC 14496-12) and WebM (Matroska, RFC 9559)."""

import math
import struct
from collections.abc import Iterator

#: boxes or elements that are looked at before a file is given up
MOST_PARTS = 200
_SEGMENT, _INFO, _SCALE, _DURATION = 0x18538067, 0x1549A966, 0x2AD7B1, 0x4489


def length_of(media_type: str, data: bytes) -> int:
    """Milliseconds; 0 for what is no video, or does not say (a stream that was cut off, a file in fragments)."""
    try:
        if media_type == "video/mp4":
            return _mp4(data)
        return _webm(data) if media_type == "video/webm" else 0
    except (struct.error, IndexError, OverflowError, ValueError):
        return 0


def _mp4(data: bytes) -> int:
    """What the movie header says."""
    for kind, begin, end in _boxes(data, 0, len(data)):
        if kind == b"moov":
            for inner, at, _end in _boxes(data, begin, end):
                if inner == b"mvhd":
                    wide = data[at] == 1
                    scale, length = struct.unpack_from(">IQ" if wide else ">II", data, at + (20 if wide else 12))
                    return length * 1000 // scale if scale else 0
    return 0


def _boxes(data: bytes, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Type, first byte of the content and end of each box."""
    for _part in range(MOST_PARTS):
        if begin + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, begin)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, begin + 8)[0], 16
        size = size or end - begin
        if size < head or begin + size > end:
            return
        yield kind, begin + head, begin + size
        begin += size


def _webm(data: bytes) -> int:
    """What the information on the segment says."""
    for kind, begin, end in _elements(data, 0, len(data)):
        if kind != _SEGMENT:
            continue
        for inner, at, until in _elements(data, begin, end):
            if inner == _INFO:
                held = {name: data[first:last] for name, first, last in _elements(data, at, until)}
                scale = int.from_bytes(held.get(_SCALE, b"\x0f\x42\x40"), "big")
                length = held.get(_DURATION, b"")
                ticks = struct.unpack(">d" if len(length) == 8 else ">f", length)[0]
                return int(ticks * scale / 1_000_000) if math.isfinite(ticks) and ticks > 0 else 0
    return 0


def _elements(data: bytes, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Id, first byte of the content and end of each element; one of unknown size reaches to the end."""
    for _part in range(MOST_PARTS):
        if begin >= end:
            return
        kind, begin = _number(data, begin, keep=True)
        size, begin = _number(data, begin, keep=False)
        until = end if size < 0 else begin + size
        if until > end:
            return
        yield kind, begin, until
        begin = until


def _number(data: bytes, at: int, *, keep: bool) -> tuple[int, int]:
    """A number of variable size and what follows it, its marker kept (an id) or not (a size; -1: unknown)."""
    first = data[at]
    width = 9 - first.bit_length()
    if width > 8 or at + width > len(data):
        raise ValueError("no number")
    value = int.from_bytes(data[at : at + width], "big")
    if keep:
        return value, at + width
    plain = value & ((1 << 7 * width) - 1)
    return (-1 if plain == (1 << 7 * width) - 1 else plain), at + width
