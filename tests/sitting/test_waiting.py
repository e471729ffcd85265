"""The door as a waiting room, the start as its script asks for it, and answers that come after the end."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms.admission.models import Room, Seat
from lms.database import reading, writing
from lms.sitting import journal, service
from lms.sitting.models import Attempt, AttemptResult
from lms.sitting.paper import material
from question_bank.assembly import Form, Slot
from question_bank.attempt import Event, Kind, receipt_code
from question_bank.item import ItemVersion, Stimulus
from question_bank.timing import Allowance
from tests.cast import Cast, post, sign_in
from tests.conftest import NINE, TestClock
from tests.exam_day import ExamDay, section, wordings
from tests.sitting.test_sitting import Candidate

SETTINGS = re.compile(r'id="waiting-settings">(.*?)</script>', re.DOTALL)
PLAYER = re.compile(r'id="attempt">(.*?)</script>', re.DOTALL)
OVER = re.compile(r'id="over">(.*?)</script>', re.DOTALL)
HALF_PAST_NINE = NINE + timedelta(minutes=30)


def door(app: Flask, cast: Cast, exam_id: str) -> str:
    """Lin's page before the exam."""
    return str(sign_in(app.test_client(), cast.lin).get(f"/sitting/exam/{exam_id}").text)


def events(app: Flask, attempt_id: str) -> list[Event]:
    """The journal."""
    with app.app_context():
        attempt = reading().query(Attempt).filter_by(public_id=attempt_id).one()
        return list(journal.events(reading(), attempt.id))


def bring(candidate: Candidate, *made: dict[str, object]) -> Any:
    """Send what a browser still held, as the page of the result does."""
    page = candidate.client.get(f"/sitting/{candidate.attempt_id}/result", follow_redirects=True).text
    found = OVER.search(page) or PLAYER.search(page)
    headers = json.loads(found[1])["headers"] if found else {}
    return candidate.client.post(
        f"/sitting/{candidate.attempt_id}/evidence", json={"events": list(made)}, headers=headers
    )


def test_the_door_tells_the_servers_time_and_the_bell(
    app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock
) -> None:
    """
    Half an hour before: the script is told the server's moment and the opening to the millisecond; a look at the clock
    a minute later says the same of the later moment.
    """
    exam = exam_day.published(exam_day.plan(opens_at=HALF_PAST_NINE))
    lin = sign_in(app.test_client(), cast.lin)
    found = json.loads(SETTINGS.search(lin.get(f"/sitting/exam/{exam.public_id}").text)[1])  # type: ignore[index]
    bell = int(HALF_PAST_NINE.timestamp() * 1000)

    assert (found["now"], found["opens"], found["phase"]) == (bell - 1_800_000, bell, "soon")
    assert found["zone"] == 8 * 3_600_000
    clock.advance(minutes=1)
    assert lin.get(found["clockUrl"]).json == {"now": bell - 1_740_000, "opens": bell, "phase": "soon"}
    clock.advance(minutes=29)
    assert lin.get(found["clockUrl"]).json["phase"] == "open"


def test_the_door_says_who_enters_where_and_for_how_long(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Name, unit, seat, and the time with what was granted.
    """
    exam = exam_day.published(exam_day.plan(opens_at=HALF_PAST_NINE))
    assert "第三机房" not in door(app, cast, exam.public_id)
    with app.app_context(), writing() as session:
        room = Room(exam_id=exam.id, name="第三机房", seat_rows=5, seat_columns=6)
        session.add(room)
        session.flush()
        session.add(Seat(exam_id=exam.id, person_id=cast.lin.id, room_id=room.id, number=17))
        service.grant_time(
            session, exam.id, cast.lin.id, Allowance(minutes=15), approver="赵", reason="眼疾", by=cast.zhao.id
        )
    page = door(app, cast, exam.public_id)

    assert "第三机房 17 号" in page
    assert "75 分钟，其中 15 分钟为批准延长" in page
    assert f"{cast.lin.name} · " in page


@pytest.mark.parametrize(("after", "minutes"), [(0, 60), (119, 60), (130, 50), (179, 1)])
def test_a_late_comer_is_told_the_time_that_is_left(
    app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock, after: int, minutes: int
) -> None:
    """
    The door shows what an attempt begun now would have: never more than the window leaves; the player shows the same.
    """
    exam = exam_day.published()
    clock.advance(minutes=after)
    page = door(app, cast, exam.public_id)
    lin = Candidate(app, cast.lin, exam.public_id)
    lin.start()
    player = lin.client.get(f"/sitting/{lin.attempt_id}").text

    assert f"<dd>{minutes} 分钟</dd>" in page
    assert f'"remaining":{minutes * 60_000}' in player.replace(" ", "")


def test_who_comes_when_it_is_over_is_told_what_the_time_was(
    app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock
) -> None:
    """
    Not "0 minutes".
    """
    exam = exam_day.published()
    clock.advance(minutes=181)
    assert "<dd>60 分钟</dd>" in door(app, cast, exam.public_id)


def test_a_start_of_the_script_is_answered_in_json(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> None:
    """
    Before the bell it is refused by a code; after it the answer says where the paper is; again: the same paper.
    """
    exam = exam_day.published(exam_day.plan(opens_at=NINE + timedelta(minutes=20)))
    lin = Candidate(app, cast.lin, exam.public_id)
    asked = {"data": {"csrf_token": lin.token()}, "headers": {"Accept": "application/json"}}
    address = f"/sitting/exam/{exam.public_id}/start"
    early = lin.client.post(address, **asked)
    clock.advance(minutes=20)
    first, second = lin.client.post(address, **asked), lin.client.post(address, **asked)

    assert (early.status_code, early.json["error"]) == (409, "attempt.not_open")
    assert first.status_code == second.status_code == 200
    assert first.json == second.json
    assert lin.client.get(first.json["next"]).status_code == 200


def test_what_a_browser_still_held_is_kept_and_counts_nothing(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    After the hand-in another log-in of the candidate brings an answer: it is in the journal as late, once, and named in
    the reply, which does not name what had been there before; result and receipt stay as they were.
    """
    exam = exam_day.published()
    lin = Candidate(app, cast.lin, exam.public_id)
    lin.start()
    lin.send(lin.event(7, ["十日"]))
    held = lin.event(8, ["30日"])
    lin.hand_in()
    before = lin.client.get(f"/sitting/{lin.attempt_id}/result").text
    sign_in(lin.client, cast.lin)  # the browser was closed: a log-in of its own

    there = lin.event(7, ["十日"], seq=1)  # it had arrived; only the answer to that was lost
    assert [bring(lin, there, held).json for _n in range(2)] == [{"kept": [8]}, {"kept": []}]
    found = events(app, lin.attempt_id)
    assert [event.kind for event in found] == [Kind.START, Kind.ANSWER, Kind.HAND_IN, Kind.LATE]
    assert (found[-1].slot, found[-1].response, found[-1].client) == (8, ["30日"], "window0001")
    with app.app_context():
        attempt = reading().query(Attempt).filter_by(public_id=lin.attempt_id).one()
        assert reading().query(AttemptResult).filter_by(attempt_id=attempt.id).count() == 1
        receipt = receipt_code(journal.end_hashes(reading(), [attempt.id])[attempt.id])
    assert receipt in before
    assert receipt in lin.client.get(f"/sitting/{lin.attempt_id}/result").text


def test_evidence_is_taken_of_what_is_over_only(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    While the attempt is open it is refused, so that no log-in goes round the one that may write; so are a stranger's,
    and an answer that is none.
    """
    exam = exam_day.published(exam_day.plan(units=(cast.bureau.id,)))
    lin = Candidate(app, cast.lin, exam.public_id)
    lin.start()
    refused = bring(lin, lin.event(7, ["十日"]))
    assert (refused.status_code, refused.json["error"]) == (409, "attempt.still_open")
    lin.hand_in()
    wang = Candidate(app, cast.wang, exam.public_id)
    wang.attempt_id = lin.attempt_id

    assert bring(wang, lin.event(7, ["十日"])).status_code == 403
    assert bring(lin, lin.event(99, ["十日"])).status_code == 400
    assert post(lin.client, f"/sitting/{lin.attempt_id}/evidence").status_code == 403
    assert [event.kind for event in events(app, lin.attempt_id)] == [Kind.START, Kind.HAND_IN]


def test_the_player_knows_what_questions_rest_on(exam_day: ExamDay) -> None:
    """
    Where questions stand one at a time, each of a case names the one that shows its material: the first in its row.
    """
    plain = wordings()[0]
    first, second = (_with(plain, Stimulus(ref, ref, "案情")) for ref in ("甲", "乙"))
    versions = {1: first, 2: plain, 3: second}
    rows = ([1, 1, 3, 3, 3], [2, 1, 1, 2, 2], [1, 2, 1, 1])
    forms = [Form(b"", tuple(Slot(n, 0, v, section("x").marks) for n, v in enumerate(row, 1))) for row in rows]

    assert [material(form, versions) for form in forms] == [{2: 1, 4: 3, 5: 3}, {3: 2}, {4: 3}]


def _with(version: ItemVersion, stimulus: Stimulus) -> ItemVersion:
    return replace(version, stimulus=stimulus)
