"""A class for tests, made through the forms that people use."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from io import BytesIO
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.accounts import service as accounts
from lms.accounts.errors import AlreadyGranted
from lms.accounts.policy import Role
from lms.accounts.queries import PersonRow
from lms.classes.models import ClassResult, ClassSession, Learner, TrainingClass
from lms.database import reading, writing
from lms.jobs import run_waiting
from tests.cast import FOUNDED, Cast, csrf, post, sign_in

DAY = date(2026, 3, 2)


class School:
    """Qian manages branch A, Feng the whole organisation; `people` serve in office A1."""

    def __init__(self, app: Flask, cast: Cast) -> None:
        self.app, self.cast = app, cast
        # browser tests of one process share an installation
        with app.app_context(), suppress(AlreadyGranted), writing() as session:
            accounts.grant_role(session, cast.feng.id, Role.TRAINING_MANAGER, reason="测试", by=None, unit_id=None)
        self.enter()

    def enter(self) -> None:
        """Sign both managers in: sessions end when nobody is there for hours."""
        self.qian, self.feng = self.client(self.cast.qian), self.client(self.cast.feng)

    def client(self, person: PersonRow) -> FlaskClient:
        """A browser that asks for English in which somebody is signed in."""
        client = self.app.test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        return sign_in(client, person)

    def people(self, count: int) -> list[PersonRow]:
        """More people of office A1: 学员1 with the staff number L001, and so on."""
        with self.app.app_context(), writing() as session:
            return [
                accounts.add_person(
                    session, staff_number=f"L{n:03}", name=f"学员{n}", unit_id=self.cast.office_a1.id, from_date=FOUNDED
                )
                for n in range(1, count + 1)
            ]

    def plan(self, **changed: str) -> dict[str, str]:
        """The fields of a plan."""
        return {
            "name": "所长任职培训班", "class_type": "appointment", "level": "county", "channel": "own", "required": "yes",
            "unit": self.cast.branch_a.public_id, "organiser": "东城分局", "host": "", "place": "三楼会议室", "first_day": "2026-03-02",
            "last_day": "2026-03-02", "planned_hours": "8", "called": "各所所长", "assessment": "attendance", **changed,
        }  # fmt: skip

    def begin(self, client: FlaskClient | None = None, **changed: str) -> str:
        """A plan; the address of its class."""
        answer = post(client or self.qian, "/class-plans/", **self.plan(**changed))
        assert answer.status_code == 303, re.findall(r"<span>([^<]*)</span></li>", answer.text)
        return str(answer.location)

    def session(
        self, at: str, starts: str = "09:00", ends: str = "12:00", hours: str = "", **more: str
    ) -> TestResponse:
        """Put a session on the timetable."""
        given = {"day": "2026-03-02", "starts": starts, "ends": ends, "title": f"课程{starts}", "hours": hours, **more}
        return post(self.qian, f"{at}/timetable", **given)

    def call(self, at: str, people: Sequence[PersonRow]) -> TestResponse:
        """Put people on the roster."""
        data: dict[str, Any] = {"csrf_token": csrf(self.qian), "person": [one.public_id for one in people]}
        return self.qian.post(f"{at}/roster/people", data=data)

    def send(self, at: str, text: str, name: str = "名单.csv") -> str:
        """Send a file for the roster; the address of its page."""
        data: dict[str, Any] = {"csrf_token": csrf(self.qian), "file": (BytesIO(text.encode("gb18030")), name)}
        return str(self.qian.post(f"{at}/roster/files", data=data).location)

    def step(self, at: str, kind: str, client: FlaskClient | None = None, **fields: str) -> str:
        """A step of a class; its state after it."""
        post(client or self.qian, f"{at}/steps/{kind}", **fields)
        return self.state(at)

    def approved(self, people: Sequence[PersonRow], hours: Sequence[str] = ("4", "4"), **changed: str) -> str:
        """A class whose plan is approved, with a session of so many hours every two hours from eight on."""
        at = self.begin(**changed)
        self.call(at, people)
        for n, worth in enumerate(hours):
            self.session(at, f"{8 + n:02}:00", f"{8 + n:02}:45", worth)
        self.step(at, "submit")
        assert self.step(at, "approve", self.feng) == "approved"
        return at

    def closed(self, at: str) -> None:
        """Close it."""
        assert self.step(at, "propose") == "closing"
        assert self.step(at, "confirm", self.feng) == "closed"
        run_waiting(self.app)

    def class_of(self, at: str) -> TrainingClass:
        """The row; within a context."""
        return reading().scalars(select(TrainingClass).where(TrainingClass.public_id == at.rsplit("/", 1)[1])).one()

    def state(self, at: str) -> str:
        """How far it is."""
        with self.app.app_context():
            return self.class_of(at).state

    def sessions(self, at: str) -> list[str]:
        """Public ids of its sessions in their order."""
        with self.app.app_context():
            query = select(ClassSession.public_id).where(ClassSession.class_id == self.class_of(at).id)
            return list(reading().scalars(query.order_by(ClassSession.day, ClassSession.starts)))

    def learners(self, at: str) -> list[str]:
        """Public ids of those on the roster in its order."""
        with self.app.app_context():
            query = select(Learner.public_id).where(
                Learner.class_id == self.class_of(at).id, Learner.removed_at.is_(None)
            )
            return list(reading().scalars(query.order_by(Learner.id)))

    def results(self, at: str) -> list[ClassResult]:
        """Every result of it."""
        with self.app.app_context():
            query = select(ClassResult).where(ClassResult.class_id == self.class_of(at).id)
            return list(reading().scalars(query.order_by(ClassResult.id)))

    def all_present(self, at: str) -> None:
        """Everybody was at every session."""
        for one in self.sessions(at):
            post(self.qian, f"{at}/sheets/{one}/all")

    def mark(self, at: str, session: int, learner: int, kind: str, leave: str = "") -> TestResponse:
        """Mark somebody at a session, by their places."""
        who = self.learners(at)[learner]
        fields = {"learner": who, f"kind-{who}": kind, f"leave-{who}": leave}
        return post(self.qian, f"{at}/sheets/{self.sessions(at)[session]}", **fields)
