"""The code of a printed transcript: 80 random bits in Crockford's alphabet, which has no I, L, O or U."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


def new_code() -> str:
    """A fresh code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def grouped(code: str) -> str:
    """As it is printed: in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def read_code(text: str) -> str | None:
    """The code somebody typed, None when it cannot be one."""
    code = text.strip().upper().translate(_ALIKE)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None
