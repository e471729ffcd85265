"""Who may see which candidates answered alike, whose essays have passages in common, and the results of a unit by name."""

from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.policy import Act, Viewer, unit_paths
from lms.analysis.errors import Candidate, MarksIt
from lms.clock import now
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.policy import access_exam
from lms.exams.queries import ExamRow
from lms.marking import queries as marking
from lms.sitting import queries as sitting


def compares(exam: ExamRow) -> bool:
    """Whether its candidates can be compared: all had the same questions."""
    return exam.blueprint.paper != "personal"


def access_compared(session: Session, viewer: Viewer, public_id: str) -> ExamRow:
    """An exam with one paper for all, for somebody who sees its results by name and is no candidate: did not sit it, and sits
    none at this moment. Raises NotFound, Candidate.
    """
    exam = access_exam(session, viewer, public_id)
    if not compares(exam):
        raise NotFound
    _refuse_candidates(session, viewer, exam)
    return exam


def access_essays(session: Session, viewer: Viewer, public_id: str) -> ExamRow:
    """An exam with written answers, for somebody who sees its results by name, is no candidate and has never been among its
    markers, who must not know whose answers they mark. Raises NotFound, Candidate, MarksIt.
    """
    exam = access_exam(session, viewer, public_id)
    if not exam.marked_by_people:
        raise NotFound
    _refuse_candidates(session, viewer, exam)
    if marking.marks(session, exam.id, viewer.id):
        raise MarksIt
    return exam


def _refuse_candidates(session: Session, viewer: Viewer, exam: ExamRow) -> None:
    if sitting.has_sat(session, exam.id, viewer.id) or sitting.is_sitting(session, viewer.id, now()):
        raise Candidate


def access_told(session: Session, viewer: Viewer, public_id: str) -> ExamRow:
    """An exam that is over, whose scores candidates may see, and that somebody sat whose transcript the viewer may see. Raises
    NotFound.
    """
    exam, moment = exams.by_public_id(session, public_id), now()
    if exam is None or exam.phase(moment) != "over" or not exam.score_visible(moment):
        raise NotFound
    people = accounts.serving(unit_paths(viewer, Act.SEE_TRANSCRIPTS))
    if session.scalar(sitting.exams_sat_by(people, exam_id=exam.id).limit(1)) is None:
        raise NotFound
    return exam
