"""Walking the audit chain outside requests."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from lms import jobs
from lms.admin import service
from lms.audit import queries as audit
from lms.audit.queries import Discrepancy
from lms.database import reading


def init_app(app: Flask) -> None:
    """Register the handler."""
    jobs.register(app, service.VERIFY, verify)


def verify(run: jobs.JobRun) -> Mapping[str, Any]:
    """How many entries hold, and the head of the chain; or the first entry that does not."""
    outcome = audit.verify(reading())
    if isinstance(outcome, Discrepancy):
        return {"broken_at": outcome.number, "why": outcome.reason}
    number, digest = audit.head(reading())
    return {"entries": outcome, "head": f"{number}:{digest}"}
