"""Spreadsheets and text files, friendly and hostile."""

import io
import zipfile
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.formats import sheets
from question_bank.formats.sheets import SheetUnreadable
from tests.question_bank.formats.workbooks import workbook

TABLE = "姓名,职务\n张伟,科长\n"
ENCODED = {
    "UTF-8": TABLE.encode(),
    "UTF-8 with mark": TABLE.encode("utf-8-sig"),
    "GB18030": TABLE.encode("gb18030"),
    "UTF-16": TABLE.encode("utf-16"),
    "semicolons": TABLE.replace(",", ";").encode(),
    "tabs": TABLE.replace(",", "\t").encode("gb18030"),
    "Windows line ends": TABLE.replace("\n", "\r\n").encode("gb18030"),
}


@pytest.mark.parametrize("data", ENCODED.values(), ids=ENCODED)
def test_text_files_of_every_encoding_read_alike(data: bytes) -> None:
    """
    Whatever a Chinese office saves as CSV gives the same cells.
    """
    [sheet] = sheets.read(data, name="名单.csv")

    assert [row.cells for row in sheet.rows] == [("姓名", "职务"), ("张伟", "科长")]
    assert [row.number for row in sheet.rows] == [1, 2]


def test_rare_characters_survive_gb18030() -> None:
    """
    Names outside GBK come through: GB18030 holds all of Unicode.
    """
    [sheet] = sheets.read("姓名\n䶮𠅤\n".encode("gb18030"), name="a.csv")

    assert sheet.rows[1].cells == ("䶮𠅤",)


def test_rows_are_numbered_as_in_the_file() -> None:
    """
    Empty lines and line breaks inside quotes do not shift the numbers that complaints name.
    """
    [sheet] = sheets.read(b'a,b\n\n"x\ny",1\nz,2\n', name="a.csv")

    assert [(row.number, row.cells) for row in sheet.rows] == [(1, ("a", "b")), (3, ("x\ny", "1")), (4, ("z", "2"))]


CELLS = [
    (1.0, "1"),
    (12.5, "12.5"),
    (0.1, "0.1"),
    (1e-7, "0.0000001"),
    (True, "TRUE"),
    (
        datetime(2026, 3, 1),  # noqa: DTZ001 - cells have no zone
        "2026-03-01",
    ),
    (
        datetime(2026, 3, 1, 9, 30),  # noqa: DTZ001 - cells have no zone
        "2026-03-01 09:30:00",
    ),
    (" 甲\r\n乙 ", "甲\n乙"),
    ("a\u202eb\u200bc\ufeff", "abc"),
    (None, ""),
]


@pytest.mark.parametrize(("value", "text"), CELLS, ids=str)
def test_cells_become_what_people_read(value: object, text: str) -> None:
    """
    Numbers lose no digit and gain no point, days are days, nothing invisible stays.
    """
    [sheet] = sheets.read(workbook(s=[["x", value]]), name="a.xlsx")

    assert (*sheet.rows[0].cells, "")[1] == text


def test_rounded_numbers_are_marked() -> None:
    """
    Excel keeps fifteen digits: a longer number in a cell of numbers is known to be damaged.
    """
    [sheet] = sheets.read(workbook(s=[[110101199001011234, "110101199001011234", 7]]), name="a.xlsx")

    assert sheet.rows[0].lost == {0}


def test_every_sheet_is_read() -> None:
    """
    Sheets keep their names and order; empty ones have no rows.
    """
    found = sheets.read(workbook(甲=[["1"]], 乙=[], 丙=[["2"]]), name="a.xlsx")

    assert [(sheet.name, len(sheet.rows)) for sheet in found] == [("甲", 1), ("乙", 0), ("丙", 1)]


def packed(**parts: bytes) -> bytes:
    """A zip with these parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return target.getvalue()


def far_away() -> bytes:
    """A small workbook whose only cell is the last one there can be."""
    plain = zipfile.ZipFile(io.BytesIO(workbook(s=[["x"]])))
    parts = {name: plain.read(name) for name in plain.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'r="A1"', b'r="XFD1048576"').replace(b'row r="1"', b'row r="1048576"')
    return packed(**parts)


def lying() -> bytes:
    """A part that is longer than it says."""
    data = bytearray(packed(big=b"0" * 100_000))
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = (10).to_bytes(4, "little")
    return bytes(data)


HOSTILE = {
    "no spreadsheet": ("a.docx", b"x", "kind"),
    "nothing": ("a.xlsx", b"", "empty"),
    "no zip": ("a.xlsx", b"PK\x03\x04 nonsense", "damaged"),
    "another zip": ("a.xlsx", packed(hello=b"x"), "damaged"),
    "bomb": ("a.xlsx", packed(bomb=b"0" * (sheets.MAX_UNPACKED + 1)), "packed"),
    "many parts": ("a.xlsx", packed(**{str(n): b"" for n in range(sheets.MAX_PARTS + 1)}), "packed"),
    "lying size": ("a.xlsx", lying(), "damaged"),
    "far away cell": ("a.xlsx", far_away(), "packed"),
    "too large": ("a.csv", b"x" * (sheets.MAX_BYTES + 1), "too_large"),
    "no encoding": ("a.csv", b"\xff\xff\x81", "encoding"),
    "endless field": ("a.csv", b'"' + b"x" * 200_000, "damaged"),
    "many sheets": ("a.xlsx", workbook(**{f"s{n}": [] for n in range(sheets.MAX_SHEETS + 1)}), "many_sheets"),
}


@pytest.mark.parametrize(("name", "data", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_refused(name: str, data: bytes, reason: str) -> None:
    """
    Each has its reason, and none reaches the parser's memory.
    """
    with pytest.raises(SheetUnreadable) as refusal:
        sheets.read(data, name=name)

    assert refusal.value.reason == reason


@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.txt", "a.xlsx"]))
def test_any_bytes_are_sheets_or_a_reason(data: bytes, name: str) -> None:
    """
    Nothing else comes out of bytes from a browser.
    """
    try:
        found = sheets.read(data, name=name)
    except SheetUnreadable as refusal:
        found, reason = (), refusal.reason
    else:
        reason = None

    assert reason is None or reason in SheetUnreadable.REASONS
    assert all(row.number >= 1 for sheet in found for row in sheet.rows)
