"""Work of the courses outside requests: what a changed law means for units."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from lms import jobs
from lms.courses import alarm
from lms.database import reading, writing
from lms.library import service as library


def init_app(app: Flask) -> None:
    """Register the handler."""
    jobs.register(app, library.CHANGED_UNITS, law_changed)


def law_changed(run: jobs.JobRun) -> Mapping[str, Any]:
    """Flag the units that rest on what the library says was changed."""
    found = alarm.resting_on(reading(), run.payload)
    reading().rollback()
    if not found:
        return {"units": 0}
    with writing() as session:
        return {"units": alarm.flag(session, found, word=run.public_id)}
