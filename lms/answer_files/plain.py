"""Text files: UTF-8, or GB18030 as older editors write it."""

import re

from lms.answer_files.kinds import Unfit

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def text(data: bytes) -> str:
    """What it says; raises Unfit for what is no text."""
    try:
        found = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            found = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise Unfit("kind") from error
    if _CONTROL.search(found):
        raise Unfit("kind")
    return found


def cleaned(data: bytes) -> bytes:
    """The same text in UTF-8; raises Unfit."""
    return text(data).encode()
