"""Questions from a spreadsheet (.xlsx, .csv, .txt), by the column names that Chinese examiners use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from question_bank.formats import sheets
from question_bank.formats.columns import LETTERS, column_of, is_ignored
from question_bank.formats.refusal import Imported, Refusal
from question_bank.formats.rows import ReadFile, ReadRow, Row, read_row, twins_refused
from question_bank.formats.sheets import Sheet, SheetRow, SheetUnreadable
from question_bank.problem import shortened

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 60
#: the header stands within so many rows of the top: titles and hints may come before it
HEADER_WITHIN = 10
ENDINGS = sheets.ENDINGS
#: how much of a text file is read to tell whether it is a table
LOOKED_AT = 20_000
#: the sheet of our own template that explains
EXPLANATION = "填写说明"


@dataclass(frozen=True, slots=True)
class _Header:
    """Where each canonical column stands, and which headers nobody knows."""

    row: int
    places: Mapping[int, str]
    unknown: tuple[str, ...]


def read(data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> ReadFile:
    """Every row of every sheet that has a header; never raises for what is in the file.

    `subjects`: codes by every name a subject has; `subject`: the code of rows that name none.
    """
    try:
        if len(data) > MAX_BYTES:
            raise SheetUnreadable("too_large")
        found = sheets.read(data, name=name)
    except SheetUnreadable as error:
        return ReadFile(refused=(Refusal(name, "", "", f"sheet_{error.reason}"),))
    headed = [(sheet, header) for sheet in found if (header := _header(sheet))]
    if not headed:
        return ReadFile(refused=(Refusal(name, "", "", "sheet_header"),))
    rows = [row for sheet, header in headed for row in _rows(sheet, header)]
    if len(rows) > MAX_ROWS:
        return ReadFile(refused=(Refusal(name, "", str(len(rows)), "too_many", {"most": MAX_ROWS}),))
    read_rows = [read_row(row, subjects=subjects, subject=subject) for row in rows]
    read_sheets = [sheet for sheet, _header in headed]
    without = [sheet for sheet in found if sheet.rows and sheet not in read_sheets and sheet.name != EXPLANATION]
    remarks = [Refusal(sheet.name, "", "", "sheet_left_out") for sheet in without]
    return ReadFile(tuple(twins_refused(read_rows)), (), (*remarks, *_remarks(headed, read_rows)))


def looks_like(name: str, data: bytes) -> bool:
    """A workbook or a table; of a .txt only one whose first lines hold the names of columns."""
    ending = "." + name.lower().rpartition(".")[2]
    if ending in (".xlsx", ".csv"):
        return True
    if ending not in ENDINGS:
        return False
    try:
        return any(_header(sheet) for sheet in sheets.read(_beginning(data), name=name))
    except SheetUnreadable:
        return False


def _beginning(data: bytes) -> bytes:
    """The first lines, whole, so that no character is cut in two."""
    return data if len(data) <= LOOKED_AT else data[:LOOKED_AT].rpartition(b"\n")[0] or data


def _header(sheet: Sheet) -> _Header | None:
    """The first row near the top that names a stem; among columns of one meaning the first counts."""
    for row in (row for row in sheet.rows if row.number <= HEADER_WITHIN):
        places: dict[int, str] = {}
        unknown = []
        for place, text in enumerate(row.cells[:MAX_COLUMNS]):
            column = column_of(text) if text else None
            if column and column not in places.values():
                places[place] = column
            elif text and not is_ignored(text):
                unknown.append(shortened(text))
        if "stem" in places.values() and len(places) > 1:
            return _Header(row.number, places, tuple(unknown))
    return None


def _rows(sheet: Sheet, header: _Header) -> Iterator[Row]:
    """The rows below the header that say anything in a known column; the header printed again is none."""
    names = set(header.places.values())
    for row in sheet.rows:
        cells = _cells(row, header)
        if row.number > header.row and any(cells.values()) and column_of(cells.get("stem", "")) != "stem":
            lost = frozenset(header.places[n] for n in row.lost if n in header.places)
            yield Row(f"{sheet.name}:{row.number}", {name: cells.get(name, "") for name in names}, lost)


def _cells(row: SheetRow, header: _Header) -> dict[str, str]:
    return {column: row.cells[n] for n, column in header.places.items() if n < len(row.cells)}


def _remarks(headed: list[tuple[Sheet, _Header]], rows: list[ReadRow]) -> Iterator[Refusal]:
    for sheet, header in headed:
        for text in header.unknown:
            yield Refusal(sheet.name, "", text, "column_left_out")
    guessed = sum(row.guessed for row in rows)
    if guessed:
        yield Refusal("", "type", "", "type_guessed", {"rows": guessed})


def read_file(data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> Imported:
    """The same as `read` without the cells, for the register."""
    return read(data, name=name, subjects=subjects, subject=subject).imported()


def shown_columns(cells: Mapping[str, str]) -> tuple[str, ...]:
    """The columns in which a row is corrected: those of the file, and always what any question needs."""
    offered = [f"options.{letter}" for letter in LETTERS[:4]] if "options" not in cells else ["options"]
    order = ["type", "stem", "options", *(f"options.{letter}" for letter in LETTERS), "answer"]
    order += [f"right.{letter}" for letter in LETTERS]
    order += ["explanation", "why", "points", "subject", "category", "point", "difficulty", "cognitive", "objective"]
    order += ["citations", "valid_from", "valid_until", "case_id", "case_title", "case", "enemies", "classification"]
    order += ["derived", "settings", "markdown", "id"]
    needed = {"type", "stem", "answer", *offered}
    return tuple(column for column in order if column in cells or column in needed)
