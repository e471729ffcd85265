"""Chance that can be replayed: a deterministic stream of random numbers from a seed.

The stream is SHA-256 in counter mode over the seed (the construction of Hash_DRBG's output in NIST SP 800-90A,
without reseeding); numbers below a bound are drawn by rejection, so that each is equally likely.
"""

import hashlib
import hmac
import struct
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")
_BLOCK, _HALF = 64, 32
_IDS_IN_SEED = 5
#: a block of the stream as four numbers
_unpacked = struct.Struct(">4Q").unpack
_SPAN = 1 << 64


def derive(seed: bytes, label: str) -> bytes:
    """A seed for one purpose from a seed for many: HMAC-SHA256 of the label, 32 bytes."""
    return hmac.digest(seed, label.encode(), "sha256")


def numbered(seed: bytes, numbers: Iterable[int]) -> list[bytes]:
    """Seeds for things by their numbers: keyed BLAKE2b (RFC 7693) of the number, 64 bytes; `seed` is no longer than that.

    The first half of such a seed is for chance, the second for identifiers: with few choices neither needs a further hash.
    """
    return [blake2b(b"%d" % number, key=seed).digest() for number in numbers]


def opaque(seed: bytes, label: str) -> str:
    """An identifier of 12 hex digits that says nothing about what it stands for."""
    return derive(seed, f"id:{label}")[:6].hex()


def opaque_all(seed: bytes, count: int) -> list[str]:
    """Such identifiers for things numbered from 0: the second half of a seed of 64 bytes where that is enough, else all from
    one hash (SHAKE-256, whose output is as long as is asked for).
    """
    if len(seed) == _BLOCK and count <= _IDS_IN_SEED:
        drawn = seed[_HALF:].hex()
    else:
        drawn = hashlib.shake_256(b"ids\0" + seed).hexdigest(6 * count)
    return [drawn[at : at + 12] for at in range(0, 12 * count, 12)]


class Chance:
    """A replayable source of choices. A seed of 64 bytes is used up first: its first half is the first block."""

    __slots__ = ("_counter", "_seed", "_words")

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._counter = 0
        self._words: list[int] = [*_unpacked(seed[:_HALF])[::-1]] if len(seed) == _BLOCK else []

    def _word(self) -> int:
        if not self._words:
            block = hashlib.sha256(self._seed + self._counter.to_bytes(8, "big")).digest()
            self._counter += 1
            self._words += _unpacked(block)[::-1]
        return self._words.pop()

    def below(self, bound: int) -> int:
        """A whole number in [0, bound), each equally likely; `bound` >= 1."""
        limit, words = _SPAN - _SPAN % bound, self._words
        while (word := words.pop() if words else self._word()) >= limit:
            pass
        return word % bound

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """The things in a random order (Fisher-Yates, Durstenfeld's form)."""
        order = list(things)
        below = self.below
        for last in range(len(order) - 1, 0, -1):
            other = below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order
