"""Pictures without anything but their pixels: PNG (W3C, third edition, chapter 5) and JPEG (ITU-T T.81, annex B).

The pixels stay bit for bit as they were handed in; what a camera, an editor or a hostile hand put beside them, or behind the
end, is left out.
"""

import re
import struct
import zlib
from collections.abc import Iterator

from lms.answer_files.kinds import Unfit

MOST_PIXELS, LONGEST_SIDE = 50_000_000, 20_000
MOST_PARTS = 100_000

_PNG = b"\x89PNG\r\n\x1a\n"
_KEPT_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
#: samples of a pixel by colour type
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_BLOCK = 1 << 20

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
#: tables, restart interval, scan: what decoding needs besides the frame
_KEPT_SEGMENTS = frozenset({0xC4, 0xCC, 0xDB, 0xDD, _SCAN})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ADOBE, _EXIF = 0xEE, 0xE1
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
#: the end of coded pixels: a marker that neither stands for the byte FF nor restarts
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]")
_ORIENTATION = 0x0112


def png(data: bytes) -> bytes:
    """A PNG of its pixels alone; raises Unfit."""
    out, pixels, header = [_PNG], list[bytes](), b""
    for kind, content in _chunks(data):
        if not header:
            if kind != b"IHDR" or len(content) != 13:
                raise Unfit("damaged")
            header = content
            _refuse_huge(*struct.unpack(">II", content[:8]))
        if kind in _KEPT_CHUNKS:
            out.append(_chunk(kind, content))
        if kind == b"IDAT":
            pixels.append(content)
    _check_pixels(header, b"".join(pixels))
    return b"".join(out)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of each chunk up to the last; their sums fit."""
    if not data.startswith(_PNG):
        raise Unfit("kind")
    at = len(_PNG)
    for _number in range(MOST_PARTS):
        if at + 12 > len(data):
            raise Unfit("damaged")
        length, kind = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + length]
        check = data[at + 8 + length : at + 12 + length]
        if len(check) != 4 or zlib.crc32(content, zlib.crc32(kind)) != int.from_bytes(check, "big"):
            raise Unfit("damaged")
        yield kind, content
        if kind == b"IEND":
            return
        at += 12 + length
    raise Unfit("large")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content), kind) + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))


def _check_pixels(header: bytes, packed: bytes) -> None:
    """The pixels are all there, no more than the header says, and nothing follows them."""
    width, height, depth, colour = struct.unpack(">IIBB", header[:10]) if header else (0, 0, 0, 0)
    if colour not in _SAMPLES or not packed:
        raise Unfit("damaged")
    row = 1 + (width * depth * _SAMPLES[colour] + 7) // 8
    # the passes of an interlaced picture have rows of their own, each with its filter byte and a byte begun
    most = height * row + 16 * height + 64
    unpacker, held, rest = zlib.decompressobj(), 0, packed
    try:
        while rest and not unpacker.eof and held <= most:
            held += len(unpacker.decompress(rest, _BLOCK))
            rest = unpacker.unconsumed_tail
    except zlib.error as error:
        raise Unfit("damaged") from error
    if held > most or not unpacker.eof or unpacker.unused_data:
        raise Unfit("damaged")


def jpeg(data: bytes) -> bytes:
    """A JPEG of its coded pixels, and of which way up they are; raises Unfit."""
    kept, turned, framed, scanned = list[bytes](), 1, False, False
    for code, content, coded in _segments(data):
        if code in _FRAMES:
            if len(content) < 6:
                raise Unfit("damaged")
            height, width = struct.unpack_from(">HH", content, 1)
            _refuse_huge(width, height)
            framed = True
        scanned = scanned or (code == _SCAN and framed)
        if code == _EXIF and content.startswith(b"Exif\0\0"):
            turned = _turned(content[6:])
        adobe = code == _ADOBE and content.startswith(b"Adobe") and len(content) == 12
        if code in _FRAMES or code in _KEPT_SEGMENTS or adobe:
            kept.append(_segment(code, content) + coded)
    if not scanned:
        raise Unfit("damaged")
    upright = [] if turned == 1 else [_segment(_EXIF, _exif(turned))]
    return b"".join([bytes([0xFF, _START]), *upright, *kept, bytes([0xFF, _END])])


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Code and content of each segment up to the end of the picture, and behind a scan its coded pixels."""
    if not data.startswith(b"\xff\xd8\xff"):
        raise Unfit("kind")
    at = 2
    for _number in range(MOST_PARTS):
        if data[at : at + 1] != b"\xff":
            raise Unfit("damaged")
        while data[at : at + 1] == b"\xff":
            at += 1
        code = data[at] if at < len(data) else 0
        if code == _END:
            return
        if code in _ALONE or code == 0 or at + 3 > len(data):
            raise Unfit("damaged")
        (length,) = struct.unpack_from(">H", data, at + 1)
        content, at = data[at + 3 : at + 1 + length], at + 1 + length
        if length < 2 or len(content) != length - 2:
            raise Unfit("damaged")
        coded = b""
        if code == _SCAN:
            ends = _MARKER.search(data, at)
            if ends is None:
                raise Unfit("damaged")
            coded, at = data[at : ends.start()], ends.start()
        yield code, content, coded
    raise Unfit("large")


def _segment(code: int, content: bytes) -> bytes:
    return bytes([0xFF, code]) + struct.pack(">H", len(content) + 2) + content


def _turned(tiff: bytes) -> int:
    """Which way up a photo is (Exif 2.32, tag 0x0112): 1 to 8, 1 where it does not say."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 1
    (at,) = struct.unpack_from(f"{order}I", tiff, 4)
    if at + 2 > len(tiff):
        return 1
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    for entry in range(at + 2, min(at + 2 + 12 * count, len(tiff) - 11), 12):
        tag, kind, _many, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
        if tag == _ORIENTATION and kind == 3 and 1 <= value <= 8:
            return int(value)
    return 1


def _exif(turned: int) -> bytes:
    """Metadata that say which way up a photo is, and nothing else."""
    return b"Exif\0\0" + b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)


def _refuse_huge(width: int, height: int) -> None:
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
        raise Unfit("large" if width and height else "damaged")
    if width * height > MOST_PIXELS:
        raise Unfit("large")
