"""The fonts that come with the program, and which characters they hold.

A character that no font holds would be left out of a print without a word, so it is replaced by its number.
"""

import struct
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn

FOLDER = Path(pylopdf_fonts_zh_cn.__file__).parent
FAMILY = "Noto Serif SC"
_FILE = "NotoSerifSC-Regular.otf"


@cache
def covered() -> frozenset[int]:
    """Code points the font has a glyph for, from its `cmap` table (OpenType 1.9, format 12).

    Raises LookupError when the font has no such table.
    """
    data = (FOLDER / _FILE).read_bytes()
    tables = struct.unpack(">H", data[4:6])[0]
    for number in range(tables):
        tag, _check, start, _length = struct.unpack(">4sIII", data[12 + 16 * number : 28 + 16 * number])
        if tag == b"cmap":
            return _cmap(data, start)
    raise LookupError(_FILE)


def _cmap(data: bytes, start: int) -> frozenset[int]:
    count = struct.unpack(">H", data[start + 2 : start + 4])[0]
    for number in range(count):
        _platform, _encoding, offset = struct.unpack(">HHI", data[start + 4 + 8 * number : start + 12 + 8 * number])
        table = start + offset
        if struct.unpack(">H", data[table : table + 2])[0] == 12:
            groups = struct.unpack(">I", data[table + 12 : table + 16])[0]
            ranges = struct.iter_unpack(">III", data[table + 16 : table + 16 + 12 * groups])
            return frozenset(point for first, last, _glyph in ranges for point in range(first, last + 1))
    raise LookupError(_FILE)


def writable(text: str) -> str:
    """`text` with every character that cannot be drawn replaced by its number, e.g. ⟨U+20BB7⟩."""
    held = covered()
    return "".join(char if ord(char) in held or char.isspace() else f"<U+{ord(char):04X}>" for char in text)
