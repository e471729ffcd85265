"""What the figures of an exam say, in words of an examination office."""

from dataclasses import dataclass

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from question_bank.analysis.report import Report


@dataclass(frozen=True, slots=True)
class Flag:
    """Something to think about: its name, what it means and what to do, and how much it matters."""

    name: LazyString
    advice: LazyString
    weight: str


FLAGS = {
    "unreliable": Flag(
        lazy_gettext("Unreliable"),
        lazy_gettext("Another paper of this kind would rank these candidates quite differently. Do not decide on persons by small differences; use more questions, and better ones."),
        "bad",
    ),
    "barely_reliable": Flag(
        lazy_gettext("Barely reliable"),
        lazy_gettext("Good enough to see who needs more training, not to rank people. More questions would help."),
        "warn",
    ),
    "unsure": Flag(
        lazy_gettext("Unsure at the pass mark"),
        lazy_gettext("More than one in seven candidates is expected on the wrong side of the pass mark. Let those near it sit again, or use more questions."),
        "warn",
    ),
    "all_pass": Flag(
        lazy_gettext("Everybody passed"),
        lazy_gettext("The exam told nobody apart. That is right where everybody should know it."),
        "info",
    ),
    "none_pass": Flag(
        lazy_gettext("Nobody passed"),
        lazy_gettext("Look at the keys and the pass mark before the people."),
        "bad",
    ),
    "too_easy": Flag(
        lazy_gettext("Easy"), lazy_gettext("The mean is above 90 of 100: good candidates cannot be told apart."), "info"
    ),
    "too_hard": Flag(
        lazy_gettext("Hard"), lazy_gettext("The mean is below 40 of 100: look at keys, pool and training."), "warn"
    ),
}  # fmt: skip


def trust(report: Report) -> str:
    """One sentence on how far marks can be relied on; empty where it is not known."""
    if report.standard_error is None or report.reliability is None:
        return ""
    error = f"{report.standard_error:.1f}"
    return str(gettext("Somebody who sat another paper of this kind would, in two of three cases, get marks within %(error)s of these (of 100). Smaller differences between two candidates say nothing.", error=error))  # fmt: skip


def decided(report: Report) -> str:
    """One sentence on how sure passed and not passed are; empty where it is not known."""
    found = report.decision
    if found is None:
        return ""
    right, fail, passed = (round(1000 * share) / 10 for share in (found.accuracy, found.false_fail, found.false_pass))
    return str(gettext("Of 100 candidates %(right)s are expected to be on the side of the pass mark where they belong; %(fail)s deserve to pass and did not, %(passed)s passed and do not deserve it.", right=right, fail=fail, passed=passed))  # fmt: skip
