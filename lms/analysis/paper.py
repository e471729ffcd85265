"""What an exam measured, as it is printed: the figures of the page and the workbook as words in the language of the context."""

from collections.abc import Sequence
from pathlib import Path

from flask_babel import gettext
from sqlalchemy.orm import Session

from lms import printing
from lms.accounts import queries as accounts
from lms.analysis import queries
from lms.analysis.queries import Found, UnitFigures
from lms.analysis.words import FLAGS, decided, trust
from lms.bank import queries as bank
from lms.bank.queries import ReportedRow
from lms.exams.queries import ExamRow
from lms.fonts import writable
from lms.i18n import locale_code, moment
from question_bank.analysis.report import Report
from question_bank.text import plain_text

TEMPLATE = Path(__file__).parent / "report.typ"
#: questions, and units, that are printed: the workbook has all
MOST_QUESTIONS, MOST_UNITS = 600, 600
#: characters of a question that are printed where it has a flag
STEM = 60
Part = dict[str, object]


def drawn(session: Session, exam: ExamRow, *, invented: bool) -> bytes | None:
    """The PDF; None where nothing was worked out or too few sat it. `invented`: it says on every page that it is made up."""
    found = queries.of_exam(session, exam.id)
    if found is None or not found.report.shown:
        return None
    query = bank.reported(exam.public_id, sort="discrimination", descending=False)
    rows = [bank.reported_row(row) for row in session.execute(query.limit(MOST_QUESTIONS + 1))]
    tree = accounts.units(session, closed=True)
    bureau, units = (
        next((unit.name for unit in tree if unit.parent_id is None), ""),
        list(queries.all_units(found, tree)),
    )
    return printing.printed(TEMPLATE, paper(exam.title, bureau, found, rows, units, invented=invented))


def paper(
    title: str,
    bureau: str,
    found: Found,
    rows: Sequence[ReportedRow],
    units: Sequence[tuple[int, UnitFigures]],
    *,
    invented: bool,
) -> Part:
    """All that stands on it."""
    report, language = found.report, locale_code()
    made_up = gettext("Demonstration: people, units and results are invented.") + " " if invented else ""
    notes = [gettext("The report does not hold all questions or units; the workbook does.")]
    return {
        "lang": language[:2],
        "region": "CN" if language == "zh-CN" else "GB",
        "title": gettext("Analysis"),
        "exam": writable(title),
        "bureau": writable(bureau),
        "moment": gettext("Computed %(moment)s", moment=moment(found.worked_out_at)),
        "footer": writable(made_up + title),
        "pages": gettext("Page %(page)s of %(pages)s", page="\0", pages="\0").split("\0"),
        "flags": [[str(FLAGS[flag].name), str(FLAGS[flag].advice)] for flag in report.flags()],
        "bins": list(report.bins),
        "mark": report.pass_mark or 0,
        "spread": _spread(report),
        "whole": {
            "title": gettext("How far it can be relied on"),
            "sentences": [words for words in (trust(report), decided(report)) if words],
            "facts": _facts(report),
        },
        "flagged": _flagged(rows[:MOST_QUESTIONS]),
        "questions": _questions(rows[:MOST_QUESTIONS]),
        "units": _units(units[:MOST_UNITS]),
        "notes": notes if len(rows) > MOST_QUESTIONS or len(units) > MOST_UNITS else [],
    }


def number(value: float | None, places: int = 1) -> str:
    """As the pages write it; a dash for none."""
    return "–" if value is None else f"{value:.{places}f}"


def percent(value: float | None) -> str:
    """A share in hundredths; a dash for none."""
    return "–" if value is None else f"{round(100 * value)} %"


def _spread(report: Report) -> Part:
    mean, mark = number(report.mean), number(report.pass_mark)
    return {
        "title": gettext("How marks are spread"),
        "note": gettext("Marks of 100; the line is the pass mark."),
        "alt": gettext(
            "How many earned how much: mean %(mean)s, pass mark %(mark)s", mean=mean, mark=mark
        ),
    }  # fmt: skip


def _facts(report: Report) -> list[tuple[str, str]]:
    least, lower, median, upper, most = (number(value) for value in report.quartiles)
    facts = [
        (gettext("Attempts that count"), str(report.attempts)),
        (gettext("Passed"), f"{report.passed} ({percent(report.passed / report.attempts)})"),
        (gettext("Mean of 100"), number(report.mean)),
        (gettext("Pass mark of 100"), number(report.pass_mark)),
        (gettext("Least, median, most"), f"{least}, {median}, {most}"),
        (gettext("Half of all are between"), f"{lower} – {upper}"),
        (gettext("Standard deviation"), number(report.sd)),
        (gettext("Reliability (Cronbach's alpha)"), number(report.reliability, 2)),
        (gettext("Standard error of measurement"), number(report.standard_error)),
    ]
    found = report.decision
    if found is None:
        return facts
    return [
        *facts,
        (gettext("Standard error at the pass mark"), number(found.csem_at_cut)),
        (gettext("Candidates within one such error of it"), str(found.within_one_sem)),
        (gettext("Expected right decisions"), percent(found.accuracy)),
        (gettext("Expected same decision on a second paper"), percent(found.consistency)),
    ]


def _flagged(rows: Sequence[ReportedRow]) -> Part:
    """Questions that deserve a look, with what is to be thought about."""
    flagged = [row for row in rows if row.figures.shown and row.figures.flags()]
    return {
        "title": gettext("Questions to think about"),
        "heads": [gettext("Question"), gettext("Stem"), gettext("To think about")],
        "rows": [
            [
                writable(row.ref),
                writable(_short(plain_text(row.stem))),
                ", ".join(str(bank.FLAGS[flag].name) for flag in row.figures.flags()),
            ]
            for row in flagged
        ],
    }


def _short(words: str) -> str:
    return words if len(words) <= STEM else words[: STEM - 1] + "…"


def _questions(rows: Sequence[ReportedRow]) -> Part:
    return {
        "title": gettext("The questions"),
        "heads": [
            gettext("Question"), gettext("Answers"), gettext("Share earned"), gettext("Discrimination"),
            gettext("Left out"), gettext("Seconds"),
        ],
        "rows": [
            [writable(row.ref), str(row.figures.attempts), *(_figures(row) if row.figures.shown else ["–"] * 4)]
            for row in rows
        ],
    }  # fmt: skip


def _figures(row: ReportedRow) -> list[str]:
    figures = row.figures
    return [
        percent(figures.facility), number(figures.discrimination, 2), percent(figures.omitted),
        number(figures.seconds, 0),
    ]  # fmt: skip


def _units(units: Sequence[tuple[int, UnitFigures]]) -> Part:
    note = gettext("Where people served when the exam closed; units of fewer than five people are not told apart.")
    return {
        "title": gettext("By unit"),
        "note": note,
        "heads": [
            gettext("Unit"), gettext("People"), gettext("Mean of 100"), gettext("Within (95 in 100)"), gettext("Passed"),
        ],
        "rows": [
            [
                "　" * depth + writable(unit.name), str(unit.people), number(unit.mean),
                "–" if unit.within is None else f"± {unit.within:.1f}", percent(unit.passed),
            ]
            for depth, unit in units
        ],
    }  # fmt: skip
