"""An exam that Lin and Wang sit and Zheng supervises."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.accounts import tickets
from lms.accounts.models import LoginSession
from lms.accounts.queries import PersonRow
from lms.accounts.tickets import Ticket
from lms.database import reading
from lms.exams.queries import ExamRow
from lms.ids import new_public_id
from lms.sitting import journal
from lms.sitting.models import Attempt
from question_bank.attempt import Event
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay


@dataclass(slots=True)
class Candidate:
    """Somebody at work on an attempt, with the ticket of the page."""

    client: FlaskClient
    attempt: str
    headers: dict[str, str]
    count: int = 0

    def state(self) -> dict[str, object]:
        """What the pulse of the page is told."""
        answer = self.client.get(f"/sitting/{self.attempt}/state", headers=self.headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, object] = answer.get_json()
        return found

    def flag(self, *, on: bool = True) -> TestResponse:
        """Send something that is kept or not: a flag of the first question."""
        return self.send("flag", 1, on)

    def send(self, kind: str, slot: int | None, response: object) -> TestResponse:
        """Send one event."""
        self.count += 1
        event = {
            "client": "window0001", "seq": self.count, "kind": kind, "slot": slot, "response": response, "base": 10**6,
        }  # fmt: skip
        return self.client.post(f"/sitting/{self.attempt}/events", json={"events": [event]}, headers=self.headers)


@dataclass(slots=True)
class Hall:
    """The exam, its people and the invigilator's browser."""

    app: Flask
    clock: TestClock
    exam: ExamRow
    cast: Cast
    zheng: FlaskClient

    def begin(self, person: PersonRow) -> Candidate:
        """Somebody signs in and begins."""
        client = sign_in(self.app.test_client(), person)
        attempt = post(client, f"/sitting/exam/{self.exam.public_id}/start").location.rsplit("/", 1)[1]
        return self.at_work(client, person, attempt)

    def at_work(self, client: FlaskClient, person: PersonRow, attempt: str) -> Candidate:
        """With a ticket for the newest log-in of a person."""
        cookie = client.get_cookie(self.app.extensions["accounts.cookie"])
        assert cookie is not None
        with self.app.app_context():
            newest = reading().query(LoginSession).filter_by(person_id=person.id).order_by(LoginSession.id.desc())
            made = Ticket(attempt, person.id, newest.first().id)  # type: ignore[union-attr]
        key = self.app.config["SECRET_KEY"]
        return Candidate(client, attempt, {tickets.HEADER: tickets.issue(made, token=cookie.value, key=key)})

    def measure(self, kind: str, where: str = "", **fields: str) -> TestResponse:
        """Zheng does something; `where` is a query such as "?person=..."."""
        form = {"key": new_public_id(), "reason": "停电", **fields}
        sign_in(self.zheng, self.cast.zheng)  # the clock may have run out for the session before
        return post(self.zheng, f"/supervision/{self.exam.public_id}/measures/{kind}{where}", **form)

    def at(self, path: str = "") -> str:
        """The address of a page of this exam."""
        return f"/supervision/{self.exam.public_id}{path}"

    def row(self, attempt: str) -> Attempt:
        """An attempt as it is stored now."""
        with self.app.app_context():
            return reading().query(Attempt).filter_by(public_id=attempt).one()

    def journal(self, attempt: str) -> list[Event]:
        """Its journal."""
        with self.app.app_context():
            return journal.events(reading(), self.row(attempt).id)


@pytest.fixture
def hall(app: Flask, cast: Cast, clock: TestClock, exam_day: ExamDay) -> Hall:
    """An exam from nine to twelve for the whole bureau, an hour each."""
    exam = exam_day.published(exam_day.plan(units=(cast.bureau.id,)))
    return Hall(app, clock, exam, cast, sign_in(app.test_client(), cast.zheng))
