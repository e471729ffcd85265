"""Guessing is slowed per account, and a room behind one address is not (S10)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.accounts import service, throttle
from lms.accounts.models import LoginThrottle
from lms.accounts.throttle import account_key, count, network
from lms.database import reading, writing
from lms.direct import write
from tests.cast import _HASHED, PASSWORD, Cast, post, sign_in
from tests.conftest import NINE, TestClock


def attempt(app: Flask, password: str, *, number: str = "T1001", address: str = "10.0.0.9") -> TestResponse:
    """One try at the form from a fresh browser at `address`."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return post(client, "/sign-in", staff_number=number, password=password)


def counted(account: bytes, moment: datetime, *, known: bool) -> datetime | None:
    """One more failure of an account from one address."""
    return write(lambda plain: count(plain, account * 32, "10.0.0.1", known=known, now=moment))


def test_a_hundred_guesses_a_minute_are_blocked(app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    From one address five guesses are looked at; the right password among the others stays outside too.
    """
    statuses = []
    for number in range(100):
        clock.advance(seconds=0.6)
        statuses.append(attempt(app, f"guess number {number}").status_code)

    assert statuses == [403] * 5 + [429] * 95
    assert attempt(app, PASSWORD).status_code == 429


def test_guesses_from_a_hundred_addresses_are_blocked(app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    Spread over a hundred strange addresses, ten guesses a minute are looked at.
    """
    statuses = [attempt(app, "guess", address=f"10.1.0.{number}").status_code for number in range(100)]

    assert statuses.count(403) == 10
    assert statuses[10:] == [429] * 90


def test_guesses_sent_at_once_are_counted_one_by_one(app: Flask, cast: Cast) -> None:
    """
    Twenty guesses in parallel are no way around the limit: five are looked at.
    """
    with ThreadPoolExecutor(max_workers=10) as pool:
        statuses = list(pool.map(lambda number: attempt(app, f"guess {number}").status_code, range(20)))

    assert sorted(statuses) == [403] * 5 + [429] * 15


def test_sixty_colleagues_behind_one_address_sign_in(app: Flask, cast: Cast) -> None:
    """
    While one account is under attack from their own address, sixty others sign in there.
    """
    with app.app_context(), writing() as session:
        for number in range(60):
            person = service.add_person(session, staff_number=f"R{number}", name="学员", unit_id=cast.office_a1.id)
            service.store_password(session, person.id, hashed=_HASHED)
    for _guess in range(20):
        attempt(app, "guess")

    statuses = [attempt(app, PASSWORD, number=f"R{number}").status_code for number in range(60)]

    assert statuses == [303] * 60


def test_a_known_address_is_not_locked_out_by_strangers(app: Flask, cast: Cast) -> None:
    """
    Lin signed in from the office yesterday; fifty guesses from elsewhere do not keep Lin out there today.
    """
    attempt(app, PASSWORD, address="10.0.0.1")
    for number in range(50):
        attempt(app, "guess", address=f"10.1.0.{number}")

    assert attempt(app, PASSWORD, address="10.0.0.1").status_code == 303
    assert attempt(app, PASSWORD, address="10.2.0.1").status_code == 429


def test_signing_in_from_a_known_address_does_not_excuse_strangers(app: Flask, cast: Cast) -> None:
    """
    The owner's own success does not hand the guessers ten more tries.
    """
    attempt(app, PASSWORD, address="10.0.0.1")
    for number in range(12):
        attempt(app, "guess", address=f"10.1.0.{number}")
    attempt(app, PASSWORD, address="10.0.0.1")

    assert attempt(app, "guess", address="10.3.0.1").status_code == 429


def test_after_the_wait_the_right_password_works(app: Flask, cast: Cast, clock: TestClock) -> None:
    """
    Five failures cost fifteen minutes, not a minute more.
    """
    for _guess in range(5):
        attempt(app, "guess")
    clock.advance(minutes=14, seconds=59)
    early = attempt(app, PASSWORD).status_code
    clock.advance(seconds=1)

    assert (early, attempt(app, PASSWORD).status_code) == (429, 303)


def test_four_slips_cost_nothing(app: Flask, cast: Cast) -> None:
    """
    Four slips, then the right password, and the count begins anew.
    """
    for _round in range(3):
        for _slip in range(4):
            attempt(app, "slip")
        assert attempt(app, PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(4, 0), (5, 15), (6, 30), (7, 60), (8, 120), (9, 240), (10, 240)],
)
def test_the_wait_grows(app: Flask, failures: int, minutes: int) -> None:
    """
    Fifteen minutes, doubled with each further failure, four hours at most.
    """
    moment: datetime = NINE
    with app.app_context():
        for _failure in range(failures):
            while (wait := counted(b"a", moment, known=True)) is not None:
                moment = wait
        until = counted(b"a", moment, known=True)

    assert (until - moment if until else timedelta(0)) == timedelta(minutes=minutes)


def test_an_unknown_name_is_answered_like_a_known_one(app: Flask, cast: Cast) -> None:
    """
    Same status and same words for a wrong password, a stranger, and both when they are blocked.
    """
    known = [attempt(app, "guess", number="T1001", address="10.0.0.1") for _each in range(6)]
    strange = [attempt(app, "guess", number="T9999", address="10.0.0.2") for _each in range(6)]

    assert [a.status_code for a in known] == [a.status_code for a in strange] == [403] * 5 + [429]
    assert known[0].text.count("field-errors") == strange[0].text.count("field-errors") > 0


@pytest.mark.parametrize("number", ["T1001", "T1002", "T9999"])
def test_every_attempt_costs_one_hash(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    """
    A known person, a closed account and a stranger take the same time: one verification each.
    """
    with app.app_context(), writing() as session:
        service.set_enabled(session, cast.wang.id, enabled=False)
    verify, calls = app.extensions["accounts.hasher"].verify, []
    monkeypatch.setattr(app.extensions["accounts.hasher"], "verify", lambda *given: calls.append(1) or verify(*given))
    attempt(app, "guess", number=number)

    assert calls == [1]


def test_an_administrator_unlocks(app: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    The security administrator's unlock lets the person in at once.
    """
    for _guess in range(5):
        attempt(app, "guess")
    post(sign_in(client, cast.li), f"/people/{cast.lin.public_id}/unlock")

    assert attempt(app, PASSWORD).status_code == 303


def test_what_was_typed_is_not_kept(app: Flask) -> None:
    """
    The account is counted under a keyed hash: a password typed into the wrong box is not stored.
    """
    with app.app_context():
        key = account_key("password", "MY SECRET")

    assert len(key) == 32
    assert b"SECRET" not in key


def test_nobody_writes_plainly_inside_another_transaction(app: Flask) -> None:
    """
    It would end that one and wait for it; the mistake is told at once.
    """
    with app.app_context(), writing(), pytest.raises(RuntimeError, match="plain_of"):
        counted(b"a", NINE, known=True)


def test_old_counts_are_swept(app: Flask) -> None:
    """
    Rows of invented names go away after a day.
    """
    with app.app_context():
        for number in range(30):
            counted(bytes([number]), NINE, known=False)
        counted(b"z", NINE + timedelta(hours=25), known=False)
        left = reading().query(LoginThrottle).count()

    assert left == 2 + 60 - throttle.SWEPT


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_customer_is_one_address(address: str, counted: str) -> None:
    """
    The 2^64 addresses of one IPv6 customer count as one.
    """
    assert network(address) == counted
