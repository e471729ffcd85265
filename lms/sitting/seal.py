"""Papers at rest before the bell: whoever reads the table or a file, or a copy of it, reads no paper.

Encrypt, then authenticate, with keys that the installation's secret makes: the stream is HMAC-SHA256 in counter mode
over a nonce of its own for each paper, the tag HMAC-SHA256 over the place it belongs to, the nonce and what is hidden.
What is large and kept for hours only is hidden in the same way by SHAKE-256 and keyed BLAKE2b, ten times as quickly.
"""

import hmac
import secrets
from hashlib import blake2b, shake_256

from question_bank.chance import derive

NONCE, TAG, BLOCK = 16, 32, 32


class Broken(Exception):
    """What is stored was not sealed here, not for this place, or was changed since."""


def sealed(key: bytes, place: str, plain: bytes) -> bytes:
    """What may be stored: nonce, hidden bytes, tag. `place` is whose it is; the same bytes fit nowhere else."""
    nonce = secrets.token_bytes(NONCE)
    hidden = _mixed(key, nonce, plain)
    return nonce + hidden + _tag(key, place, nonce + hidden)


def opened(key: bytes, place: str, stored: bytes) -> bytes:
    """The inverse; raises Broken."""
    content, tag = stored[:-TAG], stored[-TAG:]
    if len(stored) < NONCE + TAG or not hmac.compare_digest(_tag(key, place, content), tag):
        raise Broken
    return _mixed(key, content[:NONCE], content[NONCE:])


def sealed_quickly(key: bytes, place: str, plain: bytes) -> bytes:
    """As `sealed`."""
    nonce = secrets.token_bytes(NONCE)
    hidden = _xor(plain, shake_256(derive(key, "stream") + nonce).digest(len(plain)))
    return nonce + hidden + _quick_tag(key, place, nonce + hidden)


def opened_quickly(key: bytes, place: str, stored: bytes) -> bytes:
    """The inverse; raises Broken."""
    content, tag = stored[:-TAG], stored[-TAG:]
    if len(stored) < NONCE + TAG or not hmac.compare_digest(_quick_tag(key, place, content), tag):
        raise Broken
    nonce, hidden = content[:NONCE], content[NONCE:]
    return _xor(hidden, shake_256(derive(key, "stream") + nonce).digest(len(hidden)))


def _quick_tag(key: bytes, place: str, content: bytes) -> bytes:
    name = place.encode()
    own = blake2b(key=derive(key, "tag"), digest_size=TAG)
    own.update(len(name).to_bytes(4, "big") + name)
    own.update(content)
    return own.digest()


def _mixed(key: bytes, nonce: bytes, content: bytes) -> bytes:
    """Content and stream, one bit for one bit; doing it twice gives the content back."""
    own = derive(key, "stream")
    blocks = -(-len(content) // BLOCK)
    stream = b"".join(hmac.digest(own, nonce + n.to_bytes(8, "big"), "sha256") for n in range(blocks))[: len(content)]
    return _xor(content, stream)


def _xor(content: bytes, stream: bytes) -> bytes:
    both = int.from_bytes(content, "big") ^ int.from_bytes(stream, "big")
    return both.to_bytes(len(content), "big")


def _tag(key: bytes, place: str, content: bytes) -> bytes:
    name = place.encode()
    return hmac.digest(derive(key, "tag"), len(name).to_bytes(4, "big") + name + content, "sha256")
