"""Work of the library outside requests: laws end on a day, whether anybody looks or not."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from lms import jobs
from lms.config import Config
from lms.database import writing
from lms.library import service

SWEEP = "library.sweep"
#: a law ends at midnight, an exam may open at nine
SWEEP_SECONDS = 3600


def init_app(app: Flask, config: Config) -> None:
    """Register the sweep."""
    jobs.register(app, SWEEP, sweep)
    if not config.testing:
        jobs.every(app, SWEEP, SWEEP_SECONDS)


def sweep(run: jobs.JobRun) -> Mapping[str, Any]:
    """Repeal the documents whose last day has passed."""
    with writing() as session:
        return {"ended": service.end_what_is_over(session)}
