"""Public keys as words: multibase (base58btc) and did:key of Ed25519, and the fingerprint people compare."""

import hashlib

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}
#: multicodec of an Ed25519 public key, as a varint
_ED25519 = b"\xed\x01"
KEY_BYTES, SIGNATURE_BYTES = 32, 64
#: nothing we read is longer: a signature is 88 characters
LONGEST = 200


class NoKey(ValueError):
    """Text that is no key, or no bytes in base58."""


def base58(data: bytes) -> str:
    """Bytes in base58 as Bitcoin writes them: leading zero bytes are leading ones."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _ALPHABET[rest] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def from_base58(text: str) -> bytes:
    """The bytes; raises NoKey for other characters and for more than LONGEST of them."""
    if len(text) > LONGEST:
        raise NoKey("too long")
    number = 0
    for char in text:
        if char not in _VALUES:
            raise NoKey("not base58")
        number = number * 58 + _VALUES[char]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multibase(data: bytes) -> str:
    """Bytes as multibase in base58btc, which a `z` begins."""
    return f"z{base58(data)}"


def from_multibase(text: object) -> bytes:
    """The bytes of a multibase text in base58btc; raises NoKey for any other."""
    if not isinstance(text, str) or not text.startswith("z"):
        raise NoKey("not base58btc")
    return from_base58(text[1:])


def key_name(public: bytes) -> str:
    """An Ed25519 public key as multikey: z6Mk..."""
    return multibase(_ED25519 + public)


def key_of(name: object) -> bytes:
    """The 32 bytes of an Ed25519 public key from its multikey; raises NoKey."""
    data = from_multibase(name)
    if len(data) != KEY_BYTES + 2 or not data.startswith(_ED25519):
        raise NoKey("no Ed25519 key")
    return data[2:]


def did(public: bytes) -> str:
    """The did:key of a public key."""
    return f"did:key:{key_name(public)}"


def method(public: bytes) -> str:
    """The verification method of a did:key: its one key."""
    return f"{did(public)}#{key_name(public)}"


def key_of_method(name: object) -> bytes:
    """The public key that a verification method of did:key names; raises NoKey for any other."""
    if not isinstance(name, str) or not name.startswith("did:key:"):
        raise NoKey("no did:key")
    first, _, second = name.removeprefix("did:key:").partition("#")
    if second not in ("", first):
        raise NoKey("two keys")
    return key_of(first)


def fingerprint(public: bytes) -> str:
    """What people compare: the first 128 bits of the SHA-256 of the key, eight groups of four hexadecimal digits."""
    digest = hashlib.sha256(public).hexdigest()[:32].upper()
    return " ".join(digest[start : start + 4] for start in range(0, 32, 4))
