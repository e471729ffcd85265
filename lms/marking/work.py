"""Work of marking that runs outside requests."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from lms import jobs
from lms.database import reading, writing
from lms.marking import allotting, closing, errors, plans
from lms.marking.models import Plan
from lms.sitting import queries as sitting


def init_app(app: Flask) -> None:
    """Register the handler, and what is compared when an exam is verified."""
    jobs.register(app, allotting.JOB, allot)
    app.extensions.setdefault("sitting.checks", []).append(closing.unlike)


def allot(run: jobs.JobRun) -> Mapping[str, Any]:
    """Draw answers among the markers: worked out outside of any transaction, laid on the desks in one."""
    session = reading()
    exam = allotting.exam_of(session, int(run.payload["exam"]))
    marking = plans.marking_of(session.get_one(Plan, exam.id))
    papers = sitting.basis(session, exam.id)[0]
    try:
        drawn = allotting.draw(session, exam, marking, report=lambda done: run.report(done, papers))
        session.rollback()
        with writing() as session:
            answers = allotting.keep(session, exam, drawn)
    except errors.TooFewMarkers as refusal:
        session.rollback()
        with writing() as session:
            allotting.note_lacking(session, exam, refusal.answers)
        return {"lacking": refusal.answers}
    except errors.NotOver:
        return {}  # results changed meanwhile; it can be asked for again
    return {"answers": answers}
