"""Sessions end when they should, and stay ended (S9)."""

import dataclasses
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from lms.accounts import service
from lms.accounts.models import LoginSession
from lms.accounts.sessions import hash_of
from lms.app import create_app
from lms.database import db, reading, writing
from tests.cast import PASSWORD, Cast, csrf, post, sign_in
from tests.conftest import TestClock

NEW_PASSWORD = "nine copper kettles"


def token_of(client: FlaskClient) -> str:
    """The session token this browser holds."""
    cookie = client.get_cookie("sid")
    assert cookie is not None
    return cookie.value


def replays(app: Flask, token: str) -> bool:
    """Whether a stolen copy of `token` still opens a page."""
    thief = app.test_client()
    thief.set_cookie("sid", token)
    return thief.get("/account").status_code == 200


def test_the_form_begins_a_session(client: FlaskClient, cast: Cast) -> None:
    """
    The right staff number (in any case) and password set an HttpOnly, SameSite cookie.
    """
    answer = post(client, "/sign-in", staff_number=" t1001 ", password=PASSWORD)
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("sid="))

    assert answer.status_code == 303
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert client.get("/account").status_code == 200


def test_only_a_hash_of_the_token_is_stored(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    The database has the SHA-256 of a token of 256 bits, so that a copy of it opens nothing.
    """
    token = token_of(sign_in(client, cast.lin))
    with app.app_context():
        stored = reading().scalars(select(LoginSession.token_hash)).all()

    assert len(token) >= 43
    assert stored == [hash_of(token)]


def log_out(client: FlaskClient, app: Flask, cast: Cast, clock: TestClock) -> None:
    """Lin logs out."""
    post(client, "/log-out")


def change_password(client: FlaskClient, app: Flask, cast: Cast, clock: TestClock) -> None:
    """Lin changes the password in another browser."""
    other = sign_in(app.test_client(), cast.lin)
    post(other, "/account/password", old=PASSWORD, new=NEW_PASSWORD, again=NEW_PASSWORD)


def disable(client: FlaskClient, app: Flask, cast: Cast, clock: TestClock) -> None:
    """Li closes Lin's account."""
    post(sign_in(app.test_client(), cast.li), f"/people/{cast.lin.public_id}/disable")


def end_elsewhere(client: FlaskClient, app: Flask, cast: Cast, clock: TestClock) -> None:
    """A service ends all sessions, as a second sign-in during an exam does."""
    with app.app_context(), writing() as session:
        for row in service.live_sessions(session, cast.lin.id):
            service.end_session(session, row.id, why="replaced")


def idle(client: FlaskClient, app: Flask, cast: Cast, clock: TestClock) -> None:
    """Half an hour goes by."""
    clock.advance(minutes=30)


def a_long_day(client: FlaskClient, app: Flask, cast: Cast, clock: TestClock) -> None:
    """Twelve hours go by in steady use."""
    for _quarter in range(48):
        client.get("/account")
        clock.advance(minutes=15)


@pytest.mark.parametrize("happening", [log_out, change_password, disable, end_elsewhere, idle, a_long_day])
def test_a_token_is_worthless_afterwards(
    app: Flask,
    client: FlaskClient,
    cast: Cast,
    clock: TestClock,
    happening: Callable[[FlaskClient, Flask, Cast, TestClock], None],
) -> None:
    """
    After each of these a copied token opens nothing; before it, it did.
    """
    token = token_of(sign_in(client, cast.lin))
    before = replays(app, token)

    happening(client, app, cast, clock)

    assert before
    assert not replays(app, token)


def test_use_keeps_a_session_alive(client: FlaskClient, cast: Cast, clock: TestClock) -> None:
    """
    Twenty minutes of rest, used once, twenty more: still in after forty.
    """
    sign_in(client, cast.lin)
    clock.advance(minutes=20)
    client.get("/account")
    clock.advance(minutes=20)

    assert client.get("/account").status_code == 200


def test_use_is_noted_once_a_minute(app: Flask, client: FlaskClient, cast: Cast, clock: TestClock) -> None:
    """
    Reading pages within the same minute writes nothing.
    """
    sign_in(client, cast.lin)
    clock.advance(seconds=59)
    client.get("/account")
    with app.app_context():
        early = reading().scalars(select(LoginSession.last_seen_at)).one()
    clock.advance(seconds=1)
    client.get("/account")
    with app.app_context():
        late = reading().scalars(select(LoginSession.last_seen_at)).one()

    assert (late - early).total_seconds() == 60


def test_signing_in_gives_a_new_token_each_time(client: FlaskClient, cast: Cast) -> None:
    """
    A token planted before signing in is not the one in use after it.
    """
    client.set_cookie("sid", "planted-by-somebody-else")
    post(client, "/sign-in", staff_number="T1001", password=PASSWORD)

    assert token_of(client) != "planted-by-somebody-else"


def test_signing_in_renews_the_csrf_token(client: FlaskClient, cast: Cast) -> None:
    """
    A form token got before signing in is refused after it.
    """
    planted = csrf(client)
    post(client, "/sign-in", staff_number="T1001", password=PASSWORD)
    answer = client.post("/log-out", data={"csrf_token": planted})

    assert answer.status_code == 400


def test_logging_out_clears_the_browser(client: FlaskClient, cast: Cast) -> None:
    """
    The answer to a log-out makes the browser drop cookie, cache and storage.
    """
    answer = post(sign_in(client, cast.lin), "/log-out")

    assert "storage" in answer.headers["Clear-Site-Data"]
    assert client.get_cookie("sid") is None


def test_changing_the_password_keeps_the_own_session(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    Who changes the password stays in; the old password is dead, the new one works.
    """
    sign_in(client, cast.lin)
    post(client, "/account/password", old=PASSWORD, new=NEW_PASSWORD, again=NEW_PASSWORD)
    old = post(app.test_client(), "/sign-in", staff_number="T1001", password=PASSWORD)
    new = post(app.test_client(), "/sign-in", staff_number="T1001", password=NEW_PASSWORD)

    assert client.get("/account").status_code == 200
    assert (old.status_code, new.status_code) == (403, 303)


def test_the_person_of_a_request_is_one_query(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    Session, person, unit and roles are loaded together.
    """
    sign_in(client, cast.zhao)
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    client.get("/account/password")

    assert len([text for text in statements if text.startswith("SELECT")]) == 1


def test_nobody_ends_a_session_of_somebody_else(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    The public id of a stranger's session is as good as none.
    """
    sign_in(app.test_client(), cast.wang)
    with app.app_context():
        session_id = service.live_sessions(reading(), cast.wang.id)[0].public_id
    answer = post(sign_in(client, cast.lin), f"/account/sessions/{session_id}/end")

    assert answer.status_code == 404
    with app.app_context():
        assert len(service.live_sessions(reading(), cast.wang.id)) == 1


def test_an_own_session_can_be_ended(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    The session left open on another machine ends from here.
    """
    left_open = sign_in(app.test_client(), cast.lin)
    with app.app_context():
        session_id = service.live_sessions(reading(), cast.lin.id)[0].public_id
    post(sign_in(client, cast.lin), f"/account/sessions/{session_id}/end")

    assert left_open.get("/account").status_code == 303


def test_behind_tls_the_cookie_is_bound_to_the_host(app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    With an https address the cookie carries the __Host- prefix and is Secure.
    """
    config = dataclasses.replace(app.extensions["config"], public_url="https://study.example")
    secure = create_app(config, clock=clock)
    client = secure.test_client()
    fields = {"csrf_token": csrf(client), "staff_number": "T1001", "password": PASSWORD}
    answer = client.post("/sign-in", base_url="https://localhost", data=fields)
    with secure.app_context():
        db.engine.dispose()
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if "sid=" in line)

    assert cookie.startswith("__Host-sid=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
