"""What a class still lacks before its plan, or its closing, can be handed in."""

from collections.abc import Sequence

from flask_babel import gettext
from sqlalchemy.orm import Session

from courseware.classes.outcome import Assessment
from lms.classes import errors, marks, queries
from lms.classes.models import ClassSession, TrainingClass
from lms.clock import today


def of_plan(session: Session, found: TrainingClass) -> None:
    """Raise Incomplete where nobody is called or nothing is on the timetable."""
    people, _exempt = queries.counts(session, found.id)
    if not people:
        raise errors.Incomplete(what=gettext("nobody is on the roster."))
    if not queries.sessions(session, found.id):
        raise errors.Incomplete(what=gettext("there is nothing on the timetable."))


def of_closing(session: Session, found: TrainingClass) -> None:
    """Take the results of the exam; raise Incomplete for a class that goes on or whose sheets have gaps, and ExamNotOut."""
    what = lacking(session, found)
    if what:
        raise errors.Incomplete(what=what[0])
    if found.assessment == Assessment.EXAM:
        marks.take_exam(session, found)


def lacking(session: Session, found: TrainingClass) -> list[str]:
    """What keeps the closing from being handed in, as sentences."""
    people, exempt = queries.counts(session, found.id)
    return lacking_of(session, found, queries.sessions(session, found.id), expected=people - exempt)


def lacking_of(session: Session, found: TrainingClass, held: Sequence[ClassSession], *, expected: int) -> list[str]:
    """The same of a class whose timetable is read, and on whose roster so many are not exempt."""
    what = []
    if not held:
        what.append(gettext("there is nothing on the timetable."))
    if found.last_day > today() or (held and held[-1].day > today()):
        what.append(gettext("the class is not over yet."))
    seen = queries.marked(session, found.id)
    gaps = sum(seen.get(one.id, 0) < expected for one in held)
    if gaps:
        what.append(gettext("sessions whose attendance sheet has gaps: %(count)s.", count=gaps))
    if found.assessment == Assessment.EXAM and found.exam_id is None:
        what.append(gettext("no exam has been chosen."))
    return what
