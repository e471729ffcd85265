"""A short code: six signs that nobody mistakes for others, said aloud or written on the board."""

import hmac
import secrets
import unicodedata

#: without 0 and O, 1, I and L, 5 and S, 2 and Z, 8 and B
ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"
LENGTH = 6
MOST_TYPED = 40


def new_code() -> str:
    """A fresh code: one of 244 million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def grouped(code: str) -> str:
    """As it is shown: two groups of three."""
    return f"{code[:3]}-{code[3:]}"


def typed(text: str) -> str:
    """What somebody typed, in whatever width and case, with whatever between the groups."""
    wide = unicodedata.normalize("NFKC", text[:MOST_TYPED]).upper()
    return "".join(sign for sign in wide if sign.isalnum())


def same(given: str, code: str) -> bool:
    """Whether they are one; the time taken does not say how much of it is right."""
    return hmac.compare_digest(given.encode(), code.encode())
