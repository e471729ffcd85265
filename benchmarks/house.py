"""An installation for measuring: people who are signed in, and an exam of fifty questions from the bundled bank."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from flask import Flask

from lms import jobs, migrate
from lms.app import create_app
from lms.bank import queries as bank
from lms.bank import service as bank_service
from lms.clock import now
from lms.config import Config
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.exams import service as exam_service
from lms.exams.queries import ExamRow
from lms.exams.service import Plan
from lms.load import installation, people
from question_bank.blueprint import Blueprint, Section

SECTIONS = (
    ("single_choice", 20), ("multiple_choice", 10), ("true_false", 10), ("fill_in", 4), ("numeric", 2), ("ordering", 2),
    ("matching", 2),
)  # fmt: skip


@dataclass
class House:
    """An installation, its candidates' session tokens, its exam, and who signs in meanwhile (number, password)."""

    config: Config
    app: Flask
    exam: ExamRow
    tokens: list[str]
    signing_in: list[tuple[str, str]]


def make(folder: Path, *, candidates: int, signing_in: int = 0, database_url: str = "") -> House:
    """Migrate, fill, publish and deal, all without HTTP; the exam is open for two hours from now."""
    config = installation.settle(folder, Config(data=folder, second_factor="offered"), database_url=database_url)
    migrate.upgrade(config)
    app = create_app(config)
    with app.app_context():
        with writing() as session:
            unit_id = people.unit(session)
            made = people.candidates(session, candidates, unit_id, label="C")
            others = people.signing_in(session, signing_in, unit_id, label="L") if signing_in else []
        with writing() as session:
            bank_service.load_bundled(session, media=config.media)
        exam = _exam(unit_id, made.ids[0])
    jobs.run_waiting(app)  # the papers are dealt before the bell
    return House(config, app, exam, made.tokens, others)


def _exam(unit_id: int, examiner: int) -> ExamRow:
    pool = bank.bundled_pool(reading())
    if pool is None:
        raise RuntimeError("the bundled bank is not there")
    sections = tuple(Section(kind, (kind,), (), quota, Decimal(2)) for kind, quota in SECTIONS)
    plan = Plan(
        title="年度统一考试",
        pool_id=pool.id,
        blueprint=Blueprint(sections, Decimal(60)),
        minutes=90,
        opens_at=now() - timedelta(minutes=1),
        closes_at=now() + timedelta(hours=2),
        release="at_once",
        shows="explanations",
        units=(unit_id,),
    )
    with writing() as session:
        public_id = exam_service.create_exam(session, plan, owner_path="/", by=examiner)
        row = exams.by_public_id(session, public_id)
        if row is None:
            raise RuntimeError("the exam just made is not there")
        exam_service.publish(session, row.id)
    published = exams.by_public_id(reading(), public_id)
    if published is None:
        raise RuntimeError("the exam just published is not there")
    return published
