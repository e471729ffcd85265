"""kill -9 while an exam is scored again: it is done for everybody or for nobody, and can be done again."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lms.database import reading, writing
from lms.exams import queries as exams
from lms.sitting import decisions, remarking
from lms.sitting.models import AttemptResult
from question_bank.remarking import Change, Remark
from tests.cast import Cast
from tests.conftest import SECRET, TestClock
from tests.exam_day import ExamDay
from tests.faults.hall import FULL
from tests.sitting.cohort import Cohort, sat_by_many
from tests.sitting.test_redraw import complaint

#: carries an agreed decision out as the job does, and kills itself at one of the statements of its transaction
CHILD = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from lms.app import create_app
from lms.config import Config
from lms.sitting import remarking, work

folder, url, secret, moment, decision, point = sys.argv[1:]
left = [int(point), False]
app = create_app(
    Config(data=Path(folder), database_url=url, secret_key=secret, testing=True, jobs="off", second_factor="offered"),
    clock=lambda: datetime.fromisoformat(moment),
)

def die(*_):
    if left[1]:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

def counted(work):
    def do(*arguments):
        left[1] = True
        return work(*arguments)
    return do

event.listen(Engine, "before_cursor_execute", die)
event.listen(Engine, "commit", die)
remarking.carry_out = counted(remarking.carry_out)

class Run:
    payload = {"decision": int(decision)}
    def report(self, done, total, note=None):
        pass

with app.app_context():
    work.carry_out_remark(Run())
"""


@pytest.mark.slow
def test_it_is_all_or_nothing(
    app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock, database: str, tmp_path: Path
) -> None:
    """
    Killed at one statement of its transaction after the other, the commit included: no grading is there until all are.
    """
    cohort = sat_by_many(app, cast, exam_day, clock, count=40)
    decision = _agreed(app, cast, cohort)
    finished, point, killed = False, 0, 0
    while not finished:
        arguments = [str(tmp_path), database, SECRET, clock.moment.isoformat(), str(decision), str(point)]
        child = subprocess.run([sys.executable, "-c", CHILD, *arguments], check=False, capture_output=True, timeout=120)
        finished = child.returncode == 0
        assert finished or child.returncode == -9, child.stderr.decode()[-2000:]
        killed += not finished
        with app.app_context():
            rows = reading().scalars(select(AttemptResult.attempt_id).where(AttemptResult.decision == 1)).all()
            applied = decisions.all_of(reading(), cohort.exam.id)[0].applied_at
            changed = reading().scalars(select(remarking.Remarking.changed)).one()
            reading().rollback()
        assert (len(rows), applied is not None) == ((len(changed), True) if finished else (0, False))
        point += 1 if FULL else 3

    assert killed >= 3
    assert complaint(app, cohort.exam) == ""


def _agreed(app: Flask, cast: Cast, cohort: Cohort) -> int:
    """A decision that is agreed to and not carried out: everybody passes with less."""

    def who(person: int) -> object:
        return type("Who", (), {"id": person})()

    with app.app_context():
        exam = exams.by_ids(reading(), [cohort.exam.id])[cohort.exam.id]
        with writing() as session:
            name = remarking.ask(session, exam, Remark((Change("full", _first(exam.id)),)), who(cast.zhao.id))  # type: ignore[arg-type]
        asked = remarking.by_public_id(reading(), exam.id, name)
        basis = remarking.queries.basis(reading(), exam.id)
        rows, facts = remarking.work_out(reading(), asked, report=lambda _done: None)
        reading().rollback()
        with writing() as session:
            remarking.keep(session, asked.id, basis, rows, facts)
        with writing() as session:
            asked = remarking.by_public_id(session, exam.id, name)
            proposal = remarking.propose(session, exam, asked, "题目有误", who(cast.zhao.id))  # type: ignore[arg-type]
        with writing() as session:
            remarking.decide(session, exam, proposal, who(cast.feng.id), agree=True)  # type: ignore[arg-type]
        found = decisions.all_of(reading(), exam.id)[0].id
        reading().rollback()
        return found


def _first(exam_id: int) -> int:
    """A question that hardly anybody answered."""
    versions = exams.frozen(reading(), exam_id).pool.versions
    return next(key for key, version in sorted(versions.items()) if version.type == "numeric")
