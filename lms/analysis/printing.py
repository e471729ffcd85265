"""The report on an exam as a file: asked for by an examiner, drawn by a job, kept for a day for whoever asked."""

from collections.abc import Mapping
from typing import Any, Final

from flask import current_app
from flask_babel import force_locale
from sqlalchemy.orm import Session

from lms import exports, jobs
from lms.accounts.policy import Viewer
from lms.analysis import paper, queries
from lms.config import Config
from lms.database import reading
from lms.errors import NotFound
from lms.exams import queries as exams
from lms.exams.queries import ExamRow

JOB: Final = "analysis.print"


def ask(session: Session, exam: ExamRow, by: Viewer, locale: str) -> str:
    """Have the report drawn in a language; public id of the job. Raises NotFound where there is nothing to print."""
    found = queries.of_exam(session, exam.id)
    if found is None or not found.report.shown:
        raise NotFound
    payload = {"exam": exam.id, "person": by.public_id, "locale": locale}
    key = f"print:{exam.public_id}:{by.public_id}:{locale}"
    return jobs.enqueue(session, JOB, payload, owner=by.public_id, unique_key=key)


def draw(run: jobs.JobRun) -> Mapping[str, Any]:
    """The job."""
    config: Config = current_app.extensions["config"]
    exam_id = int(run.payload["exam"])
    exam = exams.by_ids(reading(), [exam_id])[exam_id]
    run.report(0, 1)
    with force_locale(str(run.payload["locale"])):
        data = paper.drawn(reading(), exam, invented=config.demonstration)
    reading().rollback()
    if data is None:
        return {}
    name = f"{run.public_id}.pdf"
    exports.keep_file(exports.folder_of(config.data, exam.public_id, str(run.payload["person"])), name, data)
    return {"page": ["analysis.printed", {"exam_id": exam.public_id, "name": name}]}
