"""The rates of a plan as a workbook. Cells are text or numbers, never formulas."""

from collections.abc import Mapping
from io import BytesIO

from flask_babel import gettext
from xlsxwriter import Workbook

from courseware.rates import percent
from lms.clock import now
from lms.plans.board import Scope
from lms.plans.queries import Tally
from lms.plans.words import MEANING
from lms.rates import footnotes

WIDTHS = (40, 12, 12, 12, 12, 14, 14, 14, 12)


def workbook(title: str, seen: Scope, tallies: Mapping[int, Tally]) -> bytes:
    """The file: every unit with its counts, those of units below included, and the footnotes of the uppermost ones."""
    target = BytesIO()
    book = Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": now().replace(tzinfo=None)})
    page, bold = book.add_worksheet(gettext("Units")), book.add_format({"bold": True})
    for column, width in enumerate(WIDTHS):
        page.set_column(column, column, width)
    head = [
        gettext("Organisation"), gettext("To take part"), gettext("Exempt"), gettext("Counted in the rate"), gettext("Took part"),
        gettext("Participation (per cent)"), gettext("Done"), gettext("Pass rate (per cent)"), gettext("Overdue"),
    ]  # fmt: skip
    page.write_string(0, 0, title, bold)
    page.write_row(1, 0, head, bold)
    page.freeze_panes(2, 1)
    number, known = 2, {unit.id for unit in seen.inside}
    notes: list[str] = []
    for unit in seen.inside:
        tally = tallies.get(unit.id)
        if tally is None:
            continue
        rates = tally.rates
        page.write_string(number, 0, "　" * unit.depth + unit.name)
        cells: tuple[int | str, ...] = (
            rates.called, rates.called - rates.expected, rates.expected, rates.took_part, percent(rates.participation),
            rates.passed, percent(rates.pass_rate), tally.late,
        )  # fmt: skip
        for column, cell in enumerate(cells, 1):
            if cell != "":
                page.write_number(number, column, float(cell))
        if unit.parent_id not in known:
            notes += [
                " ".join((unit.name, sign, note)).replace("  ", " ") for sign, note in footnotes(rates, MEANING).lines
            ]
        number += 1
    for note in notes:
        number += 1
        page.write_string(number, 0, note)
    book.close()
    return target.getvalue()
