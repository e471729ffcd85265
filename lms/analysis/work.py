"""Work of the analysis outside requests."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from lms import jobs
from lms.analysis import calibrating, calibration, copying, essays, printing, service
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.sitting import queries as sitting


def init_app(app: Flask) -> None:
    """Register the handlers."""
    jobs.register(app, service.JOB, work_out)
    jobs.register(app, calibration.JOB, calibrating.calibrate)
    jobs.register(app, copying.JOB, copying.compare)
    jobs.register(app, essays.JOB, essays.compare)
    jobs.register(app, printing.JOB, printing.draw)


def work_out(run: jobs.JobRun) -> Mapping[str, Any]:
    """Results are there or have changed: what the exam measured. Read outside any transaction, kept in one."""
    session, exam_id = reading(), int(run.payload["exam"])
    exam = exams.by_ids(session, [exam_id])[exam_id]
    basis = sitting.basis(session, exam_id)
    report, units = service.work_out(session, exam, report=lambda done: run.report(done, basis[0]))
    session.rollback()
    with writing() as session:
        service.keep(session, exam_id, basis, report, units)
        calibration.ask_if_due(session)
    return {"attempts": report.attempts}
