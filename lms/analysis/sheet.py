"""What an exam measured, as a workbook: the whole, the questions, the units. Cells are text or numbers, never formulas."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from flask_babel import gettext
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from lms.analysis.queries import Found, UnitFigures
from lms.bank.queries import ReportedRow
from lms.i18n import moment
from question_bank.analysis.decision import Decision

Cell = str | float | int | None


def workbook(
    title: str, found: Found, questions: Iterable[ReportedRow], units: Sequence[tuple[int, UnitFigures]]
) -> bytes:
    """The file; `units` with their depth in the tree."""
    target = BytesIO()
    book = Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": found.worked_out_at.replace(tzinfo=None)})
    bold = book.add_format({"bold": True})

    def write(name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int]) -> None:
        page: Worksheet = book.add_worksheet(name)
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        page.write_row(0, 0, head, bold)
        page.freeze_panes(1, 0)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    page.write_string(number, column, cell)
                elif cell is not None:
                    page.write_number(number, column, cell)

    write(gettext("Whole"), [gettext("Figure"), gettext("Value")], _whole(title, found), (44, 44))
    head = [
        gettext("Question"), gettext("Stem"), gettext("Answers"), gettext("Share earned"), gettext("Discrimination"),
        gettext("Efficiency"), gettext("Left out"), gettext("Mean time"), gettext("Papers that held it"),
    ]  # fmt: skip
    write(gettext("Questions"), head, map(_question, questions), (24, 80, 12, 14, 14, 14, 12, 12, 18))
    head = [gettext("Unit"), gettext("People"), gettext("Mean"), gettext("Within (95 in 100)"), gettext("Passed")]
    write(gettext("Units"), head, [_unit(depth, unit) for depth, unit in units], (44, 12, 12, 14, 12))
    book.close()
    return target.getvalue()


def _whole(title: str, found: Found) -> list[Sequence[Cell]]:
    report = found.report
    return [
        (gettext("Exam"), title),
        (gettext("Worked out"), moment(found.worked_out_at)),
        (gettext("Attempts that count"), report.attempts),
        (gettext("Passed"), report.passed),
        (gettext("Mean (of 100)"), report.mean),
        (gettext("Median"), report.median),
        (gettext("Standard deviation"), report.sd),
        (gettext("Skewness"), report.skewness),
        (gettext("Kurtosis"), report.kurtosis),
        (gettext("Reliability (Cronbach's alpha)"), report.reliability),
        (gettext("Standard error of measurement"), report.standard_error),
        (gettext("Pass mark (of 100)"), report.pass_mark),
        *(_decision(report.decision) if report.decision else ()),
    ]


def _decision(found: Decision) -> list[Sequence[Cell]]:
    return [
        (gettext("Standard error at the pass mark"), found.csem_at_cut),
        (gettext("Candidates within one such error of it"), found.within_one_sem),
        (gettext("Expected right decisions"), found.accuracy),
        (gettext("Expected same decision on a second paper"), found.consistency),
    ]


def _question(row: ReportedRow) -> Sequence[Cell]:
    figures = row.figures
    return (
        row.ref, row.stem, figures.attempts, figures.facility, figures.discrimination, figures.efficiency,
        figures.omitted, figures.seconds, row.exposure,
    )  # fmt: skip


def _unit(depth: int, unit: UnitFigures) -> Sequence[Cell]:
    return ("　" * depth + unit.name, unit.people, unit.mean, unit.within, unit.passed)
