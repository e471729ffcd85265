"""Making appeals and deciding on them: one function a use case, one transaction each; every step is kept and audited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.accounts.policy import Viewer
from lms.appeals import errors, policy, queries
from lms.appeals.models import Appeal, AppealRule, AppealStep
from lms.audit.service import record
from lms.clock import now
from lms.exams.policy import refuse_archived
from lms.exams.queries import ExamRow
from lms.sitting import queries as sitting
from lms.sitting.policy import Sat
from lms.sitting.queries import Graded

RIGHT, CHANGE = "right", "change"
MOST_DAYS = 90
#: where an appeal may be withdrawn, and where somebody may take it on
WITHDRAWABLE = ("open", "taken", "found")
TAKEABLE = ("open", "taken", "mending")


def set_days(session: Session, exam: ExamRow, days: int) -> None:
    """For how many days appeals may be made; 0 for none."""
    refuse_archived(session, exam.id)
    before = queries.days_of(session, exam.id)
    session.merge(AppealRule(exam_id=exam.id, days=days))
    record(session, "appeal.days", thing="exam", thing_id=exam.public_id, before={"days": before}, after={"days": days})


@dataclass(frozen=True, slots=True)
class Possible:
    """The grading that an appeal would be about, and until when it may be made."""

    graded: Graded
    until: datetime


def possible(session: Session, sat: Sat) -> Possible:
    """What an appeal of this candidate would be about.

    Raises ExamArchived, NotVisible, NoAppeals, Twice and TooLate.
    """
    exam, attempt = sat.exam, sat.attempt
    refuse_archived(session, exam.id)
    found = sitting.gradings(session, attempt.id, exam.id)
    if not found or not exam.score_visible(now()) or attempt.ended_how == "void":
        raise errors.NotVisible
    days = queries.days_of(session, exam.id)
    if not days:
        raise errors.NoAppeals
    if any(one.revision == found[-1].revision for one, _stage in queries.of_attempt(session, attempt.id)):
        raise errors.Twice
    until = queries.visible_since(exam, found[-1].at) + timedelta(days=days)
    if now() > until:
        raise errors.TooLate
    return Possible(found[-1], until)


def make(session: Session, sat: Sat, questions: Sequence[int], reason: str, by: Viewer) -> str:
    """Ask to have the result looked at again; public id of the appeal. Raises as `possible`."""
    graded = possible(session, sat).graded
    appeal = Appeal(
        exam_id=sat.exam.id, attempt_id=sat.attempt.id, person_id=by.id, revision=graded.revision,
        questions=sorted(questions), reason=reason, made_at=now(), state="open",
    )  # fmt: skip
    session.add(appeal)
    try:
        session.flush()
    except IntegrityError as error:  # sent twice at the same moment
        raise errors.Twice from error
    _step(session, appeal, "made", by, {"questions": appeal.questions, "reason": reason})
    return appeal.public_id


def withdraw(session: Session, appeal: Appeal, by: Viewer) -> None:
    """Take it back as long as nothing was confirmed; raises Moved."""
    _go(session, appeal, WITHDRAWABLE, "withdrawn")
    _step(session, appeal, "withdrawn", by)


def take(session: Session, appeal: Appeal, by: Viewer) -> None:
    """Look at it, instead of whoever did; one whose change was confirmed and not made is looked at once more.

    Raises SatIt, Decided and Moved.
    """
    policy.refuse_candidates(session, appeal, by)
    policy.refuse_deciders(session, appeal, by)
    if appeal.taken_by == by.id and appeal.state == "taken":
        raise errors.Moved
    _go(session, appeal, TAKEABLE, "taken")
    appeal.taken_by, appeal.finding, appeal.words, appeal.found_on = by.id, None, None, None
    _step(session, appeal, "taken", by)


def find(session: Session, appeal: Appeal, finding: str, words: str, by: Viewer, *, seen: int) -> None:
    """Write what was found of the grading that counts, with words for the candidate; `seen` is the number of the grading that
    its author saw. Raises SatIt, Decided and Moved.
    """
    policy.refuse_candidates(session, appeal, by)
    policy.refuse_deciders(session, appeal, by)
    newest = sitting.gradings(session, appeal.attempt_id, appeal.exam_id)[-1].revision
    if appeal.taken_by != by.id or seen != newest:
        raise errors.Moved
    _go(session, appeal, ("taken",), "found")
    appeal.finding, appeal.words, appeal.found_on = finding, words, newest
    _step(session, appeal, "found", by, {"finding": finding, "words": words, "grading": newest})


def decide(session: Session, appeal: Appeal, by: Viewer, *, confirm: bool) -> None:
    """Confirm a finding, or return it to whoever wrote it. Raises SatIt, OwnFinding and Moved."""
    policy.refuse_candidates(session, appeal, by)
    if appeal.taken_by == by.id:
        raise errors.OwnFinding
    settled = "mending" if appeal.finding == CHANGE else "kept"
    _go(session, appeal, ("found",), settled if confirm else "taken")
    _step(session, appeal, "confirmed" if confirm else "returned", by, {"finding": appeal.finding})


def _go(session: Session, appeal: Appeal, before: Sequence[str], after: str) -> None:
    """Raises Moved from any other stage than these, ExamArchived of an exam that is signed off."""
    refuse_archived(session, appeal.exam_id)
    if queries.stage_of(session, appeal) not in before:
        raise errors.Moved
    appeal.state = after


def _step(session: Session, appeal: Appeal, kind: str, by: Viewer, told: dict[str, Any] | None = None) -> None:
    last = session.scalar(select(func.max(AppealStep.number)).where(AppealStep.appeal_id == appeal.id)) or 0
    session.add(AppealStep(appeal_id=appeal.id, number=last + 1, kind=kind, person_id=by.id, at=now(), told=told))
    record(session, f"appeal.{kind}", thing="appeal", thing_id=appeal.public_id, after=told)
