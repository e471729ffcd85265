"""Long work outside a request: a queue in our own database, with progress, cancel, retry and a result.

A job is put in within the transaction that needs it, so it exists if and only if that was committed. A worker holds
it by a lease that it keeps renewing; when a worker dies, another takes the job over. Handlers are therefore run at
least once and must be idempotent.
"""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from lms.config import Config
from lms.jobs.queue import enqueue, given_up, is_open, prune, under_way
from lms.jobs.runner import Cancelled, Handler, JobRun, Runner, handlers, periodic, run_waiting

__all__ = [
    "Cancelled",
    "Handler",
    "JobRun",
    "enqueue",
    "every",
    "given_up",
    "init_app",
    "is_open",
    "register",
    "run_waiting",
    "start",
    "under_way",
]

PRUNE_SECONDS = 3600


def init_app(app: Flask, config: Config) -> None:
    """Prepare the registries; nothing runs until `start`."""
    handlers(app)
    periodic(app)
    register(app, "jobs.prune", _prune)
    if not config.testing:
        every(app, "jobs.prune", PRUNE_SECONDS)


def _prune(run: JobRun) -> Mapping[str, Any]:
    return {"forgotten": prune()}


def register(app: Flask, kind: str, handler: Handler) -> None:
    """Name the function that does jobs of this kind."""
    handlers(app)[kind] = handler


def every(app: Flask, kind: str, seconds: int) -> None:
    """Run jobs of this kind again and again, `seconds` after the last one was taken."""
    periodic(app)[kind] = seconds


def start(app: Flask) -> Runner:
    """Run jobs in a thread of this process."""
    runner = Runner(app)
    runner.start()
    return runner
