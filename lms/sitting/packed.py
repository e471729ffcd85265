"""Pages put together from parts that were compressed before: the content coding "deflate" (RFC 9110, 8.4.1.2; RFC 1950).

A part ends at a byte, so parts can stand one behind the other; the check sum of the whole follows from theirs. What is
anybody's own is put between them as it is: secrets are not compressed together with anything.
"""

import zlib
from collections.abc import Iterable
from typing import NamedTuple

_HEAD = b"\x78\x01"
_LAST = b"\x03\x00"  # an empty last block
_PRIME = 65521
_MOST_STORED = 65535
#: of 1 to 9: the higher ones take twice the time for a tenth less
LEVEL = 2


class Part(NamedTuple):
    """Blocks of a deflate stream that end at a byte, with the Adler-32 and the length of what they hold."""

    blocks: bytes
    adler: int
    length: int


def packed(content: bytes) -> Part:
    """Content, compressed."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Part(packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH), zlib.adler32(content), len(content))


def plain(content: bytes) -> Part:
    """Content as it is."""
    pieces = (content[n : n + _MOST_STORED] for n in range(0, len(content), _MOST_STORED))
    return Part(b"".join(map(_block, pieces)), zlib.adler32(content), len(content))


def _block(piece: bytes) -> bytes:
    size = len(piece)
    return b"\x00" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + piece


def joined(parts: Iterable[Part]) -> bytes:
    """The stream that holds the contents of the parts in their order."""
    out, adler = [_HEAD], 1
    for part in parts:
        out.append(part.blocks)
        adler = _both(adler, part)
    return b"".join([*out, _LAST, adler.to_bytes(4, "big")])


def _both(before: int, part: Part) -> int:
    """The Adler-32 of two contents one behind the other. Both halves are sums: the second counts the first once for each byte
    that follows, and each content begins to count at 1.
    """
    low, high = before & 0xFFFF, before >> 16
    both_low = (low + (part.adler & 0xFFFF) - 1) % _PRIME
    both_high = (high + (part.adler >> 16) + part.length * (low - 1)) % _PRIME
    return both_high << 16 | both_low
