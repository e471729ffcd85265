"""The second factor: enrolling, one code once, recovery codes."""

import dataclasses
import re

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts import second_factor, service
from lms.accounts.policy import Role
from lms.database import writing
from tests.cast import PASSWORD, Cast, post, sign_in
from tests.conftest import TestClock


@pytest.fixture(autouse=True)
def required(app: Flask) -> None:
    """A real installation's setting: privileged roles need a code."""
    app.extensions["config"] = dataclasses.replace(app.extensions["config"], second_factor="required")


def enter(app: Flask, number: str) -> FlaskClient:
    """A fresh browser in which somebody gave the right password."""
    client = app.test_client()
    post(client, "/sign-in", staff_number=number, password=PASSWORD)
    return client


def enrol(client: FlaskClient, clock: TestClock) -> tuple[pyotp.TOTP, list[str]]:
    """Set up a device as a person does: read the key, type the code; the device and the recovery codes."""
    key = re.search(r"<code>([A-Z2-7 ]{32,})</code>", client.get("/account/device").text)
    assert key is not None
    device = pyotp.TOTP(key[1].replace(" ", ""))
    page = post(client, "/account/device", code=device.at(clock.moment))
    assert page.status_code == 200
    return device, re.findall(r"<code>([A-Z2-7-]{19})</code>", page.text)


def test_a_privileged_person_can_do_nothing_before_the_code(app: Flask, cast: Cast) -> None:
    """
    With the password alone an examiner is led to the device's page, whatever is asked for.
    """
    client = enter(app, cast.zhao.staff_number)
    page, json = client.get("/account"), client.get("/account", headers={"Accept": "application/json"})
    language = post(client, "/language", language="en")

    assert page.location == "/sign-in/code?next=/account"
    assert json.status_code == 403
    assert language.status_code == 303
    assert post(client, "/account/recovery-codes").status_code == 403


def test_a_cadre_needs_no_code(app: Flask, cast: Cast) -> None:
    """
    Who holds no role goes straight in.
    """
    assert enter(app, cast.lin.staff_number).get("/account").status_code == 200


def test_the_first_sign_in_sets_up_the_device(app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    QR code and key are shown, a right code opens the house and yields ten recovery codes.
    """
    client = enter(app, cast.zhao.staff_number)
    picture = client.get("/account/device").text
    _device, recovery = enrol(client, clock)

    assert 'src="data:image/svg+xml' in picture
    assert len(set(recovery)) == 10
    assert client.get("/account").status_code == 200


def test_enrolling_ends_other_sessions_and_renews_the_token(app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    A session begun with the password alone does not ride along.
    """
    thief, client = enter(app, cast.zhao.staff_number), enter(app, cast.zhao.staff_number)
    before = client.get_cookie("sid")
    enrol(client, clock)

    assert thief.get("/account").status_code == 303
    assert client.get_cookie("sid") != before


def test_later_sign_ins_ask_for_the_code(app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    The code of this half minute opens, and leads to the page that was wanted.
    """
    device, _codes = enrol(enter(app, cast.zhao.staff_number), clock)
    clock.advance(seconds=30)
    client = enter(app, cast.zhao.staff_number)
    answer = post(client, "/sign-in/code", code=device.at(clock.moment), next="/account/password")

    assert answer.location == "/account/password"
    assert client.get("/account").status_code == 200


def test_a_code_opens_once(app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    The code just used is refused in another browser, and so is the one before it (ASVS 6.5.1).
    """
    device, _codes = enrol(enter(app, cast.zhao.staff_number), clock)
    clock.advance(seconds=60)
    code, before = device.at(clock.moment), device.at(int(clock.moment.timestamp()) - 30)
    post(enter(app, cast.zhao.staff_number), "/sign-in/code", code=code)
    other = enter(app, cast.zhao.staff_number)

    assert post(other, "/sign-in/code", code=code).status_code == 403
    assert post(other, "/sign-in/code", code=before).status_code == 403
    assert other.get("/account").status_code == 302


@pytest.mark.parametrize(("seconds", "status"), [(-60, 403), (-30, 303), (0, 303), (30, 303), (60, 403)])
def test_clocks_may_differ_by_half_a_minute(
    app: Flask, cast: Cast, clock: TestClock, seconds: int, status: int
) -> None:
    """
    The neighbours of the present step are taken, those beyond are not.
    """
    device, _codes = enrol(enter(app, cast.zhao.staff_number), clock)
    clock.advance(minutes=5)
    code = device.at(int(clock.moment.timestamp()) + seconds)

    assert post(enter(app, cast.zhao.staff_number), "/sign-in/code", code=code).status_code == status


def test_a_recovery_code_opens_once(app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    It stands in for the device, typed in small letters too, and is then used up.
    """
    _device, recovery = enrol(enter(app, cast.zhao.staff_number), clock)
    first = post(enter(app, cast.zhao.staff_number), "/sign-in/code", code=recovery[0].lower())
    again = post(enter(app, cast.zhao.staff_number), "/sign-in/code", code=recovery[0])

    assert (first.status_code, again.status_code) == (303, 403)


def test_codes_cannot_be_guessed(app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    After five wrong codes the session itself ends, and the right code is too late.
    """
    device, _codes = enrol(enter(app, cast.zhao.staff_number), clock)
    clock.advance(minutes=1)
    client = enter(app, cast.zhao.staff_number)
    wrong = f"{(int(device.at(clock.moment)) + 500_000) % 1_000_000:06}"
    statuses = [post(client, "/sign-in/code", code=wrong).status_code for _guess in range(6)]
    late = post(client, "/sign-in/code", code=device.at(clock.moment))

    assert statuses == [403] * 5 + [429]
    assert late.location.startswith("/sign-in")
    assert client.get("/account").status_code == 303


def test_a_device_is_not_replaced_with_the_password_alone(app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    Who has a device and has not used it in this session cannot set up another.
    """
    enrol(enter(app, cast.zhao.staff_number), clock)
    thief = enter(app, cast.zhao.staff_number)

    assert thief.get("/account/device").location == "/sign-in/code"
    assert post(thief, "/account/device", code="123456").location == "/sign-in/code"


def test_a_role_given_meanwhile_asks_for_the_code_at_once(app: Flask, cast: Cast) -> None:
    """
    Lin, signed in as a cadre, becomes a marker: the next request needs the second factor.
    """
    client = enter(app, cast.lin.staff_number)
    with app.app_context(), writing() as session:
        service.grant_role(session, cast.lin.id, Role.MARKER, reason="阅卷", by=None)

    assert client.get("/account").location == "/sign-in/code?next=/account"


def test_a_lost_device_is_forgotten_by_the_administrator(app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    Afterwards the person sets up a new one; old recovery codes are void.
    """
    client = enter(app, cast.zhao.staff_number)
    _device, recovery = enrol(client, clock)
    post(sign_in(app.test_client(), cast.li), f"/people/{cast.zhao.public_id}/forget-device")
    again = enter(app, cast.zhao.staff_number)

    assert client.get("/account").status_code == 303
    assert again.get("/sign-in/code").location == "/account/device"
    assert post(again, "/sign-in/code", code=recovery[1]).location == "/account/device"


def test_the_secret_is_not_in_the_database(app: Flask) -> None:
    """
    With another server key the same stored nonce yields another secret.
    """
    with app.app_context():
        ours = second_factor.secret_of(b"n" * 32)
        app.extensions["config"] = dataclasses.replace(app.extensions["config"], secret_key="another" * 8)
        theirs = second_factor.secret_of(b"n" * 32)

    assert ours != theirs
