"""Signing an exam off: proposed by one person, agreed to by another, then locked for good."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import jobs
from lms.accounts.policy import Viewer
from lms.audit.service import record
from lms.clock import now
from lms.errors import NotFound
from lms.exams import service as exams
from lms.exams.policy import refuse_archived
from lms.exams.queries import ExamRow
from lms.signoff import errors, queries
from lms.signoff.models import Signing
from lms.sitting import queries as sitting

#: the job that writes the package
PACK = "signoff.pack"


def propose(session: Session, exam: ExamRow, reason: str, by: Viewer) -> str:
    """Propose to sign an exam off; the proposal's public id.

    Raises ExamArchived, SatIt, Waiting, and what keeps the exam from being signed off.
    """
    refuse_archived(session, exam.id)
    _refuse_candidates(session, exam, by)
    if queries.waiting(queries.signings(session, exam.id)) is not None:
        raise errors.Waiting
    _refuse_unsettled(session, exam)
    made = Signing(exam_id=exam.id, reason=reason, proposed_by=by.id, proposed_at=now())
    session.add(made)
    session.flush()
    record(session, "signoff.propose", thing="exam", thing_id=exam.public_id, after=_told(made))
    return made.public_id


def decide(session: Session, exam: ExamRow, public_id: str, by: Viewer, *, agree: bool) -> None:
    """Agree, by which the exam is locked, or turn the proposal down; its author can only take it back.

    Raises NotFound for one that is decided, SatIt, OwnProposal, and what keeps the exam from being signed off.
    """
    _refuse_candidates(session, exam, by)
    query = select(Signing).where(Signing.exam_id == exam.id, Signing.public_id == public_id, Signing.agreed.is_(None))
    found = session.scalar(query.with_for_update())
    if found is None:
        raise NotFound
    if agree and found.proposed_by == by.id:
        raise errors.OwnProposal
    if agree:
        exams.archive(session, exam.id)  # first, so that nothing begins between looking and locking
        _refuse_unsettled(session, exam)
    found.agreed, found.decided_by, found.decided_at = agree, by.id, now()
    record(
        session, "signoff.agree" if agree else "signoff.decline", thing="exam", thing_id=exam.public_id, after=_told(found)
    )  # fmt: skip


def ask_for_package(session: Session, exam: ExamRow, by: Viewer) -> str:
    """Have the package of evidence written for somebody; public id of the job. Raises NotFound before it is signed off."""
    if exam.archived_at is None:
        raise NotFound
    payload = {"exam": exam.id, "person": by.public_id}
    return jobs.enqueue(session, PACK, payload, owner=by.public_id, unique_key=f"pack:{exam.public_id}:{by.public_id}")


def note(session: Session, exam_id: str, act: str, after: dict[str, Any]) -> None:
    """Leave in the audit log that a package was written or taken; of the package, so that the exam's entries stay the same."""
    record(session, f"signoff.{act}", thing="package", thing_id=f"{exam_id}.zip", after=after)


def _refuse_candidates(session: Session, exam: ExamRow, by: Viewer) -> None:
    if sitting.has_sat(session, exam.id, by.id):
        raise errors.SatIt


def _refuse_unsettled(session: Session, exam: ExamRow) -> None:
    for obstacle in queries.obstacles(session, exam):
        raise obstacle


def _told(signing: Signing) -> dict[str, Any]:
    return {"signing": signing.public_id, "reason": signing.reason}
