"""The live board: little to ask, little to answer, however many candidates there are."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from lms.accounts.models import Person, Posting
from lms.database import writing
from lms.ids import new_public_id
from lms.sitting.models import Attempt, Presence
from lms.sitting.queries import BoardRow
from lms.supervision.board import SILENT_AFTER, state_of
from tests.cast import FOUNDED, sign_in
from tests.conftest import NINE
from tests.pace import spent_cpu
from tests.statements import statements
from tests.supervision.conftest import Hall

MANY = 2000
MOST_STATEMENTS = 5  # who asks, the exam, the attempts, and now and then the candidates
CPU_SECONDS = 0.050


def live(hall: Hall, mark: str = "") -> dict[str, Any]:
    """What the board's script is told."""
    answer = hall.zheng.get(hall.at(f"/live?since={mark}"))
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def states(hall: Hall) -> dict[str, str]:
    """State by person."""
    return {line[0]: line[1] for line in live(hall)["lines"]}


def many(hall: Hall) -> None:
    """Two thousand people of the bureau, all at work."""
    with hall.app.app_context(), writing() as session:
        people = [
            {
                "public_id": new_public_id(), "staff_number": f"M{n:05}", "name": f"考生{n}", "name_pinyin": "kao sheng",
                "enabled": True, "created_at": NINE,
            }
            for n in range(MANY)
        ]  # fmt: skip
        session.execute(insert(Person), people)
        ids = list(session.scalars(select(Person.id).where(Person.staff_number.startswith("M"))))
        session.execute(
            insert(Posting),
            [{"person_id": each, "unit_id": hall.cast.office_a1.id, "from_date": FOUNDED} for each in ids],
        )
        session.execute(
            insert(Attempt),
            [
                {
                    "public_id": new_public_id(), "exam_id": hall.exam.id, "person_id": each, "number": 1, "form": {},
                    "started_at": NINE, "deadline_at": NINE + timedelta(hours=1), "session_id": 1, "last_event": 1,
                    "chain": bytes(32), "extra_seconds": 0, "answered": 3, "away": 0,
                }
                for each in ids
            ],
        )  # fmt: skip
        attempts = session.scalars(select(Attempt.id)).all()
        session.execute(insert(Presence), [{"attempt_id": each, "seen_at": NINE} for each in attempts])


def test_two_thousand_candidates_cost_little(hall: Hall) -> None:
    """
    The first answer has them all, the next only who changed; each takes a constant number of queries and, but for the
    first, less than 50 ms of this process; the page itself no more than twelve queries.
    """
    many(hall)
    lin = hall.begin(hall.cast.lin)
    first = live(hall)
    assert (first["whole"], len(first["lines"])) == (True, MANY + 1)
    lin.flag()
    lin.send("away", None, None)

    with statements(hall.app) as sent:
        second = live(hall, first["mark"])
    assert [line[0] for line in second["lines"]] == [hall.cast.lin.public_id]
    assert len(sent) <= MOST_STATEMENTS
    spent = []
    for _each in range(5):
        with spent_cpu() as took:
            assert live(hall, second["mark"])["lines"] == []
        spent.append(took.seconds)
    assert min(spent) < CPU_SECONDS
    with statements(hall.app) as sent:
        assert hall.zheng.get(hall.at()).status_code == 200
    assert len(sent) <= 12


def test_a_mark_of_another_process_gets_everything(hall: Hall) -> None:
    """
    Numbers of another process, of an older start or of nobody mean nothing: everything is told anew.
    """
    hall.begin(hall.cast.lin)

    for mark in ("", "00000000-5", "x", "-", "a-b-c", "00000000-" + "9" * 40):
        answer = live(hall, mark)
        assert (answer["whole"], len(answer["lines"])) == (True, 1), mark


def test_states_of_a_candidate(hall: Hall) -> None:
    """
    Working, silent after missed pulses, working again, paused, handed in.
    """
    lin = hall.begin(hall.cast.lin)
    lin.state()
    me = hall.cast.lin.public_id
    assert states(hall) == {me: "working"}
    hall.clock.advance(seconds=26)
    assert states(hall) == {me: "silent"}
    lin.state()
    assert states(hall) == {me: "working"}
    hall.measure("pause")
    assert states(hall) == {me: "paused"}
    hall.measure("resume")
    hall.measure("release")
    assert states(hall) == {me: "released"}
    hall.measure("force")
    assert states(hall) == {me: "forced"}
    hall.measure("void")
    assert states(hall) == {me: "void"}


@pytest.mark.parametrize(("seconds", "state"), [(25, "working"), (26, "silent")])
def test_when_somebody_is_silent(seconds: int, state: str) -> None:
    """
    Two pulses of nine seconds may fail.
    """
    row = BoardRow(1, "a", None, False, NINE, 0, 0, 0, False, NINE)

    assert timedelta(seconds=25) == SILENT_AFTER
    assert state_of(row, NINE + timedelta(seconds=seconds)) == state


def test_a_pulse_is_small_and_keeps_the_log_in_alive(hall: Hall) -> None:
    """
    One query and a writing for everybody; two hours of pulses without any other request, and the result is still shown.
    """
    lin = hall.begin(hall.cast.lin)
    with statements(hall.app) as sent:
        lin.state()
    assert len([one for one in sent if one.lstrip().startswith("SELECT a.")]) == 1
    assert len(sent) < 10
    hall.measure("extend", minutes="120")
    for _each in range(12):
        hall.clock.advance(minutes=10)
        lin.state()

    assert lin.client.get(f"/sitting/{lin.attempt}").status_code == 200


def test_the_pages_of_an_exam_answer(hall: Hall) -> None:
    """
    Everything an invigilator can open, with somebody at work, and what is not there.
    """
    lin = hall.begin(hall.cast.lin)
    hall.measure("extend", minutes="5")
    sign_in(hall.zheng, hall.cast.zheng)
    person = f"/people/{hall.cast.lin.public_id}"

    for path in ("", "/rooms", "/measures", "/measures/void", "/accommodations", "/incidents", person):
        with statements(hall.app) as sent:
            assert hall.zheng.get(hall.at(path)).status_code == 200, path
        assert len(sent) <= 12, path
    page = hall.zheng.get(hall.at(person)).text
    assert "停电" in page
    for kind in ("extend", "pause", "release", "force", "void"):
        assert f"/measures/{kind}?person={hall.cast.lin.public_id}" in page
    assert "/measures/resume" not in page
    assert lin.attempt not in hall.zheng.get(hall.at()).text
    for path in ("/people/nobody", "/rooms/nowhere", "/measures/pause?person=nobody", "/measures/pause?room=nowhere"):
        assert hall.zheng.get(hall.at(path)).status_code == 404, path
