"""Working out what an exam measured, by a job, and keeping it."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts import queries as accounts
from lms.analysis import queries
from lms.analysis.models import Analysis
from lms.analysis.sheet import workbook
from lms.bank import queries as bank
from lms.clock import now
from lms.exams.queries import ExamRow
from lms.sitting import queries as sitting
from question_bank.analysis.report import Attempts, Report

JOB = "analysis.work_out"
AT_ONCE = 500
#: where somebody serves who has no place in the tree
NOWHERE = "-"
#: by public id of a unit: people, sum of marks of 100, sum of their squares, passed
Units = dict[str, list[float]]


def ask(session: Session, exam: ExamRow) -> None:
    """Have it worked out."""
    jobs.enqueue(session, JOB, {"exam": exam.id}, unique_key=f"analysis:{exam.public_id}")


def under_way(session: Session, exam: ExamRow) -> bool:
    """Whether it is being worked out."""
    return jobs.under_way(session, f"analysis:{exam.public_id}")


def work_out(session: Session, exam: ExamRow, *, report: Callable[[int], None]) -> tuple[Report, Units]:
    """What the exam measured, from the gradings that count; the same by unit, units above included."""
    attempts, people = Attempts(), list[tuple[int, float, bool]]()
    for some in sitting.counted(session, exam.id):
        for sat in some:
            _add(attempts, exam, sat)
            maximum = float(sat.newest.maximum)
            if maximum:
                people.append((sat.person_id, 100 * float(sat.newest.total) / maximum, sat.newest.passed))
        report(len(people))
    return attempts.report(), _units(session, people, queries.day_of(exam))


def workbook_of(session: Session, exam: ExamRow) -> bytes | None:
    """What was worked out as a workbook, in the language of this context; None where nothing was. The same figures are the
    same bytes.
    """
    found = queries.of_exam(session, exam.id)
    if found is None:
        return None
    rows = session.execute(bank.reported(exam.public_id, sort="", descending=False))
    units = list(queries.all_units(found, accounts.units(session, closed=True)))
    return workbook(exam.title, found, [bank.reported_row(row) for row in rows], units)


def _add(attempts: Attempts, exam: ExamRow, sat: sitting.Sat) -> None:
    scores = sat.newest.scores
    pairs = zip(sat.form.slots, scores["earned"], scores["marks"], strict=True)
    mark = exam.blueprint.pass_mark if sat.newest.pass_mark is None else sat.newest.pass_mark
    attempts.add(
        [(slot.version, (earned or 0) / 100, marks / 100) for slot, earned, marks in pairs],
        pass_mark=float(mark),
        passed=sat.newest.passed,
        seconds=(sat.ended_at - sat.started_at).total_seconds() if sat.ended_at else None,
    )


def _units(session: Session, people: list[tuple[int, float, bool]], day: date) -> Units:
    """Everybody counts in the unit they served in that day and in every unit above it."""
    names = {unit.id: unit.public_id for unit in accounts.units(session, closed=True)}
    found: Units = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for first in range(0, len(people), AT_ONCE):
        some = people[first : first + AT_ONCE]
        served = accounts.units_of(session, [person for person, _total, _passed in some], day)
        for person, total, passed in some:
            unit = served.get(person)
            path = [int(part) for part in unit.path.strip("/").split("/")] if unit else []
            for name in [names[part] for part in path if part in names] or [NOWHERE]:
                sums = found[name]
                for place, value in enumerate((1.0, total, total * total, float(passed))):
                    sums[place] += value
    return dict(found)


def keep(session: Session, exam_id: int, basis: list[int], report: Report, units: Units) -> None:
    """Keep what was worked out instead of what was before."""
    row = Analysis(exam_id=exam_id, worked_out_at=now(), basis=basis, report=report.to_record(), units=units)
    session.merge(row)
