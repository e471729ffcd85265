"""A trial as a workbook. Cells are text or numbers, never formulas."""

from collections.abc import Iterable
from io import BytesIO

from flask_babel import gettext
from xlsxwriter import Workbook

from lms.hours.queries import TrialLineRow
from lms.hours.words import OVERALL_NAMES

_WIDTHS = (14, 14, 36, 14, 14, 14, 16, 16)


def workbook(rows: Iterable[TrialLineRow]) -> bytes:
    """The file: everybody of the trial with sums and standing before and after."""
    target = BytesIO()
    book = Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet()
    head = [
        gettext("Staff number"), gettext("Name"), gettext("Organisation"), gettext("At present"), gettext("If adopted"),
        gettext("Difference"), gettext("Stands at present"), gettext("Would stand"),
    ]  # fmt: skip
    for column, width in enumerate(_WIDTHS):
        page.set_column(column, column, width)
    page.write_row(0, 0, head, book.add_format({"bold": True}))
    page.freeze_panes(1, 0)
    for number, row in enumerate(rows, 1):
        for column, text in enumerate((row.staff_number, row.name, row.unit_name or "")):
            page.write_string(number, column, text)
        for column, value in enumerate((row.before, row.after, row.after - row.before), 3):
            page.write_number(number, column, float(value))
        for column, state in enumerate((row.before_state, row.after_state), 6):
            page.write_string(number, column, str(OVERALL_NAMES[state]))
    book.close()
    return target.getvalue()
