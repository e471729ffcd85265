"""Long work outside a request, with progress, cancel and a result. (The runner follows.)"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from lms.config import Config


@dataclass
class JobRun:
    """One run of a job."""

    payload: Mapping[str, Any]
    owner: str | None = None
    notes: list[str] = field(default_factory=list)


Handler = Callable[[JobRun], Mapping[str, Any]]


def init_app(app: Flask, config: Config) -> None:
    """Prepare the runner."""


def register(app: Flask, kind: str, handler: Handler) -> None:
    """Name the function that does jobs of this kind."""
    app.extensions.setdefault("job_handlers", {})[kind] = handler


def every(app: Flask, kind: str, seconds: int) -> None:
    """Do this again and again."""


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    owner: str | None = None,
    unique_key: str | None = None,
    run_at: datetime | None = None,
) -> str:
    """Put one job into the queue within the caller's transaction; its public id."""
    return ""
