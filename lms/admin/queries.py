"""Reading jobs for their pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.jobs.models import Job

STATES = ("waiting", "running", "done", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class JobRow:
    """A piece of long work. `result`: what the handler returned, with `page` where it has a page of its own."""

    id: int
    public_id: str
    kind: str
    owner: str | None
    state: str
    done: int
    total: int
    note: str | None
    result: Mapping[str, Any] | None
    error: str | None
    tries: int
    cancel_asked: bool
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def at_work(self) -> bool:
        """Whether it has not ended yet."""
        return self.state in ("waiting", "running")


_JOB = (
    Job.id,
    Job.public_id,
    Job.kind,
    Job.owner,
    Job.state,
    Job.done,
    Job.total,
    Job.note,
    Job.result,
    Job.error,
    Job.tries,
    Job.cancel_asked,
    Job.created_at,
    Job.started_at,
    Job.ended_at,
)


def jobs(*, owner: str | None = None, state: str = "") -> Select[*tuple[Any, ...]]:
    """Jobs, newest first, for `paginate`; of one person, or everybody's and the system's own."""
    query = select(*_JOB).order_by(Job.id.desc())
    if owner is not None:
        query = query.where(Job.owner == owner)
    return query.where(Job.state == state) if state else query


def job_by_public_id(session: Session, public_id: str) -> JobRow | None:
    """The job, whoever asks; the policy decides who may."""
    found = session.execute(select(*_JOB).where(Job.public_id == public_id)).first()
    return JobRow(*found) if found else None
