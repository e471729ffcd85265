"""After the bell: scoring an exam of thousands again, and what it measured: `python -m benchmarks.after [--attempts N] [--json]`.

Each of the attempts has a paper of fifty questions of its own from the bundled bank, dealt, answered and handed in as always.
Measured is what the jobs take (the preview of a mended key and of another rule, carrying out, taking back), the recomputing of
everything, the calibration of the questions, and how long the pages take.
"""

import argparse
import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from benchmarks import house
from lms import jobs
from lms.accounts import queries as accounts
from lms.accounts import service as account_service
from lms.accounts.models import Person
from lms.accounts.policy import Role, Viewer
from lms.analysis import calibration
from lms.analysis import service as analysis
from lms.app import create_app
from lms.bank.queries import calibrations
from lms.clock import now, system_clock
from lms.database import db, reading, writing
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.ids import new_public_id
from lms.sitting import dealing, remarking, telling, verification
from lms.sitting.deeds import End, Save, Start
from lms.sitting.models import AttemptResult
from lms.sitting.writer import Writer
from question_bank.assembly import Form
from question_bank.attempt import Incoming, Kind
from question_bank.item import ItemVersion
from question_bank.rekeying import rekeyed
from question_bank.remarking import Change, Remark
from question_bank.scoring import Rules

#: nobody's log-in
SESSION = 10**6
AT_ONCE = 100
#: seconds at most, for 5,000 attempts
GATES = {"preview_key": 10.0, "preview_rules": 10.0, "commit": 10.0, "page": 2.0, "calibration_job_s": 10.0}


def main(words: Sequence[str]) -> None:
    """Measure and print; exit 1 when a gate is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=5000)
    parser.add_argument("--database", default="")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), options.attempts, options.database)
    print(json.dumps(found) if options.json else "\n".join(f"{name}: {value}" for name, value in found.items()))
    missed = [name for name, most in GATES.items() if found[name] > most * max(1.0, options.attempts / 5000)]
    if missed:
        sys.exit(f"too slow: {', '.join(missed)}")


def measured(folder: Path, attempts: int, database: str) -> dict[str, Any]:
    """Seconds by what was done."""
    made = house.make(folder, candidates=attempts + 2, database_url=database)
    with made.app.app_context():
        sat = list(reading().execute(select(Person.id, Person.public_id).order_by(Person.id)).all())[-attempts - 2 :]
        _sit(made.exam, [(row.id, row.public_id) for row in sat[:-2]])
    app = create_app(made.config, clock=lambda: system_clock() + timedelta(hours=3))
    with app.app_context():
        with writing() as session:
            jobs.enqueue(session, telling.SETTLE, {"exam": made.exam.id})
        examiners = [_examiner(row.id) for row in sat[-2:]]
    _run(app)
    return _Desk(app, made.exam, examiners).measure()


def _examiner(person_id: int) -> Viewer:
    with writing() as session:
        account_service.grant_role(session, person_id, Role.EXAMINER, reason="Benchmark", by=None, unit_id=None)
    person = accounts.person_by_id(reading(), person_id)
    return Viewer(person.id, person.public_id, person.name, None, None, None, None, 0)


def _sit(exam: ExamRow, people: Sequence[tuple[int, str]]) -> None:
    """Everybody begins, answers all fifty and hands in."""
    luck, at = random.Random(11), now()
    versions, writer = exams.frozen(reading(), exam.id).pool.versions, Writer(db.engine)
    hard = {key: luck.gauss(-0.8, 1) for key in sorted(versions)}
    for first in range(0, len(people), AT_ONCE):
        forms = [dealing.given(exam, *person).form for person in people[first : first + AT_ONCE]]
        starts = [
            Start(exam.id, person[0], SESSION, form, at, at + timedelta(minutes=90), new_public_id())
            for person, form in zip(people[first : first + AT_ONCE], forms, strict=True)
        ]
        reading().rollback()
        names = [begun.public_id for begun in writer.do_all(starts)]
        saves = []
        for name, form in zip(names, forms, strict=True):
            ability = luck.gauss(0, 1)
            events = [
                Incoming("window0001", slot.number, Kind.ANSWER, slot.number, answer, 10**6)
                for slot in Form.from_record(json.loads(form)).slots
                if (answer := _answer(versions[slot.version], luck, ability - hard[slot.version])) is not None
            ]
            saves.append(Save(name, SESSION, events, at))
        writer.do_all(saves)
        writer.do_all([End(name, SESSION, at + timedelta(minutes=30), versions, exam.blueprint) for name in names])


def _answer(version: ItemVersion, luck: random.Random, distance: float) -> Any:
    """Right with the chance of the Rasch model; typed answers are left out by whoever does not know them."""
    right, body = luck.random() < 1 / (1 + math.exp(-distance)), version.body
    if version.type == "true_false":
        return body.answer is right
    if version.type in ("single_choice", "multiple_choice"):
        keys = sorted(body.right_keys())
        wrong = [letter for letter in body.letters() if letter not in keys]
        if version.type == "single_choice":
            return keys[0] if right else luck.choice(wrong or keys)
        return keys if right else sorted({*keys[:-1], *luck.sample(wrong, k=min(1, len(wrong)))}) or None
    return str(body.answer) if version.type == "numeric" and right else None


def _run(app: Flask) -> None:
    while jobs.run_waiting(app):
        pass


@dataclass
class _Desk:
    """Two examiners after the exam."""

    app: Flask
    exam: ExamRow
    examiners: list[Viewer]

    def measure(self) -> dict[str, Any]:
        """Seconds by what was done, and whether taking back restored every score."""
        found: dict[str, Any] = {}
        with self.app.app_context():
            before = self._standing()
            found["preview_rules"], _ = self._ask(Remark((Change("rules", None, Rules("all_or_nothing")),)))
            found["preview_key"], asked = self._ask(self._rekeyed())
            found["commit"] = self._carry_out(asked)
            found["changed"] = len(self._standing().items() - before.items())
            found["verify"], checked = _timed(lambda: verification.verify(reading(), self.exam))
            found["preview_reversal"], back = self._ask(None)
            found["commit_reversal"] = self._carry_out(back)
            found["restored"] = self._standing() == before
            found["attempts"] = checked.attempts
        _run(self.app)
        found["analysis"], found["page"] = self._analysis()
        found["calibration_job_s"], found["calibrated"] = self._calibration()
        return found

    def _ask(self, remark: Remark | None) -> tuple[float, str]:
        with writing() as session:
            name = remarking.ask(session, self.exam, remark, self.examiners[0])
        return _timed(lambda: jobs.run_waiting(self.app))[0], name

    def _carry_out(self, name: str) -> float:
        with writing() as session:
            asked = remarking.by_public_id(session, self.exam.id, name)
            decision = remarking.propose(session, self.exam, asked, "Benchmark", self.examiners[0])
        with writing() as session:
            remarking.decide(session, self.exam, decision, self.examiners[1], agree=True)
        seconds, _ = _timed(lambda: jobs.run_waiting(self.app, limit=1))
        _run(self.app)
        return seconds

    def _rekeyed(self) -> Remark:
        versions = exams.frozen(reading(), self.exam.id).pool.versions
        key, version = next((k, v) for k, v in sorted(versions.items()) if v.type == "single_choice")
        wrong = next(letter for letter in version.body.letters() if letter not in version.body.right_keys())
        return Remark((Change("key", key, rekeyed(version, [wrong])),), favour=False)

    def _analysis(self) -> tuple[float, float]:
        """Working it out, and the slowest of its pages."""
        with self.app.app_context():
            with writing() as session:
                analysis.ask(session, self.exam)
            with writing() as session:
                begun = account_service.begin_session(
                    session, self.examiners[0].id, address="127.0.0.1", user_agent="", second_factor_passed=True
                )
        worked_out = _timed(lambda: jobs.run_waiting(self.app))[0]
        client, at = self.app.test_client(), f"/exams/{self.exam.public_id}/analysis"
        client.set_cookie(self.app.extensions["accounts.cookie"], begun.token)
        pages = [at, f"{at}/questions?sort=discrimination", f"/exams/{self.exam.public_id}/scoring"]
        return worked_out, max(_timed(lambda at=at: self._opened(client, at))[0] for at in pages)

    def _calibration(self) -> tuple[float, int]:
        """Calibrating by all attempts, on the scale of the calibration that the exam asked for; how many questions."""
        with self.app.app_context(), writing() as session:
            calibration.ask(session, owner=self.examiners[0].public_id)
        seconds, _ = _timed(lambda: jobs.run_waiting(self.app))
        with self.app.app_context():
            first, *_before = (calibrations.run_of(row) for row in reading().execute(calibrations.runs()))
            return seconds, first.items

    @staticmethod
    def _opened(client: FlaskClient, address: str) -> None:
        if client.get(address).status_code != 200:
            raise RuntimeError(f"{address} does not open")

    @staticmethod
    def _standing() -> dict[int, str]:
        query = select(AttemptResult.attempt_id, AttemptResult.scores).order_by(AttemptResult.revision)
        return {row.attempt_id: json.dumps(row.scores) for row in reading().execute(query)}


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    done = work()
    return round(time.perf_counter() - began, 2), done


if __name__ == "__main__":
    main(sys.argv[1:])
