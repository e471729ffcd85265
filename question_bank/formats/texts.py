"""Files of plain text in the encodings that people save them in."""

import re

from question_bank.errors import UnreadableFile
from question_bank.formats.refusal import Refusal

MAX_BYTES = 20 * 1024 * 1024
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_PAIR = re.compile(rb"[\x81-\xfe](?:[\x30-\xff])", re.DOTALL)


def decoded(data: bytes) -> str:
    """UTF-8 or UTF-16 with a mark, UTF-8 without, GB18030, or the western code page; lines end with a line feed.

    Raises UnreadableFile with `reason` "empty", "too_large" or "encoding".
    """
    if not data.strip():
        raise UnreadableFile(reason="empty")
    if len(data) > MAX_BYTES:
        raise UnreadableFile(reason="too_large")
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    for encoding in [marked] if marked else _likely(data):
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(reason="encoding")


def _likely(data: bytes) -> tuple[str, ...]:
    """Chinese bytes come in pairs of which both are high; western letters stand among low ones."""
    sample = _PAIR.findall(data[:200_000])
    chinese = sum(pair[1] >= 0x80 for pair in sample) * 2 >= len(sample)
    return ("utf-8", "gb18030", "cp1252") if chinese else ("utf-8", "cp1252", "gb18030")


def unread(name: str, error: UnreadableFile) -> Refusal:
    """The complaint about a file that could not be read at all."""
    facts = {fact: value for fact, value in error.facts.items() if fact != "reason"}
    return Refusal(name, "", "", f"file_{error.facts.get('reason')}", facts)
