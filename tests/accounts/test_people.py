"""What a security administrator does to accounts, and how a code becomes a password."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import event, select

from lms.accounts import service
from lms.audit.models import AuditEntry
from lms.database import db, reading, writing
from tests.cast import PASSWORD, Cast, post, sign_in
from tests.conftest import TestClock

NEW = "nine copper kettles"


def code_for(app: Flask, cast: Cast, name: str = "lin") -> str:
    """Li makes an activation code on the person's page."""
    page = post(sign_in(app.test_client(), cast.li), f"/people/{cast[name].public_id}/activation").text
    found = re.search(r"<code>([A-Z2-7-]{19})</code>", page)
    assert found is not None
    return found[1]


def activate(app: Flask, code: str, *, number: str = "T1001", password: str = NEW) -> int:
    """Fill in the activation form in a fresh browser; the status."""
    client = app.test_client()
    return post(client, "/activate", staff_number=number, code=code, new=password, again=password).status_code


def enter(app: Flask, password: str) -> int:
    """Lin tries to sign in; the status."""
    return post(app.test_client(), "/sign-in", staff_number="T1001", password=password).status_code


def test_a_code_becomes_a_password(app: Flask, cast: Cast) -> None:
    """
    With the code a new password is set and the person is in; the old one is dead.
    """
    status = activate(app, code_for(app, cast))

    assert (status, enter(app, PASSWORD), enter(app, NEW)) == (303, 403, 303)


def test_a_code_works_once(app: Flask, cast: Cast) -> None:
    """
    The second use is refused, and so is an earlier code once a later one was made.
    """
    first, second = code_for(app, cast), code_for(app, cast)

    assert [activate(app, first), activate(app, second), activate(app, second)] == [403, 303, 403]


@pytest.mark.parametrize(("days", "status"), [(6.9, 303), (7, 403)])
def test_a_code_works_for_seven_days(app: Flask, cast: Cast, clock: TestClock, days: float, status: int) -> None:
    """
    On the eighth day it is void.
    """
    code = code_for(app, cast)
    clock.advance(days=days)

    assert activate(app, code) == status


def test_a_code_is_for_one_person(app: Flask, cast: Cast) -> None:
    """
    Lin's code opens nothing of Wang's, and a stranger's name is answered alike.
    """
    code = code_for(app, cast)

    assert [activate(app, code, number="T1002"), activate(app, code, number="T9999")] == [403, 403]


def test_a_weak_password_does_not_use_up_the_code(app: Flask, cast: Cast) -> None:
    """
    After a refusal by the policy the same code works with a better password.
    """
    code = code_for(app, cast)

    assert [activate(app, code, password="12345678"), activate(app, code)] == [422, 303]


def test_a_reset_does_not_lock_out(app: Flask, cast: Cast) -> None:
    """
    Until the code is used the old password goes on working.
    """
    code_for(app, cast)

    assert enter(app, PASSWORD) == 303


def test_closing_and_opening_an_account(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    A closed account is answered like a wrong password; opened again it works.
    """
    sign_in(client, cast.li)
    post(client, f"/people/{cast.lin.public_id}/disable")
    closed = enter(app, PASSWORD)
    post(client, f"/people/{cast.lin.public_id}/enable")

    assert (closed, enter(app, PASSWORD)) == (403, 303)


def test_a_closed_account_is_not_activated(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    A code made earlier does not open a closed account.
    """
    code = code_for(app, cast)
    post(sign_in(client, cast.li), f"/people/{cast.lin.public_id}/disable")

    assert activate(app, code) == 403


def test_an_administrator_ends_a_session(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    Lin's session ends from Li's page, at Lin's next request.
    """
    lin = sign_in(app.test_client(), cast.lin)
    with app.app_context():
        session_id = service.live_sessions(reading(), cast.lin.id)[0].public_id
    answer = post(sign_in(client, cast.li), f"/people/{cast.lin.public_id}/sessions/{session_id}/end")

    assert answer.status_code == 303
    assert lin.get("/account").status_code == 303


DEEDS = ("enable", "disable", "unlock", "activation", "forget-device")


@pytest.mark.parametrize("deed", DEEDS)
def test_each_deed_leaves_one_entry(app: Flask, client: FlaskClient, cast: Cast, deed: str) -> None:
    """
    Whatever is done to an account is on record once, with who did it and to whom.
    """
    sign_in(client, cast.li)
    with app.app_context():
        before = reading().scalars(select(AuditEntry.number).order_by(AuditEntry.number.desc())).first() or 0
    post(client, f"/people/{cast.lin.public_id}/{deed}")
    with app.app_context():
        [entry] = reading().scalars(select(AuditEntry).where(AuditEntry.number > before)).all()

    assert (entry.actor, entry.thing_id, entry.result) == (cast.li.public_id, cast.lin.public_id, "ok")


@pytest.mark.parametrize("name", ["wang", "zhao", "qian", "sun", "zhou", "li"])
def test_only_the_security_administrator_does_them(client: FlaskClient, cast: Cast, name: str) -> None:
    """
    Cadres, examiners, managers and the two other administrators are refused, and Li on the own account.
    """
    target = cast.li if name == "li" else cast.lin
    sign_in(client, cast[name])
    statuses = [post(client, f"/people/{target.public_id}/{deed}").status_code for deed in DEEDS]

    assert statuses == [403] * len(DEEDS)


def test_a_manager_sees_the_own_branch(client: FlaskClient, cast: Cast) -> None:
    """
    Qian finds Lin; Wang of branch B is as absent as an invented person.
    """
    sign_in(client, cast.qian)
    listed = client.get("/people").text

    assert "林晓" in listed
    assert "王磊" not in listed
    assert client.get(f"/people/{cast.lin.public_id}").status_code == 200
    assert client.get(f"/people/{cast.wang.public_id}").status_code == 404
    assert client.get(f"/people/{'x' * 22}").status_code == 404


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}"])
def test_a_name_is_only_a_name(app: Flask, client: FlaskClient, cast: Cast, name: str) -> None:
    """
    What a roster calls a person is shown as text.
    """
    with app.app_context(), writing() as session:
        service.update_person(session, cast.lin.id, name=name, name_pinyin=None)
    page = sign_in(client, cast.li).get(f"/people/{cast.lin.public_id}").text

    assert f"<h1>{escape(name)}</h1>" in page
    assert "<" not in name or name not in page


def test_a_list_page_is_flat(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    Three hundred people more cost no query more.
    """
    sign_in(client, cast.li)
    counts = []
    for batch in range(2):
        with app.app_context(), writing() as session:
            for number in range(150 * batch):
                service.add_person(session, staff_number=f"B{number}", name="多", unit_id=cast.office_a1.id)
        counts.append(_selects(app, client))

    assert counts[0] == counts[1] <= 5


def _selects(app: Flask, client: FlaskClient) -> int:
    statements: list[str] = []

    def noted(*given: object) -> None:
        statements.append(str(given[2]))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", noted)
    client.get("/people")
    event.remove(engine, "before_cursor_execute", noted)
    return len([text for text in statements if text.startswith("SELECT")])
