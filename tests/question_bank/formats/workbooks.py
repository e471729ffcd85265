"""Small workbooks, made on the spot."""

import io
from collections.abc import Sequence

import xlsxwriter


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    """An .xlsx with these sheets, a list of rows each."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_numbers": False, "default_date_format": "y-m-d"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if value is not None:
                    sheet.write(number, place, value)
    book.close()
    return target.getvalue()
