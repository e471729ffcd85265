"""Workbooks we hand out: the empty template of a kind, and the bad rows of a file with what is wrong with them."""

import io
from collections.abc import Iterable, Sequence

import xlsxwriter

from lms.roster.columns import COLUMNS, title_of
from lms.roster.complaints import told
from lms.roster.queries import LineRow
from lms.roster.table import EXPLANATION, HEADER_WITHIN, MAX_ROWS, REASON

_WIDTHS = {"unit_name": 30, "name": 24, "id_number": 24}
_SHEETS = {"units": "机构", "people": "人员", "files": "人员信息"}
_HINTS = {
    "units": (
        "每行一个机构，第一行标题保留；列的先后可以调整，不需要的列可以删去。",
        "上级代码为空表示最上级；上级可以在本文件中，也可以是系统中已有的机构。",
        "类别写“局”“分局”或“所”，不写则按层级推定。机构撤并请在系统中办理，不通过导入。",
    ),
    "people": (
        "每行一人，第一行标题保留；列的先后可以调整，不需要的列可以删去。",
        "机构代码与机构名称填一个即可；名称重复时必须填写代码。",
        "工号请先把单元格设为文本格式再填写。任职日期写作 2024-07-01，不填则为导入当天。",
        "离职人员不通过导入处理，由安全管理员停用账号。",
    ),
    "files": (
        "每行一人，每人一行，第一行标题保留；列的先后可以调整，不需要的列可以删去。",
        "工号和姓名必须填写，用来核对人员；姓名不会因导入而改变。",
        "空白的单元格不改变原有信息；要清除某项信息，请在该人员的档案页办理。",
        "性别、政治面貌请从下拉列表中选择；出生年月写作 1984-05。",
        "工号、身份证号请先把单元格设为文本格式再填写；身份证号加密保存。",
        "自何日起：信息从这一天起有效，写作 2024-07-01，不填则为导入当天。事由不填则为“批量导入”。",
        "一个文件最多 2000 行。下面是一行示例，不会被导入。",
    ),
}


def template(kind: str) -> bytes:
    """The empty sheet of a kind, and a second one that explains it by an example."""
    titles = [column.title for column in COLUMNS[kind]]
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(_SHEETS[kind])
    _head(book, sheet, 0, [*zip((c.name for c in COLUMNS[kind]), titles, strict=True)])
    for place, column in enumerate(COLUMNS[kind]):
        if column.choices:
            sheet.data_validation(1, place, MAX_ROWS[kind], place, {"validate": "list", "source": list(column.choices)})
    explained = book.add_worksheet(EXPLANATION)
    for row, hint in enumerate(_HINTS[kind]):
        explained.write_string(row, 0, hint)
    start = HEADER_WITHIN + 2
    for place, column in enumerate(COLUMNS[kind]):
        explained.write_string(start, place, column.title + ("*" if column.required else ""))
        explained.write_string(start + 1, place, column.example)
        explained.write_string(start + 2, place, "、".join(column.others[:3]))
    book.close()
    return target.getvalue()


def bad_rows(kind: str, rows: Iterable[LineRow]) -> bytes:
    """The rows as they were sent, with a last column that says what is wrong; mended it can be sent again."""
    kept = list(rows)
    names = [column.name for column in COLUMNS[kind] if any(column.name in row.cells for row in kept)]
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("待修改")
    _head(book, sheet, 0, [*((name, title_of(kind, name)) for name in names), ("", REASON)])
    for number, row in enumerate(kept, 1):
        for place, name in enumerate(names):
            sheet.write_string(number, place, row.cells.get(name, ""), text)
        told_all = "\n".join([row.place, *(told(kind, complaint) for complaint in row.complaints)])
        sheet.write_string(number, len(names), told_all, text)
    book.close()
    return target.getvalue()


def _head(
    book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, row: int, columns: Sequence[tuple[str, str]]
) -> None:
    head = book.add_format({"bold": True, "bg_color": "#E8EEE6", "border": 1})
    text = book.add_format({"num_format": "@"})
    sheet.freeze_panes(row + 1, 0)
    for place, (name, title) in enumerate(columns):
        sheet.set_column(place, place, 48 if not name else _WIDTHS.get(name, 14), text)
        sheet.write_string(row, place, title, head)
