"""One exam of the demonstration finished and graded, one open now."""

import re
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask

from lms.accounts.gate import Ticket
from lms.accounts.queries import PersonRow
from lms.bank import queries as bank
from lms.database import reading, writing
from lms.demo.clock import at
from lms.demo.learning import viewer_of
from lms.demo.organisation import Organisation
from lms.exams import queries as exams
from lms.exams import service as exam_service
from lms.exams.queries import ExamRow
from lms.exams.service import Plan
from lms.sitting import papers
from lms.sitting import service as sitting
from question_bank.attempt import Incoming, Kind
from question_bank.blueprint import Blueprint, Section
from question_bank.chance import Chance
from question_bank.item import ItemVersion

CANDIDATES = 120
_SENTENCE = re.compile(r"[^。；\n]+[。；]?")
SECTIONS = (
    ("单项选择题", "single_choice", 20, "2"),
    ("多项选择题", "multiple_choice", 10, "3"),
    ("判断题", "true_false", 10, "1"),
    ("填空题", "fill_in", 4, "2"),
)


def build(app: Flask, organisation: Organisation, examiner: PersonRow, chance: Chance, *, now: datetime) -> None:
    """Make both exams and let people sit the first."""
    pool = bank.bundled_pool(reading())
    if pool is None or not pool.items:
        return
    blueprint = _blueprint(pool.id)
    past = now - timedelta(days=21)
    finished = published(
        app,
        "市场监管执法知识季度考试",
        pool_id=pool.id,
        blueprint=blueprint,
        organisation=organisation,
        examiner=examiner,
        opens_at=past,
        days=1,
    )
    offices = [p for office in organisation.offices for p in organisation.people[office.id]]
    for number, person in enumerate(offices[:CANDIDATES]):
        sit(app, finished, person, chance, begin=past + timedelta(minutes=5 + number))
    published(
        app,
        "行政执法人员年度考试",
        pool_id=pool.id,
        blueprint=blueprint,
        organisation=organisation,
        examiner=examiner,
        opens_at=now - timedelta(hours=1),
        days=14,
    )


def _blueprint(pool_id: int) -> Blueprint:
    """As much of the usual paper as the bank can fill."""
    held = Counter(version.type for version in bank.pool_of_versions(reading(), pool_id).versions.values())
    sections = tuple(
        Section(title=title, types=(kind,), subjects=(), quota=min(quota, held[kind]), marks=Decimal(marks))
        for title, kind, quota, marks in SECTIONS
        if held[kind]
    )
    total = sum((section.quota * section.marks for section in sections), Decimal(0))
    return Blueprint(sections, pass_mark=(total * 6 / 10).quantize(Decimal(1)))


def published(
    app: Flask,
    title: str,
    *,
    pool_id: int,
    blueprint: Blueprint,
    organisation: Organisation,
    examiner: PersonRow,
    opens_at: datetime,
    days: int,
    release: str = "at_once",
) -> ExamRow:
    """An exam for the whole bureau, made and published two hours before it opens."""
    plan = Plan(
        title=title,
        pool_id=pool_id,
        blueprint=blueprint,
        minutes=60,
        opens_at=opens_at,
        closes_at=opens_at + timedelta(days=days),
        release=release,
        shows="explanations",
        units=(organisation.bureau.id,),
    )
    with at(app, opens_at - timedelta(hours=2)), writing() as session:
        public_id = exam_service.create_exam(session, plan, owner_path="/", by=examiner.id)
        row = exams.by_public_id(session, public_id)
        if row is None:
            raise RuntimeError("the exam just made is not there")
        exam_service.publish(session, row.id)
    published = exams.by_public_id(reading(), public_id)
    if published is None:
        raise RuntimeError("the exam just published is not there")
    return published


def sit(app: Flask, exam: ExamRow, person: PersonRow, chance: Chance, *, begin: datetime) -> None:
    """One candidate: knows between 35 and 95 of 100 answers."""
    viewer = viewer_of(person)
    knows = 35 + chance.below(61)
    with at(app, begin):
        public_id = sitting.start(exam, viewer)
    form = papers.sat(public_id).form
    versions = exams.snapshot_of(exam.id)
    events = [
        Incoming(
            client="demonstration",
            client_seq=slot.number,
            kind=Kind.ANSWER,
            slot=slot.number,
            response=_answer(versions[slot.version], form.slot_seed(slot.number), chance, knows=knows),
            base=1,
        )
        for slot in form.slots
    ]
    who = Ticket(public_id, viewer.id, viewer.session_id)
    with at(app, begin + timedelta(minutes=30)):
        sitting.save(who, events)
        if chance.below(20):
            sitting.hand_in(who)
    with at(app, begin + timedelta(hours=2)):
        sitting.close_if_due(public_id)


def _answer(version: ItemVersion, seed: bytes, chance: Chance, *, knows: int) -> Any:
    """What this candidate's page sends: the right answer, or a guess."""
    interaction, body = version.interaction, version.body
    if not interaction.MACHINE_SCORED:
        return (
            "\n".join(line for line in _SENTENCE.findall(body.model_answer) if chance.below(100) < knows) or "不清楚。"
        )
    right = chance.below(100) < knows
    ids = [choice.id for choice in interaction.present(body, seed).choices]
    if interaction.CONTROL == "one":
        if right and version.type == "true_false":
            return interaction.shown(body, seed, body.answer)
        return interaction.shown(body, seed, min(body.right_keys())) if right else ids[chance.below(len(ids))]
    if interaction.CONTROL == "many":
        keys = sorted(body.right_keys())
        return interaction.shown(body, seed, keys if right else keys[:1])
    if interaction.CONTROL == "blanks":
        return [blank.accept[0] if right else "不清楚" for blank in body.blanks]
    return str(getattr(body, "answer", "")) if right else ""
