"""Reading rehearsals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.jobs.models import Job
from lms.rehearsal.models import Rehearsal

#: the newest so many stand on the page
SHOWN = 10
_LIVE = ("waiting", "running")


@dataclass(frozen=True, slots=True)
class AtWork:
    """A rehearsal that waits or is played: its job, whose it is, how far it is."""

    job_id: str
    exam_id: int
    owner: str | None
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A rehearsal that ended: how, and the report (None where there is none)."""

    candidates: int
    at: datetime
    how: str
    report: Any


def at_work(session: Session) -> AtWork | None:
    """The rehearsal that a job plays now, of whichever exam."""
    row = session.execute(
        select(Job.public_id, Rehearsal.exam_id, Job.owner, Job.done, Job.total)
        .join(Rehearsal, Rehearsal.job_id == Job.public_id)
        .where(Rehearsal.ended_at.is_(None), Job.state.in_(_LIVE))
    ).first()
    return AtWork(*row) if row else None


def ended(session: Session, exam_id: int) -> Sequence[Ended]:
    """Rehearsals of an exam, the newest first."""
    query = (
        select(Rehearsal.candidates, Rehearsal.ended_at, Rehearsal.ended_how, Rehearsal.report)
        .where(Rehearsal.exam_id == exam_id, Rehearsal.ended_at.is_not(None))
        .order_by(Rehearsal.id.desc())
        .limit(SHOWN)
    )
    return [Ended(*row) for row in session.execute(query)]
