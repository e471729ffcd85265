"""Work of admission that runs outside requests."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from lms import jobs
from lms.admission import queries, snapshots
from lms.clock import now
from lms.config import Config
from lms.database import reading, writing

FORGET = "admission.forget_pictures"
FORGET_SECONDS = 3600
#: pictures deleted in one transaction
AT_ONCE = 500


def init_app(app: Flask, config: Config) -> None:
    """Register the deletion of pictures whose time is over."""
    jobs.register(app, FORGET, forget)
    if not config.testing:
        jobs.every(app, FORGET, FORGET_SECONDS)


def forget(run: jobs.JobRun) -> Mapping[str, Any]:
    """Delete pictures that were kept for as long as their exams said."""
    due = queries.expired(reading(), now())
    reading().rollback()
    count = 0
    for exam_id, gone in due.items():
        for begin in range(0, len(gone), AT_ONCE):
            some = gone[begin : begin + AT_ONCE]
            with writing() as session:
                snapshots.forget(session, exam_id, some)
            snapshots.remove_files(some)
            count += len(some)
    snapshots.remove_files(snapshots.strays(reading()))
    return {"pictures": count}
