"""An exam that many have sat on papers that differ in difficulty, built by deeds of the writer without pages."""

import json
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from lms.accounts.models import Person, Posting
from lms.database import db, reading, writing
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.ids import new_public_id
from lms.jobs import run_waiting
from lms.sitting import dealing, papers
from lms.sitting.deeds import Deed, End, Save, Start
from lms.sitting.models import Attempt
from lms.sitting.writer import Writer
from question_bank.assembly import Form
from question_bank.attempt import Incoming, Kind
from question_bank.blueprint import Blueprint
from question_bank.item import ItemVersion
from tests.cast import Cast
from tests.conftest import NINE, TestClock
from tests.exam_day import ExamDay, section

#: nobody's log-in: the deeds ask only whether it ended
SESSION = 10**6
SECTIONS = tuple(section(kind, quota=4) for kind in ("single_choice", "true_false", "numeric"))


@dataclass(frozen=True, slots=True)
class Cohort:
    """The exam, who sat it (ids and public ids) and their attempts in the same order."""

    exam: ExamRow
    people: Sequence[tuple[int, str]]
    attempts: Sequence[str]


def hired(app: Flask, unit_id: int, count: int) -> list[tuple[int, str]]:
    """So many people of a unit: ids and public ids."""
    with app.app_context():
        with writing() as session:
            values = [
                {"staff_number": f"K{n:05}", "name": f"考生{n}", "created_at": NINE, "enabled": True}
                for n in range(count)
            ]
            session.execute(insert(Person), values)
            query = select(Person.id, Person.public_id).where(Person.staff_number.startswith("K")).order_by(Person.id)
            found = [(row.id, row.public_id) for row in session.execute(query)]
            start = date(2024, 1, 1)
            values = [
                {"person_id": who, "unit_id": unit_id, "from_date": start, "post": "科员"} for who, _name in found
            ]
            session.execute(insert(Posting), values)
        return found


def respond(version: ItemVersion, *, right: bool) -> Any:
    """A response as journals hold it."""
    if version.type == "true_false":
        return version.body.answer is right
    if version.type == "numeric":
        return str(version.body.answer if right else version.body.answer + 100)
    keys = version.body.right_keys()
    return next(key for key in version.body.letters() if (key in keys) is right)


def sat_by_many(
    app: Flask,
    cast: Cast,
    exam_day: ExamDay,
    clock: TestClock,
    count: int = 80,
    *,
    release: str = "at_once",
    paper: str = "personal",
    before_end: Callable[[Writer, Sequence[str]], object] = lambda _writer, _attempts: None,
) -> Cohort:
    """Handed in, told, and worked out: half of the questions nearly everybody can answer, the others hardly anybody."""
    people = hired(app, cast.branch_b.id, count)
    plan = exam_day.plan(
        sections=SECTIONS, units=(cast.branch_b.id,), opens_at=NINE + timedelta(hours=1), release=release
    )
    exam = exam_day.published(replace(plan, blueprint=Blueprint(SECTIONS, pass_mark=Decimal(12), paper=paper)))
    run_waiting(app)
    clock.moment = at = exam.opens_at + timedelta(minutes=1)
    luck = random.Random(7)
    with app.app_context():
        versions, writer = exams.frozen(reading(), exam.id).pool.versions, Writer(db.engine)
        starts = [_start(exam, person, at) for person in people]
        reading().rollback()
        attempts = [begun.public_id for begun in writer.do_all(starts)]
        forms = [Form.from_record(json.loads(start.form)) for start in starts]
        writer.do_all([_save(name, form, versions, luck, at) for name, form in zip(attempts, forms, strict=True)])
        before_end(writer, attempts)
        ends: list[Deed] = [
            End(name, SESSION, at + timedelta(minutes=30), versions, exam.blueprint) for name in attempts
        ]
        writer.do_all(ends)
    over(app, exam, clock)
    return Cohort(exam, people, attempts)


def over(app: Flask, exam: ExamRow, clock: TestClock) -> None:
    """The window closes; everything that follows is done."""
    clock.moment = exam.closes_at + timedelta(minutes=30)
    with app.app_context():
        papers.ask_to_settle(exam.id)
    run_waiting(app)
    clock.advance(hours=1)
    run_waiting(app)


def _start(exam: ExamRow, person: tuple[int, str], at: Any) -> Start:
    form = dealing.given(exam, person[0], person[1]).form
    return Start(exam.id, person[0], SESSION, form, at, at + timedelta(hours=1), new_public_id())


def _save(name: str, form: Form, versions: Any, luck: random.Random, at: Any) -> Save:
    ability, events = luck.gauss(0, 1), []
    for slot in form.slots:
        version = versions[slot.version]
        hard = 2.0 if int(version.ref.rsplit("-", 1)[1]) % 8 < 4 else -2.0
        right = luck.random() < 1 / (1 + math.exp(hard - ability))
        events.append(
            Incoming("window0001", slot.number, Kind.ANSWER, slot.number, respond(version, right=right), 10**6)
        )
    return Save(name, SESSION, events, at)


def attempt_row(public_id: str) -> Attempt:
    """An attempt as it is stored now; within a context."""
    return reading().query(Attempt).filter_by(public_id=public_id).one()
