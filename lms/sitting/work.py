"""Work of the sitting feature that runs outside requests."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from lms import jobs, metrics
from lms.config import Config
from lms.database import reading, writing
from lms.sitting import queries, service

SWEEP_SECONDS = 10


def init_app(app: Flask, config: Config) -> None:
    """Register the handlers and the sweep of overdue attempts."""
    jobs.register(app, "sitting.close_overdue", close_overdue)
    jobs.register(app, "sitting.released", released)
    if not config.testing:
        jobs.every(app, "sitting.close_overdue", SWEEP_SECONDS)
    metrics.gauge(app, "attempts_open", "Attempts begun and not over.", queries.open_attempts)
    metrics.gauge(app, "journal_events", "Answers and other events in all journals.", queries.journal_events)


def close_overdue(run: jobs.JobRun) -> Mapping[str, Any]:
    """Close and grade every attempt whose time is over, each in a transaction of its own."""
    due = service.due_attempts(reading())
    closed = 0
    for attempt_id in due:
        with writing() as session:
            closed += service.close_if_due(session, attempt_id)
    return {"closed": closed}


def released(run: jobs.JobRun) -> Mapping[str, Any]:
    """An exam was released by hand: its results go to the transcripts."""
    with writing() as session:
        return {"told": service.tell_released(session, int(run.payload["exam"]))}
