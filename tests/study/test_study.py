"""Witnessed study in the browser: what is counted, what attackers get, the rule of time, the ledger."""

import io
from copy import deepcopy
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from courseware.record import from_record
from courseware.unit import Completion
from lms.courses import service as courses
from lms.courses.models import CourseUnitVersion
from lms.database import reading, writing
from lms.hours import queries as hours
from lms.jobs import run_waiting
from lms.transcripts.models import TranscriptEntry
from tests.academy import PAGES, SVG, Academy
from tests.cast import Cast, csrf, post, sign_in
from tests.conftest import TestClock
from tests.courses.test_courses import read_pages, right_answers
from tests.study.reader import Reader

MINUTE = 60_000


def address(academy: Academy, page: str = "01-scope") -> str:
    """Where a page of the unit is read."""
    return f"/courses/{academy.unit}/pages/{page}"


@pytest.fixture
def lin(cast: Cast, client: FlaskClient) -> FlaskClient:
    """Lin's browser."""
    return sign_in(client, cast.lin)


def test_time_before_a_page_counts_once(lin: FlaskClient, academy: Academy, clock: TestClock) -> None:
    """
    Ten minutes of reading count; what is sent again, all of it, changes nothing.
    """
    reader = Reader.open(lin, clock, address(academy))
    reader.read(600)
    sent = reader.body(reader.waiting)
    told = [reader.send(), *(reader.post(sent).get_json() for _again in range(3))]

    assert {one["today"] for one in told} == {10 * MINUTE}
    assert {tuple(one["units"][academy.unit]) for one in told} == {(10 * MINUTE, 0)}
    assert lin.get("/study/").text.count("10:00") >= 3


def test_an_hour_without_network_arrives_in_one(
    cast: Cast, lin: FlaskClient, academy: Academy, clock: TestClock
) -> None:
    """
    The log-in has meanwhile rested too long: the page is told so, and after the next one another page of the browser sends
    what waits, once.
    """
    reader = Reader.open(lin, clock, address(academy))
    reader.read(3600)

    assert reader.post(reader.body(reader.waiting)).status_code == 401

    later = Reader.open(sign_in(lin, cast.lin), clock, address(academy))
    streams = [*later.body([])["streams"], *reader.body(reader.waiting, clock=0)["streams"]]
    for _twice in range(2):
        answer = later.post({"streams": streams}).get_json()
        assert answer["today"] == 60 * MINUTE


def test_who_cheats_earns_nothing(cast: Cast, app: Flask, lin: FlaskClient, academy: Academy, clock: TestClock) -> None:
    """
    Nonces made up, nonces of another stream, another person's page, time that has not passed, time told of before, an opening
    that is older than it was: not one of them earns a second, and the ledger says how many were forged.
    """
    reader = Reader.open(lin, clock, address(academy))
    other = Reader.open(lin, clock, address(academy, "02-steps"))
    reader.read(60)
    honest = deepcopy(reader.waiting)
    reader.send()
    moment = reader.now
    clock.advance(seconds=2)
    attempts = [
        [[3, "A" * 12, moment, moment + 2000, moment, False]],
        [[3, other.nonce(3), moment, moment + 2000, moment, False]],
        [
            [n, reader.nonce(n), moment + (n - 3) * 30_000, moment + (n - 2) * 30_000, moment, False]
            for n in range(3, 40)
        ],
        [[40, reader.nonce(40), 0, 30_000, 0, False]],
        honest,
    ]
    told = [reader.post(reader.body(beats)).get_json()["today"] for beats in attempts]
    older = deepcopy(reader.body([[1, reader.nonce(1), 0, 30_000, 0, False]]))
    older["streams"][0]["opening"]["at"] -= 3_600_000
    wang = sign_in(app.test_client(), cast.wang)
    hers = Reader.open(wang, clock, address(academy))

    assert set(told) == {MINUTE}
    assert reader.post(older).get_json() == {"streams": {}, "units": {}, "today": MINUTE}
    assert hers.post(reader.body(honest)).get_json() == {"streams": {}, "units": {}, "today": 0}
    assert reader.post(reader.body(honest), client=wang).status_code == 403
    assert "2" in lin.get("/study/").text.split("alert-body")[1][:80]


def test_time_passes_once_in_all_windows_and_devices(
    cast: Cast, app: Flask, lin: FlaskClient, academy: Academy, clock: TestClock
) -> None:
    """
    Two devices before two pages for ten minutes have studied ten minutes; the ledger says of the rest why it does not count.
    """
    here = Reader.open(lin, clock, address(academy))
    there = Reader.open(sign_in(app.test_client(), cast.lin), clock, address(academy, "02-steps"))
    here.read(600)
    there.told, there.number = 0, 0
    clock.advance(seconds=-600)
    there.read(900)

    assert here.send()["today"] == 10 * MINUTE
    assert there.send()["today"] == 15 * MINUTE
    assert "Counted already" in lin.get("/study/?verdict=parallel", headers={"Accept-Language": "en"}).text


def test_hidden_and_forsaken_pages_do_not_count(lin: FlaskClient, academy: Academy, clock: TestClock) -> None:
    """
    Behind another window nothing counts; without a sign of the reader the first ten minutes do.
    """
    reader = Reader.open(lin, clock, address(academy))
    reader.read(300, hidden=True)
    reader.read(1200, seen=reader.now)

    assert reader.send()["today"] == 10 * MINUTE


def test_a_machine_that_slept_is_given_a_new_stream(lin: FlaskClient, academy: Academy, clock: TestClock) -> None:
    """
    Its clock stood still meanwhile; with the next answer it begins anew, and what it reads then counts.
    """
    reader = Reader.open(lin, clock, address(academy))
    reader.read(60)
    clock.advance(minutes=25)
    reader.opened_at += 25 * 60
    given = reader.send()["streams"][reader.settings["opening"]["stream"]]["next"]
    awake = Reader(lin, clock, reader.settings | given, clock().timestamp())
    awake.read(60)

    assert awake.send()["today"] == 2 * MINUTE


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"streams": []},
        {"streams": [{}]},
        {"streams": [{"opening": {}, "have": 0, "clock": 0, "beats": []}]},
        {"streams": "x"},
    ],
)
def test_what_our_page_does_not_send_is_refused(
    lin: FlaskClient, academy: Academy, clock: TestClock, body: dict[str, object]
) -> None:
    """
    And so is one stream twice, a number below zero, and more beats than there are nonces.
    """
    reader = Reader.open(lin, clock, address(academy))
    one = reader.body([])["streams"][0]
    beat = [1, reader.nonce(1), 0, 1, 0, False]
    others = [[one, one], [one | {"have": -1}], [one | {"beats": [beat] * 500}], [one | {"beats": [[*beat[:5], 1]]}]]

    assert reader.post(body).status_code == 400
    assert [reader.post({"streams": streams}).status_code for streams in others] == [400] * 4


def test_the_ledger_is_for_oneself_and_the_manager_of_the_unit(
    cast: Cast, app: Flask, lin: FlaskClient, academy: Academy, clock: TestClock
) -> None:
    """
    Qian manages Lin's branch and reads the same lines, also as a workbook; nobody else finds the page.
    """
    reader = Reader.open(lin, clock, address(academy))
    reader.read(90)
    reader.read(30, hidden=True)
    reader.send()
    qian, wang = (sign_in(app.test_client(), cast[name]) for name in ("qian", "wang"))
    shown = f"/study/people/{cast.lin.public_id}"
    data = qian.get(f"{shown}/study.xlsx?day=2026-03-02").data
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1:]

    assert [row[4] for row in rows] == [30, 90]
    assert [row[0] for row in rows] == ["2026-03-02 09:01:30", "2026-03-02 09:00:00"]
    assert "2026-03-02 09:01" in qian.get(shown).text
    assert "2026-03-02 09:01" not in qian.get(f"{shown}?day=2026-03-03").text
    assert wang.get(shown).status_code == wang.get(f"{shown}/study.xlsx").status_code == 404


def ask_for(app: Flask, minutes: int) -> None:
    """A new version of the unit that asks for witnessed minutes."""
    with app.app_context(), writing() as session:
        row = session.scalars(select(CourseUnitVersion).order_by(CourseUnitVersion.number.desc())).first()
        assert row is not None
        unit = replace(from_record(row.record), completion=Completion(minutes))
        assert courses.store_unit(session, unit, {"flow.svg": SVG}, media=app.extensions["config"].media) == "changed"


def test_a_unit_that_asks_for_time_is_completed_by_it(
    app: Flask, lin: FlaskClient, academy: Academy, clock: TestClock
) -> None:
    """
    Pages and check alone do not do; the minutes do, those before the new version included, and the hours are told once.
    """
    reader = Reader.open(lin, clock, address(academy))
    reader.read(60)
    reader.send()
    ask_for(app, 3)
    read_pages(lin, academy, list(PAGES))
    check = f"/courses/{academy.unit}/check"
    lin.post(check, data={"csrf_token": csrf(lin), **right_answers(lin.get(check).text)})
    run_waiting(app)
    before = lin.get("/transcripts/").text
    reader = Reader.open(lin, clock, address(academy))
    for _beat in range(5):
        reader.read(30)
        reader.send()
    run_waiting(app)

    assert academy.unit in lin.get("/courses/?state=done").text
    assert "简易程序怎么用" not in before
    assert lin.get("/transcripts/").text.count("简易程序怎么用") == 1
    assert "3:00" in lin.get("/study/").text


def test_what_was_watched_decides_where_rules_ask_for_it(
    app: Flask, cast: Cast, lin: FlaskClient, academy: Academy, clock: TestClock
) -> None:
    """
    From heartbeats to hours: a unit clicked through in a minute earns nothing by rules that ask for nine tenths of its length,
    and everything once it has been studied so long; rules that do not ask give its hours at once.
    """
    qian = sign_in(app.test_client(), cast.qian)
    with app.app_context():
        rules = hours.versions(reading(), code="shanxi")[0].public_id
    fields = {"unit": cast.branch_a.public_id, "since": "2026-01-01", "reason": "省里规定"}
    assert post(qian, f"/hours/rules/{rules}/adopt", **fields).status_code == 303
    reader = Reader.open(lin, clock, address(academy))
    reader.read(60)
    reader.send()
    read_pages(lin, academy, list(PAGES))
    check = f"/courses/{academy.unit}/check"
    lin.post(check, data={"csrf_token": csrf(lin), **right_answers(lin.get(check).text)})
    run_waiting(app)
    english = {"Accept-Language": "en"}
    first = lin.get("/hours/", headers=english).text
    reader = Reader.open(lin, clock, address(academy))
    for _beat in range(35):
        reader.read(120)
        reader.send()
    run_waiting(app)
    with app.app_context():
        told = reading().scalars(select(TranscriptEntry).order_by(TranscriptEntry.revision)).all()
        studied = [(row.revision, (row.facts or {}).get("studied")) for row in told]
    last = lin.get("/hours/", headers=english).text

    assert studied == [(1, 1), (2, 69)]
    assert "it counts from 90 on" in first
    assert "0.75" not in first
    assert "0.75 credits" in last


def test_intervals_only_grow(app: Flask, lin: FlaskClient, academy: Academy, clock: TestClock) -> None:
    """
    The database lets nobody shorten, change or take away what was told.
    """
    reader = Reader.open(lin, clock, address(academy))
    reader.read(90)
    reader.send()
    changes = (
        "UPDATE study_interval SET ended = ended - 1",
        "UPDATE study_interval SET verdict = 'hidden'",
        "DELETE FROM study_interval",
    )
    for change in changes:
        with app.app_context(), pytest.raises(DBAPIError, match="only grow"), writing() as session:
            session.execute(text(change))

    assert reader.send()["today"] == 90_000
