"""Sitting: starting, saving, taking over, handing in, being closed, being graded."""

import json
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from lms.database import reading
from lms.sitting import journal, service
from lms.sitting.models import Attempt
from question_bank.assembly import Form
from question_bank.attempt import Kind
from tests.cast import Cast, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay

SETTINGS = re.compile(r'id="attempt">(.*?)</script>', re.DOTALL)


class Candidate:
    """Somebody with a browser, sitting an exam."""

    def __init__(self, app: Flask, person: Any, exam_id: str) -> None:
        self.client: FlaskClient = app.test_client()
        sign_in(self.client, person)
        self.exam_id = exam_id
        self.seq = 0
        self.base = 0
        self.attempt_id = ""
        self.last_ticket = ""

    def start(self) -> str:
        """Press the button; the public id of the attempt."""
        response = self.client.post(f"/sitting/exam/{self.exam_id}/start", data={"csrf_token": self.token()})
        assert response.status_code == 302, response.text
        self.attempt_id = response.location.rsplit("/", 1)[1]
        self.ticket()
        return self.attempt_id

    def token(self) -> str:
        """The page's token."""
        page = self.client.get("/sitting/").text
        return page.split('name="csrf_token" value="')[1].split('"')[0]

    def event(self, slot: int, response: object, **changes: object) -> dict[str, object]:
        """An answer as the player makes it."""
        self.seq += 1
        made = {
            "client": "window0001", "seq": self.seq, "kind": "answer", "slot": slot, "response": response, "base": self.base,
        }  # fmt: skip
        return made | changes

    def ticket(self) -> str:
        """What the player's page gives its script to show with every answer."""
        page = self.client.get(f"/sitting/{self.attempt_id}")
        if page.status_code == 200:
            self.last_ticket = str(json.loads(SETTINGS.search(page.text)[1])["headers"]["X-Ticket"])
        return self.last_ticket

    def send(self, *events: dict[str, object]) -> Any:
        """Post events."""
        headers = {"X-Ticket": self.last_ticket or self.ticket()}
        return self.client.post(f"/sitting/{self.attempt_id}/events", json={"events": list(events)}, headers=headers)

    def hand_in(self) -> Any:
        """Hand in."""
        headers = {"X-Ticket": self.last_ticket or self.ticket()}
        return self.client.post(f"/sitting/{self.attempt_id}/hand-in", json={}, headers=headers)


def right_answers(app: Flask, attempt_id: str) -> dict[int, object]:
    """For each slot the raw response that earns full marks, as this candidate's page would send it."""
    keys: dict[str, Any] = {
        "single_choice": lambda b: next(iter(b.right_keys())),
        "multiple_choice": lambda b: sorted(b.right_keys()),
        "true_false": lambda b: b.answer,
        "fill_in": lambda b: ["30日"],
        "numeric": lambda b: str(b.answer),
        "ordering": lambda b: list(range(len(b.lines))),
        "matching": lambda b: [b.rights().index(right) for _left, right in b.pairs],
    }
    with app.app_context():
        attempt = reading().query(Attempt).filter_by(public_id=attempt_id).one()
        form = Form.from_record(attempt.form)
        versions = service.exams.snapshot(reading(), attempt.exam_id).versions
        return {
            slot.number: versions[slot.version].interaction.shown(
                versions[slot.version].body,
                form.slot_seed(slot.number),
                keys[versions[slot.version].type](versions[slot.version].body),
            )
            for slot in form.slots
        }


def kinds(app: Flask, attempt_id: str) -> list[Kind]:
    """What the journal of an attempt holds."""
    with app.app_context():
        attempt = reading().query(Attempt).filter_by(public_id=attempt_id).one()
        return [event.kind for event in journal.events(reading(), attempt.id)]


def test_a_full_paper_earns_full_marks(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Whoever answers every question rightly, of every type, gets all the marks at once.
    """
    lin = Candidate(app, cast.lin, exam_day.published().public_id)
    lin.start()
    saved = lin.send(*[lin.event(slot, raw) for slot, raw in right_answers(app, lin.attempt_id).items()])

    assert saved.status_code == 200, saved.text
    assert lin.hand_in().status_code == 200

    page = lin.client.get(f"/sitting/{lin.attempt_id}/result").text
    assert "28<small>/ 28" in page
    assert "解析文字" not in page
    review = lin.client.get(f"/sitting/{lin.attempt_id}/review").text
    assert "解析文字" in review
    assert "期限为(1)______。" in review
    assert "[[1]]" not in review


def test_the_player_holds_the_whole_paper_and_no_key(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Fourteen questions are on the page; explanation, difficulty and which option is right are not.
    """
    lin = Candidate(app, cast.lin, exam_day.published().public_id)
    lin.start()

    page = lin.client.get(f"/sitting/{lin.attempt_id}").text

    assert page.count('class="question"') == 14
    assert not any(word in page for word in ("解析文字", "explanation", "difficulty", "medium"))


def test_two_starts_are_one_attempt(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    A double click does not make a second attempt.
    """
    lin = Candidate(app, cast.lin, exam_day.published().public_id)

    assert lin.start() == lin.start()


def test_neighbours_have_papers_of_their_own(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Two candidates get different papers of the same blueprint.
    """
    exam = exam_day.published(exam_day.plan(units=(cast.bureau.id,)))
    lin, wang = Candidate(app, cast.lin, exam.public_id), Candidate(app, cast.wang, exam.public_id)
    lin.start()
    wang.start()

    with app.app_context():
        first, second = (Form.from_record(attempt.form) for attempt in reading().query(Attempt).all())
    assert len(first.slots) == len(second.slots)
    assert [s.version for s in first.slots] != [s.version for s in second.slots]


def test_an_answer_sent_twice_is_kept_once(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    A retry after a lost reply is acknowledged and changes nothing.
    """
    lin = Candidate(app, cast.lin, exam_day.published().public_id)
    lin.start()
    slot, raw = next(iter(right_answers(app, lin.attempt_id).items()))
    event = lin.event(slot, raw)

    assert lin.send(event).json == lin.send(event).json
    assert kinds(app, lin.attempt_id).count(Kind.ANSWER) == 1


def test_the_same_count_with_other_content_is_refused(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    A (window, count) stands for one answer for ever.
    """
    lin = Candidate(app, cast.lin, exam_day.published().public_id)
    lin.start()
    answers = right_answers(app, lin.attempt_id)
    lin.send(lin.event(1, answers[1]))

    refused = lin.send(lin.event(2, answers[2], seq=1))

    assert (refused.status_code, refused.json["error"]) == (409, "attempt.event_conflict")


def test_a_forgotten_window_does_not_overwrite(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    An answer from a window that has not seen the newest one is kept as evidence; the newest stands.
    """
    lin = Candidate(app, cast.lin, exam_day.published().public_id)
    lin.start()
    raw = right_answers(app, lin.attempt_id)[1]
    lin.send(lin.event(1, raw))

    stale = lin.send(lin.event(1, None, client="window0002", base=0))

    assert {"1": raw} == stale.json["current"]
    assert Kind.STALE in kinds(app, lin.attempt_id)


def test_an_answer_taken_back_stands_too(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Where the newest answer is "none", a window that has not seen it is told so.
    """
    lin = Candidate(app, cast.lin, exam_day.published().public_id)
    lin.start()
    raw = right_answers(app, lin.attempt_id)[1]
    lin.send(lin.event(1, raw), lin.event(1, None))

    stale = lin.send(lin.event(1, raw, client="window0002", base=0))

    assert (stale.status_code, stale.json["current"]) == (200, {"1": None})


def test_an_answer_after_the_end_is_kept_as_evidence(
    app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock
) -> None:
    """
    Five seconds of grace are the network's; what comes later is recorded as late and does not count.
    """
    lin = Candidate(app, cast.lin, exam_day.published().public_id)
    lin.start()
    raw = right_answers(app, lin.attempt_id)[1]
    clock.advance(minutes=29)
    lin.client.get("/sitting/")
    clock.advance(minutes=29)
    lin.client.get("/sitting/")
    clock.advance(minutes=2, seconds=5)
    assert lin.send(lin.event(1, raw)).json["over"] is False
    clock.advance(seconds=1)

    late = lin.send(lin.event(2, None))

    assert late.json["over"] is True
    assert Kind.LATE in kinds(app, lin.attempt_id)


def test_the_server_closes_what_nobody_hands_in(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> None:
    """
    At the deadline the attempt is closed with what was saved, and graded.
    """
    lin = Candidate(app, cast.lin, exam_day.published().public_id)
    lin.start()
    lin.send(lin.event(1, right_answers(app, lin.attempt_id)[1]))
    clock.advance(minutes=60, seconds=6)

    with app.app_context():
        assert service.due_attempts(reading()) == [lin.attempt_id]
        assert service.close_if_due(lin.attempt_id)
        assert not service.close_if_due(lin.attempt_id)
        attempt = reading().query(Attempt).one()
        assert ("closed", attempt.deadline_at) == (attempt.ended_how, attempt.ended_at)


def test_a_second_log_in_must_take_over(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    The second machine is asked first; after it took over, the first can no longer write.
    """
    first = Candidate(app, cast.lin, exam_day.published().public_id)
    first.start()
    second = Candidate(app, cast.lin, first.exam_id)
    second.attempt_id = first.attempt_id

    asked = second.client.get(f"/sitting/{first.attempt_id}")
    assert asked.status_code == 409
    second.client.post(f"/sitting/{first.attempt_id}/take-over", data={"csrf_token": second.token()})

    refused = first.send(first.event(1, None))
    assert (refused.status_code, refused.json["error"]) == (409, "attempt.elsewhere")
    assert second.client.get(f"/sitting/{first.attempt_id}").status_code == 200


def test_handing_in_twice_is_handing_in_once(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    The second hand-in answers like the first and leaves no second event.
    """
    lin = Candidate(app, cast.lin, exam_day.published().public_id)
    lin.start()

    assert lin.hand_in().json == lin.hand_in().json
    assert kinds(app, lin.attempt_id).count(Kind.HAND_IN) == 1


def test_others_find_nothing(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Another cadre's attempt, and an exam for other units, look like nothing at all.
    """
    exam = exam_day.published()
    lin = Candidate(app, cast.lin, exam.public_id)
    lin.start()
    wang = Candidate(app, cast.wang, exam.public_id)

    assert wang.client.get(f"/sitting/{lin.attempt_id}").status_code == 404
    assert wang.client.get(f"/sitting/exam/{exam.public_id}").status_code == 404


def test_results_wait_for_the_release(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    Before the policy allows it the page says that the answers are safe, and no score.
    """
    lin = Candidate(app, cast.lin, exam_day.published(exam_day.plan(release="after_window")).public_id)
    lin.start()
    lin.hand_in()

    page = lin.client.get(f"/sitting/{lin.attempt_id}/result").text

    assert "/ 28" not in page
    assert f"/sitting/{lin.attempt_id}/review" not in page
    told = lin.client.get(f"/sitting/{lin.attempt_id}/review")
    assert (told.status_code, told.location) == (302, f"/sitting/{lin.attempt_id}/result")
