"""Whole addresses of the library's things, for programs and for whoever keeps them elsewhere."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request, url_for

from lms.config import Config
from lms.library.oai_request import PREFIX


def site() -> str:
    """The address of this installation without a slash at its end: as configured, else as it was asked."""
    config: Config = current_app.extensions["config"]
    return (config.public_url or request.url_root).rstrip("/")


def whole(endpoint: str, anchor: str = "", **values: Any) -> str:
    """The whole address of an endpoint with its values, at a place of the page."""
    return site() + url_for(endpoint, _anchor=anchor or None, **values)


def host() -> str:
    """The host in the identifiers of the catalogue for harvesters."""
    return urlsplit(site()).hostname or "localhost"


def catalogue_record(public_id: str) -> str | None:
    """Where harvesters read the record of a document that is in their catalogue; None while that is closed."""
    config: Config = current_app.extensions["config"]
    if not config.catalogue_contact:
        return None
    identifier = f"oai:{host()}:{public_id}"
    return whole("library_oai.ask", verb="GetRecord", metadataPrefix=PREFIX, identifier=identifier)
