"""Work of the exams feature that runs outside requests."""

from flask import Flask

from lms import jobs
from lms.exams import proof


def init_app(app: Flask) -> None:
    """Register the handlers."""
    jobs.register(app, proof.JOB, proof.work_out)
