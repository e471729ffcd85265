"""An exam of the demonstration with short answers and an essay, of which a part is marked."""

from datetime import datetime, timedelta
from decimal import Decimal

from flask import Flask
from sqlalchemy import select

from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.accounts.queries import PersonRow
from lms.bank import queries as bank
from lms.database import reading, writing
from lms.demo.exams import published, sit
from lms.demo.learning import viewer_of
from lms.demo.organisation import Organisation
from lms.exams.queries import ExamRow
from lms.marking import allotting, marks, plans, queries
from lms.marking.models import Question, Script, Task
from lms.sitting import telling
from question_bank.blueprint import Blueprint, Section
from question_bank.chance import Chance
from question_bank.moderation import Marking, Rubric

CANDIDATES = 24
SECTIONS = (
    Section("单项选择题", ("single_choice",), (), 20, Decimal(2)),
    Section("简答题", ("short_answer",), (), 2, Decimal(15)),
    Section("论述题", ("essay",), (), 1, Decimal(30)),
)


def build(
    app: Flask, organisation: Organisation, examiner: PersonRow, marker: PersonRow, chance: Chance, *, now: datetime
) -> None:
    """Let people write, and three of the bureau mark: two have marked everything, `marker` about half."""
    pool = bank.bundled_pool(reading())
    kinds = {version.type for version in bank.pool_of_versions(reading(), pool.id).versions.values()} if pool else set()
    if pool is None or not kinds.issuperset(kind for section in SECTIONS for kind in section.types):
        return
    past = now - timedelta(days=6)
    blueprint = Blueprint(SECTIONS, pass_mark=Decimal(60))
    exam = published(
        app, "案例分析与文书写作测评", pool_id=pool.id, blueprint=blueprint, organisation=organisation,
        examiner=examiner, opens_at=past, days=1, release="by_hand",
    )  # fmt: skip
    offices = [person for office in organisation.offices for person in organisation.people[office.id]]
    for number, person in enumerate(offices[-CANDIDATES:]):
        sit(app, exam, person, chance, begin=past + timedelta(minutes=5 + number))
    panel = [marker, *organisation.people[organisation.bureau.id][19:21]]
    # roles hold from today on, so this is no past
    _draw(exam, panel, examiner)
    for person in panel:
        _mark(person, chance, half=person is marker)


def _draw(exam: ExamRow, panel: list[PersonRow], examiner: PersonRow) -> None:
    by, rules = viewer_of(examiner), Marking(control_share=Decimal("0.10"))
    some = 1
    while some:
        with writing() as session:
            some = telling.settle(session, exam.id)
    with writing() as session:
        for person in panel[1:]:
            accounts.grant_role(session, person.id, Role.MARKER, unit_id=None, reason="demonstration", by=None)
        plans.set_rules(session, exam, rules, by)
        for person in panel:
            plans.add_marker(session, exam, person, by, adjudicates=True)
    drawn = allotting.draw(reading(), exam, rules, report=lambda _done: None)
    reading().rollback()
    with writing() as session:
        allotting.keep(session, exam, drawn)


def _mark(person: PersonRow, chance: Chance, *, half: bool) -> None:
    """Marks by how much was written, more or less."""
    query = select(Task.id).where(Task.person_id == person.id, Task.done_at.is_(None), Task.taken_back_at.is_(None))
    for number in reading().scalars(query.order_by(Task.id)).all():
        if half and chance.below(2):
            continue
        with writing() as session:
            task = session.get_one(Task, number)
            script = session.get_one(Script, task.script_id)
            question = session.get_one(Question, script.question_id)
            text = queries.text_of(session, script)
            points = _points(Rubric.from_record(question.rubric), len(text), chance)
            seconds = 40 + chance.below(120)
            marks.give(session, task, points, comment="", notes=[], length=len(text), seconds=seconds)


def _points(rubric: Rubric, length: int, chance: Chance) -> list[Decimal]:
    share = min(100, 35 + length // 3)
    return [
        (one.marks * max(0, min(100, share - 10 + chance.below(21))) / 100 // rubric.step) * rubric.step
        for one in rubric.criteria
    ]
