"""The web's outer wall: headers on every response, strict JSON, safe redirects, origin checks, host checks."""

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask.wrappers import Request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest as HttpBadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from lms.config import Config
from lms.errors import BadRequest, Forbidden

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; media-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PERMISSIONS = "Permissions-Policy"
FRAMES = "X-Frame-Options"
NO_DEVICES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
MAX_JSON_DEPTH = 32
MAX_FORM_PARTS = 2000
#: escapes that may stand for NUL or for half a surrogate pair
_NO_CHARACTER = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")

csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])
_REPEATS = "shuyuan_repeats"


class StrictRequest(Request):
    """A request whose JSON is what the standard says: no NaN, no doubled keys, no bottomless nesting."""

    max_form_parts = MAX_FORM_PARTS

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: FBT001, FBT002
        """As Flask's, but strict, and never `force`: a text/plain body is not JSON (cross-site form posts)."""
        if force:
            raise RuntimeError("get_json(force=True) would take a cross-site form post for JSON")
        if not self.is_json:
            return super().get_json(silent=silent, cache=cache)
        try:
            return strict_json(self.get_data(cache=cache))
        except ValueError as error:
            if silent:
                return None
            raise BadRequest(reason=str(error)) from error


def strict_json(data: bytes) -> Any:
    """Parse JSON; raises ValueError for NaN, Infinity, doubled keys, other than UTF-8 or nesting over 32 levels.

    NUL and half a surrogate pair, which a browser may send and no database keeps, arrive as U+FFFD.
    """
    try:
        value = json.loads(
            data.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_doubles, parse_float=_finite
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if _depth(value) > MAX_JSON_DEPTH:
        raise ValueError("nested too deeply")
    return _mended(value) if _NO_CHARACTER.search(data) else value


def _mended(value: Any) -> Any:
    """The same with U+FFFD for what is no character; raises ValueError when a key has such."""
    if isinstance(value, str):
        text = value.replace("\0", "\ufffd").encode("utf-16-le", "surrogatepass")
        return text.decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        if any(_mended(key) != key for key in value):
            raise ValueError("a key that is no text")
        return {key: _mended(item) for key, item in value.items()}
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number out of range")
    return value


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _depth(value: object) -> int:
    level, layer = 0, [value]
    while layer:
        level += 1
        if level > MAX_JSON_DEPTH:
            return level
        layer = [
            child
            for item in layer
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return level


def safe_next(target: str | None, default: str) -> str:
    """A path on this host to go on to, else `default`: no scheme, no host, no backslash, no control character."""
    if not target or len(target) > 2000 or not target.startswith("/") or target.startswith("//"):
        return default
    if "\\" in target or any(ord(char) < 33 or ord(char) == 127 for char in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc or parts.path.startswith("//") else target


def init_app(app: Flask, config: Config) -> None:
    """Set limits, the strict request class, CSRF protection, and the hooks below."""
    app.request_class = StrictRequest
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=config.max_upload_mb * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        TRUSTED_HOSTS=[host.strip() for host in config.allowed_hosts.split(",") if host.strip()] or None,
        SESSION_COOKIE_NAME="__Host-page" if config.secure else "page",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    csrf.init_app(app)
    app.before_request(_check_origin)
    app.before_request(_refuse_doubled_parameters)
    app.before_request(_refuse_nul)

    fixed = fixed_headers(secure=config.secure)

    @app.after_request
    def headers(response: Response) -> Response:
        return _set_headers(response, fixed)


def trust_proxies(app: Flask, config: Config) -> None:
    """Believe what the proxies in front say of client, scheme and host; the outermost layer."""
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _check_origin() -> None:
    if request.method in SAFE_METHODS:
        return
    if is_foreign(request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site"), host=request.host):
        raise Forbidden(reason="origin")


def is_foreign(origin: str | None, fetch_site: str | None, *, host: str) -> bool:
    """Whether a browser says that an unsafe request comes from elsewhere: refused whatever token it has."""
    return fetch_site == "cross-site" or (origin is not None and urlsplit(origin).netloc != host)


def _refuse_doubled_parameters() -> None:
    """`?id=1&id=2` means two things to two readers; only names ending in [] may repeat."""
    if getattr(current_app.view_functions.get(request.endpoint or ""), _REPEATS, False):
        return
    if request.query_string and any(
        len(values) > 1 and not name.endswith("[]") for name, values in request.args.lists()
    ):
        raise HttpBadRequest


def takes_repeated(view: View) -> View:
    """Mark a view that answers repeated parameters itself."""
    setattr(view, _REPEATS, True)
    return view


def _refuse_nul() -> None:
    """No text has a NUL, and PostgreSQL keeps none: refused in address, form and file names before anybody asks."""
    if "\0" in request.path:
        raise HttpBadRequest
    if not request.query_string and request.mimetype not in FORM_TYPES:
        return
    names = (file.filename or "" for file in request.files.values())
    texts = (request.query_string.decode("latin-1").replace("%00", "\0"), *names)
    fields = (part for name, value in request.form.items(multi=True) for part in (name, value))
    if any("\0" in text for text in (*texts, *fields)):
        raise HttpBadRequest


def allow_camera(response: Response) -> None:
    """Let one page use the camera; all others may not, and none the microphone."""
    response.headers[PERMISSIONS] = NO_DEVICES.replace("camera=()", "camera=(self)")


def framing_ours(response: Response) -> None:
    """Let one page show documents of this server in frames; nothing else changes for it."""
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"


def framed_by_us(response: Response) -> None:
    """Let pages of this server show one answer in a frame, and nobody else."""
    response.headers[FRAMES] = "SAMEORIGIN"


def fixed_headers(*, secure: bool) -> list[tuple[str, str]]:
    """What every response says, but its Content-Security-Policy and how long it may be kept."""
    found = [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        (FRAMES, "DENY"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        (PERMISSIONS, NO_DEVICES),
    ]
    if secure:
        found.append(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))
    return found


def _set_headers(response: Response, fixed: list[tuple[str, str]]) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    own = {name: value for name in (PERMISSIONS, FRAMES) if (value := response.headers.pop(name, None))}
    response.headers.extend(fixed)
    for name, value in own.items():
        response.headers[name] = value
    if "immutable" not in (response.headers.get("Cache-Control") or ""):
        response.headers["Cache-Control"] = "no-store"
    return response
