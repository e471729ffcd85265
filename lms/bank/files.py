"""Files that hold questions, whatever their format: lines with the item they make or with what is wrong with them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lms.bank.errors import UploadUnfit
from lms.subjects import SUBJECTS
from question_bank.formats import excel
from question_bank.formats.columns import plain
from question_bank.formats.refusal import Imported, Refusal
from question_bank.formats.registry import FORMATS, Format, named, recognised
from question_bank.formats.rows import ReadFile, ReadRow, Row, read_row
from question_bank.item import ItemVersion

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
    """A whole file: its lines, what is wrong with the file as such, remarks that refuse nothing, and the pictures that
    the items name, as they were in the file.
    """

    lines: tuple[Line, ...]
    refused: tuple[Refusal, ...] = ()
    remarks: tuple[Refusal, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def items(self) -> tuple[ItemVersion, ...]:
        """The items of the good lines."""
        return tuple(line.item for line in self.lines if line.item is not None)

    @property
    def complaints(self) -> tuple[Refusal, ...]:
        """Everything that is refused, of the file and of its lines."""
        return (*self.refused, *(complaint for line in self.lines for complaint in line.complaints))


def readable() -> tuple[Format, ...]:
    """The formats that can be read."""
    return tuple(one for one in FORMATS.values() if one.read)


def endings() -> tuple[str, ...]:
    """How the names of files end that can be read."""
    return tuple(dict.fromkeys(ending for one in readable() for ending in one.endings))


def format_of(name: str, data: bytes, wanted: str = "") -> Format:
    """The format of a file: the one named, else what its name and content look like; raises UploadUnfit for a file that
    is empty, too large or of no kind we read.
    """
    found = named(wanted) if wanted else recognised(name, data)
    if found is None or found.read is None or not 0 < len(data) <= found.limit:
        raise UploadUnfit
    return found


def read(data: bytes, *, name: str, subject: str = "", wanted: str = "") -> Content:
    """Every line of a file; `subject` is that of rows which name none. Raises UploadUnfit."""
    found = format_of(name, data, wanted)
    rows = found.rows(data, name=name, subjects=SUBJECT_NAMES, subject=subject) if found.rows else None
    if rows is not None:
        return _rows(rows)
    if found.read is None:
        raise UploadUnfit
    return _items(found.read(data, name=name, subjects=SUBJECT_NAMES, subject=subject), name)


def _rows(found: ReadFile) -> Content:
    return Content(tuple(map(_line, found.rows)), found.refused, found.remarks)


def _items(found: Imported, name: str) -> Content:
    """Complaints of one place are one line; what is said of the file itself is said of no line."""
    places: dict[str, list[Refusal]] = {}
    for refusal in found.refused:
        places.setdefault(refusal.where, []).append(refusal)
    whole = places.pop(name, [])
    good = list(_single(found.items, name))
    bad = [Line(where, None, None, tuple(refusals)) for where, refusals in places.items()]
    return Content((*bad, *good), tuple(whole), found.warnings, found.pictures)


def _single(items: Iterable[ItemVersion], name: str) -> Iterator[Line]:
    """A line an item; the second of two under one name is refused, so that none replaces another."""
    seen: set[str] = set()
    for version in items:
        place = f"{name} {version.ref}"
        if version.ref in seen:
            yield Line(place, None, None, (Refusal(place, "id", version.ref, "duplicate"),))
        else:
            seen.add(version.ref)
            yield Line(place, None, version)


def _line(row: ReadRow) -> Line:
    return Line(row.row.place, row.row.cells, row.item, row.refused)


def reread(place: str, cells: Mapping[str, str], *, subject: str = "") -> Line:
    """A row of a sheet with other cells."""
    return _line(read_row(Row(place, cells), subjects=SUBJECT_NAMES, subject=subject))


def columns_of(cells: Mapping[str, str]) -> tuple[str, ...]:
    """The columns in which a row can be corrected, in their order."""
    return excel.shown_columns(cells)
