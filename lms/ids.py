"""Public identifiers: what appears in addresses and cannot be guessed."""

import re
import secrets

PUBLIC_ID_LENGTH = 22
_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}\Z")


def new_public_id() -> str:
    """A fresh identifier of 128 random bits, 22 characters of the URL-safe alphabet."""
    return secrets.token_urlsafe(16)


def is_public_id(text: str) -> bool:
    """Whether `text` has the shape of an identifier made by `new_public_id`."""
    return _SHAPE.match(text) is not None
