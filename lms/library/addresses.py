"""Whole addresses of the library's things, for programs and for whoever keeps them elsewhere."""

from typing import Any

from flask import current_app, request, url_for

from lms.config import Config


def site() -> str:
    """The address of this installation without a slash at its end: as configured, else as it was asked."""
    config: Config = current_app.extensions["config"]
    return (config.public_url or request.url_root).rstrip("/")


def whole(endpoint: str, anchor: str = "", **values: Any) -> str:
    """The whole address of an endpoint with its values, at a place of the page."""
    return site() + url_for(endpoint, _anchor=anchor or None, **values)
