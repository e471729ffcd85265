"""An exam with essays that people of branch B have sat, and markers of elsewhere."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from faker import Faker
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from lms.accounts import queries as accounts
from lms.accounts import service as accounts_service
from lms.accounts.models import Person
from lms.accounts.policy import Role
from lms.accounts.queries import PersonRow
from lms.bank.models import Item, ItemVersion
from lms.database import db, reading, writing
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.ids import new_public_id
from lms.jobs import run_waiting
from lms.marking import plans
from lms.sitting import dealing
from lms.sitting.deeds import Deed, End, Save, Start
from lms.sitting.writer import Writer
from question_bank.assembly import Form
from question_bank.attempt import Incoming, Kind
from question_bank.blueprint import Blueprint, Section
from question_bank.formats.record import to_record
from question_bank.interactions.written import Point, Written
from question_bank.item import ItemVersion as Wording
from question_bank.moderation import Marking
from tests.answer_files import made
from tests.answer_files.asked import SECTIONS as FILE_SECTIONS
from tests.answer_files.asked import add_file_questions, kept
from tests.cast import FOUNDED, Cast, sign_in
from tests.conftest import NINE, TestClock
from tests.exam_day import ExamDay, section
from tests.sitting.cohort import SESSION, hired, over

#: of 25 marks: one choice (5) and two essays (10 each)
SECTIONS = (section("single_choice", 1, "5"), section("essay", 2, "10"))
POINTS = (Point("指出违法行为", Decimal("0.4")), Point("说明处理依据", Decimal("0.6")))


@dataclass(frozen=True, slots=True)
class Essays:
    """The exam, who sat it, their attempts in the same order, and who may be asked to mark."""

    app: Flask
    cast: Cast
    exam: ExamRow
    people: list[PersonRow]
    attempts: list[str]
    markers: list[PersonRow]

    def client(self, person: PersonRow) -> FlaskClient:
        """A browser of somebody."""
        return sign_in(self.app.test_client(), person)

    def now(self) -> ExamRow:
        """The exam as it is stored now."""
        with self.app.app_context():
            return exams.by_ids(reading(), [self.exam.id])[self.exam.id]


def add_essays(day: ExamDay, count: int = 3) -> None:
    """Essays in the pool of the day."""
    with day.app.app_context(), writing() as session:
        for n in range(count):
            version = Wording(f"essay-{n}", "essay", "food", f"论述第 {n} 题", Written(f"要点 {n}", POINTS))
            item = Item(pool_id=day.pool_id, ref=version.ref, drawn=1, created_at=NINE)
            session.add(item)
            session.flush()
            session.add(
                ItemVersion(
                    item_id=item.id, number=1, type=version.type, subject=version.subject, record=to_record(version),
                    stem_text=version.stem, sha256=bytes(32), created_at=NINE,
                )
            )  # fmt: skip


def hire_markers(app: Flask, cast: Cast, count: int) -> list[PersonRow]:
    """Chen of the bureau and further markers of branch A."""
    made = [cast.chen]
    with app.app_context(), writing() as session:
        for n in range(1, count):
            person = accounts_service.add_person(
                session, staff_number=f"M{n:04}", name=f"阅卷员{n}", name_pinyin="yue juan", unit_id=cast.branch_a.id,
                post="科员", rank="一级行政执法员", from_date=FOUNDED,
            )  # fmt: skip
            accounts_service.grant_role(session, person.id, Role.MARKER, reason="测试", by=None, unit_id=None)
            made.append(person)
    return made


def sat_essays(app: Flask, cast: Cast, day: ExamDay, clock: TestClock, *, count: int = 8, markers: int = 4) -> Essays:
    """Everybody has written two essays with their own names in them; the exam is over and nothing is marked."""
    add_essays(day)
    return _sat(app, cast, day, clock, SECTIONS, count=count, markers=markers)


def sat_files(app: Flask, cast: Cast, day: ExamDay, clock: TestClock, kinds: Sequence[str]) -> Essays:
    """Everybody has handed in a file of these kinds in turn, named after them, with their name as its author; the exam is over."""
    add_file_questions(day)
    return _sat(app, cast, day, clock, FILE_SECTIONS, count=len(kinds), markers=4, kinds=kinds)


def _sat(
    app: Flask, cast: Cast, day: ExamDay, clock: TestClock, sections: tuple[Section, ...], *, count: int, markers: int,
    kinds: Sequence[str] = (),
) -> Essays:  # fmt: skip
    panel, people = hire_markers(app, cast, markers), _named(app, hired(app, cast.office_b1.id, count))
    plan = day.plan(sections=sections, units=(cast.branch_b.id,), opens_at=NINE + timedelta(hours=1), release="by_hand")
    exam = day.published(replace(plan, blueprint=Blueprint(sections, pass_mark=Decimal(15))))
    run_waiting(app)
    clock.moment = at = exam.opens_at + timedelta(minutes=1)
    with app.app_context():
        versions, writer = exams.frozen(reading(), exam.id).pool.versions, Writer(db.engine)
        starts = [start_of(exam, person, at) for person in people]
        reading().rollback()
        attempts = [begun.public_id for begun in writer.do_all(starts)]
        files = [
            kept(app, name, 2, f"{person.name}{person.staff_number}.{kind}", made.MADE[kind](person.name))
            for name, person, kind in zip(attempts, people, kinds, strict=False)
        ]
        writer.do_all(
            [
                Save(name, SESSION, _answers(start, versions, person, file), at)
                for name, start, person, file in zip(attempts, starts, people, files or [None] * count, strict=True)
            ]
        )
        ends: list[Deed] = [
            End(name, SESSION, at + timedelta(minutes=30), versions, exam.blueprint) for name in attempts
        ]
        writer.do_all(ends)
    over(app, exam, clock)
    return Essays(app, cast, day.exam(exam.public_id), people, attempts, panel)


def _named(app: Flask, people: list[tuple[int, str]]) -> list[PersonRow]:
    """Give them names that occur nowhere else."""
    fake = Faker("zh_CN")
    fake.seed_instance(20261130)
    with app.app_context():
        with writing() as session:
            for number, (key, _name) in enumerate(people):
                session.execute(update(Person).where(Person.id == key).values(name=f"{fake.unique.name()}{number:02}"))
        return [accounts.person_by_id(reading(), key) for key, _name in people]


def start_of(exam: ExamRow, person: PersonRow, at: Any) -> Start:
    """The deed of beginning."""
    form = dealing.given(exam, person.id, person.public_id).form
    return Start(exam.id, person.id, SESSION, form, at, at + timedelta(hours=1), new_public_id())


def _answers(start: Start, versions: Any, person: PersonRow, file: Any) -> list[Incoming]:
    form = Form.from_record(json.loads(start.form))
    events = []
    for slot in form.slots:
        kind = versions[slot.version].type
        words = f"我是{person.name}，工号{person.staff_number}，在西城分局西单所。先取证，后告知，再决定。\n第 {slot.number} 题作答完毕。"
        answer = words if kind == "essay" else file if kind == "file_answer" else "A"
        events.append(Incoming("window0001", slot.number, Kind.ANSWER, slot.number, answer, 10**6))
    return events


def panelled(essays: Essays, marking: Marking, *, adjudicators: int = 1) -> None:
    """Rules and markers; the last of them adjudicate."""
    with essays.app.app_context(), writing() as session:
        exam = exams.by_ids(session, [essays.exam.id])[essays.exam.id]
        plans.set_rules(session, exam, marking, viewer(essays.cast.zhao))
        for number, person in enumerate(essays.markers):
            adjudicates = number >= len(essays.markers) - adjudicators
            plans.add_marker(session, exam, person, viewer(essays.cast.zhao), adjudicates=adjudicates)


def viewer(person: PersonRow) -> Any:
    """Somebody, as far as deciding goes."""
    return type("Who", (), {"id": person.id, "public_id": person.public_id})()
