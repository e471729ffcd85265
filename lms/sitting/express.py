"""The short way for what pages of attempts send thousands of times a minute: answers, pulses and hand-ins.

A request that is in every respect as our own page sends it is answered here, before Flask makes its objects of it: by the
same functions, with the same headers, log line and count. Any other is left to the application, which says what is wrong
with it; so there is one place that refuses. `docs/decisions/11-express.md` says what this saves.
"""

import re
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.exceptions import SecurityError
from werkzeug.http import parse_cookie
from werkzeug.sansio.utils import get_host

from lms import logs
from lms.accounts import tickets
from lms.config import Config
from lms.database import dumps
from lms.errors import BadRequest
from lms.metrics import Requests
from lms.security import CONTENT_SECURITY_POLICY, fixed_headers, is_foreign, strict_json
from lms.sitting import sent

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

_ADDRESS = re.compile(r"/sitting/([\w-]{1,64})/(events|state|hand-in)", re.ASCII)
_METHODS = {"events": "POST", "state": "GET", "hand-in": "POST"}
#: our pages send far less at once; more is left to the application
MOST_SENT = 512 * 1024


def init_app(app: Flask, config: Config) -> None:
    """Put the short way before the application."""
    app.wsgi_app = Express(app, config)  # type: ignore[method-assign]


class Express:
    """WSGI in front of the application."""

    def __init__(self, app: Flask, config: Config) -> None:
        self._app = app
        self._rest: WSGIApplication = app.wsgi_app
        self._key: str = app.config["SECRET_KEY"]
        self._cookie: str = app.extensions["accounts.cookie"]
        self._hosts: list[str] | None = app.config["TRUSTED_HOSTS"]
        self._counted: Requests = app.extensions["metrics.requests"]
        self._headers = [
            ("Content-Type", "application/json"),
            ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
            ("Cache-Control", "no-store"),
            ("Vary", "Cookie"),
            *fixed_headers(secure=config.secure),
        ]

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a regular request of a page; leave any other to the application."""
        address = _ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        ticket = self._ticket(environ, address[1], address[2]) if address else None
        if address is None or ticket is None:
            return self._rest(environ, start_response)
        begun, name = time.perf_counter(), logs.begun(environ.get("HTTP_X_REQUEST_ID", ""))
        try:
            with self._app.app_context():
                body = dumps(self._done(address[2], ticket, environ)).encode()
        except Exception as error:  # noqa: BLE001 - the application turns anything into its answer
            return self._refused(error, environ, start_response)
        endpoint, seconds = f"sitting.{address[2].replace('-', '_')}", time.perf_counter() - begun
        self._counted.count(endpoint, environ["REQUEST_METHOD"], 200, seconds)
        logs.answered(environ["REQUEST_METHOD"], endpoint, 200, seconds)
        start_response("200 OK", [*self._headers, ("Content-Length", str(len(body))), ("X-Request-Id", name)])
        return [body]

    def _ticket(self, environ: Mapping[str, Any], thing: str, what: str) -> tickets.Ticket | None:
        """The ticket of a request that is regular and has one for this thing, else None."""
        if environ["REQUEST_METHOD"] != _METHODS[what] or environ.get("QUERY_STRING"):
            return None
        try:
            server = environ["SERVER_NAME"], int(environ["SERVER_PORT"])
            host = get_host(environ["wsgi.url_scheme"], environ.get("HTTP_HOST"), server, self._hosts)
        except (SecurityError, ValueError):
            return None
        if what != "state" and is_foreign(environ.get("HTTP_ORIGIN"), environ.get("HTTP_SEC_FETCH_SITE"), host=host):
            return None
        if what == "events" and not (environ.get("CONTENT_TYPE") == "application/json" and _length(environ) > 0):
            return None
        token = parse_cookie(environ.get("HTTP_COOKIE", "")).get(self._cookie, "")
        found = tickets.read(environ.get("HTTP_X_TICKET", ""), token=token, key=self._key)
        return found if found is not None and found.thing == thing else None

    def _done(self, what: str, ticket: tickets.Ticket, environ: Mapping[str, Any]) -> dict[str, Any]:
        """Do what was asked; what to answer."""
        if what == "state":
            return sent.state(ticket)
        if what == "hand-in":
            return sent.hand_in(ticket, environ.get("SCRIPT_NAME", ""))
        try:
            body = strict_json(environ["wsgi.input"].read(_length(environ)))
        except ValueError as error:
            raise BadRequest(reason=str(error)) from error
        return sent.events(ticket, body)

    def _refused(self, error: Exception, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """The application's answer to an error."""
        with self._app.request_context(environ):
            answer = self._app.preprocess_request()
            if answer is None:
                answer = self._app.handle_user_exception(error)
            return self._app.finalize_request(answer)(environ, start_response)


def _length(environ: Mapping[str, Any]) -> int:
    """Bytes of the body, as it says; 0 where it does not, or where there are too many."""
    given = environ.get("CONTENT_LENGTH") or ""
    return int(given) if len(given) < 8 and given.isdecimal() and int(given) <= MOST_SENT else 0
