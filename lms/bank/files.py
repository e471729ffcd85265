"""Files that hold questions, whatever their format: lines with the item they make or with what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from lms.bank.errors import UploadUnfit
from lms.subjects import CODES, SUBJECTS
from question_bank.formats import excel, native
from question_bank.formats.columns import plain
from question_bank.formats.refusal import Refusal
from question_bank.formats.rows import ReadRow, Row, read_row
from question_bank.item import ItemVersion

MAX_BYTES = 5 * 1024 * 1024
#: kind of file by the ending of its name
FORMATS = {".xlsx": "sheet", ".csv": "sheet", ".txt": "sheet", ".toml": "native"}
#: every name by which a row may call a subject
SUBJECT_NAMES = {plain(name): subject.code for subject in SUBJECTS for name in (subject.code, subject.zh, subject.en)}


@dataclass(frozen=True, slots=True)
class Line:
    """One row: where it stands, its cells (None where the format has no rows), and item or complaints."""

    place: str
    cells: Mapping[str, str] | None
    item: ItemVersion | None
    complaints: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """A whole file: its lines, what is wrong with the file as such, and remarks that refuse nothing."""

    lines: tuple[Line, ...]
    refused: tuple[Refusal, ...] = ()
    remarks: tuple[Refusal, ...] = ()

    @property
    def items(self) -> tuple[ItemVersion, ...]:
        """The items of the good lines."""
        return tuple(line.item for line in self.lines if line.item is not None)

    @property
    def complaints(self) -> tuple[Refusal, ...]:
        """Everything that is refused, of the file and of its lines."""
        return (*self.refused, *(complaint for line in self.lines for complaint in line.complaints))


def format_of(name: str, data: bytes) -> str:
    """The format of a file; raises UploadUnfit for one that is empty, too large or of another kind."""
    found = FORMATS.get(PurePath(name).suffix.lower())
    if found is None or not 0 < len(data) <= MAX_BYTES:
        raise UploadUnfit
    return found


def read(data: bytes, *, name: str, subject: str = "") -> Content:
    """Every line of a file; `subject` is that of rows which name none. Raises UploadUnfit."""
    return _native(data, name) if format_of(name, data) == "native" else _sheet(data, name, subject)


def _native(data: bytes, name: str) -> Content:
    found = native.read(data, name=name, subjects=(*CODES, ""))
    places: dict[str, list[Refusal]] = {}
    for refusal in found.refused:
        places.setdefault(refusal.where, []).append(refusal)
    good = [Line(f"{name} {version.ref}", None, version) for version in found.items]
    bad = [Line(where, None, None, tuple(refusals)) for where, refusals in places.items()]
    return Content((*bad, *good))


def _sheet(data: bytes, name: str, subject: str) -> Content:
    found = excel.read(data, name=name, subjects=SUBJECT_NAMES, subject=subject)
    return Content(tuple(map(_line, found.rows)), found.refused, found.remarks)


def _line(row: ReadRow) -> Line:
    return Line(row.row.place, row.row.cells, row.item, row.refused)


def reread(place: str, cells: Mapping[str, str], *, subject: str = "") -> Line:
    """A row of a sheet with other cells."""
    return _line(read_row(Row(place, cells), subjects=SUBJECT_NAMES, subject=subject))


def columns_of(cells: Mapping[str, str]) -> tuple[str, ...]:
    """The columns in which a row can be corrected, in their order."""
    return excel.shown_columns(cells)
