"""The short way for what exam pages send answers as the application does, and leaves it every refusal."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.cast import Cast, sign_in
from tests.exam_day import ExamDay
from tests.sitting.test_sitting import Candidate, right_answers

#: a query makes an address irregular: the application answers it
LONG_WAY = "?by=application"
OWN = {"X-Request-Id", "Content-Length"}


@pytest.fixture
def lin(app: Flask, cast: Cast, exam_day: ExamDay) -> Candidate:
    """Somebody whose page is open."""
    made = Candidate(app, cast.lin, exam_day.published().public_id)
    made.start()
    return made


def posted(lin: Candidate, way: str, what: str, **changes: Any) -> TestResponse:
    """What is answered to a request of the page, with other arguments where they are named."""
    given: dict[str, Any] = {"json": {}, "headers": {"X-Ticket": lin.last_ticket}} | changes
    return lin.client.post(f"/sitting/{lin.attempt_id}/{what}{way}", **given)


def compared(answer: TestResponse) -> tuple[int, Any, list[tuple[str, str]]]:
    """Status, content and headers, but what is each request's own."""
    headers = [(name, value) for name, value in answer.headers if name not in OWN]
    return answer.status_code, answer.get_json(), sorted(headers)


def test_both_ways_answer_alike(app: Flask, lin: Candidate) -> None:
    """
    Answers, pulses and hand-ins: the same status, content and headers, whichever way they took.
    """
    event = lin.event(1, right_answers(app, lin.attempt_id)[1])
    headers = {"X-Ticket": lin.last_ticket}
    steps: list[Callable[[str], TestResponse]] = [
        lambda way: posted(lin, way, "events", json={"events": [event]}),
        lambda way: lin.client.get(f"/sitting/{lin.attempt_id}/state{way}", headers=headers),
        lambda way: posted(lin, way, "hand-in"),
    ]
    for step in steps:
        short = compared(step(""))
        assert short[0] == 200
        assert short == compared(step(LONG_WAY))


def test_a_regular_request_does_not_reach_the_application(lin: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    It is the short way that answers; any other request would meet the fault planted here.
    """

    def fault(_app: Flask) -> None:
        raise AssertionError("the application was asked")

    monkeypatch.setattr(Flask, "full_dispatch_request", fault)

    assert posted(lin, "", "events", json={"events": [lin.event(1, None)]}).status_code == 200
    with pytest.raises(AssertionError):
        posted(lin, LONG_WAY, "events", json={"events": [lin.event(1, None)]})


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": {}},
        {"headers": {"X-Ticket": "x.1.1.forged"}},
        {"origin": "https://elsewhere.example"},
        {"site": "cross-site"},
        {"data": '{"events": []}', "content_type": "text/plain", "json": None},
        {"data": "{", "content_type": "application/json", "json": None},
        {"data": '{"events": NaN}', "content_type": "application/json", "json": None},
        {"data": '{"events": [], "events": []}', "content_type": "application/json", "json": None},
        {"json": {"events": []}},
        {"json": {"events": [{"kind": "answer"}]}},
        {"json": {"events": "all"}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_both_ways_refuse_alike(lin: Candidate, changes: dict[str, Any]) -> None:
    """
    Whatever is wrong with a request, the application says so, in the same words.
    """
    given = dict(changes)
    headers = {"X-Ticket": lin.last_ticket}
    headers |= {"Origin": given.pop("origin")} if "origin" in given else {}
    headers |= {"Sec-Fetch-Site": given.pop("site")} if "site" in given else {}
    given = {"headers": headers} | given

    short = compared(posted(lin, "", "events", **given))

    assert 400 <= short[0] < 500
    assert short == compared(posted(lin, LONG_WAY, "events", **given))


def test_a_ticket_opens_its_own_attempt_and_browser_only(app: Flask, cast: Cast, lin: Candidate) -> None:
    """
    With another browser's cookie, or for another attempt, it is worth nothing on the short way either.
    """
    wang = app.test_client()
    sign_in(wang, cast.wang)
    stolen = {"X-Ticket": lin.last_ticket}

    assert wang.get(f"/sitting/{lin.attempt_id}/state", headers=stolen).status_code == 403
    assert lin.client.get("/sitting/another-attempt/state", headers=stolen).status_code == 404


def test_what_took_the_short_way_is_counted(lin: Candidate) -> None:
    """
    The numbers for machines hold its requests beside all others.
    """

    def count() -> float:
        lines = lin.client.get("/metrics").text.splitlines()
        mine = [line for line in lines if line.startswith("shuyuan_requests_total") and 'area="sitting"' in line]
        return sum(float(line.rsplit(" ", 1)[1]) for line in mine if 'method="POST"' in line and 'status="200"' in line)

    before = count()
    assert lin.send(lin.event(1, None)).status_code == 200

    assert count() == before + 1
