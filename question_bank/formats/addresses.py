"""Addresses in files from elsewhere: which may become links, and what those hold that carry their bytes themselves."""

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes, urlsplit

MAX_INLINED = 12 * 1024 * 1024
_SCHEMES = {"http", "https", "mailto"}
#: browsers overlook these within "java\tscript:"
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028\u2029\ufeff]")


def safe_address(address: str) -> bool:
    """Whether a link may lead there: a whole address of the web or of mail, no script, no data, nothing relative."""
    plain = _UNSEEN.sub("", address)
    try:
        split = urlsplit(plain)
    except ValueError:
        return False
    named = split.netloc if split.scheme.lower() != "mailto" else split.path
    return split.scheme.lower() in _SCHEMES and bool(named) and len(plain) <= 2000


def inlined(address: str) -> bytes | None:
    """The bytes of a data: address, None where they cannot be read or are too many."""
    head, comma, body = address.partition(",")
    if not comma or len(body) > MAX_INLINED:
        return None
    return decoded(body) if head.rstrip().lower().endswith(";base64") else unquote_to_bytes(body)


def decoded(text: str) -> bytes | None:
    """Bytes written as base64, with or without line breaks; None for anything else."""
    if len(text) > MAX_INLINED:
        return None
    try:
        return base64.b64decode("".join(unquote_to_bytes(text).decode("ascii").split()), validate=True)
    except (binascii.Error, ValueError):
        return None
