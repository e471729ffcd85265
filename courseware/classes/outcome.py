"""What comes of a class for each learner: passed, not passed, withdrawn or exempt; hours granted; where one stands in rates."""

from collections.abc import Iterable
from enum import StrEnum

from courseware.classes.attendance import Tally
from courseware.hours import Hours
from courseware.rates import NOBODY, Rates, Standing, rates


class Outcome(StrEnum):
    """How a class ended for a learner."""

    PASSED = "passed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    EXEMPT = "exempt"


class Assessment(StrEnum):
    """What passing asks besides attendance: nothing, a mark entered by hand, or an exam."""

    ATTENDANCE = "attendance"
    MARK = "mark"
    EXAM = "exam"


def outcome(tally: Tally, assessment: Assessment, *, assessed: bool | None, exempt: bool) -> Outcome:
    """
    The outcome. `assessed`: whether the mark or the exam was passed, None where there is none.

    Who missed more than a seventh withdraws, whatever was written; who attended nothing or has no mark has not passed.
    """
    if exempt:
        return Outcome.EXEMPT
    if tally.withdrawn:
        return Outcome.WITHDRAWN
    good = bool(tally.attended) and (assessment is Assessment.ATTENDANCE or bool(assessed))
    return Outcome.PASSED if good else Outcome.FAILED


def granted(found: Outcome, attended: Hours) -> Hours:
    """The hours that are granted: those attended of a class that was passed, else none."""
    return attended if found is Outcome.PASSED else Hours()


def standing(found: Outcome, attended: Hours, exempt: str = "") -> Standing:
    """
    Where a learner stands in the rates; `exempt` is the reason of one who is exempt.

    Who attended anything took part, also where it ended with withdrawal: then without having passed.
    """
    if found is Outcome.EXEMPT:
        return Standing(took_part=False, passed=False, exempt=exempt or str(Outcome.EXEMPT))
    return Standing(took_part=bool(attended), passed=found is Outcome.PASSED)


def grouped(groups: Iterable[tuple[Standing, int]]) -> Rates:
    """The rates of groups of people who stand alike, each with how many they are."""
    found = NOBODY
    for one, count in groups:
        single = rates([one])
        found += Rates(
            single.called * count,
            tuple((reason, held * count) for reason, held in single.exempt),
            single.took_part * count,
            single.passed * count,
        )
    return found
