"""The short way for what pages of exams ask for thousands of times a minute: answers, pulses and hand-ins, and at the bell
the start and the paper, and the receipt with its questions; and what a sign-in page asks that waits for its turn meanwhile.

A request that is in every respect as our own page sends it is answered here, before Flask makes its objects of it: by the
same functions, with the same headers, log line and count. Any other is left to the application, which says what is wrong
with it; so there is one place that refuses. `docs/decisions/11-express.md` says what this saves.
"""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from babel import Locale
from flask import Flask
from flask_babel import force_locale
from werkzeug.exceptions import SecurityError
from werkzeug.http import parse_cookie
from werkzeug.sansio.utils import get_host
from werkzeug.wsgi import LimitedStream

from lms import logs
from lms.accounts import tickets
from lms.accounts.gate import of_token, owes_nothing, ticket_of
from lms.accounts.gate import told as told_of_queue
from lms.accounts.policy import Viewer
from lms.admission import gate as door
from lms.clock import now
from lms.config import Config
from lms.database import dumps
from lms.errors import BadRequest
from lms.i18n import locale_of, theme_of
from lms.metrics import Requests
from lms.pressure import PRESSURE
from lms.security import CONTENT_SECURITY_POLICY, SAFE_METHODS, fixed_headers, is_foreign, strict_json
from lms.sitting import ahead, presence, sent, service
from lms.sitting.page import NotKept
from lms.sitting.player import packed_player, player
from lms.sitting.policy import Sat, access_own_attempt, access_sittable_exam
from lms.sitting.receipt import outcome_of, receipt_page, review_page
from lms.turn import TURN

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

#: where the sign-in page asks for its turn
_QUEUE = "/sign-in/queue"
_ADDRESS = re.compile(r"/sitting/(exam/)?([\w-]{1,64})(/events|/state|/hand-in|/start|/result|/review)?", re.ASCII)
#: by what the address ends in, and whether it is an exam's: the endpoint, and the method that our page uses
_ENDPOINTS = {
    (False, "/events"): ("sitting.events", "POST"),
    (False, "/state"): ("sitting.state", "GET"),
    (False, "/hand-in"): ("sitting.hand_in", "POST"),
    (False, None): ("sitting.attempt", "GET"),
    (False, "/result"): ("sitting.result", "GET"),
    (False, "/review"): ("sitting.reviewed", "GET"),
    (True, "/start"): ("sitting.start", "POST"),
}
#: what takes less than a page
_SHORT = frozenset({"sitting.events", "sitting.state", "sitting.hand_in"})
#: our pages send far less at once; more is left to the application
MOST_SENT = 512 * 1024
#: what brings more takes as long as its line does, and holds up nobody who stands in file
MOST_FILED = 16 * 1024
#: what the script of the waiting room takes for an answer to its start
BEGINS = "application/json, text/html;q=0.9"
#: of a page that was compressed ahead
_DEFLATED = [("Content-Encoding", "deflate"), ("Vary", "Accept-Encoding")]


def init_app(app: Flask, config: Config) -> None:
    """Put the short way before the application."""
    app.wsgi_app = Express(app, config)  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A regular request: the endpoint that it is for, the public id in its address, and the browser's cookies. A ticket
    for this thing and browser is there but where a page is asked for.
    """

    endpoint: str
    thing: str
    cookies: Mapping[str, str]
    ticket: tickets.Ticket | None


@dataclass(frozen=True, slots=True)
class _Page:
    """A page to be answered, with what headers it has of its own."""

    html: bytes
    headers: Sequence[tuple[str, str]] = ()


class Express:
    """WSGI in front of the application."""

    def __init__(self, app: Flask, config: Config) -> None:
        self._app = app
        self._rest: WSGIApplication = app.wsgi_app
        self._embedded = config.url.startswith("sqlite")
        self._key: str = app.config["SECRET_KEY"]
        self._cookie: str = app.extensions["accounts.cookie"]
        self._hosts: list[str] | None = app.config["TRUSTED_HOSTS"]
        self._counted: Requests = app.extensions["metrics.requests"]
        shared = [
            ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
            ("Cache-Control", "no-store"),
            ("Vary", "Cookie"),
            *fixed_headers(secure=config.secure),
        ]
        self._headers = [("Content-Type", "application/json"), *shared]
        self._page_headers = [("Content-Type", "text/html; charset=utf-8"), *shared]

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a regular request of a page; leave any other to the application."""
        address = _ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        asked = self._asked(environ, address[2], address[3], of_exam=bool(address[1])) if address else None
        if asked is None:
            if self._is_queue(environ):
                return self._turn_told(environ, start_response)
            with TURN.standing_back() if _is_brief(environ) else nullcontext():
                return self._rest(environ, start_response)
        begun, name = time.perf_counter(), logs.begun(environ.get("HTTP_X_REQUEST_ID", ""))
        try:
            with self._turn(asked), self._app.app_context():
                done = self._done(asked, environ)
        except Exception as error:  # noqa: BLE001 - the application turns anything into its answer
            return self._refused(error, environ, start_response)
        if done is None:
            return self._rest(environ, start_response)
        if isinstance(done, _Page):
            body, headers = done.html, [*self._page_headers, *done.headers]
        else:
            body, headers = dumps(done).encode(), self._headers
        self._count(asked.endpoint, environ, begun)
        PRESSURE.felt(time.perf_counter())
        start_response("200 OK", [*headers, ("Content-Length", str(len(body))), ("X-Request-Id", name)])
        return [body]

    def _is_queue(self, environ: Mapping[str, Any]) -> bool:
        """Whether the sign-in page asks for its turn: those who wait must not stand in file to hear that they wait."""
        plain = environ["REQUEST_METHOD"] == "GET" and not environ.get("QUERY_STRING")
        return environ.get("PATH_INFO") == _QUEUE and plain and self._is_ours(environ)

    def _turn_told(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        begun, name = time.perf_counter(), logs.begun(environ.get("HTTP_X_REQUEST_ID", ""))
        body = dumps(told_of_queue(self._app)).encode()
        self._count("accounts.wait", environ, begun)
        start_response("200 OK", [*self._headers, ("Content-Length", str(len(body))), ("X-Request-Id", name)])
        return [body]

    def _count(self, endpoint: str, environ: Mapping[str, Any], begun: float) -> None:
        seconds = time.perf_counter() - begun
        self._counted.count(endpoint, environ["REQUEST_METHOD"], 200, seconds)
        logs.answered(environ["REQUEST_METHOD"], endpoint, 200, seconds)

    def _turn(self, asked: _Asked) -> AbstractContextManager[None]:
        """With SQLite what is read is there at once; while a database server is asked others may go on."""
        return TURN.taken(page=asked.endpoint not in _SHORT) if self._embedded else nullcontext()

    def _asked(self, environ: Mapping[str, Any], thing: str, what: str | None, *, of_exam: bool) -> _Asked | None:
        """What a request asks for, None unless it is regular."""
        endpoint, method = _ENDPOINTS.get((of_exam, what), ("", ""))
        if environ["REQUEST_METHOD"] != method or environ.get("QUERY_STRING") or not self._is_ours(environ):
            return None
        if what == "/events" and not (environ.get("CONTENT_TYPE") == "application/json" and _length(environ) > 0):
            return None
        if what == "/start" and environ.get("HTTP_ACCEPT") != BEGINS:
            return None
        cookies = parse_cookie(environ.get("HTTP_COOKIE", ""))
        if what in (None, "/result", "/review"):
            return _Asked(endpoint, thing, cookies, None)
        found = tickets.read(environ.get("HTTP_X_TICKET", ""), token=cookies.get(self._cookie, ""), key=self._key)
        return _Asked(endpoint, thing, cookies, found) if found is not None and found.thing == thing else None

    def _is_ours(self, environ: Mapping[str, Any]) -> bool:
        """Whether a request is for a host of ours, and not sent by another site's page."""
        try:
            server = environ["SERVER_NAME"], int(environ["SERVER_PORT"])
            host = get_host(environ["wsgi.url_scheme"], environ.get("HTTP_HOST"), server, self._hosts)
        except (SecurityError, ValueError):
            return False
        safe = environ["REQUEST_METHOD"] in SAFE_METHODS
        return safe or not is_foreign(environ.get("HTTP_ORIGIN"), environ.get("HTTP_SEC_FETCH_SITE"), host=host)

    def _done(self, asked: _Asked, environ: Mapping[str, Any]) -> dict[str, Any] | _Page | None:
        """Do what was asked; what to answer, None to leave it to the application after all."""
        ticket, root = asked.ticket, environ.get("SCRIPT_NAME", "")
        if ticket is None:
            return (
                self._paper(asked, root, environ)
                if asked.endpoint == "sitting.attempt"
                else self._over(asked, root, environ)
            )
        if asked.endpoint == "sitting.start":
            return self._begun(asked, ticket, root, environ)
        if asked.endpoint == "sitting.state":
            return sent.state(ticket)
        if asked.endpoint == "sitting.hand_in":
            return sent.hand_in(ticket, root)
        try:
            # raises ClientDisconnected where less comes than was announced
            body = strict_json(LimitedStream(environ["wsgi.input"], _length(environ)).read())
        except ValueError as error:
            raise BadRequest(reason=str(error)) from error
        return sent.events(ticket, body)

    def _begun(
        self, asked: _Asked, ticket: tickets.Ticket, root: str, environ: Mapping[str, Any]
    ) -> dict[str, Any] | _Page | None:
        """The paper of an attempt that begins, its page's ticket being the proof that our own page asks; where the page goes
        on to, if it has begun before or takes pictures; None for who may not enter.
        """
        person = self._person(asked)
        if person is None or person.session_id != ticket.session_id:
            return None
        exam = access_sittable_exam(person, asked.thing)
        found = door.passage(exam, person, environ)
        if found.lacks:
            return None
        begun = service.begin(exam, person)
        address = f"{root}/sitting/{begun.public_id}"
        if begun.attempt is not None and not found.pictures:
            page = self._drawn(Sat(begun.attempt, exam), person, asked, root, environ, form=begun.form)
            if page is not None:
                return _Page(page.html, [("Content-Location", address), *page.headers])
        return {"next": address}

    def _paper(self, asked: _Asked, root: str, environ: Mapping[str, Any]) -> _Page | None:
        """The page of an attempt in which nothing has happened but its start, of somebody who may enter. That one takes
        pictures, and what headers such a page has, is left to the application.
        """
        person = self._person(asked)
        if person is None:
            return None
        sat = access_own_attempt(person, asked.thing)
        if not sat.attempt.is_fresh(person.session_id, now()):
            return None
        found = door.passage(sat.exam, person, environ)
        if found.lacks or found.pictures:
            return None
        return self._drawn(sat, person, asked, root, environ)

    def _over(self, asked: _Asked, root: str, environ: Mapping[str, Any]) -> _Page | None:
        """The receipt of somebody's attempt that is over, or its questions."""
        person = self._person(asked)
        if person is None:
            return None
        sat, theme = access_own_attempt(person, asked.thing), theme_of(asked.cookies)
        if sat.attempt.ended_at is None:
            return None
        outcome = outcome_of(sat)
        if outcome is None and asked.endpoint == "sitting.reviewed":
            return None
        with self._language(person, asked, environ), suppress(NotKept):
            if outcome is not None and asked.endpoint == "sitting.reviewed":
                return _Page(review_page(sat, person, outcome, root=root, theme=theme))
            headers = ticket_of(person, asked.thing, token=asked.cookies[self._cookie])
            return _Page(receipt_page(sat, person, outcome, headers=headers, root=root, theme=theme))
        return None

    def _language(self, person: Viewer, asked: _Asked, environ: Mapping[str, Any]) -> AbstractContextManager[None]:
        locale = locale_of(person.locale, asked.cookies, environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        found: AbstractContextManager[None] = force_locale(_known(locale))
        return found

    def _drawn(
        self, sat: Sat, person: Viewer, asked: _Asked, root: str, environ: Mapping[str, Any], *, form: str = ""
    ) -> _Page | None:
        """The page, None where only the application can make it yet. `form`: the record of a paper of which the page may have
        been drawn ahead; it is compressed, for browsers that can read it so.
        """
        theme = theme_of(asked.cookies)
        headers = ticket_of(person, sat.attempt.public_id, token=asked.cookies[self._cookie])
        with self._language(person, asked, environ), suppress(NotKept):
            reads = form and "deflate" in environ.get("HTTP_ACCEPT_ENCODING", "")
            middle = ahead.taken(sat.exam, form) if reads else None
            if middle is not None:
                return _Page(packed_player(sat, person, middle, headers=headers, root=root, theme=theme), _DEFLATED)
            return _Page(player(sat, person, headers=headers, root=root, theme=theme))
        return None

    def _person(self, asked: _Asked) -> Viewer | None:
        """Whose browser asks, where that person owes nothing."""
        found = of_token(asked.cookies.get(self._cookie, ""))
        if found is None or not owes_nothing(found[0]):
            return None
        presence.used(found[0].session_id, noted_at=found[1])
        return found[0]

    def _refused(self, error: Exception, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """The application's answer to an error; as Flask itself does, be it that its hooks fail as well."""
        with self._app.request_context(environ):
            try:
                answer = self._answer(error)
                response = self._app.finalize_request(answer)
            except Exception as worse:  # noqa: BLE001 - a hook after the request, where the database is gone
                response = self._app.handle_exception(worse)
            return response(environ, start_response)

    def _answer(self, error: Exception) -> Any:
        try:
            answer = self._app.preprocess_request()
        except Exception as sooner:  # noqa: BLE001 - a hook before the request
            return self._app.handle_user_exception(sooner)
        return self._app.handle_user_exception(error) if answer is None else answer


@lru_cache(maxsize=16)
def _known(locale: str) -> Locale:
    return Locale.parse(locale)


def _is_brief(environ: Mapping[str, Any]) -> bool:
    """Whether the body, where there is one, is here as soon as its head."""
    given = environ.get("CONTENT_LENGTH") or "0"
    return len(given) < 8 and given.isdecimal() and int(given) <= MOST_FILED and "HTTP_TRANSFER_ENCODING" not in environ


def _length(environ: Mapping[str, Any]) -> int:
    """Bytes of the body, as it says; 0 where it does not, or where there are too many."""
    given = environ.get("CONTENT_LENGTH") or ""
    return int(given) if len(given) < 8 and given.isdecimal() and int(given) <= MOST_SENT else 0
