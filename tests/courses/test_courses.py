"""Studying a unit in the browser: pages, leaving and resuming, the check, the hours."""

import re

from flask import Flask
from flask.testing import FlaskClient

from lms.jobs import run_waiting
from tests.academy import PAGES, Academy
from tests.cast import Cast, csrf, post, sign_in
from tests.conftest import TestClock


def read_pages(client: FlaskClient, academy: Academy, keys: list[str]) -> None:
    """Open these pages and press on."""
    for key in keys:
        assert client.get(f"/courses/{academy.unit}/pages/{key}").status_code == 200
        assert post(client, f"/courses/{academy.unit}/pages/{key}/opened").status_code == 302


CHOICE = re.compile(r'name="(q\d+)" value="([^"]+)"><span[^>]*>\w</span><span[^>]*>([^<]+)</span>')


def right_answers(page: str) -> dict[str, str]:
    """The form of the check with every right option chosen."""
    return {name: value for name, value, text in CHOICE.findall(page) if text.startswith("对")}


def test_a_unit_is_left_and_resumed_on_another_machine(
    app: Flask, cast: Cast, academy: Academy, client: FlaskClient
) -> None:
    """
    What was read on one machine is known on the other, and the front page leads on to the next page.
    """
    read_pages(sign_in(client, cast.lin), academy, list(PAGES)[:2])

    elsewhere = sign_in(app.test_client(), cast.lin)
    front = elsewhere.get(f"/courses/{academy.unit}").text

    assert f"/courses/{academy.unit}/pages/03-papers" in front
    assert "简易程序怎么用" in elsewhere.get("/").text


def test_the_check_waits_for_the_pages(cast: Cast, academy: Academy, client: FlaskClient) -> None:
    """
    Before every page was opened the check sends back to the first unread one, and a forged hand-in is refused.
    """
    sign_in(client, cast.lin)
    read_pages(client, academy, list(PAGES)[:1])

    assert "pages/02-steps" in client.get(f"/courses/{academy.unit}/check").text
    assert post(client, f"/courses/{academy.unit}/check").status_code == 409


def test_a_finished_unit_earns_its_hours_once(app: Flask, cast: Cast, academy: Academy, client: FlaskClient) -> None:
    """
    The passed check completes the unit; its hours stand on the home page and in the transcript, and a second
    passing adds nothing.
    """
    sign_in(client, cast.lin)
    read_pages(client, academy, list(PAGES))
    for _ in range(2):
        page = client.get(f"/courses/{academy.unit}/check").text
        done = client.post(f"/courses/{academy.unit}/check", data={"csrf_token": csrf(client), **right_answers(page)})
        assert done.status_code == 200
        run_waiting(app)

    transcript = client.get("/transcripts/").text
    assert transcript.count("简易程序怎么用") == 1
    assert "1.5" in transcript
    assert "<b>1.5</b>" in client.get("/").text


def test_a_failed_check_earns_nothing_and_may_be_repeated(
    app: Flask, cast: Cast, academy: Academy, client: FlaskClient, clock: TestClock
) -> None:
    """
    Wrong answers show what was right, and the unit stays begun.
    """
    sign_in(client, cast.lin)
    read_pages(client, academy, list(PAGES))
    page = client.get(f"/courses/{academy.unit}/check").text

    answered = post(client, f"/courses/{academy.unit}/check")

    assert "因为如此" in answered.text
    assert run_waiting(app) == 0
    assert len(right_answers(page)) == 5


def test_pictures_are_served_by_their_hash(cast: Cast, academy: Academy, client: FlaskClient) -> None:
    """
    A drawing comes with a policy of its own that lets nothing run, and only to people who are signed in.
    """
    sign_in(client, cast.lin)
    page = client.get(f"/courses/{academy.unit}/pages/01-scope").text
    match = re.search(r'src="(/courses/media/[0-9a-f]{64})"', page)
    assert match is not None

    picture = client.get(match[1])

    assert picture.mimetype == "image/svg+xml"
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert client.get("/courses/media/" + "0" * 64).status_code == 404
    assert client.application.test_client().get(match[1]).status_code == 303


def test_the_catalogue_filters(cast: Cast, academy: Academy, client: FlaskClient) -> None:
    """
    By words, subject and progress.
    """
    sign_in(client, cast.lin)
    for query, shown in (
        ("", True),
        ("q=简易", True),
        ("q=食品", False),
        ("subject=penalty", True),
        ("state=done", False),
    ):
        assert ("简易程序怎么用" in client.get(f"/courses/?{query}").text) is shown, query


def test_the_whole_unit_is_searched_and_printed(cast: Cast, academy: Academy, client: FlaskClient) -> None:
    """
    Every page that has the words is named with the place; on paper all pages stand one after the other, and the terms.
    """
    sign_in(client, cast.lin)
    found = client.get(f"/courses/{academy.unit}/search?q=当场处罚").text
    none = client.get(f"/courses/{academy.unit}/search?q=<script>").text
    paper = client.get(f"/courses/{academy.unit}/print").text

    assert found.count("<mark>当场处罚</mark>") == len(PAGES)
    assert "<mark>" not in none
    assert "&lt;script&gt;" in none
    assert [paper.count(f"<h2>{title}</h2>") for title in PAGES.values()] == [1] * len(PAGES)
    assert "在现场作出并交付决定" in paper
    assert client.get("/courses/nothing/print").status_code == client.get("/courses/nothing/search").status_code == 404
