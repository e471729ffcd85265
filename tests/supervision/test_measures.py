"""What an invigilator does to attempts: in order with the answers, in the journal, in the audit log."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from lms.accounts.policy import Role
from lms.accounts.service import grant_role
from lms.database import reading, writing
from lms.ids import new_public_id
from lms.jobs import run_waiting
from lms.sitting import presence
from lms.sitting.models import AttemptResult, Outage
from lms.sitting.service import due_attempts
from lms.sitting.writer import writer
from question_bank.attempt import Kind, replay
from tests.cast import post, sign_in
from tests.conftest import NINE
from tests.sitting.desks import broken_chain
from tests.supervision.conftest import Hall


def kinds(hall: Hall, attempt: str) -> list[str]:
    """The kinds of a journal, in order."""
    return [str(event.kind) for event in hall.journal(attempt)]


def acts(app: Flask) -> list[str]:
    """What the audit log has of supervision."""
    with app.app_context():
        query = text("SELECT act FROM audit_entry WHERE act LIKE 'supervision.%' ORDER BY number")
        return list(reading().scalars(query))


def test_more_time_moves_the_deadline_of_one(hall: Hall) -> None:
    """
    Ten minutes for Lin: the pulse says so, answers count until then and not after; Wang has what he had.
    """
    lin, wang = hall.begin(hall.cast.lin), hall.begin(hall.cast.wang)
    hall.clock.advance(minutes=59)
    assert hall.measure("extend", f"?person={hall.cast.lin.public_id}", minutes="10").status_code == 303

    state = lin.state()
    assert (state["remaining"], state["extra"]) == (11 * 60_000, 600)
    assert (wang.state()["remaining"], wang.state()["extra"]) == (60_000, 0)
    hall.clock.moment = NINE + timedelta(minutes=69)
    assert lin.flag().get_json()["over"] is False
    assert wang.flag().get_json()["over"] is True
    hall.clock.moment = NINE + timedelta(minutes=71)
    assert lin.flag(on=False).get_json()["over"] is True
    assert kinds(hall, lin.attempt) == ["start", "extend", "flag", "late"]
    assert acts(hall.app) == ["supervision.extend"]


def test_the_same_page_sent_twice_gives_time_once(hall: Hall) -> None:
    """
    A double click, or a reload of the answer, changes nothing more.
    """
    lin = hall.begin(hall.cast.lin)
    key = new_public_id()
    for _each in range(2):
        hall.measure("extend", minutes="5", key=key)

    assert lin.state()["extra"] == 300
    assert kinds(hall, lin.attempt) == ["start", "extend"]


def test_a_pause_stops_the_clock(hall: Hall) -> None:
    """
    Half an hour of pause costs nothing: the time left is the same before and after, the sweep closes nobody, and what
    was still on its way counts.
    """
    lin = hall.begin(hall.cast.lin)
    hall.clock.advance(minutes=40)
    hall.measure("pause")
    hall.clock.advance(minutes=30)
    assert (lin.state()["paused"], lin.state()["remaining"], lin.state()["over"]) == (True, 20 * 60_000, False)
    assert lin.flag().get_json()["over"] is False
    with hall.app.app_context():
        assert due_attempts(reading()) == []
    hall.measure("resume")

    assert (lin.state()["paused"], lin.state()["remaining"]) == (False, 20 * 60_000)
    hall.clock.advance(minutes=21)
    assert lin.flag(on=False).get_json()["over"] is True
    assert kinds(hall, lin.attempt) == ["start", "pause", "flag", "resume", "late"]


def test_what_does_not_apply_changes_nothing(hall: Hall) -> None:
    """
    A pause of a pause, a resumption of what runs, time for what is over: no event, no other deadline.
    """
    lin = hall.begin(hall.cast.lin)
    hall.measure("resume")
    hall.measure("pause")
    hall.measure("pause")
    hall.measure("force")
    for kind in ("pause", "resume", "release", "force"):
        hall.measure(kind)
    hall.measure("extend", minutes="5")

    assert kinds(hall, lin.attempt) == ["start", "pause", "force"]


def test_a_forced_hand_in_is_graded(hall: Hall) -> None:
    """
    It ends now with what was saved; what comes later is evidence; the journal tells it from the candidate's own.
    """
    lin = hall.begin(hall.cast.lin)
    hall.measure("force", f"?person={hall.cast.lin.public_id}")
    assert lin.state()["over"] is True
    assert lin.flag().get_json()["over"] is True

    row = hall.row(lin.attempt)
    assert (row.ended_how, row.ended_at) == ("forced", NINE)
    assert kinds(hall, lin.attempt) == ["start", "force", "late"]
    assert "监考" in lin.client.get(f"/sitting/{lin.attempt}/result").text
    with hall.app.app_context():
        assert reading().query(AttemptResult).filter_by(attempt_id=row.id).count() == 1
        assert broken_chain(lin.attempt) == ""


@pytest.mark.parametrize("handed_in", [False, True])
def test_a_void_attempt_is_kept_and_not_scored(hall: Hall, handed_in: bool) -> None:
    """
    Void while open: no result at all. Void after the hand-in: no page shows the result, and the transcript is corrected.
    """
    lin = hall.begin(hall.cast.lin)
    lin.flag()
    if handed_in:
        lin.client.post(f"/sitting/{lin.attempt}/hand-in", json={}, headers=lin.headers)
        run_waiting(hall.app)
    hall.measure("void", f"?person={hall.cast.lin.public_id}")
    run_waiting(hall.app)

    page = lin.client.get(f"/sitting/{lin.attempt}/result").text
    assert hall.row(lin.attempt).ended_how == "void"
    assert "作废" in page
    assert "/ 28" not in page
    assert replay(hall.journal(lin.attempt)).voided
    assert kinds(hall, lin.attempt)[-1] == "void"
    with hall.app.app_context():
        query = text("SELECT revision, score, passed FROM transcript_entry ORDER BY revision")
        told = [tuple(row) for row in reading().execute(query)]
        assert [row[0] for row in told] == ([1, 2] if handed_in else [])
        assert broken_chain(lin.attempt) == ""


def test_a_released_attempt_goes_on_elsewhere(hall: Hall) -> None:
    """
    After the release the first computer may not write; another one takes over, with what was saved.
    """
    lin = hall.begin(hall.cast.lin)
    lin.flag()
    hall.measure("release", f"?person={hall.cast.lin.public_id}")
    assert lin.state()["live"] is False
    assert lin.flag(on=False).status_code == 409

    second = sign_in(hall.app.test_client(), hall.cast.lin)
    asked = second.get(f"/sitting/{lin.attempt}")
    assert (asked.status_code, "监考" in asked.text) == (409, True)
    post(second, f"/sitting/{lin.attempt}/take-over")
    there = hall.at_work(second, hall.cast.lin, lin.attempt)
    there.count = 10
    assert there.state()["live"] is True
    assert there.flag(on=False).status_code == 200
    assert kinds(hall, lin.attempt) == ["start", "flag", "release", "take_over", "flag"]
    with hall.app.app_context():
        assert broken_chain(lin.attempt) == ""


def test_a_measure_for_a_room_reaches_those_who_sit_there(hall: Hall) -> None:
    """
    Lin sits in 101, Wang does not.
    """
    lin, wang = hall.begin(hall.cast.lin), hall.begin(hall.cast.wang)
    post(hall.zheng, hall.at("/rooms"), name="101", seat_rows="2", seat_columns="2")
    post(hall.zheng, hall.at("/seats/list"), lines=f"{hall.cast.lin.staff_number};101;3")
    with hall.app.app_context():
        room = reading().scalar(text("SELECT public_id FROM supervision_room"))
    hall.measure("pause", f"?room={room}")

    assert (lin.state()["paused"], wang.state()["paused"]) == (True, False)


def test_a_reason_and_minutes_are_asked_for(hall: Hall) -> None:
    """
    Without a reason, or more time without minutes, nothing is done.
    """
    lin = hall.begin(hall.cast.lin)

    assert hall.measure("pause", reason=" ").status_code == 422
    assert hall.measure("extend").status_code == 422
    assert hall.measure("extend", minutes="-5").status_code == 422
    assert hall.measure("dance").status_code == 404
    assert kinds(hall, lin.attempt) == ["start"]


def test_focus_losses_are_hints_in_the_journal(hall: Hall) -> None:
    """
    The page tells when its window was left and when it is back; the board counts them, nothing else follows.
    """
    lin = hall.begin(hall.cast.lin)
    assert lin.send("away", None, None).status_code == 200
    assert lin.send("back", None, None).status_code == 200
    assert lin.send("away", 1, "x").status_code == 400

    assert kinds(hall, lin.attempt) == ["start", "away", "back"]
    assert hall.row(lin.attempt).away == 1
    assert replay(hall.journal(lin.attempt)).away == 1


def test_more_time_granted_before_is_there_at_the_start(hall: Hall) -> None:
    """
    Half as much again and five minutes; beyond the window's end too; the start of the journal says so.
    """
    form = {
        "staff_number": hall.cast.lin.staff_number, "minutes": "5", "percent": "150", "approver": "钱进", "reason": "视力",
    }  # fmt: skip
    assert post(hall.zheng, hall.at("/accommodations"), **form).status_code == 303
    hall.clock.advance(hours=2, minutes=30)
    lin, wang = hall.begin(hall.cast.lin), hall.begin(hall.cast.wang)

    assert lin.state()["remaining"] == (30 + 35) * 60_000
    assert wang.state()["remaining"] == 30 * 60_000
    assert hall.journal(lin.attempt)[0].response == {"seconds": 35 * 60}


def test_withdrawn_time_is_not_given(hall: Hall) -> None:
    """
    Withdrawn before the start it does not count; who may not sit the exam is granted nothing.
    """
    form = {"minutes": "5", "percent": "100", "approver": "钱进", "reason": "视力"}
    post(hall.zheng, hall.at("/accommodations"), staff_number=hall.cast.lin.staff_number, **form)
    assert post(hall.zheng, hall.at("/accommodations"), staff_number="NOBODY", **form).status_code == 422
    with hall.app.app_context():
        granted = reading().scalar(text("SELECT public_id FROM sitting_accommodation"))
    assert post(hall.zheng, hall.at(f"/accommodations/{granted}/withdraw")).status_code == 303

    assert hall.begin(hall.cast.lin).state()["remaining"] == 60 * 60_000


def test_the_time_of_an_outage_is_given_back_by_one_click(hall: Hall) -> None:
    """
    The server was away for three minutes: the gap in its beats is an outage of the exam that was open; one click
    gives these minutes to everybody who was open then, and only once.
    """
    lin = hall.begin(hall.cast.lin)
    lin.state()
    hall.clock.advance(minutes=3)
    wang = hall.begin(hall.cast.wang)
    with hall.app.app_context():
        writer().do(presence.Heard(hall.clock()))
        outage = reading().query(Outage).one()
        assert (outage.attempts, outage.ended_at - outage.began_at) == (1, timedelta(minutes=3))
    page = hall.zheng.get(hall.at())
    assert f"/outages/{outage.public_id}" in page.text

    assert post(hall.zheng, hall.at(f"/outages/{outage.public_id}")).status_code == 303
    assert (lin.state()["extra"], wang.state()["extra"]) == (180, 0)
    assert post(hall.zheng, hall.at(f"/outages/{outage.public_id}")).status_code == 404
    assert lin.state()["extra"] == 180
    assert acts(hall.app) == ["supervision.extend"]


def test_a_server_at_work_has_no_outage(hall: Hall) -> None:
    """
    Beats every few seconds, and nobody open: no outage is told.
    """
    with hall.app.app_context():
        writer().do(presence.Heard(hall.clock()))
        hall.clock.advance(hours=1)
        writer().do(presence.Heard(hall.clock()))
    lin = hall.begin(hall.cast.lin)
    for _each in range(10):
        hall.clock.advance(seconds=15)
        lin.state()

    with hall.app.app_context():
        assert reading().query(Outage).count() == 0


def test_an_invigilator_of_one_exam_reaches_no_other(hall: Hall) -> None:
    """
    Wang invigilates another exam, Lin is a mere cadre: neither sees this one, nor does anything in it.
    """
    with hall.app.app_context(), writing() as session:
        grant_role(
            session, hall.cast.wang.id, Role.INVIGILATOR, reason="测试", by=None, scope="exam", thing_id=new_public_id()
        )
    lin = hall.begin(hall.cast.lin)
    wang = sign_in(hall.app.test_client(), hall.cast.wang)

    for path in ("", "/live", "/rooms", "/measures", "/measures/pause", "/accommodations", "/incidents"):
        assert wang.get(hall.at(path)).status_code == 404, path
        assert lin.client.get(hall.at(path)).status_code == 403, path
    assert post(wang, hall.at("/measures/void"), key=new_public_id(), reason="x").status_code == 404
    assert hall.exam.title not in wang.get("/supervision/").text
    assert kinds(hall, lin.attempt) == [str(Kind.START)]
