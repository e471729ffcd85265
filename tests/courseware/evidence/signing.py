"""A key for tests, and the two libraries that sign and verify with it."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from nacl.signing import SigningKey

KEY = SigningKey(bytes(range(32)))
PUBLIC = bytes(KEY.verify_key)
CREATED = "2026-03-02T01:00:00Z"


def sign(message: bytes) -> bytes:
    """By libsodium."""
    return KEY.sign(message).signature


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """By OpenSSL, which is not what signs."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True
