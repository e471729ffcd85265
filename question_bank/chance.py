"""Chance that can be replayed: a deterministic stream of random numbers from a seed.

The stream is SHA-256 in counter mode over the seed (the construction of Hash_DRBG's output in NIST SP 800-90A,
without reseeding); numbers below a bound are drawn by rejection, so that each is equally likely.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_WORD = 8
_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
_SPAN = 1 << (8 * _WORD)


def derive(seed: bytes, label: str) -> bytes:
    """A seed for one purpose from a seed for many: HMAC-SHA256 of the label, 32 bytes."""
    return hmac.digest(seed, label.encode(), "sha256")


def derive_all(seed: bytes, labels: Sequence[bytes]) -> list[bytes]:
    """The same for many labels (in UTF-8) at once: HMAC of RFC 2104 written out, so that the key is prepared only once.

    Seeds are no longer than a block of the hash (64 bytes).
    """
    key = seed.ljust(_BLOCK, b"\0")
    inner, outer, sha256 = key.translate(_INNER), key.translate(_OUTER), hashlib.sha256
    return [sha256(outer + sha256(inner + label).digest()).digest() for label in labels]


def opaque(seed: bytes, label: str) -> str:
    """An identifier of 12 hex digits that says nothing about what it stands for."""
    return opaque_of(derive(seed, f"id:{label}"))


def opaque_of(derived: bytes) -> str:
    """The identifier of what was derived for "id:" and a label."""
    return derived[:6].hex()


class Chance:
    """A replayable source of choices."""

    __slots__ = ("_block", "_counter", "_seed")

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._counter = 0
        self._block = b""

    def _word(self) -> int:
        if not self._block:
            self._block = hashlib.sha256(self._seed + self._counter.to_bytes(8, "big")).digest()
            self._counter += 1
        word, self._block = self._block[:_WORD], self._block[_WORD:]
        return int.from_bytes(word, "big")

    def below(self, bound: int) -> int:
        """A whole number in [0, bound), each equally likely; `bound` >= 1."""
        limit = _SPAN - _SPAN % bound
        while (word := self._word()) >= limit:
            pass
        return word % bound

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """The things in a random order (Fisher-Yates, Durstenfeld's form)."""
        order = list(things)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order
