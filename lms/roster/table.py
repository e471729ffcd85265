"""A file as rows of known columns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lms.roster.columns import COLUMNS, column_of
from question_bank.formats import sheets
from question_bank.formats.sheets import Sheet, SheetRow, SheetUnreadable

MAX_ROWS = 60_000
MAX_COLUMNS = 60
HEADER_WITHIN = 10
#: the sheet of our own template that explains; it has no header
EXPLANATION = "填写说明"
#: what we add to the bad rows that are downloaded
REASON = "问题"


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


def read(data: bytes, *, name: str, kind: str) -> Table:
    """The rows of every sheet that has a header; never raises for what is in the file."""
    try:
        found = sheets.read(data, name=name)
    except SheetUnreadable as error:
        return Table(unfit=error.reason)
    headed = [(sheet, header) for sheet in found if (header := _header(sheet, kind))]
    if not headed:
        return Table(unfit="header", missing=tuple(c.title for c in COLUMNS[kind] if c.required))
    rows = tuple(row for sheet, header in headed for row in _rows(sheet, header))
    if len(rows) > MAX_ROWS:
        return Table(unfit="too_many")
    return Table(rows, tuple(dict.fromkeys(text for _sheet, header in headed for text in header.unknown)))


def _header(sheet: Sheet, kind: str) -> _Header | None:
    """The first row near the top that names every column a row must fill."""
    required = {column.name for column in COLUMNS[kind] if column.required}
    for row in sheet.rows:
        if row.number > HEADER_WITHIN:
            break
        places: dict[int, str] = {}
        unknown = []
        for place, text in enumerate(row.cells[:MAX_COLUMNS]):
            column = column_of(kind, text) if text else None
            if column and column not in places.values():
                places[place] = column
            elif text and text != REASON:
                unknown.append(text[:40])
        if required <= set(places.values()):
            return _Header(row.number, places, tuple(unknown))
    return None


def _rows(sheet: Sheet, header: _Header) -> Iterator[Row]:
    for row in sheet.rows:
        if row.number > header.row and any(cells := _cells(row, header)):
            lost = frozenset(header.places[n] for n in row.lost if n in header.places)
            yield Row(f"{sheet.name}:{row.number}", dict(zip(header.places.values(), cells, strict=True)), lost)


def _cells(row: SheetRow, header: _Header) -> list[str]:
    return [row.cells[n] if n < len(row.cells) else "" for n in header.places]
