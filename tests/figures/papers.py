"""Papers and workbooks as people read them: lines of a table of rates, lines of the report on a month."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import pypdfium2
import python_calamine
from flask.testing import FlaskClient

ENGLISH = {"Accept-Language": "en"}
#: under which names a line of rates counts people: called, exempt, expected, took part, passed
COUNTS = ("called", "exempt", "expected", "took_part", "passed")


def sheets(data: bytes) -> dict[str, list[list[object]]]:
    """The rows of each sheet of a workbook."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def words(data: bytes) -> str:
    """The words of a PDF in the order in which they are read, white space folded."""
    document = pypdfium2.PdfDocument(data)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def rates_on_paper(browser: FlaskClient, address: str, lines: Mapping[str, Iterable[frozenset[str]]]) -> None:
    """A printed table of rates has these lines and no other, each with the counts of those whom it counts, and their percentages."""
    answer = browser.get(address, headers=ENGLISH)
    assert answer.status_code == 200, address
    text = words(answer.data)
    for label, counted in lines.items():
        held = [*counted]
        called, exempt, expected, took_part, passed = (sum(name in one for one in held) for name in COUNTS)
        first, last = _share(took_part, expected, 1), _share(passed, took_part, 2)
        name = " ?".join(map(re.escape, label.replace(" ", "")))  # a space is set between scripts
        line = f"{name} {called} {exempt} {expected} {took_part} {first} {passed} {last}"
        found = re.search(rf"(?:^| ){line}(?: |$)", text)
        assert found, (address, line, text)
        for percent, (over, under) in zip(found.groups(), _both(took_part, expected, passed), strict=True):
            assert abs(Decimal(percent) - Decimal(100 * over) / under) <= Decimal("0.06"), (label, found[0])
    assert len(re.findall(r"(?:–|[0-9]+ / [0-9]+) [0-9]+ (?:–|[0-9.]+ %2)", text)) == len(lines), (address, text)


def _share(over: int, under: int, sign: int) -> str:
    return rf"([0-9.]+) %{sign} {over} / {under}" if under else "–"


def _both(took_part: int, expected: int, passed: int) -> list[tuple[int, int]]:
    return [(over, under) for over, under in ((took_part, expected), (passed, took_part)) if under]


def numbers(row: Sequence[object]) -> list[Decimal]:
    """Cells of a workbook as numbers, nothing as 0."""
    return [Decimal(str(cell or 0)) for cell in row]


def month_on_paper(data: bytes, book: Mapping[str, list[list[object]]]) -> None:
    """The report on a month says on paper, line by line, what its workbook says."""
    text = words(data)
    for name in ("按类别", "按单位"):
        rows = [row for row in book[name][1:] if row and row[-1] != ""]
        for row in rows:
            labels = [str(cell) for cell in row[:-3] if cell]
            figures = [f"{one.normalize():f}" for one in numbers(row[-3:])]
            assert " ".join(labels + figures) in text, (name, row, text)
