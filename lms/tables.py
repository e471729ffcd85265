"""Files of rows that offices send: known columns by any of their names, wherever they stand."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from question_bank.formats import sheets
from question_bank.formats.sheets import Sheet, SheetRow, SheetUnreadable

MAX_COLUMNS = 60
HEADER_WITHIN = 10
#: what we add to the bad rows that are downloaded
REASON = "问题"


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column: its title in our template (Chinese), its other names, whether every row must fill it, and what our template offers
    to choose from.
    """

    name: str
    title: str
    others: tuple[str, ...] = ()
    required: bool = False
    example: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row: where it stands ("sheet:number"), its cells by column, and the columns whose digits were lost."""

    place: str
    cells: Mapping[str, str]
    lost: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """All rows; headers that were left out; and a code (with facts) where the file as such is unfit."""

    rows: tuple[Row, ...] = ()
    left_out: tuple[str, ...] = ()
    unfit: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Header:
    row: int
    places: Mapping[int, str]
    unknown: tuple[str, ...]


def folded(text: str) -> str:
    """A header or value as it is compared: one width, lower case, without blanks, marks of duty or brackets."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s*_:：\-]|[(（\[【][^)）\]】]*[)）\]】]", "", plain)


def normal(text: str) -> str:
    """A value as it is stored: one width, no blanks around it."""
    return unicodedata.normalize("NFKC", text).strip()


def names_of(columns: Sequence[Column]) -> dict[str, str]:
    """The columns by every name they have, folded."""
    return {folded(word): column.name for column in columns for word in (column.title, *column.others)}


def read(data: bytes, *, name: str, columns: Sequence[Column], most: int) -> Table:
    """The rows of every sheet that has a header, at most `most`; never raises for what is in the file."""
    try:
        found = sheets.read(data, name=name)
    except SheetUnreadable as error:
        return Table(unfit=error.reason)
    headed = [(sheet, header) for sheet in found if (header := _header(sheet, columns))]
    if not headed:
        return Table(unfit="header", missing=tuple(c.title for c in columns if c.required))
    rows = tuple(row for sheet, header in headed for row in _rows(sheet, header))
    if len(rows) > most:
        return Table(unfit="too_many")
    return Table(rows, tuple(dict.fromkeys(text for _sheet, header in headed for text in header.unknown)))


def _header(sheet: Sheet, columns: Sequence[Column]) -> _Header | None:
    """The first row near the top that names every column a row must fill."""
    required, known = {column.name for column in columns if column.required}, names_of(columns)
    for row in sheet.rows:
        if row.number > HEADER_WITHIN:
            break
        places: dict[int, str] = {}
        unknown = []
        for place, text in enumerate(row.cells[:MAX_COLUMNS]):
            column = known.get(folded(text)) if text else None
            if column and column not in places.values():
                places[place] = column
            elif text and text != REASON:
                unknown.append(text[:40])
        if places and required <= set(places.values()):
            return _Header(row.number, places, tuple(unknown))
    return None


def _rows(sheet: Sheet, header: _Header) -> Iterator[Row]:
    for row in sheet.rows:
        if row.number > header.row and any(cells := _cells(row, header)):
            lost = frozenset(header.places[n] for n in row.lost if n in header.places)
            yield Row(f"{sheet.name}:{row.number}", dict(zip(header.places.values(), cells, strict=True)), lost)


def _cells(row: SheetRow, header: _Header) -> list[str]:
    return [row.cells[n] if n < len(row.cells) else "" for n in header.places]
