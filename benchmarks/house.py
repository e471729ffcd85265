"""An installation for measuring: people who are signed in, and an exam of fifty questions from the bundled bank."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, select

from lms import jobs, migrate, server
from lms.accounts import sessions
from lms.accounts.models import LoginSession, Person, Posting, Unit
from lms.app import create_app
from lms.bank import queries as bank
from lms.bank import service as bank_service
from lms.config import Config
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.exams import service as exam_service
from lms.exams.queries import ExamRow
from lms.exams.service import Plan
from question_bank.blueprint import Blueprint, Section

ROOT = Path(__file__).parent.parent
SECRET = "a-secret-of-the-benchmark-that-nobody-else-uses"
SECTIONS = (
    ("single_choice", 20), ("multiple_choice", 10), ("true_false", 10), ("fill_in", 4), ("numeric", 2), ("ordering", 2),
    ("matching", 2),
)  # fmt: skip


@dataclass
class House:
    """An installation, its candidates' session tokens and its exam; served when started."""

    config: Config
    app: Flask
    exam: ExamRow
    tokens: list[str]
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the production server with the settings people run, and wait until it answers."""
        environ = os.environ | {
            "LMS_DATA": str(self.config.data),
            "LMS_SECRET_KEY": SECRET,
            "LMS_DATABASE_URL": self.config.database_url,
            "LMS_SECOND_FACTOR": "offered",
            "PYTHONPATH": str(ROOT),
        }
        words = server.command(self.config, host="127.0.0.1", port=self.port)
        log = (self.config.data / "server.log").open("ab")
        self.process = subprocess.Popen(words, env=environ, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        wait_for(f"http://127.0.0.1:{self.port}/healthz")

    def stop(self) -> None:
        """End the server and wait for it."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=60)
            self.process = None


def wait_for(address: str, seconds: float = 60) -> None:
    """Until the address answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    raise RuntimeError(f"{address} did not answer within {seconds} s")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def make(folder: Path, *, candidates: int, database_url: str = "") -> House:
    """Migrate, fill and publish; the exam is open for two hours from now."""
    config = Config(data=folder, secret_key=SECRET, second_factor="offered", database_url=database_url)
    migrate.upgrade(config)
    app = create_app(config)
    with app.app_context():
        unit_id, tokens, examiner = _people(candidates)
        with writing() as session:
            bank_service.load_bundled(session, media=config.media)
        exam = _exam(unit_id, examiner)
    jobs.run_waiting(app)  # the papers are dealt before the bell
    return House(config, app, exam, tokens, free_port())


def _people(candidates: int) -> tuple[int, list[str], int]:
    moment = datetime.now(UTC)
    with writing() as session:
        unit = Unit(code="JC", name="测试局", kind="bureau", path="/1/")
        session.add(unit)
        session.flush()
        unit.path = f"/{unit.id}/"
        people = [
            {"staff_number": f"C{n:06}", "name": f"考生{n:06}", "created_at": moment} for n in range(candidates + 1)
        ]
        session.execute(insert(Person), people)
        ids = session.scalars(select(Person.id).order_by(Person.id)).all()
        postings = [{"person_id": i, "unit_id": unit.id, "from_date": date(2024, 1, 1), "post": "科员"} for i in ids]
        session.execute(insert(Posting), postings)
        tokens = [f"benchmark-token-{n:06}" for n in range(candidates)]
        logins = [
            {
                "person_id": person,
                "token_hash": sessions.hash_of(token),
                "created_at": moment,
                "last_seen_at": moment,
                "ends_at": moment + timedelta(hours=12),
                "address": "127.0.0.1",
                "user_agent": "benchmark",
            }
            for person, token in zip(ids, tokens, strict=False)
        ]
        session.execute(insert(LoginSession), logins)
        return unit.id, tokens, ids[-1]


def _exam(unit_id: int, examiner: int) -> ExamRow:
    pool = bank.bundled_pool(reading())
    if pool is None:
        raise RuntimeError("the bundled bank is not there")
    sections = tuple(Section(kind, (kind,), (), quota, Decimal(2)) for kind, quota in SECTIONS)
    moment = datetime.now(UTC)
    plan = Plan(
        title="年度统一考试",
        pool_id=pool.id,
        blueprint=Blueprint(sections, Decimal(60)),
        minutes=90,
        opens_at=moment - timedelta(minutes=1),
        closes_at=moment + timedelta(hours=2),
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
