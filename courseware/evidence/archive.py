"""The zip of a package: one way to write it, so that every one of its bytes matters.

Entries are stored as they are (no compression: who reads them in twenty years needs nothing but this page of code), named in
ASCII, dated 1 January 1980; no comments, no gaps, nothing behind the end. Layout: PKWARE's APPNOTE 6.3.10, 4.3.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping

MOST_BYTES, MOST_FILES, LONGEST_NAME = 64 * 1024 * 1024, 5000, 100
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
#: version 2.0, no flags, stored, midnight, 1 January 1980
_FIXED = struct.pack("<HHHHH", 20, 0, 0, 0, 33)
#: made by version 2.0 on Unix; a file that all may read
_MADE_BY, _ATTRIBUTES = struct.pack("<H", 0x0314), 0o100644 << 16
_HEAD, _TAIL = 30, 22
_ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_/")


class BadZip(ValueError):
    """Not a zip that `write` made."""


def write(files: Mapping[str, bytes]) -> bytes:
    """The zip of these files in their order; raises BadZip for names or sizes that it cannot hold."""
    return b"".join(pieces(files.items()))


def pieces(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The same, file by file, so that whoever writes it to a disk holds one file at a time: names and contents, in their order."""
    directory, place, count, size = bytearray(), 0, 0, 0
    for name, data in files:
        count, size = count + 1, size + len(data)
        if not _is_name(name) or count > MOST_FILES or size > MOST_BYTES:
            raise BadZip(name)
        sizes = struct.pack("<IIIHH", zlib.crc32(data), len(data), len(data), len(name), 0)
        where = struct.pack("<HHHII", 0, 0, 0, _ATTRIBUTES, place)
        directory += _CENTRAL + _MADE_BY + _FIXED + sizes + where + name.encode("ascii")
        head = _LOCAL + _FIXED + sizes + name.encode("ascii")
        place += len(head) + len(data)
        yield head
        yield data
    if not count:
        raise BadZip("nothing")
    yield bytes(directory)
    yield _END + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), place, 0)


def _is_name(name: str) -> bool:
    parts = name.split("/")
    return len(name) <= LONGEST_NAME and set(name) <= _ALPHABET and not {"", ".", ".."} & set(parts)


def read(data: bytes) -> dict[str, bytes]:
    """The files of a zip that `write` made, in their order; raises BadZip where a byte is not as it would have written it."""
    if not _TAIL < len(data) <= MOST_BYTES + MOST_FILES * 300:
        raise BadZip("size")
    files: dict[str, bytes] = {}
    place = 0
    while data[place : place + 4] == _LOCAL and len(files) < MOST_FILES:
        head = data[place : place + _HEAD].ljust(_HEAD, b"\0")
        size, length = struct.unpack("<I", head[22:26])[0], head[26]
        start = place + _HEAD + length
        try:
            name = data[place + _HEAD : start].decode("ascii")
        except UnicodeDecodeError:
            raise BadZip("name") from None
        if name in files or start + size > len(data):
            raise BadZip("entry")
        files[name] = data[start : start + size]
        place = start + size
    if not files or write(files) != data:
        raise BadZip("bytes")
    return files
