"""Simulated candidates send what the player's page would send, at the times an open loop gives them."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.tickets import HEADER as TICKET
from lms.database import reading
from lms.exams import queries as exams
from lms.load import losses
from lms.load.candidate import BEGINS, Candidate, Record, pulse_seconds
from lms.load.herd import Pace, timetable
from lms.load.loop import Answer
from lms.sitting import express
from lms.sitting.models import Attempt, AttemptEvent
from question_bank.assembly import Form
from question_bank.chance import Chance
from tests.cast import PASSWORD, Cast, csrf, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay

PLAYER = Path(__file__).parent.parent.parent / "lms" / "static" / "js" / "exam" / "player.js"


def candidate(exam_id: str = "x", *, questions: int = 50) -> Candidate:
    """Number one."""
    return Candidate("localhost", exam_id, "token", 1, Record(), questions=questions)


def begun(app: Flask, exam_day: ExamDay, cast: Cast) -> tuple[Candidate, FlaskClient]:
    """A candidate who has read the paper that Lin's page shows, and the browser it came from."""
    exam, client = exam_day.published(), app.test_client()
    sign_in(client, cast.lin)
    page = client.post(
        f"/sitting/exam/{exam.public_id}/start", data={"csrf_token": csrf(client)}, follow_redirects=True
    )
    one = candidate(exam.public_id)
    one._read_paper(page.data)
    return one, client


def passed_on(script: Any, client: FlaskClient) -> None:
    """Give the requests of a script to a test client, and the answers back."""
    try:
        request = next(script)
        while True:
            head, _end, body = request.partition(b"\r\n\r\n")
            first, *fields = head.decode().split("\r\n")
            method, path, _version = first.split(" ")
            headers = [
                tuple(line.split(": ", 1))
                for line in fields
                if not line.startswith(("Cookie", "Host", "Content-Length"))
            ]
            answer = client.open(path, method=method, headers=headers, data=body)
            request = script.send(Answer(answer.status_code, b"HTTP/1.1\r\n", answer.data))
    except StopIteration:
        pass


def test_every_control_is_answered_as_its_question_takes_it(app: Flask, exam_day: ExamDay, cast: Cast) -> None:
    """
    For each question of a paper with every type that machines score the candidate has responses, and the server keeps
    all of them: what it read of the page is what the page would send.
    """
    one, client = begun(app, exam_day, cast)
    answers = dict(one._answers)

    for _ in range(60):
        passed_on(one.save(1.0), client)

    assert sorted(answers) == list(range(1, 15))
    assert one._record.faults == {}
    assert len(one.acknowledged) == 60
    with app.app_context():
        attempt = reading().query(Attempt).filter_by(public_id=one.attempt).one()
        form, versions = Form.from_record(attempt.form), exams.snapshot(reading(), attempt.exam_id).versions
        for slot, responses in answers.items():
            version = versions[form.slots[slot - 1].version]
            for sent in responses:
                meant = version.interaction.read(version.body, form.slot_seed(slot), json.loads(sent))
                assert not version.interaction.is_blank(meant)


def test_a_lost_answer_is_counted(app: Flask, exam_day: ExamDay, cast: Cast) -> None:
    """
    Nothing is lost of what is stored; an answer that was acknowledged and is not stored is, one that is stored otherwise
    too, and a hand-in that did not last.
    """
    one, client = begun(app, exam_day, cast)
    for _ in range(5):
        passed_on(one.save(1.0), client)
    with app.app_context():
        exam_id = reading().query(Attempt).one().exam_id
        assert losses.lost(reading(), exam_id, [one]) == 0
        assert reading().query(AttemptEvent).filter_by(kind="answer").count() == 5

        seq, slot, sent = one.acknowledged[0]
        other = next(text for text in dict(one._answers)[slot] if text != sent)
        one.acknowledged[0] = (seq, slot, other)
        one.acknowledged.append((99, slot, sent))
        one.handed_in = True
        assert losses.lost(reading(), exam_id, [one]) == 3

        one.attempt = "nobody's"
        assert losses.lost(reading(), exam_id, [one]) == 7


def test_hand_in_and_result_follow_the_page(app: Flask, exam_day: ExamDay, cast: Cast, clock: TestClock) -> None:
    """
    The pulse, the hand-in and the pages of the result are answered; the attempt has ended as handed in.
    """
    one, client = begun(app, exam_day, cast)

    passed_on(one.look_at_clock(1.0), client)
    passed_on(one.hand_in(1.0), client)
    passed_on(one.look_at_result(), client)
    passed_on(one.look_at_review(), client)

    assert one._record.faults == {}
    steps = {step: len(times) for step, times in one._record.seconds.items()}
    assert steps == {"pulse": 1, "submit": 1, "result": 1, "review": 1}
    with app.app_context():
        assert reading().query(Attempt).one().ended_how == "handed_in"


def test_the_pulse_has_the_period_of_the_players_script() -> None:
    """
    Candidates ask as often as the page does.
    """
    found = re.search(r"setTimeout\(pulse, (\w+)\)", PLAYER.read_text(encoding="utf-8"))

    assert found is not None
    assert found[1] == "PULSE"
    assert 1 <= pulse_seconds() <= 60


def test_times_are_spread_over_their_windows() -> None:
    """
    Everybody starts and hands in within the windows, saves between, 15 to 30 seconds apart, and the same seed gives the
    same day.
    """
    pace = Pace(start_within=20, hold=30, submit_within=10)
    times = timetable(500, pace, 100.0, 50.0, chance=Chance(b"one"))

    assert times == timetable(500, pace, 100.0, 50.0, chance=Chance(b"one"))
    assert all(100 <= one.start < 120 and 150 <= one.hand_in < 160 for one in times)
    assert max(one.start for one in times) - min(one.start for one in times) > 18
    gaps = [later - earlier for one in times for earlier, later in zip(one.saves, one.saves[1:], strict=False)]
    assert gaps
    assert all(15 <= gap <= 30 for gap in gaps)
    assert all(one.start < one.saves[0] <= one.start + 30 and one.saves[-1] < one.hand_in for one in times)
    assert times[-1].door - times[0].door == pytest.approx(499 / pace.doors)


def test_who_signs_in_waits_for_the_turn(app: Flask, cast: Cast) -> None:
    """
    Told that it is not their turn they ask again around the time that was told, and send the form when it is.
    """
    client, one = app.test_client(), candidate()
    due = time.perf_counter()
    script = one.sign_in(cast.lin.staff_number, PASSWORD, due)
    page = client.get("/sign-in").data

    assert next(script) == due
    assert script.send(None).startswith(b"GET /sign-in HTTP")  # type: ignore[union-attr]
    assert b"GET /sign-in/queue" in script.send(Answer(200, b"", page))  # type: ignore[operator]
    again = script.send(Answer(200, b"", b'{"wait":2}'))
    assert isinstance(again, float)
    assert due + 1 <= again < time.perf_counter() + 3
    assert b"GET /sign-in/queue" in script.send(None)  # type: ignore[operator]
    form = script.send(Answer(200, b"", b'{"wait":0}'))
    assert isinstance(form, bytes)
    assert form.startswith(b"POST /sign-in HTTP")
    with pytest.raises(StopIteration):
        script.send(Answer(303, b"", b""))
    assert len(one._record.seconds["login"]) == 1


def test_a_start_goes_the_short_way_of_the_page(
    app: Flask, exam_day: ExamDay, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The request to begin carries what the page of the exam gives its script, and its answer leads to the paper.
    """
    exam, client = exam_day.published(), app.test_client()
    sign_in(client, cast.lin)
    one, long_way, rest = candidate(exam.public_id), list[str](), app.wsgi_app._rest  # type: ignore[attr-defined]

    passed_on(one.open_door(), client)
    monkeypatch.setattr(
        app.wsgi_app, "_rest", lambda environ, respond: long_way.append(environ["PATH_INFO"]) or rest(environ, respond)
    )
    passed_on(one.start(1.0), client)

    assert not [path for path in long_way if path.endswith("/start")]
    assert one._record.faults == {}
    assert TICKET.lower() in one._begins.lower()
    with app.app_context():
        assert reading().query(Attempt).one().public_id == one.attempt


def test_all_ask_for_a_start_as_the_script_does() -> None:
    """
    A script that asked otherwise would be answered by the long way, and a bench that did would measure something else.
    """
    script = Path(express.__file__).parents[1] / "static" / "js" / "exam" / "begin.js"

    assert f'"{express.BEGINS}"' in script.read_text(encoding="utf-8")
    assert express.BEGINS == BEGINS
