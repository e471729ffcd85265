"""Work of signing off outside requests: writing the package of evidence."""

import hashlib
from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app
from flask_babel import force_locale

from lms import exports, jobs
from lms.config import Config
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.signoff import package, service

#: of the tables of the analysis: the package is the same, whoever asks for it
LANGUAGE = "zh_Hans_CN"


def init_app(app: Flask) -> None:
    """Register the handlers."""
    jobs.register(app, service.PACK, pack)


def pack(run: jobs.JobRun) -> Mapping[str, Any]:
    """Write the package of an exam as a file that waits for whoever asked for it."""
    config: Config = current_app.extensions["config"]
    exam = exams.by_ids(reading(), [int(run.payload["exam"])])[int(run.payload["exam"])]
    if exam.archived_at is None:
        return {}
    run.report(0, 1)
    with force_locale(LANGUAGE):
        data = package.packed(reading(), exam)
    reading().rollback()
    name = f"{run.public_id}.zip"
    exports.keep_file(exports.folder_of(config.data, exam.public_id, str(run.payload["person"])), name, data)
    with writing() as session:
        after = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        service.note(session, exam.public_id, "pack", after)
    return {"page": ["signoff.file", {"exam_id": exam.public_id, "name": name}]}
