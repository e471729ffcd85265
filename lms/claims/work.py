"""Work of claims outside requests: files of evidence that no row names are removed."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Flask, current_app

from lms import jobs
from lms.answer_files import room
from lms.claims import queries
from lms.config import Config
from lms.database import reading

SWEEP = "claims.sweep"
SWEEP_SECONDS = 24 * 3600
#: folders between two reports of progress
AT_ONCE = 200


def init_app(app: Flask, config: Config) -> None:
    """Register the handler."""
    jobs.register(app, SWEEP, sweep)
    if not config.testing:
        jobs.every(app, SWEEP, SWEEP_SECONDS)


def sweep(run: jobs.JobRun) -> Mapping[str, Any]:
    """Remove evidence that is a day old and that no row names: its upload failed after it was on disk."""
    config: Config = current_app.extensions["config"]
    folders = sorted(path for path in config.claims.glob("*") if path.is_dir())
    count = 0
    for number, folder in enumerate(folders, 1):
        count += room.forget_strays(folder, partial(_named, folder.name))
        if number % AT_ONCE == 0:
            run.report(number, len(folders))
    return {"files": count}


def _named(claim: str) -> frozenset[str]:
    """What rows name at this moment, not at that of the job's first query."""
    reading().rollback()
    found = queries.hashes(reading(), claim)
    reading().rollback()
    return found
