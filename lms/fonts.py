"""The fonts that come with the program, and which characters they hold: prints look the same on every machine.

A character that no font holds would be left out of a print without a word, so it is replaced by its number.
"""

import struct
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn

FOLDER = Path(pylopdf_fonts_zh_cn.__file__).parent
#: fonts with rarer characters, those of people's names among them (𠮷); where they are from: setup/rare_fonts.py
RARER = Path(__file__).parent / "typefaces"
FOLDERS = (FOLDER, RARER)
FAMILY = "Noto Serif SC"
_FILES = (FOLDER / "NotoSerifSC-Regular.otf", RARER / "ShuyuanRare.otf", RARER / "ShuyuanRarest.ttf")


@cache
def covered() -> frozenset[int]:
    """Code points that one of the fonts has a glyph for, from their `cmap` tables (OpenType 1.9, format 12).

    Raises LookupError when a font has no such table.
    """
    return frozenset[int]().union(*map(_points, _FILES))


def _points(path: Path) -> frozenset[int]:
    data = path.read_bytes()
    tables = struct.unpack(">H", data[4:6])[0]
    for number in range(tables):
        entry = 12 + 16 * number
        tag, _check, start, _length = struct.unpack(">4sIII", data[entry : entry + 16])
        if tag == b"cmap":
            return _cmap(data, start, path.name)
    raise LookupError(path.name)


def _cmap(data: bytes, start: int, name: str) -> frozenset[int]:
    count = struct.unpack(">H", data[start + 2 : start + 4])[0]
    for number in range(count):
        _platform, _encoding, offset = struct.unpack(">HHI", data[start + 4 + 8 * number : start + 12 + 8 * number])
        table = start + offset
        if struct.unpack(">H", data[table : table + 2])[0] == 12:
            groups = struct.unpack(">I", data[table + 12 : table + 16])[0]
            ranges = struct.iter_unpack(">III", data[table + 16 : table + 16 + 12 * groups])
            return frozenset(point for first, last, _glyph in ranges for point in range(first, last + 1))
    raise LookupError(name)


def writable(text: str) -> str:
    """`text` with every character that cannot be drawn replaced by its number, e.g. <U+2003D>."""
    held = covered()
    return "".join(char if ord(char) in held or char.isspace() else f"<U+{ord(char):04X}>" for char in text)
