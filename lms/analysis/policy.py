"""Who may see which candidates answered alike."""

from sqlalchemy.orm import Session

from lms.accounts.policy import Viewer
from lms.analysis.errors import Candidate
from lms.clock import now
from lms.errors import NotFound
from lms.exams.policy import access_exam
from lms.exams.queries import ExamRow
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
    if sitting.has_sat(session, exam.id, viewer.id) or sitting.is_sitting(session, viewer.id, now()):
        raise Candidate
    return exam
