"""Numbers of identity cards: checked, sealed by a key of the installation, shown with most of their digits hidden.

Eighteen characters: six of the place, eight of the day of birth, three of the order, one check character (GB 11643-1999, whose
check is ISO 7064 MOD 11-2).
"""

import re
import unicodedata
from datetime import datetime

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from lms.keys import key_for

LENGTH = 18
_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]\Z")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
PURPOSE = "identity card numbers"


def normal(text: str) -> str:
    """A number as it is stored: one width, capitals, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def holds(number: str) -> bool:
    """Whether this can be the number of a card: its form, its day of birth, its check character."""
    if not _NUMBER.match(number) or _CHECKS[_remainder(number)] != number[-1]:
        return False
    try:
        datetime.strptime(number[6:14], "%Y%m%d")  # noqa: DTZ007 - a day, no moment
    except ValueError:
        return False
    return True


def _remainder(number: str) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11


def seal(number: str) -> bytes:
    """A number that only this installation can read."""
    return seal_bytes(number.encode())


def opened(sealed: bytes) -> str:
    """The number again; "" where it was sealed by another installation or altered."""
    return opened_bytes(sealed).decode()


def seal_bytes(data: bytes) -> bytes:
    """Bytes that only this installation can read."""
    return bytes(SecretBox(key_for(PURPOSE)).encrypt(data))


def opened_bytes(sealed: bytes) -> bytes:
    """The bytes again; b"" where they were sealed by another installation or altered."""
    try:
        return bytes(SecretBox(key_for(PURPOSE)).decrypt(sealed))
    except CryptoError:
        return b""


def masked(number: str) -> str:
    """As much of it as a page shows: the first three and the last two characters."""
    return f"{number[:3]}{'*' * (LENGTH - 5)}{number[-2:]}" if number else ""
