"""The queue of long work: leases, retries, cancel, progress, unique keys."""

import contextlib
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms import jobs
from lms.database import reading, writing
from lms.jobs import queue, runner
from lms.jobs.models import Job
from tests.conftest import REST_SECONDS, TestClock


def put(app: Flask, kind: str = "test", **options: Any) -> str:
    """Enqueue a job in a transaction of its own."""
    with app.app_context(), writing() as session:
        return jobs.enqueue(session, kind, {"n": 1}, **options)


def stored(app: Flask, public_id: str) -> Job:
    """The job as it is now."""
    with app.app_context():
        return reading().scalars(select(Job).where(Job.public_id == public_id)).one()


def test_a_job_runs_and_leaves_its_result(app: Flask) -> None:
    """
    What a handler returns is kept with the job.
    """
    jobs.register(app, "test", lambda run: {"twice": run.payload["n"] * 2})
    public_id = put(app)

    assert jobs.run_waiting(app) == 1
    assert (stored(app, public_id).state, stored(app, public_id).result) == ("done", {"twice": 2})


def test_a_job_of_a_refused_transaction_does_not_exist(app: Flask) -> None:
    """
    The queue is an outbox: no commit, no job.
    """
    with app.app_context(), contextlib.suppress(ZeroDivisionError), writing() as session:
        jobs.enqueue(session, "test", {})
        raise ZeroDivisionError

    assert jobs.run_waiting(app) == 0


def test_a_waiting_job_with_the_same_key_is_not_doubled(app: Flask) -> None:
    """
    The second enqueue gives back the first one's id.
    """
    assert put(app, unique_key="k") == put(app, unique_key="k")


def test_two_who_want_the_same_job_at_once_get_one(app: Flask) -> None:
    """
    While a transaction that has added it is still open, the other one waits for its end and gets the same id.
    """
    added, found = threading.Event(), list[str]()

    def first() -> None:
        with app.app_context(), writing() as session:
            found.append(jobs.enqueue(session, "test", {}, unique_key="k"))
            added.set()
            time.sleep(0.3)

    thread = threading.Thread(target=first)
    thread.start()
    assert added.wait(10)
    found.append(put(app, unique_key="k"))
    thread.join()

    assert found[0] == found[1]
    assert jobs.run_waiting(app) == 1


def test_a_dead_workers_job_is_taken_over(app: Flask, clock: TestClock) -> None:
    """
    A lease that is not renewed ends; then another worker gets the job.
    """
    put(app)
    with app.app_context():
        assert queue.lease("first") is not None
        assert queue.lease("second") is None
        clock.advance(seconds=31)
        taken = queue.lease("second")
        assert taken is not None
        assert taken.tries == 2


def test_a_late_worker_cannot_finish_what_passed_on(app: Flask, clock: TestClock) -> None:
    """
    A worker whose lease ran out writes nothing over the one that took the job over.
    """
    public_id = put(app)
    with app.app_context():
        first = queue.lease("first")
        clock.advance(seconds=31)
        queue.lease("second")
        assert first is not None
        assert not queue.keep(first, "first")
        queue.finish(first, "first", "done")

    assert stored(app, public_id).state == "running"


def test_a_failing_job_is_tried_five_times(app: Flask, clock: TestClock) -> None:
    """
    Each failure waits longer; after the fifth the job has failed and says why.
    """

    def fails(run: jobs.JobRun) -> Mapping[str, Any]:
        raise ValueError("broken")

    jobs.register(app, "test", fails)
    public_id = put(app)
    for _ in range(5):
        assert jobs.run_waiting(app) == 1
        clock.advance(hours=1)

    job = stored(app, public_id)
    assert (job.state, job.tries, job.error) == ("failed", 5, "ValueError: broken")
    assert jobs.run_waiting(app) == 0


def test_a_cancelled_job_stops_at_its_next_report(app: Flask) -> None:
    """
    Cancel is asked for in the row; the handler learns of it when it reports.
    """

    def long(run: jobs.JobRun) -> Mapping[str, Any]:
        run.report(1, 10)
        with writing() as session:
            session.scalars(select(Job)).one().cancel_asked = True
        run.report(2, 10)
        raise AssertionError("went on after it was cancelled")

    jobs.register(app, "test", long)
    public_id = put(app)
    jobs.run_waiting(app)

    assert stored(app, public_id).state == "cancelled"


def test_a_job_for_later_waits(app: Flask, clock: TestClock) -> None:
    """
    Nothing runs before its time.
    """
    jobs.register(app, "test", lambda run: {})
    with app.app_context():
        later = clock()
    put(app, run_at=later.replace(hour=later.hour + 1))

    assert jobs.run_waiting(app) == 0
    clock.advance(hours=1)
    assert jobs.run_waiting(app) == 1


def test_a_busy_job_lets_requests_write(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    While a job writes batch after batch, another writer gets its turn within a second, every time.
    """
    monkeypatch.setattr(runner, "MOST_REST_SECONDS", REST_SECONDS)

    def busy(run: jobs.JobRun) -> Mapping[str, Any]:
        for step in range(60):
            with writing() as session:
                session.execute(update(Job).where(Job.public_id == run.public_id).values(note=str(step)))
                time.sleep(0.03)
            run.report(step, 60)
        return {}

    jobs.register(app, "test", busy)
    job = put(app)
    worker = threading.Thread(target=jobs.run_waiting, args=(app, 1))
    worker.start()
    waits = []
    while worker.is_alive():
        began = time.monotonic()
        put(app, run_at=datetime(2100, 1, 1, tzinfo=UTC))
        waits.append(time.monotonic() - began)
        time.sleep(0.02)
    worker.join()

    assert stored(app, job).state == "done"
    assert max(waits) < 1
