"""Reading what was signed off."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.appeals import queries as appeals
from lms.clock import now
from lms.errors import Refused
from lms.exams.queries import ExamRow
from lms.i18n import moment
from lms.signoff import errors
from lms.signoff.models import Signing
from lms.sitting import service as sitting


def obstacles(session: Session, exam: ExamRow) -> list[Refused]:
    """Everything that keeps an exam from being signed off."""
    found: list[Refused] = []
    if not sitting.settled(session, exam):
        found.append(errors.ResultsMissing())
    if not exam.score_visible(now()):
        found.append(errors.NotReleased())
    if sitting.undecided(session, exam.id):
        found.append(errors.DecisionOpen())
    if count := appeals.undecided(session, exam.id):
        found.append(errors.AppealsOpen(count=count))
    until = appeals.last_deadline(session, exam)
    if until is not None and until > now():
        found.append(errors.AppealsPossible(moment=moment(until)))
    return found


def signings(session: Session, exam_id: int) -> Sequence[Signing]:
    """Proposals to sign an exam off, the newest first."""
    return session.scalars(select(Signing).where(Signing.exam_id == exam_id).order_by(Signing.id.desc())).all()


def waiting(found: Sequence[Signing]) -> Signing | None:
    """The one that nobody decided on."""
    return next((one for one in found if one.agreed is None), None)
