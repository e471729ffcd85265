"""Long work outside a request, with progress, cancel and a result. (The runner follows.)"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from lms.config import Config


def init_app(app: Flask, config: Config) -> None:
    """Prepare the runner."""


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
    raise NotImplementedError
