"""Pages of papers that were drawn before the bell."""

import os
import zlib
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.accounts.queries import PersonRow
from lms.exams.queries import ExamRow
from lms.jobs import run_waiting
from lms.sitting import ahead
from tests.cast import Cast
from tests.conftest import NINE, TestClock
from tests.exam_day import ExamDay
from tests.sitting.test_express import LEFT, at_the_door

TEN_PAST = NINE + timedelta(minutes=10)
CODED = {"Accept-Encoding": "gzip, deflate"}


@pytest.fixture
def exam(app: Flask, cast: Cast, exam_day: ExamDay) -> ExamRow:
    """An exam that begins in ten minutes; its papers are dealt."""
    made = exam_day.published(exam_day.plan(opens_at=TEN_PAST, units=(cast.bureau.id,)))
    run_waiting(app)
    return made


def drawn(app: Flask) -> list[Path]:
    """The files of pages."""
    return sorted(path for path in (app.extensions["config"].data / ahead.FOLDER).rglob("*") if path.is_file())


def waiting(app: Flask, person: PersonRow, exam: ExamRow) -> tuple[FlaskClient, dict[str, Any]]:
    """A browser in the waiting room, and its start."""
    candidate, asked = at_the_door(app, person, exam.public_id)
    return candidate.client, asked


def started(client: FlaskClient, asked: dict[str, Any], exam: ExamRow, **headers: str) -> TestResponse:
    """What is answered to the start."""
    return client.post(f"/sitting/exam/{exam.public_id}/start", **asked | {"headers": asked["headers"] | headers})


def text_of(answer: TestResponse) -> str:
    """The page as a browser reads it, without what is left of the time."""
    coded = answer.headers.get("Content-Encoding") == "deflate"
    return LEFT.sub("", (zlib.decompress(answer.data) if coded else answer.data).decode())


@pytest.mark.parametrize("cookies", [{}, {"language": "en"}, {"language": "zh", "theme": "dark"}])
def test_the_start_answers_with_the_page_that_was_drawn(
    app: Flask, cast: Cast, exam: ExamRow, clock: TestClock, cookies: dict[str, str]
) -> None:
    """
    Letter for letter the page that is drawn later, in each language and colour; compressed.
    """
    client, asked = waiting(app, cast.lin, exam)
    for name, value in cookies.items():
        client.set_cookie(name, value)
    client.get(f"/sitting/exam/{exam.public_id}")
    before = drawn(app)
    clock.advance(minutes=10)

    begun = started(client, asked, exam, **CODED)

    again = client.get(begun.headers["Content-Location"])
    assert begun.headers["Content-Encoding"] == "deflate"
    assert "Accept-Encoding" in begun.headers.getlist("Vary")
    assert "Content-Encoding" not in again.headers
    assert text_of(begun) == text_of(again)
    assert 'class="question"' in text_of(begun)
    assert len(begun.data) < len(again.data) / 2
    assert before


def test_what_lies_ready_tells_nothing(app: Flask, cast: Cast, exam: ExamRow) -> None:
    """
    Neither the file nor its name has a word of the paper or of whose it is, nor can it be decompressed.
    """
    waiting(app, cast.lin, exam)

    (path,) = drawn(app)
    content = path.read_bytes()
    assert path.parent.name == exam.public_id
    assert cast.lin.public_id not in path.name
    assert b"question" not in content
    for skipped in range(80):
        with suppress(zlib.error):
            assert b"question" not in zlib.decompressobj(-15).decompress(content[skipped:])


@pytest.mark.parametrize("how", ["no deflate", "another language", "torn", "another's", "gone"])
def test_where_none_is_of_use_the_page_is_drawn_at_the_start(
    app: Flask, cast: Cast, exam: ExamRow, clock: TestClock, how: str
) -> None:
    """
    A browser that reads no deflate, one that changed its language in the waiting room, a file that is torn, exchanged or
    gone: the page as it is, uncompressed.
    """
    client, asked = waiting(app, cast.lin, exam)
    headers = CODED
    if how == "no deflate":
        headers = {}
    elif how == "another language":
        client.set_cookie("language", "en")
    elif how == "torn":
        drawn(app)[0].write_bytes(drawn(app)[0].read_bytes()[:-1])
    elif how == "another's":
        (own,) = drawn(app)
        waiting(app, cast.wang, exam)
        (other,) = set(drawn(app)) - {own}
        own.write_bytes(other.read_bytes())
    else:
        drawn(app)[0].unlink()
    clock.advance(minutes=10)

    begun = started(client, asked, exam, **headers)

    assert "Content-Encoding" not in begun.headers
    # who comes first in a language is told the address
    place = begun.json["next"] if begun.is_json else begun.headers["Content-Location"]
    page = text_of(client.get(place))
    assert 'class="question"' in page
    assert begun.is_json or text_of(begun) == page
    assert ("Hand in" in page) is (how == "another language")


def test_nothing_is_drawn_out_of_time(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> None:
    """
    Neither days before nor once the exam is open, when a page is drawn at its start anyway.
    """
    exam = exam_day.published(exam_day.plan(opens_at=NINE + timedelta(days=2)))
    run_waiting(app)
    waiting(app, cast.lin, exam)
    early = drawn(app)
    clock.advance(days=2, minutes=1)
    waiting(app, cast.lin, exam)

    assert (early, drawn(app)) == ([], [])


def test_what_nobody_takes_is_removed(app: Flask, cast: Cast, exam: ExamRow, clock: TestClock) -> None:
    """
    Some hours after the last page of an exam was drawn its folder goes.
    """
    waiting(app, cast.lin, exam)
    (path,) = drawn(app)
    there = []
    for seconds in (ahead.KEPT_SECONDS - 1, ahead.KEPT_SECONDS + 1):
        then = clock.moment.timestamp() - seconds
        os.utime(path.parent, (then, then))
        with app.app_context():
            ahead.tidy()
        there.append(path.parent.exists())

    assert there == [True, False]
