"""Writing about jobs: asking one to stop, having the audit log checked."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from lms import jobs
from lms.admin.queries import JobRow
from lms.audit.service import record
from lms.clock import now
from lms.jobs.models import Job

VERIFY = "audit.verify"


def cancel(session: Session, job: JobRow) -> None:
    """Ask a job to stop: one that waits ends at once, one at work at its next step. Ended ones stay as they are."""
    if not job.at_work:
        return
    waiting = update(Job).where(Job.id == job.id, Job.state == "waiting")
    session.execute(waiting.values(state="cancelled", ended_at=now(), unique_key=None))
    session.execute(update(Job).where(Job.id == job.id, Job.state == "running").values(cancel_asked=True))
    record(session, "job.cancel", thing="job", thing_id=job.public_id, before={"state": job.state})


def begin_verifying(session: Session, *, owner: str) -> str:
    """Let a job walk the audit chain; its public id."""
    job_id = jobs.enqueue(session, VERIFY, {}, owner=owner, unique_key=VERIFY)
    record(session, "audit.verify", thing="job", thing_id=job_id)
    return job_id
