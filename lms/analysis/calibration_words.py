"""What a calibration says, in words of an examination office."""

import math

from flask_babel import gettext, lazy_gettext

from lms.analysis.words import Flag
from lms.bank.queries import calibrations

#: what a question of a calibration may be marked with
MARKS = {
    "noisy": Flag(
        lazy_gettext("Does not fit"),
        lazy_gettext("The able fail and the weak succeed at it more often than at questions of its difficulty: look at the key and the wording."),
        "warn",
    ),
    "steep": Flag(
        lazy_gettext("Sharper than others"),
        lazy_gettext("It tells the able from the weak more sharply than others do. That is no fault; look whether it repeats another question."),
        "info",
    ),
    "easier": Flag(
        lazy_gettext("Has become easier"),
        lazy_gettext("More is known about it than at the last calibration: it may have become known, or training has improved."),
        "warn",
    ),
    "harder": Flag(
        lazy_gettext("Has become harder"),
        lazy_gettext("Less is known about it than at the last calibration: look whether the law or the training has changed."),
        "warn",
    ),
}  # fmt: skip


def marks(row: calibrations.Row) -> list[Flag]:
    """What there is to think about a question."""
    moved = ("harder" if (row.found.change or 0) > 0 else "easier") if row.found.moved else ""
    return [MARKS[code] for code in (row.fit, moved) if code]


def spread(run: calibrations.Run) -> str:
    """One sentence on how far apart the people are."""
    able = 1 / (1 + math.exp(-run.figures.sd))
    return str(gettext("Where half of all answer right, of those who are better than five in six people about %(able)s of 100 do, of those who are weaker than five in six about %(weak)s of 100.", able=round(100 * able), weak=round(100 * (1 - able))))  # fmt: skip


def precision(run: calibrations.Run) -> str:
    """One sentence on how well the questions are known."""
    each, error = round(run.answers / run.items), f"{100 * run.figures.error:.1f}"
    return str(gettext("A question has %(each)s answers on average. Of half of the questions the expected share of right answers is known within %(error)s of 100 or better, in two of three cases.", each=each, error=error))  # fmt: skip


def scale(run: calibrations.Run, before: calibrations.Run | None, moment: str) -> str:
    """One sentence on what its difficulties can be compared with; `moment`: when the one before was."""
    if before is None:
        return str(gettext("It has a scale of its own: difficulties are measured from the mean of its candidates. The calibration before it had fewer than 20 questions with enough answers in common, or there was none."))  # fmt: skip
    return str(gettext("It keeps the scale of the calibration of %(moment)s by %(common)s common questions, without those that stand out among them; %(moved)s have moved by half a logit or more.", moment=moment, common=run.figures.common, moved=run.figures.moved))  # fmt: skip


def whole(run: calibrations.Run, before: calibrations.Run | None, moment: str) -> list[str]:
    """Sentences on a calibration; `before`: the one whose scale it keeps, `moment`: when that was."""
    return [precision(run), spread(run), scale(run, before, moment)]
