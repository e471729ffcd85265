"""The queue: putting jobs in, leasing them, keeping their progress. Every function is one short transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms.clock import now
from lms.database import writing
from lms.direct import ask, value_of
from lms.jobs.models import Job

_JOBS = cast("Table", Job.__table__)
#: by dialect, made once: entering an answer and storing a document put jobs in
_ADDING = {
    name: insert(_JOBS).on_conflict_do_nothing().returning(_JOBS.c.public_id)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
LEASE = timedelta(seconds=30)
MOST_TRIES = 5
FIRST_PAUSE = timedelta(seconds=2)
#: what nobody asked for (sweeps) is forgotten after a day, what somebody did after a quarter
KEPT_OWN, KEPT = timedelta(days=1), timedelta(days=90)
CHANNEL = "shuyuan_jobs"
LISTEN = text("LISTEN shuyuan_jobs")
# what every worker asks each second
_WAIT = "SELECT unique_key FROM job WHERE state = 'waiting' AND unique_key IN ({marks})"
_READY = """
SELECT 1 FROM job WHERE (state = 'waiting' AND run_at <= ?) OR (state = 'running' AND lease_until < ?) LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Leased:
    """A job that is ours to run until the lease ends."""

    id: int
    public_id: str
    kind: str
    payload: Mapping[str, Any]
    owner: str | None
    tries: int


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    owner: str | None = None,
    unique_key: str | None = None,
    run_at: datetime | None = None,
) -> str:
    """Put one job into the queue within the caller's transaction (an outbox); its public id.

    While a job with the same `unique_key` waits, that one's id is given back and nothing is added; where another transaction
    adds it at this moment, its end is waited for.
    """
    session.flush()
    moment, dialect = now(), session.get_bind().dialect.name
    due = run_at or moment
    job = {
        "kind": kind, "payload": dict(payload), "owner": owner, "unique_key": unique_key, "run_at": due, "created_at": moment,
    }  # fmt: skip
    waiting = select(Job.public_id).where(Job.unique_key == unique_key, Job.state == "waiting")
    while True:
        found = session.scalar(waiting) if unique_key is not None else None
        if found is not None:
            return found
        added: str | None = session.scalar(_ADDING[dialect], job)
        if added is not None:
            break
    if dialect == "postgresql" and due <= moment:
        session.execute(select(func.pg_notify(CHANNEL, "")))  # delivered with the commit, to whoever listens
    return added


def absent(unique_keys: Sequence[str]) -> list[str]:
    """Those of the keys for which no job waits."""
    rows = ask(_WAIT.replace("{marks}", ", ".join("?" * len(unique_keys))), unique_keys) if unique_keys else ()
    there = {row[0] for row in rows}
    return [key for key in unique_keys if key not in there]


def under_way(session: Session, unique_key: str) -> bool:
    """Whether a job of this key waits or runs."""
    query = select(Job.id).where(Job.unique_key == unique_key, Job.state.in_(("waiting", "running")))
    return session.scalar(query.limit(1)) is not None


def is_open(session: Session, public_id: str) -> bool:
    """Whether the job of this public id waits or runs."""
    query = select(Job.id).where(Job.public_id == public_id, Job.state.in_(("waiting", "running")))
    return session.scalar(query) is not None


def given_up(session: Session, public_ids: Sequence[str]) -> set[str]:
    """Those of these jobs that nobody will run any more: failed, or cancelled or forgotten before they were done."""
    query = select(Job.public_id).where(Job.public_id.in_(public_ids), Job.state.in_(("waiting", "running", "done")))
    return set(public_ids) - set(session.scalars(query))


def lease(worker: str) -> Leased | None:
    """Take the next job that is due, or whose worker let its lease run out; None when there is none."""
    moment = now()
    stored = value_of(moment)
    if not ask(_READY, (stored, stored)):
        return None
    ready = or_(
        (Job.state == "waiting") & (Job.run_at <= moment),
        (Job.state == "running") & (Job.lease_until < moment),
    )
    with writing() as session:
        job = session.scalar(
            select(Job).where(ready).order_by(Job.run_at, Job.id).limit(1).with_for_update(skip_locked=True)
        )
        if job is None:
            return None
        job.state, job.worker, job.lease_until = "running", worker, moment + LEASE
        job.tries += 1
        job.started_at = job.started_at or moment
        return Leased(job.id, job.public_id, job.kind, job.payload, job.owner, job.tries)


def keep(
    job: Leased, worker: str, *, done: int | None = None, total: int | None = None, note: str | None = None
) -> bool:
    """Prolong the lease and note progress; False when the job is no longer ours or is to be cancelled."""
    with writing() as session:
        row = session.get(Job, job.id, with_for_update=True)
        if row is None or row.worker != worker or row.state != "running":
            return False
        row.lease_until = now() + LEASE
        if done is not None:
            row.done, row.total, row.note = done, total or 0, note
        return not row.cancel_asked


def finish(
    job: Leased, worker: str, state: str, *, result: Mapping[str, Any] | None = None, error: str | None = None
) -> None:
    """Write down how a job ended, unless it has passed to another worker."""
    with writing() as session:
        session.execute(
            update(Job)
            .where(Job.id == job.id, Job.worker == worker, Job.state == "running")
            .values(state=state, ended_at=now(), lease_until=None, result=result, error=(error or "")[:200] or None)
        )


def put_back(job: Leased, worker: str, error: str) -> None:
    """Let a failed job wait and be tried again, longer each time; after five tries it has failed."""
    if job.tries >= MOST_TRIES:
        finish(job, worker, "failed", error=error)
        return
    with writing() as session:
        session.execute(
            update(Job)
            .where(Job.id == job.id, Job.worker == worker, Job.state == "running")
            .values(
                state="waiting",
                unique_key=None,
                run_at=now() + FIRST_PAUSE * 4 ** (job.tries - 1),
                lease_until=None,
                error=error[:200],
            )
        )


def prune() -> int:
    """Forget jobs that ended long ago, failed ones of the system only after a quarter as well; how many."""
    ended = Job.state.in_(("done", "failed", "cancelled"))
    own = (Job.owner.is_(None)) & (Job.state == "done") & (Job.ended_at < now() - KEPT_OWN)
    old = Job.ended_at < now() - KEPT
    with writing() as session:
        return len(session.scalars(delete(Job).where(ended, or_(own, old)).returning(Job.id)).all())
