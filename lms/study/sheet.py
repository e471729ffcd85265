"""The ledger of a person as a workbook: a line for each stretch of time."""

from collections.abc import Iterable, Mapping
from io import BytesIO

from flask_babel import gettext
from xlsxwriter import Workbook

from lms.clock import BUREAU_ZONE
from lms.study.queries import IntervalRow
from lms.study.words import VERDICTS

MOST_ROWS = 50_000
_WIDTHS = (20, 20, 44, 20, 12, 40)


def sheet(rows: Iterable[IntervalRow], units: Mapping[int, str]) -> bytes:
    """The workbook; `units` are their titles by key. Moments are those of the organisation's clock; cells are text or
    numbers, never formulas.
    """
    target = BytesIO()
    book = Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(gettext("Study time"))
    for column, width in enumerate(_WIDTHS):
        page.set_column(column, column, width)
    head = [
        gettext("From"), gettext("Until"), gettext("Course unit"), gettext("Page"), gettext("Seconds"),
        gettext("Counted or why not"),
    ]  # fmt: skip
    page.write_row(0, 0, head, book.add_format({"bold": True}))
    page.freeze_panes(1, 0)
    for line, row in enumerate(rows, 1):
        page.write_row(line, 0, _cells(row, units))
    book.close()
    return target.getvalue()


def _cells(row: IntervalRow, units: Mapping[int, str]) -> list[str | int]:
    begins, ends = (
        moment.astimezone(BUREAU_ZONE).strftime("%Y-%m-%d %H:%M:%S") for moment in (row.begins, row.finishes)
    )
    return [begins, ends, units.get(row.unit_id, ""), row.page, row.seconds, str(VERDICTS[row.verdict])]
