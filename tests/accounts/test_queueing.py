"""Who signs in while candidates have much to do waits in the browser, and is told so without standing in file."""

import threading
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

import lms.accounts.queueing
from lms.accounts import passwords
from lms.accounts.passwords import CHEAP, Hasher
from lms.turn import Turn
from tests.cast import Cast


@pytest.fixture
def turn(monkeypatch: pytest.MonkeyPatch) -> Turn:
    """A turn of its own."""
    made = Turn()
    monkeypatch.setattr(lms.accounts.queueing, "TURN", made)
    return made


def wait(client: FlaskClient) -> int:
    """The seconds that a page is told."""
    answer = client.get("/sign-in/queue")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return int(answer.get_json()["wait"])


def test_nobody_waits_on_a_quiet_day(client: FlaskClient, turn: Turn) -> None:
    """
    One candidate at work makes no queue.
    """
    assert wait(client) == 0
    with turn.taken():
        assert wait(client) == 0


def test_who_signs_in_waits_while_candidates_do(client: FlaskClient, turn: Turn) -> None:
    """
    Somebody waits for the turn: a page asks again in two seconds, and when that one has come through it need not.
    """

    def second() -> None:
        with turn.taken():
            pass

    thread = threading.Thread(target=second)
    with turn.taken():
        thread.start()
        until = time.monotonic() + 5
        while not turn.is_pressed and time.monotonic() < until:
            time.sleep(0.001)
        assert wait(client) == 2
    thread.join()

    assert wait(client) == 0


def test_who_signs_in_waits_while_many_passwords_are_hashed(app: Flask, client: FlaskClient, turn: Turn) -> None:
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
    assert wait(client) == 2
    hasher._turn.release()
    for thread in threads:
        thread.join()

    assert wait(client) == 0


def test_the_application_tells_the_same(client: FlaskClient, cast: Cast, turn: Turn) -> None:
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
