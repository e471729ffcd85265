"""Nothing that a marker gets says whose answer it is."""

import re
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.database import reading
from lms.jobs import run_waiting
from lms.marking.models import Script, Task
from lms.marking.queries import MASK
from lms.sitting.models import Attempt
from question_bank.moderation import Marking
from tests.answer_files import made
from tests.answer_files.test_cleaning import spellings
from tests.cast import Cast, csrf, post
from tests.conftest import TestClock
from tests.crawl import crawl
from tests.exam_day import ExamDay
from tests.marking.essays import Essays, panelled, sat_essays, sat_files

TENTH = Decimal("0.1")
#: more than there are answers on a desk
OF_A_KIND = 40


@pytest.fixture
def essays(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> Essays:
    """Drawn among four markers, a part of the answers on every desk."""
    found = sat_essays(app, cast, exam_day, clock)
    panelled(found, Marking(share=TENTH, control_share=TENTH), adjudicators=4)
    post(found.client(cast.zhao), f"/exams/{found.exam.public_id}/marking/draw")
    run_waiting(app)
    return found


def canaries(essays: Essays) -> set[str]:
    """Everything by which a candidate could be known: name, numbers, ids, units."""
    with essays.app.app_context():
        attempts = reading().scalars(select(Attempt).where(Attempt.exam_id == essays.exam.id)).all()
        found = {attempt.public_id for attempt in attempts} | {attempt.chain.hex() for attempt in attempts}
    for person in essays.people:
        found |= {person.name, person.staff_number, person.public_id}
    return found | {essays.cast.office_b1.name, essays.cast.branch_b.name}


def responses(client: FlaskClient) -> dict[str, str]:
    """Everything a marker reaches by links, and what comes back when the marks of an answer are sent, headers included."""
    found = {}
    for _endpoint, path in crawl(client, per_endpoint=OF_A_KIND):
        found[path] = whole(client.get(path))
        if re.fullmatch(r"/marking/[\w-]{22}/next", path):
            while (place := client.get(path).location) not in found:
                found[place] = whole(client.get(place))
                for points in (["9", "9"], ["1", "2"]):
                    data = {"csrf_token": csrf(client), "points": points, "notes": "[]", "comment": "", "shown_at": "0"}
                    found[f"{place} {points}"] = whole(client.post(place, data=data))
    return found


def whole(answer) -> str:  # type: ignore[no-untyped-def]
    """Headers and body."""
    return f"{answer.headers}\n{answer.get_data().decode(errors='replace')}"


def test_no_response_to_a_marker_holds_anything_of_the_candidate(essays: Essays) -> None:
    """
    Candidates wrote their names, numbers and units into their answers; no page, redirect or refusal that a marker gets holds them,
    and every answer on the desks was seen.
    """
    wanted = canaries(essays)
    for person in essays.markers:
        seen = responses(essays.client(person))
        told = {(path, canary) for path, text in seen.items() for canary in wanted if canary in text}

        assert told == set()
        assert any(MASK in text for text in seen.values())
        with essays.app.app_context():
            own = select(Script.public_id).join(Task, Task.script_id == Script.id).where(Task.person_id == person.id)
            assert {name for name in reading().scalars(own) if not any(name in path for path in seen)} == set()


#: every kind; the others repeat
KINDS = ("pdf", "docx", "png", "jpg", "txt", "pdf", "docx", "jpg")


@pytest.fixture
def handed(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> Essays:
    """Everybody has handed in a file whose name and metadata say whose it is, of each kind; it is marked by two."""
    found = sat_files(app, cast, exam_day, clock, KINDS)
    panelled(found, Marking(control_share=Decimal(0)), adjudicators=2)  # or an answer may lie on every desk
    post(found.client(cast.zhao), f"/exams/{found.exam.public_id}/marking/draw")
    run_waiting(app)
    return found


def test_no_file_that_a_marker_gets_says_whose_it_is(handed: Essays) -> None:
    """
    Every file on the desks is fetched as its page offers it: neither its bytes, unpacked and as they are, nor headers, nor pages,
    in any spelling, hold anything of the candidate; each is sent to be kept by nobody and to run nothing. The same search finds
    the candidate in what was handed in.
    """
    wanted = {spelling for canary in canaries(handed) for spelling in spellings(canary)}
    seen, kinds = set(), set()
    for person in handed.markers:
        browser = handed.client(person)
        pages = responses(browser)
        for path in {
            found for page in pages.values() for found in re.findall(r'(?:href|src)="(/marking/[^"]+/file)"', page)
        }:
            answer = browser.get(path)
            data = f"{answer.headers}".encode() + made.unpacked(answer.data)
            seen.add(path)
            kinds.add(answer.headers["Content-Disposition"].rpartition(".")[2])

            assert [spelling for spelling in wanted if spelling in data] == []
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert {"Last-Modified", "ETag"} & {*answer.headers.keys()} == set()
        assert [path for path, page in pages.items() for spelling in wanted if spelling in page.encode()] == []
    originals = [path.read_bytes() for path in handed.app.extensions["config"].answers.glob("*/*") if not path.suffix]

    assert (len(seen), kinds) == (len(KINDS), {"pdf", "docx", "png", "jpg", "txt"})
    assert all(any(spelling in made.unpacked(data) for spelling in wanted) for data in originals)


def test_a_file_is_for_those_on_whose_desk_it_lies(handed: Essays) -> None:
    """
    Another marker, a candidate and whoever mixes up question and answer are told that there is nothing; the examiner gets the
    same copy.
    """
    owner = handed.client(handed.markers[0])
    path = next(
        found for page in responses(owner).values() for found in re.findall(r'href="(/marking/[^"]+/file)"', page)
    )
    _empty, _marking, question, _answers, script, _file = path.split("/")
    examiner = handed.client(handed.cast.zhao)
    told = examiner.get(f"/exams/{handed.exam.public_id}/marking/answers/{script}/file")
    listed = examiner.get(f"/exams/{handed.exam.public_id}/marking/questions/{question}").text
    with handed.app.app_context():
        query = select(Task.person_id).join(Script, Script.id == Task.script_id).where(Script.public_id == script)
        holders = set(reading().scalars(query))
    others = [person for person in handed.markers if person.id not in holders]

    assert told.data == owner.get(path).data
    assert f"/answers/{script}/file" in listed
    assert [handed.client(person).get(path).status_code for person in others] == [404] * len(others) != []
    assert handed.client(handed.people[0]).get(path).status_code == 403
    assert owner.get(path.replace(question, script)).status_code == 404


def test_the_canaries_are_found_where_they_are(essays: Essays) -> None:
    """
    The same search finds candidates on a page that names them: the test above can fail.
    """
    page = essays.client(essays.cast.zhao).get(f"/exams/{essays.exam.public_id}").text
    results = essays.client(essays.cast.zhao).get(f"/sitting/exam/{essays.exam.public_id}/results").text

    assert any(canary in page + results for canary in canaries(essays))
