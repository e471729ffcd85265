"""Who signs in while candidates have much to do waits in the browser, and is told so without standing in file."""

import threading
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts import passwords, queueing
from lms.accounts.passwords import CHEAP, Hasher
from lms.accounts.queueing import BUSY, LATER, SOON, THEN, USUAL, Door
from lms.sitting import express
from tests.cast import Cast


class Pressed:
    """A process that is as busy as one says."""

    def __init__(self) -> None:
        self.share = 0.0


@pytest.fixture
def pressure(monkeypatch: pytest.MonkeyPatch) -> Pressed:
    """What the queue takes for the process."""
    made = Pressed()
    monkeypatch.setattr(queueing, "PRESSURE", made)
    return made


def wait(client: FlaskClient) -> int:
    """The seconds that a page is told."""
    answer = client.get("/sign-in/queue")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return int(answer.get_json()["wait"])


def test_nobody_waits_on_a_quiet_day(client: FlaskClient, pressure: Pressed) -> None:
    """
    Candidates at work make no queue while the machine has room.
    """
    for share in (0.0, BUSY / 2, BUSY):
        pressure.share = share
        assert [wait(client), wait(client)] == [0, 0]


def test_a_rush_comes_in_at_a_pace(client: FlaskClient, pressure: Pressed, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Some come in at once, the next ones as quickly as passwords are hashed: whoever was told to come finds a place.
    """
    moment = 50.0
    monkeypatch.setattr(queueing.time, "monotonic", lambda: moment)
    monkeypatch.setitem(client.application.extensions, "accounts.door", Door())

    assert [wait(client) for _ in range(10)] == [0] * 8 + [SOON] * 2
    moment += 2 / USUAL + 0.001
    assert [wait(client) for _ in range(3)] == [0, 0, SOON]
    moment += 60
    assert [wait(client) for _ in range(9)] == [0] * 8 + [SOON]


def test_one_by_one_signs_in_while_candidates_need_the_machine(
    client: FlaskClient, pressure: Pressed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    One comes in, those who ask in the next half second come again later, then the next one comes in, however long nobody
    asked; nobody waits any more when the rush is over.
    """
    moment = 50.0
    monkeypatch.setattr(queueing.time, "monotonic", lambda: moment)
    monkeypatch.setitem(client.application.extensions, "accounts.door", Door())
    pressure.share = BUSY + 0.1

    assert [wait(client) for _ in range(3)] == [0, LATER, LATER]
    for passed in (1 / THEN, 30.0):
        moment += passed
        assert [wait(client) for _ in range(3)] == [0, LATER, LATER]
    pressure.share = 0.2
    moment += 1
    assert [wait(client) for _ in range(3)] == [0, 0, 0]


def test_those_who_ask_for_their_turn_press_nobody(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Only what candidates ask for is felt: a rush of sign-ins on a day without an exam does not slow itself down.
    """
    felt = list[float]()
    monkeypatch.setattr(express.PRESSURE, "felt", felt.append)
    wait(client)

    assert felt == []


def test_who_signs_in_waits_while_many_passwords_are_hashed(app: Flask, client: FlaskClient, pressure: Pressed) -> None:
    """
    As many as are hashed within some tenths of a second may be on their way.
    """
    hasher = app.extensions["accounts.hasher"] = Hasher(CHEAP)
    hasher._turn.acquire()
    threads = [threading.Thread(target=hasher.hash, args=("a",)) for _ in range(passwords.CROWD)]
    for thread in threads[:-1]:
        thread.start()
    time.sleep(0.1)
    assert wait(client) == 0
    threads[-1].start()
    until = time.monotonic() + 5
    while not hasher.is_crowded and time.monotonic() < until:
        time.sleep(0.001)
    assert wait(client) == SOON
    hasher._turn.release()
    for thread in threads:
        thread.join()

    assert wait(client) == 0


def test_the_application_tells_the_same(client: FlaskClient, cast: Cast, pressure: Pressed) -> None:
    """
    A request that is not quite our page's own is answered by the route, with the same content and headers.
    """
    own = {"X-Request-Id", "Content-Length"}
    short, long = (client.get(f"/sign-in/queue{query}") for query in ("", "?by=application"))

    assert short.get_json() == long.get_json()
    assert sorted(each for each in short.headers if each[0] not in own) == sorted(
        each for each in long.headers if each[0] not in own
    )


@pytest.mark.parametrize("page", ["/sign-in", "/activate"])
def test_the_forms_ask_for_their_turn(client: FlaskClient, page: str) -> None:
    """
    Both forms that hash a password name the address, and have a place to say that they wait.
    """
    text = client.get(page).text

    assert 'data-queue="/sign-in/queue"' in text
    assert "data-queue-told=" in text
