"""Headers, cookies and markup of every answer: what the browser is told to forbid, and that no page needs it (S6)."""

from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask, abort
from werkzeug.datastructures import Headers
from werkzeug.exceptions import default_exceptions
from werkzeug.test import TestResponse

from lms.access import public
from lms.app import create_app
from lms.database import db
from tests.security.house import House, Row, matrix

ROWS = matrix()
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "media-src": "'self'",
    "manifest-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
#: a drawing that somebody brought is a document: it may style itself, and can do nothing else
MEDIA = {"default-src": "'none'", "style-src": "'unsafe-inline'", "frame-ancestors": "'none'", "sandbox": ""}
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: answers a browser may keep: they are named by their content
KEPT = frozenset({"asset_file", "courses.media", "bank_picture.show"})
#: files that somebody brought
MEDIA_ROUTES = frozenset(
    {
        "courses.media",
        "bank_picture.show",
        "marking.file",
        "marking_desk.file",
        "sitting_file.own",
        "claims.file",
        "claim_desk.file",
    }
)
JSON = {"Accept": "application/json"}
TLS = "https://localhost"


def complaints(headers: Headers, *, media: bool = False) -> list[str]:
    """What is missing or too weak in the headers of an answer."""
    pairs = [part.strip().partition(" ") for part in headers.get("Content-Security-Policy", "").split(";")]
    policy = {name: value for name, _, value in pairs}
    found = [] if policy == (MEDIA if media else POLICY) else [f"policy {policy}"]
    found += [name for name, value in FIXED.items() if headers.get(name) != value]
    found += [name for name, _value in headers if name.startswith("Access-Control-")]
    found += [name for name in ("Server", "X-Powered-By") if name in headers]
    kind = headers.get("Content-Type", "")
    if kind.startswith("text/") and "charset=utf-8" not in kind.lower():
        found.append(f"charset of {kind}")
    return found


#: how the test client asks for this host
OWN = "http://localhost/"


class Markup(HTMLParser):
    """Collects what the policy would block, or what would lead elsewhere."""

    #: links that name an address of ours and load nothing
    NAMES = frozenset({"canonical", "alternate"})
    LOADS = frozenset({"src", "href", "action", "formaction", "srcset", "poster", "data"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        self.tags += 1
        given = {name: value or "" for name, value in attrs}
        if tag in ("style", "base", "object", "embed", "iframe", "frame", "applet"):
            self.found.append(tag)
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.found.append("script without src")
        if tag == "meta" and "http-equiv" in given:
            self.found.append("meta http-equiv")
        self.found += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "link" and given.get("rel") in self.NAMES and given.get("href", "").startswith(OWN):
            return
        self.found += [
            f"{tag} {name}={given[name][:60]}" for name in self.LOADS & given.keys() if self.foreign(tag, given[name])
        ]

    def foreign(self, tag: str, address: str) -> bool:
        """Whether an address leaves this host or is code; a picture may be data."""
        plain = "".join(address.split()).lower()
        if tag == "img" and plain.startswith("data:image/"):
            return False
        return plain.startswith(("//", "http:", "https:", "javascript:", "vbscript:", "data:", "\\"))


def all_complaints(answer: TestResponse, *, media: bool = False) -> list[str]:
    """Of headers and, for a page, of its markup."""
    found = complaints(answer.headers, media=media)
    saved = answer.headers.get("Content-Disposition", "").startswith("attachment")  # opened from the disk, not here
    if answer.mimetype == "text/html" and answer.status_code != 204 and not saved:
        page = Markup(answer.text)
        assert page.tags > 0
        found += page.found
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_answer_is_walled(house: House, row: Row) -> None:
    """
    To whoever asks, let in or refused: strict policy, fixed headers, no inline code, nothing kept by caches.
    """
    asking = {"anonymous", *row.let_in[:1], *[who for who in row.statuses if who not in row.let_in][-1:]}
    for who in sorted(asking):
        answer = house.ask(row, house.client(who))
        shown = answer.status_code == 200 and row.endpoint in KEPT
        media = answer.status_code == 200 and row.endpoint in MEDIA_ROUTES
        assert all_complaints(answer, media=media) == [], who
        if not shown:
            assert answer.headers["Cache-Control"] == "no-store", who
        answer.close()


def refuse(status: int) -> str:
    """A view that only ever refuses."""
    abort(status)


def broken() -> str:
    """A view with a fault in it."""
    return str(1 // 0)


@pytest.fixture
def failing(house: House) -> Iterator[Flask]:
    """The application with a page for each status from 400 on, one that breaks, and one host name."""
    app = create_app(replace(house.app.extensions["config"], allowed_hosts="localhost", max_upload_mb=1))
    app.add_url_rule("/status/<int:status>", "status", public(refuse), methods=["GET", "POST"])
    app.add_url_rule("/broken", "broken", public(broken))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_errors_are_walled_too(failing: Flask, accept: str) -> None:
    """
    Every status that can be raised, as a page and as JSON.
    """
    client = failing.test_client()
    statuses = sorted(default_exceptions)
    answers = {status: client.get(f"/status/{status}", headers={"Accept": accept}) for status in statuses}

    assert {status: answer.status_code for status, answer in answers.items()} == {s: s for s in statuses}
    assert {status: all_complaints(answer) for status, answer in answers.items()} == {s: [] for s in statuses}
    assert {answer.mimetype for answer in answers.values()} == {accept}


@pytest.mark.parametrize(
    ("path", "method", "options", "status"),
    [
        ("/nowhere", "GET", {}, 404),
        ("/.git/config", "GET", {}, 404),
        ("/static/x/../../config.py", "GET", {}, 404),
        ("/static/x/", "GET", {}, 404),
        ("/static/x/%2e%2e/%2e%2e/config.py", "GET", {}, 404),
        ("/log-out", "GET", {}, 405),
        ("/healthz", "DELETE", {}, 405),
        ("/healthz", "TRACE", {}, 405),
        ("/verify?code=1&code=2", "GET", {}, 400),
        ("/healthz", "GET", {"headers": {"Host": "evil.example"}}, 400),
        ("/sign-in", "POST", {"data": b"x" * (2 << 20), "content_type": "application/x-www-form-urlencoded"}, 413),
        ("/log-out", "POST", {}, 400),
        ("/account", "GET", {"headers": JSON}, 401),
    ],
)
def test_refusals_before_a_view_are_walled(
    failing: Flask, path: str, method: str, options: dict[str, object], status: int
) -> None:
    """
    What never reaches a view has the same headers.
    """
    answer = failing.test_client().open(path, method=method, **options)  # type: ignore[arg-type]

    assert answer.status_code == status
    assert all_complaints(answer) == []


def test_a_fault_tells_nothing(failing: Flask) -> None:
    """
    The page of an unforeseen error names no file, no kind of error and no line of code.
    """
    failing.config["PROPAGATE_EXCEPTIONS"] = False
    answers = [failing.test_client().get("/broken", headers=headers) for headers in ({}, JSON)]

    for answer in answers:
        assert answer.status_code == 500
        assert all_complaints(answer) == []
        assert not any(word in answer.text for word in ("ZeroDivision", "Traceback", "str(1", ".py", "//"))


def cookies(answer: TestResponse) -> dict[str, set[str]]:
    """Name and attributes of every cookie an answer sets."""
    lines = [line.split("; ") for line in answer.headers.getlist("Set-Cookie")]
    return {line[0].partition("=")[0]: set(line[1:]) for line in lines}


def test_every_cookie_is_guarded(built: tuple[House, Path], house: House) -> None:
    """
    Behind TLS every cookie of every route is Secure, HttpOnly, SameSite=Lax and of this host alone; those that
    carry a session say so in their name, and HSTS is sent.
    """
    app = create_app(replace(house.app.extensions["config"], public_url=TLS), clock=house.clock)
    app.extensions["accounts.hasher"] = house.app.extensions["accounts.hasher"]
    secure, seen, wrong = replace_app(house, app), dict[str, set[str]](), list[str]()
    for row in ROWS:
        who = row.first
        secure.back(built[1])
        answer = secure.ask(row, secure.client(who), base_url=TLS)
        wrong += [f"{row.name} {answer.status_code}"] if answer.status_code != row.statuses[who] else []
        wrong += (
            [row.name] if answer.headers["Strict-Transport-Security"] != "max-age=31536000; includeSubDomains" else []
        )
        for name, flags in cookies(answer).items():
            seen.setdefault(name, set()).add(row.name)
            wrong += [f"{row.name} {name}"] if not flags >= {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} else []
            wrong += [f"{row.name} {name} Domain"] if any(flag.startswith("Domain") for flag in flags) else []
    with app.app_context():
        db.engine.dispose()

    assert wrong == []
    assert {name for name in seen if not name.startswith("__Host-")} == {"language", "theme"}
    assert {"__Host-sid", "__Host-page"} <= set(seen)


def replace_app(house: House, app: Flask) -> House:
    """The same house behind another application."""
    return House(app, house.clock, house.people, house.tokens, house.values)


def test_without_tls_cookies_keep_what_they_can(built: tuple[House, Path], house: House) -> None:
    """
    On a plain address they are HttpOnly and SameSite=Lax still.
    """
    for row in ROWS:
        house.back(built[1])
        flags = cookies(house.ask(row, house.client(row.first))).values()
        assert all(each >= {"HttpOnly", "SameSite=Lax", "Path=/"} for each in flags), row.name


def test_a_reader_of_markup_finds_what_is_forbidden() -> None:
    """
    The checks above can fail: each of these is found, a plain page is not.
    """
    bad = (
        "<p style='x'>", "<p onclick=x>", "<script>1</script>", "<style></style>", "<a href=' java\nscript:1'>",
        "<img src=//evil.example/x>", "<base href=/>", "<iframe></iframe>", "<form action=https://evil.example>",
    )  # fmt: skip

    assert [len(Markup(text).found) for text in bad] == [1] * len(bad)
    assert Markup("<script src=/x></script><script type=application/json>{}</script><a href=/x>").found == []


def test_static_files_are_kept_for_ever_only_under_their_own_name(house: House) -> None:
    """
    The address of this release may be cached; an invented one may not.
    """
    page = house.client("anonymous").get("/sign-in").text
    named = page.split('rel="stylesheet" href="')[1].split('"')[0]
    invented = "/static/x/" + named.split("/", 3)[3]

    assert "immutable" in house.client("anonymous").get(named).headers["Cache-Control"]
    assert house.client("anonymous").get(invented).headers["Cache-Control"] == "no-store"
    assert Path(named).suffix == ".css"
