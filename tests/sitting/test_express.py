"""The short way for what exam pages send answers as the application does, and leaves it every refusal."""

import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lms.accounts.models import LoginSession
from lms.accounts.queries import PersonRow
from lms.database import reading
from lms.sitting import express
from lms.sitting.express import BEGINS
from lms.sitting.models import Attempt
from lms.sitting.rows import MARK
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
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

    planted(monkeypatch)

    assert posted(lin, "", "events", json={"events": [lin.event(1, None)]}).status_code == 200
    with pytest.raises(AssertionError):
        posted(lin, LONG_WAY, "events", json={"events": [lin.event(1, None)]})


def test_what_candidates_ask_for_is_felt(lin: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Each answer of the short way renews how busy the process is, by which sign-ins are let in.
    """
    felt = list[float]()
    monkeypatch.setattr(express.PRESSURE, "felt", felt.append)
    posted(lin, "", "events", json={"events": [lin.event(1, None)]})
    posted(lin, LONG_WAY, "events", json={"events": [lin.event(2, None)]})

    assert len(felt) == 1


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
        {"input_stream": "a cut-off body", "json": None},
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

    def asked(way: str) -> tuple[int, Any, list[tuple[str, str]]]:
        if "input_stream" in given:
            cut = {"input_stream": BytesIO(b'{"events": []}'), "content_length": 40, "content_type": "application/json"}
            return compared(posted(lin, way, "events", **given | cut))
        return compared(posted(lin, way, "events", **given))

    short = asked("")

    assert 400 <= short[0] < 500
    assert short == asked(LONG_WAY)


SETTINGS = re.compile(r'id="waiting-settings">(.*?)</script>', re.DOTALL)
#: what each page has of its own: milliseconds left
LEFT = re.compile(r'"remaining": \d+')


def at_the_door(app: Flask, person: PersonRow, exam_id: str) -> tuple[Candidate, dict[str, Any]]:
    """Somebody in the waiting room, and what its script sends at the bell."""
    made = Candidate(app, person, exam_id)
    found = SETTINGS.search(made.client.get(f"/sitting/exam/{exam_id}").text)
    assert found is not None
    headers = {"Accept": BEGINS, **json.loads(found[1])["headers"]}
    return made, {"data": {"csrf_token": made.token()}, "headers": headers}


def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on whatever reaches the application fails."""

    def fault(_app: Flask) -> None:
        raise AssertionError("the application was asked")

    monkeypatch.setattr(Flask, "full_dispatch_request", fault)


def test_both_ways_begin_alike(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    A start is answered with the paper, whichever way it took: the page that is at the address it names, with the headers
    of that page. One that comes again is told the address, in the same words.
    """
    exam_id = exam_day.published(exam_day.plan(units=(cast.bureau.id,))).public_id
    address = f"/sitting/exam/{exam_id}/start"
    for person, way, other in ((cast.lin, LONG_WAY, ""), (cast.wang, "", LONG_WAY)):
        somebody, asked = at_the_door(app, person, exam_id)
        begun = somebody.client.post(address + way, **asked)
        place = begun.headers["Content-Location"]
        page = somebody.client.get(place + other)
        again = [compared(somebody.client.post(address + each, **asked)) for each in (way, other)]

        assert (begun.status_code, page.status_code) == (200, 200)
        assert LEFT.sub("", begun.text) == LEFT.sub("", page.text)
        assert set(compared_headers(begun)) - set(compared_headers(page)) == {("Content-Location", place)}
        assert again[0] == again[1]
        assert (again[0][0], again[0][1]) == (200, {"next": place})


def test_who_asks_for_json_alone_is_told_the_address(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    A new attempt, no page.
    """
    exam_id = exam_day.published().public_id
    lin, asked = at_the_door(app, cast.lin, exam_id)
    begun = lin.client.post(
        f"/sitting/exam/{exam_id}/start", **asked | {"headers": asked["headers"] | {"Accept": "application/json"}}
    )

    assert list(begun.json or {}) == ["next"]
    assert lin.client.get((begun.json or {})["next"]).status_code == 200


@pytest.mark.parametrize("cookies", [{}, {"language": "en"}, {"language": "zh", "theme": "dark"}])
def test_both_ways_show_the_same_paper(
    app: Flask, cast: Cast, exam_day: ExamDay, cookies: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    In each language and colour; the first of a kind is rendered by the application, the others by the short way.
    """
    lin = Candidate(app, cast.lin, exam_day.published().public_id)
    lin.start()
    for name, value in cookies.items():
        lin.client.set_cookie(name, value)
    address = f"/sitting/{lin.attempt_id}"
    long = lin.client.get(address + LONG_WAY)
    planted(monkeypatch)

    short = lin.client.get(address)

    assert LEFT.sub("", short.text) == LEFT.sub("", long.text)
    assert sorted(short.headers.keys()) == sorted(long.headers.keys())
    assert compared_headers(short) == compared_headers(long)


def compared_headers(answer: TestResponse) -> list[tuple[str, str]]:
    """Headers but what is each request's own."""
    return sorted((name, value) for name, value in answer.headers if name not in OWN)


def test_start_and_paper_do_not_reach_the_application(
    app: Flask, cast: Cast, exam_day: ExamDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Once the page of the exam was rendered for anybody, a start and its paper take the short way.
    """
    exam_id = exam_day.published(exam_day.plan(units=(cast.bureau.id,))).public_id
    lin, asked = at_the_door(app, cast.lin, exam_id)
    wang, asks = at_the_door(app, cast.wang, exam_id)
    address = f"/sitting/exam/{exam_id}/start"
    first = lin.client.post(address, **asked).json["next"]
    lin.client.get(first + LONG_WAY)
    planted(monkeypatch)

    begun = wang.client.post(address, **asks)

    assert begun.headers["Content-Location"] in begun.text
    assert wang.client.get(begun.headers["Content-Location"]).status_code == 200
    assert lin.client.post(address, **asked).json["next"] == first


@pytest.mark.parametrize(
    ("release", "what"), [("at_once", "result"), ("after_window", "result"), ("at_once", "review")]
)
def test_both_ways_show_the_same_receipt(
    app: Flask, cast: Cast, exam_day: ExamDay, release: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The first of an exam and kind is rendered by the application, the others come by the short way; each has the
    candidate's own receipt, name, score and questions.
    """
    exam_id = exam_day.published(exam_day.plan(units=(cast.bureau.id,), release=release)).public_id
    pages = []
    for person in (cast.lin, cast.wang):
        made = Candidate(app, person, exam_id)
        made.start()
        made.hand_in()
        pages.append((made, made.client.get(f"/sitting/{made.attempt_id}/{what}{LONG_WAY}")))
    planted(monkeypatch)
    for made, long in pages:
        short = made.client.get(f"/sitting/{made.attempt_id}/{what}")
        assert (short.status_code, short.text) == (200, long.text)
        assert compared_headers(short) == compared_headers(long)
    assert pages[0][1].text != pages[1][1].text
    assert MARK not in pages[0][1].text


def test_questions_that_may_not_be_seen_yet_lead_to_the_receipt(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Before the results are told, and while the attempt goes on, no question is shown by either way.
    """
    exam_id = exam_day.published(exam_day.plan(units=(cast.bureau.id,), release="after_window")).public_id
    lin = Candidate(app, cast.lin, exam_id)
    lin.start()
    going_on = lin.client.get(f"/sitting/{lin.attempt_id}/review")
    lin.hand_in()
    lin.client.get(f"/sitting/{lin.attempt_id}/result")

    for answer in (going_on, *(lin.client.get(f"/sitting/{lin.attempt_id}/review{way}") for way in ("", LONG_WAY))):
        assert (answer.status_code, answer.location) == (302, f"/sitting/{lin.attempt_id}/result")


def test_a_receipt_of_the_short_way_is_one_s_own(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    While the attempt goes on the page of it is shown; nobody else's log-in is shown a receipt.
    """
    exam_id = exam_day.published(exam_day.plan(units=(cast.bureau.id,))).public_id
    lin, wang = Candidate(app, cast.lin, exam_id), Candidate(app, cast.wang, exam_id)
    lin.start()
    address = f"/sitting/{lin.attempt_id}/result"
    open_still = lin.client.get(address)
    lin.hand_in()
    lin.client.get(address)

    assert (open_still.status_code, open_still.location) == (302, f"/sitting/{lin.attempt_id}")
    assert wang.client.get(address).status_code == 404
    assert app.test_client().get(address).status_code in {302, 303, 401}


def test_the_short_way_begins_for_nobody_else(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Without a ticket, with another browser's, another exam's or another site's page the application decides, and it refuses
    what lacks the form's token; after logging out nobody is there.
    """
    exam_id, other = exam_day.published().public_id, exam_day.published().public_id
    address = f"/sitting/exam/{exam_id}/start"
    lin, asked = at_the_door(app, cast.lin, exam_id)
    _lin, of_other = at_the_door(app, cast.lin, other)
    _again, of_another_browser = at_the_door(app, cast.lin, exam_id)
    plain = {"Accept": BEGINS}
    tried = [plain, plain | {"X-Ticket": "x.1.1.y"}, of_other["headers"], of_another_browser["headers"]]
    refused = [lin.client.post(address, headers=headers).status_code for headers in tried]
    foreign = asked | {"headers": asked["headers"] | {"Origin": "https://elsewhere.example"}}
    refused.append(lin.client.post(address, **foreign).status_code)
    with app.app_context():
        none = reading().scalar(select(func.count(Attempt.id)))
    post(lin.client, "/log-out", at="/")

    assert refused == [400, 400, 400, 400, 403]
    assert none == 0
    assert lin.client.post(address, **asked).status_code in {400, 401}


def test_a_start_notes_the_use_of_the_session(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> None:
    """
    As the application notes it; written with the next pulse.
    """
    exam_id = exam_day.published().public_id
    lin, asked = at_the_door(app, cast.lin, exam_id)
    clock.advance(minutes=5)
    begun = lin.client.post(f"/sitting/exam/{exam_id}/start", **asked)
    lin.attempt_id = (begun.json or {})["next"].rsplit("/", 1)[1]
    lin.ticket()
    lin.client.get(f"/sitting/{lin.attempt_id}/state", headers={"X-Ticket": lin.last_ticket})

    with app.app_context():
        seen = reading().scalars(select(LoginSession.last_seen_at).where(LoginSession.person_id == cast.lin.id)).all()
    assert max(seen) == clock()


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
