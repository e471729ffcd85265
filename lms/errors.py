"""Refusals: every kind is a class with a stable code, its HTTP status and the sentence a person reads.

The domain packages raise their own errors with `code` and facts; a feature that lets one through to the
browser names its sentence with `describe`.
"""

import secrets
from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from werkzeug.exceptions import HTTPException, SecurityError

from courseware.errors import CoursewareError
from lms.storage import Trouble, trouble
from question_bank.errors import BankError

log = structlog.get_logger()


class Refused(Exception):
    """A request that is not carried out. `facts` fill the sentence and go to JSON clients."""

    code = "refused"
    status = 409
    sentence: LazyString = lazy_gettext("This cannot be done.")
    #: seconds after which the same request may do better
    retry_after: int | None = None

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code, facts)
        self.facts = facts


class NotFound(Refused):
    """There is nothing there, or it is not yours: the two look the same."""

    code = "not_found"
    status = 404
    sentence = lazy_gettext("There is nothing at this address, or you may not see it.")


class Forbidden(Refused):
    """You are known, and this is not among your rights."""

    code = "forbidden"
    status = 403
    sentence = lazy_gettext("You do not have the right to do this.")


class BadRequest(Refused):
    """The request itself is malformed."""

    code = "bad_request"
    status = 400
    sentence = lazy_gettext("The request could not be understood.")


class SignInNeeded(Refused):
    """Nobody is signed in."""

    code = "sign_in_needed"
    status = 401
    sentence = lazy_gettext("Please sign in first.")


class StorageFull(Refused):
    """There is no room for it. Nothing was written, and the same request may be sent again."""

    code = "storage.full"
    status = 507
    sentence = lazy_gettext("The server's disk is full. Nothing you have on screen is lost; tell the administrator.")
    retry_after = 10


class StorageAway(Refused):
    """The database cannot be written or reached now. Whether it was written is not said: send the same again."""

    code = "storage.away"
    status = 503
    sentence = lazy_gettext("The server is busy or being looked after. Please try again shortly.")
    retry_after = 2


def storage_refusal(error: BaseException) -> Refused | None:
    """The refusal that an error of database or disk amounts to; None for any other."""
    found = trouble(error)
    if found is None:
        return None
    return StorageFull() if found is Trouble.FULL else StorageAway()


_domain_sentences: dict[str, tuple[int, LazyString]] = {}


def describe(sentences: Mapping[str, LazyString], *, status: int = 422) -> None:
    """Name the sentences of domain error codes (each code once, by the feature that meets it)."""
    for code, sentence in sentences.items():
        if code in _domain_sentences:
            raise RuntimeError(f"the error code {code} has two sentences")
        _domain_sentences[code] = (status, sentence)


def described() -> Mapping[str, tuple[int, LazyString]]:
    """HTTP status and sentence of every domain error code that has one."""
    return dict(_domain_sentences)


def sentence_of(error: BankError | CoursewareError | Refused) -> str:
    """The sentence of an error in the language of the request, its facts filled in."""
    if isinstance(error, Refused):
        template = error.sentence
    else:
        template = _domain_sentences.get(error.code, (422, Refused.sentence))[1]
    try:
        return str(template) % dict(error.facts) if error.facts else str(template)
    except (KeyError, TypeError, ValueError):
        return str(template)


def wants_json() -> bool:
    """Whether the client asked for JSON rather than a page, by an address that ends so or by its headers."""
    if request.path.endswith("/search.json"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.is_json or best == "application/json"


def answer(status: int, code: str, sentence: str, facts: Mapping[str, Any] | None = None) -> Response:
    """An error as a page or as JSON."""
    if wants_json():
        body = jsonify(error=code, message=sentence, facts={k: str(v) for k, v in (facts or {}).items()})
        response: Response = body
    else:
        incident = secrets.token_hex(4)
        log.info("error_page", status=status, code=code, incident=incident)
        response = make_response(_page(status, code, sentence, incident))
    response.status_code = status
    return response


def _page(status: int, code: str, sentence: str, incident: str) -> str | Response:
    try:
        return render_template("errors/error.html", status=status, code=code, sentence=sentence, incident=incident)
    except Exception as error:  # the page asks who is there, and there may be nothing to ask
        if trouble(error) is None:
            raise
        return Response(sentence, content_type="text/plain; charset=utf-8")


_HTTP_SENTENCES = {
    400: lazy_gettext("The request could not be understood."),
    401: lazy_gettext("Please sign in first."),
    403: lazy_gettext("You do not have the right to do this."),
    404: lazy_gettext("There is nothing at this address, or you may not see it."),
    405: lazy_gettext("This address does not take that kind of request."),
    409: lazy_gettext("Something else was changed meanwhile. Load the page again."),
    413: lazy_gettext("What was sent is larger than this server takes."),
    415: lazy_gettext("This kind of content is not taken here."),
    422: lazy_gettext("Some of what was sent cannot be used."),
    429: lazy_gettext("Too many requests. Please wait a moment."),
    503: StorageAway.sentence,
    507: StorageFull.sentence,
}


def init_app(app: Flask) -> None:
    """Register the handlers."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        response = answer(error.status, error.code, sentence_of(error), error.facts)
        if error.retry_after is not None:
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    @app.errorhandler(BankError)
    @app.errorhandler(CoursewareError)
    def domain(error: BankError | CoursewareError) -> Response:
        status = _domain_sentences.get(error.code, (422, Refused.sentence))[0]
        return answer(status, error.code, sentence_of(error), error.facts)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        cause = getattr(error, "original_exception", None)  # what a hook after the request raised
        if cause is not None and (refusal := storage_refusal(cause)) is not None:
            return refused(refusal)
        status = error.code or 500
        if status < 400:
            return make_response(error.get_response())
        sentence = _HTTP_SENTENCES.get(status, Refused.sentence)
        if isinstance(error, SecurityError):  # of a host that is not ours: no address can be made for a page
            return Response(str(sentence), status, content_type="text/plain; charset=utf-8")
        return answer(status, f"http_{status}", str(sentence))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        refusal = storage_refusal(error)
        if refusal is not None:
            log.error("storage_trouble", path=request.path, kind=type(error).__name__, error=str(error)[:500])
            return refused(refusal)
        log.exception("unexpected_error", path=request.path, kind=type(error).__name__)
        return answer(500, "internal", str(lazy_gettext("Something went wrong on our side. It was recorded.")))
