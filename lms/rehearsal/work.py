"""The job that plays a rehearsal."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app

from lms import jobs
from lms.config import Config
from lms.jobs import Cancelled, JobRun
from lms.rehearsal import service
from lms.rehearsal.service import Outcome

#: progress counts in so many seconds
STEP = 5


def init_app(app: Flask) -> None:
    """Register the handler."""
    jobs.register(app, service.JOB, play)


def play(run: JobRun) -> Mapping[str, Any]:
    """Play it once; its outcome is kept whatever happens."""
    begun = service.begin(run.public_id)
    if begun is None:
        return {}
    number, exam_id, candidates = begun
    config: Config = current_app.extensions["config"]
    told = [-STEP]

    def tell(_note: str, _size: int, done: int, total: int) -> None:
        if done - told[0] >= STEP:
            told[0] = done
            run.report(done, total)

    outcome = Outcome("failed", {"why": "the server met an error"})
    try:
        outcome = service.played(config, exam_id, service.sizes(candidates), tell)
    except Cancelled:
        outcome = Outcome("stopped", {"why": "cancelled"})
        raise
    finally:
        service.keep(number, outcome)
    return {"how": outcome.how}
