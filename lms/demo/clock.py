"""Living through the past: the demonstration's people did things on other days than today."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flask import Flask


@contextmanager
def at(app: Flask, moment: datetime) -> Iterator[None]:
    """Let the application's clock stand at `moment` inside the block."""
    true_clock = app.extensions["clock"]
    app.extensions["clock"] = lambda: moment.astimezone(UTC)
    try:
        yield
    finally:
        app.extensions["clock"] = true_clock
