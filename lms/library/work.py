"""Work of the library outside requests: laws end on a day, whether anybody looks or not; its index is kept right."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from lms import jobs
from lms.config import Config
from lms.database import writing
from lms.library import service
from lms.library.search import rebuild

SWEEP, INDEX = "library.sweep", "library.index"
#: a law ends at midnight, an exam may open at nine
SWEEP_SECONDS = 3600
INDEX_SECONDS = 3600


def init_app(app: Flask, config: Config) -> None:
    """Register both."""
    jobs.register(app, SWEEP, sweep)
    jobs.register(app, INDEX, index)
    if not config.testing:
        jobs.every(app, SWEEP, SWEEP_SECONDS)
        jobs.every(app, INDEX, INDEX_SECONDS)


def sweep(run: jobs.JobRun) -> Mapping[str, Any]:
    """Repeal the documents whose last day has passed."""
    with writing() as session:
        return {"ended": service.end_what_is_over(session)}


def index(run: jobs.JobRun) -> Mapping[str, Any]:
    """Index again what has to be, and count what is common."""
    return rebuild.make_right(run.report)
