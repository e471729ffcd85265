"""What came, or comes, of a class for everybody, as lines of text for a workbook."""

from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.classes import closing, queries
from lms.classes.models import TrainingClass
from lms.i18n import plain


def rows(session: Session, found: TrainingClass) -> list[list[str]]:
    """
    Name, staff number, unit, hours attended, on leave, absent, granted, mark, outcome (its key), certificate number.

    Of a closed class what was written, else what would be.
    """
    learners = queries.all_learners(session, found.id)
    people = accounts.people_by_ids(session, [learner.person_id for learner in learners])
    written = queries.results(session, found.id, [learner.id for learner in learners])
    lines = []
    for line in closing.planned(session, found, learners):
        one, person, tally = written.get(line.learner.id), people[line.learner.person_id], line.tally
        planned = (tally.attended.decimal, tally.leave.decimal, tally.absent.decimal, line.granted.decimal)
        hours = (one.attended, one.leave, one.absent, one.granted) if one else planned
        score, came = (one.score, one.outcome) if one else (line.score, line.outcome.value)
        mark, number = plain(score) if score is not None else "", (one.certificate if one else None) or ""
        lines.append([person.name, person.staff_number, person.unit_name or "", *map(plain, hours), mark, came, number])
    return lines
