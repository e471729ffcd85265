"""The findings on the health of a pool as a workbook: a sheet of counts, and one with all findings."""

from collections.abc import Callable, Mapping
from io import BytesIO

from flask_babel import gettext
from sqlalchemy.orm import Session
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from lms.bank import health
from lms.bank.health_words import CATEGORIES, GROUPS, sentence
from lms.i18n import moment

ROWS_AT_ONCE = 1000
#: more questions of one finding stand in the report only
MOST_ITEMS = 3
MOST_LINKS = 20_000
_WIDTHS = (30, 44, 18, 60, 18, 60, 18, 60)


def sheet(
    session: Session, report: health.Report, pool: str, subjects: Mapping[str, str], address: Callable[[str], str]
) -> bytes:
    """The workbook; `address` makes the address of a question of its public id. Cells are text, never formulas."""
    target = BytesIO()
    options = {"in_memory": True, "constant_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(target, options)
    bold = book.add_format({"bold": True})
    counts = book.add_worksheet(gettext("Counts"))
    counts.set_column(0, 0, 46)
    counts.set_column(2, 2, 90)
    head = [
        pool,
        gettext("Examined at %(moment)s", moment=moment(report.at)),
        gettext("%(items)s questions looked at", items=report.items),
    ]
    counts.write_row(0, 0, head, bold)
    line = 2
    for _group, codes in GROUPS:
        for code in codes:
            name, advice = str(CATEGORIES[code].name), str(CATEGORIES[code].advice)
            counts.write_row(line, 0, [name, report.counts.get(code, 0), advice])
            line += 1
    found = book.add_worksheet(gettext("Findings"))
    _write(session, report, found, subjects=subjects, address=address, bold=bold)
    book.close()
    return target.getvalue()


def _write(
    session: Session,
    report: health.Report,
    found: Worksheet,
    *,
    subjects: Mapping[str, str],
    address: Callable[[str], str],
    bold: Format,
) -> None:
    """A line a finding, with its first questions."""
    for column, width in enumerate(_WIDTHS):
        found.set_column(column, column, width)
    head = [gettext("Category"), gettext("Finding")]
    for number in range(1, MOST_ITEMS + 1):
        head += [gettext("Question %(number)s", number=number), gettext("Stem")]
    found.write_row(0, 0, [*head, gettext("Further questions")], bold)
    found.freeze_panes(1, 0)
    rows = session.execute(health.findings(report.id)).all()
    line = 1
    for start in range(0, len(rows), ROWS_AT_ONCE):
        for row in health.rows_of(session, rows[start : start + ROWS_AT_ONCE], shown=MOST_ITEMS):
            category = str(CATEGORIES[row.category].name)
            found.write_row(line, 0, [category, sentence(row.category, row.facts, subjects)])
            for place, item in enumerate(row.items):
                column = 2 + 2 * place
                # a workbook holds 65,530 links; the reference stands as text where it would hold more
                if line <= MOST_LINKS:
                    found.write_url(line, column, address(item.public_id), string=item.ref)
                else:
                    found.write_string(line, column, item.ref)
                found.write_string(line, column + 1, item.words)
            if row.more:
                found.write_number(line, 2 + 2 * MOST_ITEMS, row.more)
            line += 1
    found.autofilter(0, 0, max(1, line - 1), 2 + 2 * MOST_ITEMS)
