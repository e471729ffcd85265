"""The gate: marks are enforced, strangers are led to the sign-in, and no redirect leaves the house (S5)."""

import json
import os
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.access import public as open_to_all
from lms.access import requires, signed_in
from lms.accounts.policy import Act
from lms.audit.models import AuditEntry
from lms.database import reading
from tests.cast import PASSWORD, Cast, post, sign_in

CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))


@pytest.fixture
def rooms(app: Flask) -> None:
    """Four routes: unmarked, open to all, for who is signed in, for who may see the bank."""
    app.add_url_rule("/unmarked", "unmarked", lambda: "x", methods=["GET", "POST"])
    app.add_url_rule("/open", "open", open_to_all(lambda: "x"))
    app.add_url_rule("/inside", "inside", signed_in(lambda: "x"))
    app.add_url_rule("/bank-room", "bank_room", requires(Act.SEE_BANK, Act.MANAGE_LIBRARY)(lambda: "x"))


@pytest.mark.usefixtures("rooms")
@pytest.mark.parametrize(
    ("path", "name", "status"),
    [
        ("/unmarked", None, 403),
        ("/unmarked", "zhao", 403),
        ("/open", None, 200),
        ("/open", "lin", 200),
        ("/inside", None, 303),
        ("/inside", "lin", 200),
        ("/bank-room", None, 303),
        ("/bank-room", "lin", 403),
        ("/bank-room", "sun", 403),
        ("/bank-room", "zhao", 200),
        ("/bank-room", "wu", 200),
        ("/nowhere", None, 404),
        ("/nowhere", "lin", 404),
    ],
)
def test_marks_are_enforced(client: FlaskClient, cast: Cast, path: str, name: str | None, status: int) -> None:
    """
    A forgotten mark is a closed door; any one of the named acts opens.
    """
    if name:
        sign_in(client, cast[name])

    assert client.get(path).status_code == status


def test_a_stranger_comes_back_to_the_wanted_page(client: FlaskClient, cast: Cast) -> None:
    """
    The page asked for, with its query, is where signing in leads.
    """
    led = client.get("/people?search=林&page=2").location
    answer = post(client, led, staff_number="T1004", password=PASSWORD)

    assert led.startswith("/sign-in?next=/people")
    assert answer.location == "/people?search=%E6%9E%97&page=2"


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_program_gets_401(client: FlaskClient, cast: Cast, method: str) -> None:
    """
    A JSON client is not sent to a form.
    """
    headers = {"Accept": "application/json"}
    answer = getattr(client, method)("/account/recovery-codes" if method == "post" else "/account", headers=headers)

    assert (answer.status_code, answer.is_json) == (401 if method == "get" else 400, True)


@pytest.mark.parametrize("cookie", ["", "x", "x" * 5000, "ü", "' OR 1=1--", "\x00", "A" * 43])
def test_an_invented_token_is_a_stranger(client: FlaskClient, cast: Cast, cookie: str) -> None:
    """
    Whatever stands in the cookie, nobody is signed in by it and nothing breaks.
    """
    answer = client.get("/account", headers={"Cookie": f"sid={cookie}".encode("latin-1", "replace").decode("latin-1")})

    assert answer.status_code == 303


OWN_REDIRECTS = (
    "//evil.example", "///evil.example", "http://evil.example", "https:evil.example", "\\\\evil.example", "/\\evil.example",
    "/\t/evil.example", "\t//evil.example", " //evil.example", "/%0d%0aSet-Cookie:x", "javascript:alert(1)",
    "evil.example", "?next=//evil.example", "data:text/html,x", "//evil.example%2f@localhost", "http:///evil.example",
    "/\n/evil.example", "//localhost@evil.example", "/" * 3000, "https://localhost.evil.example",
)  # fmt: skip


def assert_stays(location: str) -> None:
    """A browser that follows `location` from the sign-in page stays on localhost."""
    cleaned = "".join(char for char in location if char not in "\t\r\n").strip().replace("\\", "/")
    target = urlsplit(urljoin("http://localhost/sign-in", cleaned))

    assert (target.scheme, target.netloc) == ("http", "localhost"), location


@pytest.mark.parametrize("wanted", OWN_REDIRECTS)
def test_no_redirect_leaves_the_house(client: FlaskClient, cast: Cast, wanted: str) -> None:
    """
    After signing in, and after choosing a language, one is still on this host.
    """
    chosen = post(client, "/language", language="en", next=wanted)
    entered = post(client, "/sign-in", staff_number="T1001", password=PASSWORD, next=wanted)

    assert (chosen.status_code, entered.status_code) == (303, 303)
    assert_stays(chosen.location)
    assert_stays(entered.location)


@pytest.mark.corpora
def test_the_redirect_corpus_stays_in_the_house(client: FlaskClient) -> None:
    """
    Every string of the redirect corpus, as `next`, leads to this host.
    """
    files = [path for path in CORPORA.rglob("*.jsonl") if "redirect" in path.name] if CORPORA.is_dir() else []
    if not files:
        pytest.skip("no redirect corpus: set SHUYUAN_CORPORA")
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines() if line]
    strings = [str(json.loads(line)["payload"]) for line in lines]
    for wanted in strings:
        answer = post(client, "/theme", theme="dark", next=wanted)
        assert answer.status_code == 303
        assert_stays(answer.location)
    assert len(strings) > 100


def entries(app: Flask) -> list[AuditEntry]:
    """The audit log from its beginning, the cast's own making left out."""
    with app.app_context():
        made = ("unit.add", "person.add", "role.grant")
        return [e for e in reading().scalars(select(AuditEntry).order_by(AuditEntry.number)) if e.act not in made]


@pytest.mark.parametrize(
    ("number", "password", "expected"),
    [
        ("T1001", PASSWORD, ("session.begin", "ok")),
        ("T1001", "wrong", ("session.refused", "accounts.wrong_credentials")),
        ("T9999", "wrong", ("session.refused", "accounts.wrong_credentials")),
    ],
)
def test_every_sign_in_leaves_one_entry(
    app: Flask, client: FlaskClient, cast: Cast, number: str, password: str, expected: tuple[str, str]
) -> None:
    """
    Who came in and who was refused, from where, once each.
    """
    post(client, "/sign-in", staff_number=number, password=password)
    [entry] = entries(app)

    assert (entry.act, entry.result) == expected
    assert entry.address == "127.0.0.1"


def test_a_refused_deed_leaves_one_entry(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    Lin tries to close Wang's account: refused, and the auditor can read it.
    """
    post(sign_in(client, cast.lin), f"/people/{cast.wang.public_id}/disable")
    _begin, entry = entries(app)

    assert (entry.act, entry.result, entry.actor) == ("access.refused", "http_403", cast.lin.public_id)


@pytest.mark.parametrize("path", ["/account", "/people", "/roles", "/account/password"])
def test_reading_changes_nothing(app: Flask, client: FlaskClient, cast: Cast, path: str) -> None:
    """
    A page that is only read leaves no entry.
    """
    sign_in(client, cast.li)
    before = len(entries(app))
    client.get(path)

    assert len(entries(app)) == before


def test_language_and_theme_are_remembered(client: FlaskClient, cast: Cast) -> None:
    """
    The person's language follows them to another browser; the theme stays with this one.
    """
    sign_in(client, cast.lin)
    post(client, "/language", language="en")
    post(client, "/theme", theme="dark")
    page = client.get("/account").text
    elsewhere = sign_in(client.application.test_client(), cast.lin).get("/account").text

    assert 'lang="en" data-theme="dark"' in page
    assert 'lang="en" data-theme="auto"' in elsewhere


@pytest.mark.parametrize(("path", "field"), [("/language", "language"), ("/theme", "theme")])
def test_unknown_choices_are_refused(client: FlaskClient, path: str, field: str) -> None:
    """
    Only the languages and themes there are can be chosen.
    """
    assert post(client, path, **{field: "klingon"}).status_code == 400
