"""Spreadsheets as sheets of text: .xlsx, and .csv or .txt in the encodings that Chinese offices use.

Nothing here knows what the cells mean. The file is hostile until read: sizes, counts and the true length of every
packed part are checked before the parser sees it.
"""

import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from python_calamine import CalamineError, CalamineWorkbook

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
MAX_PARTS = 500
MAX_SHEETS = 30
#: rows times columns of one sheet, as far as its outermost cell
MAX_AREA = 3_000_000
MAX_CELL = 20_000
#: from here on a spreadsheet has rounded the digits away
EXACT = 10**15
ENDINGS = (".xlsx", ".csv", ".txt")
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS = ",\t;，"
_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,4})(\d{1,9})"')
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


class SheetUnreadable(Exception):
    """The file is no spreadsheet we read; `reason` is one of REASONS."""

    REASONS = ("kind", "empty", "too_large", "encoding", "damaged", "packed", "many_sheets")

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row by its number as a spreadsheet program shows it (from 1). `lost`: columns (from 0) whose digits the spreadsheet rounded away."""

    number: int
    cells: tuple[str, ...]
    lost: frozenset[int] = frozenset()

    @property
    def empty(self) -> bool:
        """Nothing in any cell."""
        return not any(self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with its rows that are not empty; of a text file the only one, named like the file."""

    name: str
    rows: tuple[SheetRow, ...]


def read(data: bytes, *, name: str) -> tuple[Sheet, ...]:
    """The sheets of a file; the ending of `name` tells its kind. Raises SheetUnreadable."""
    ending = "." + name.lower().rpartition(".")[2]
    if ending not in ENDINGS:
        raise SheetUnreadable("kind")
    if not data:
        raise SheetUnreadable("empty")
    if len(data) > MAX_BYTES:
        raise SheetUnreadable("too_large")
    return _workbook(data) if ending == ".xlsx" else (_text(data, name),)


def decoded(data: bytes) -> str:
    """Text in UTF-8 or UTF-16 with a mark, UTF-8 without one, or GB18030. Raises SheetUnreadable."""
    marked = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetUnreadable("encoding")


def cleaned(text: str) -> str:
    """A cell without what nobody sees: control, direction and zero-width characters, blanks around it."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _text(data: bytes, name: str) -> Sheet:
    text = decoded(data)
    delimiter = max(_DELIMITERS, key=lambda sign: _outside_quotes(text[:4000].split("\n", 1)[0]).count(sign))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [
            SheetRow(number, tuple(cleaned(cell)[: MAX_CELL + 1] for cell in cells))
            for number, cells in enumerate(reader, 1)
        ]
    except csv.Error as error:
        raise SheetUnreadable("damaged") from error
    return Sheet(name, tuple(row for row in rows if not row.empty))


def _outside_quotes(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


def _workbook(data: bytes) -> tuple[Sheet, ...]:
    _refuse_bombs(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if len(book.sheet_names) > MAX_SHEETS:
            raise SheetUnreadable("many_sheets")
        return tuple(_sheet(book, name) for name in book.sheet_names)
    except (CalamineError, ValueError, OverflowError) as error:
        raise SheetUnreadable("damaged") from error


def _sheet(book: CalamineWorkbook, name: str) -> Sheet:
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    read_rows = (_row(number, cells) for number, cells in enumerate(rows, 1))
    return Sheet(name, tuple(row for row in read_rows if not row.empty))


def _row(number: int, cells: Iterable[object]) -> SheetRow:
    values = list(cells)
    lost = frozenset(
        n for n, value in enumerate(values) if isinstance(value, int | float) and abs(value) >= EXACT
    )  # a bool is small
    return SheetRow(number, tuple(_cell(value) for value in values), lost)


def _cell(value: object) -> str:
    """A value as a person reads it in the sheet: 1.0 is 1, a day without a time is the day."""
    if isinstance(value, str):
        return cleaned(value)[: MAX_CELL + 1]
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time | int | timedelta):
        return str(value)
    return ""


def _refuse_bombs(data: bytes) -> None:
    """Unpack every part to nothing, with a limit: what a part says of its own size is not believed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise SheetUnreadable("packed")
            for part in parts:
                content = package.read(part)  # what is longer than it said it is fails here
                if part.filename.startswith("xl/worksheets/"):
                    _refuse_vast(content)
    except _DAMAGE as error:
        raise SheetUnreadable("damaged") from error


def _refuse_vast(sheet: bytes) -> None:
    """A lone cell far away makes the parser fill everything before it."""
    widest = lowest = 1
    for letters, digits in _CELL.findall(sheet):
        widest, lowest = max(widest, _column(letters)), max(lowest, int(digits))
    if widest * lowest > MAX_AREA:
        raise SheetUnreadable("packed")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
