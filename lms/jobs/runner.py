"""Running jobs: in a thread of the server process, in a worker process, or in a test's own thread."""

import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from lms.clock import now
from lms.database import db, writing
from lms.jobs import queue
from lms.jobs.queue import LEASE, Leased

log = structlog.get_logger()
POLL_SECONDS = 1.0
RESTS, MOST_REST_SECONDS = 2, 0.1


class Cancelled(Exception):
    """The person who started the job does not want it any more."""


class JobRun:
    """What a handler sees of its job. Handlers may run twice (a worker may die): they must be idempotent."""

    def __init__(self, job: Leased, worker: str) -> None:
        self.payload: Mapping[str, Any] = job.payload
        self.owner = job.owner
        self.public_id = job.public_id
        #: whether nobody tries again when this run fails
        self.is_last = job.tries >= queue.MOST_TRIES
        self._job, self._worker = job, worker
        self._rested = time.monotonic()

    def report(self, done: int, total: int, note: str | None = None) -> None:
        """Rest, note progress and keep the lease; raises Cancelled when the job is not wanted any more."""
        self.rest()
        if not queue.keep(self._job, self._worker, done=done, total=total, note=note):
            raise Cancelled

    def rest(self) -> None:
        """Between two steps: rest twice as long as the one before took, at most 0.1 s. SQLite has one writer and no queue, and
        a job that writes without a pause would starve the requests.
        """
        time.sleep(min(MOST_REST_SECONDS, RESTS * (time.monotonic() - self._rested)))
        self._rested = time.monotonic()

    def check_cancelled(self) -> None:
        """Keep the lease; raises Cancelled when the job is not wanted any more."""
        if not queue.keep(self._job, self._worker):
            raise Cancelled


Handler = Callable[[JobRun], Mapping[str, Any]]


def handlers(app: Flask) -> dict[str, Handler]:
    """The registered handlers by kind."""
    registered: dict[str, Handler] = app.extensions.setdefault("job_handlers", {})
    return registered


def periodic(app: Flask) -> dict[str, int]:
    """Kinds that run again and again, with their seconds."""
    registered: dict[str, int] = app.extensions.setdefault("job_periods", {})
    return registered


def run_one(app: Flask, worker: str) -> bool:
    """Lease one job and run it; whether there was one. Needs an application context."""
    job = queue.lease(worker)
    if job is None:
        return False
    heart = _Heart(app, job, worker)
    heart.start()
    try:
        result = handlers(app)[job.kind](JobRun(job, worker))
        queue.finish(job, worker, "done", result=result)
    except Cancelled:
        queue.finish(job, worker, "cancelled")
    except Exception as error:  # whatever a handler raises is the job's failure, not the worker's
        db.session.rollback()
        log.exception("job_failed", kind=job.kind, job=job.public_id, tries=job.tries)
        queue.put_back(job, worker, f"{type(error).__name__}: {error}")
    finally:
        heart.stop()
        db.session.remove()
    return True


def run_waiting(app: Flask, limit: int | None = None) -> int:
    """Run what is due now, in this thread; how many jobs. For tests and the command line."""
    worker = f"here-{secrets.token_hex(4)}"
    count = 0
    with app.app_context():
        while (limit is None or count < limit) and run_one(app, worker):
            count += 1
    return count


def start_periodic(app: Flask) -> None:
    """See to it that each periodic kind waits in the queue. Nothing is written, and nobody's turn to write taken, where all
    do.
    """
    kinds = {f"periodic:{kind}": (kind, seconds) for kind, seconds in periodic(app).items()}
    for key in queue.absent(list(kinds)):
        kind, seconds = kinds[key]
        with writing() as session:
            queue.enqueue(session, kind, {}, unique_key=key, run_at=now() + timedelta(seconds=seconds))


class Runner(threading.Thread):
    """A worker thread: runs what is due, then sleeps a second or until it is woken."""

    def __init__(self, app: Flask) -> None:
        super().__init__(name="jobs", daemon=True)
        self.app = app
        self.worker = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.woken = threading.Event()
        self.ended = threading.Event()

    def run(self) -> None:
        """Until `stop`."""
        while not self.ended.is_set():
            busy = False
            with self.app.app_context():
                try:
                    start_periodic(self.app)
                    while not self.ended.is_set() and run_one(self.app, self.worker):
                        busy = True
                except Exception:  # the database may be away for a while; the worker must outlive that
                    log.exception("job_runner")
                    db.session.remove()
            self.woken.wait(0 if busy else POLL_SECONDS)
            self.woken.clear()

    def stop(self) -> None:
        """End after the job in hand."""
        self.ended.set()
        self.woken.set()


class _Heart(threading.Thread):
    """Keeps the lease of a long job while its handler is silent."""

    def __init__(self, app: Flask, job: Leased, worker: str) -> None:
        super().__init__(name="job-lease", daemon=True)
        self.app, self.job, self.worker = app, job, worker
        self.ended = threading.Event()

    def run(self) -> None:
        """Prolong the lease each third of its length."""
        while not self.ended.wait(LEASE.total_seconds() / 3):
            with self.app.app_context():
                try:
                    queue.keep(self.job, self.worker)
                except SQLAlchemyError:  # the next beat comes well before the lease ends
                    log.warning("job_lease_not_kept", job=self.job.public_id)
                db.session.remove()

    def stop(self) -> None:
        """The job has ended."""
        self.ended.set()
