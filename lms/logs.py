"""Structured logs: one JSON object a line, with the id of the request."""

import json
import logging
import re
import secrets
import sys
import time
from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}\Z")
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)
log = structlog.get_logger()


def _line(entry: Mapping[str, Any], **_options: object) -> str:
    return _ENCODER.encode(entry)


def configure(level: str) -> None:
    """Set up structlog for the process; Chinese stays readable, control characters are escaped by JSON."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def init_app(app: Flask) -> None:
    """Bind a request id to every log line of a request, send it back, and write one line a request."""

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        g.request_id = begun(request.headers.get("X-Request-Id", ""))

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "-")
        if request.endpoint not in ("asset_file", "health.healthz"):
            seconds = time.perf_counter() - g.get("started", time.perf_counter())
            answered(request.method, request.endpoint, response.status_code, seconds)
        return response


def begun(given: str) -> str:
    """The id of a request that begins, the one given where it is one; every line from here on bears it."""
    name = given if _REQUEST_ID.match(given) else secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=name)
    return name


def answered(method: str, endpoint: str | None, status: int, seconds: float) -> None:
    """The line of a request that was answered after so many seconds."""
    log.info("request", method=method, endpoint=endpoint, status=status, ms=round(seconds * 1000, 1))
