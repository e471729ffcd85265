"""Workbooks we hand out: the empty roster, the results of a class, the rates."""

import io
from collections.abc import Sequence

import xlsxwriter

from lms.classes.upload import COLUMNS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTH = 18


def template() -> bytes:
    """The empty sheet of a roster; a second one explains it by an example."""
    hints = [
        ["每行一人：填工号；没有工号的，填姓名和机构名称。第一行标题保留。"],
        ["工号请先把单元格设为文本格式再填写。同一份名单可以改好后再次导入，不会重复。"],
        [],
        [column.title for column in COLUMNS],
        [column.example for column in COLUMNS],
    ]
    return _book([("学员", [[column.title for column in COLUMNS]]), ("填写说明", hints)])


def table(name: str, heads: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str] = ()) -> bytes:
    """A sheet with a head, rows, and notes below them."""
    return _book([(name, [heads, *rows, [], *([note] for note in notes)])])


def _book(sheets: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head, text = (
        book.add_format({"bold": True, "bg_color": "#E8EEE6", "border": 1}),
        book.add_format({"num_format": "@"}),
    )
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        sheet.set_column(0, max((len(row) for row in rows), default=1), _WIDTH, text)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write_string(number, place, value, head if number == 0 else text)
    book.close()
    return target.getvalue()
