"""Results of closed classes whose exam was scored again, or an attempt of which became void, after the closing."""

from sqlalchemy.orm import Session

from courseware.classes.attendance import Tally
from courseware.classes.outcome import Assessment, outcome
from courseware.classes.states import State
from courseware.hours import Hours
from lms.accounts.policy import Viewer
from lms.classes import closing, errors, marks, policy, queries
from lms.classes.closing import Planned
from lms.classes.marks import Mark
from lms.classes.models import ClassResult, TrainingClass

#: why the results are corrected, as their pages and the transcripts say
WHY = "考试成绩已更正"


def rescored(session: Session, found: TrainingClass) -> list[Mark]:
    """What the exam says now of the learners whose results rest on something else; of the exempt nothing is asked."""
    if found.state != State.CLOSED or found.assessment != Assessment.EXAM:
        return []
    try:
        changed = marks.changed_in_exam(session, found)
    except (errors.NotOpen, errors.ExamNotOut):
        return []
    last = queries.results(session, found.id, [mark.learner.id for mark in changed]) if changed else {}
    return [mark for mark in changed if mark.learner.id in last and not last[mark.learner.id].exempt]


def take(session: Session, found: TrainingClass, by: Viewer) -> int:
    """Append a further result for each of them, which goes to the transcript; how many. Raises NotOpen and SecondPerson."""
    if found.state != State.CLOSED:
        raise errors.NotOpen
    if not policy.may_decide(session, by, found):
        raise errors.SecondPerson
    changed = rescored(session, found)
    for mark in changed:
        past = queries.history(session, mark.learner.id)
        closing.append(session, found, past, _line(found, mark, past[-1]), by=by, why=WHY)
    return marks.take(session, found, changed)


def _line(found: TrainingClass, mark: Mark, last: ClassResult) -> Planned:
    tally = Tally(Hours.of(last.total), Hours.of(last.attended), Hours.of(last.leave), Hours.of(last.absent))
    came = outcome(tally, Assessment(found.assessment), assessed=mark.passed, exempt=False)
    return Planned(mark.learner, tally, came, mark.score, mark.maximum, "")
