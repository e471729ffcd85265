"""Calibrating by a job in a process of its own: what is taken, what is kept, who sees it, what papers make of it."""

import subprocess
import sys
from array import array
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from lms import apart
from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.analysis import calibrating, calibration
from lms.analysis.errors import TooFewAttempts
from lms.bank import queries as bank
from lms.bank import service as bank_service
from lms.bank.calibrations import Figures, Measured, Worked
from lms.bank.models import CalibratedVersion, Calibration, Pool, Statistic
from lms.bank.queries import calibrations
from lms.bank.statistics import most_telling
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.jobs import run_waiting
from lms.jobs.models import Job
from lms.sitting.models import Attempt
from question_bank.difficulty import estimated, measured
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.sitting.cohort import Cohort, sat_by_many
from tests.statements import statements

ROOT = Path(__file__).parents[2]
AT = "/bank/calibrations"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that eighty attempts suffice."""
    monkeypatch.setattr(calibration, "LEAST_ATTEMPTS", 30)
    monkeypatch.setattr(calibration, "FURTHER", 30)


@pytest.fixture
def cohort(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock, few: None) -> Cohort:
    """Eighty have sat, and their exam has asked for a calibration, which is done."""
    found = sat_by_many(app, cast, exam_day, clock, count=80)
    run_waiting(app)
    return found


def test_an_exam_asks_for_it_when_enough_have_sat(app: Flask, cohort: Cohort) -> None:
    """
    The analysis of the exam is followed by a calibration: every answer to a question that counts, the whole in the database.
    """
    with app.app_context():
        run = calibrations.newest(reading())
        job = reading().scalars(select(Job).where(Job.kind == calibration.JOB)).one()

    assert run is not None
    assert (job.state, job.result) == (
        "done",
        {"attempts": 80, "page": ["calibration.show", {"run_id": run.public_id}]},
    )
    assert (run.counted, run.attempts, run.answers, run.created_by) == (80, 80, 80 * 12, None)
    assert run.figures.converged
    assert run.anchored_to is None
    assert sum(run.figures.items) == run.items == 24
    assert sum(run.figures.people) == pytest.approx(1, abs=1e-4)


def test_it_finds_what_is_hard(app: Flask, cohort: Cohort) -> None:
    """
    Half of the questions of the cohort are hard and half are easy, and the calibration has them apart.
    """
    with app.app_context():
        run = calibrations.newest(reading())
        assert run is not None
        rows = [calibrations.row_of(row) for row in reading().execute(_all(run))]

    hard = [row.found.p for row in rows if int(row.ref.rsplit("-", 1)[1]) % 8 < 4]
    easy = [row.found.p for row in rows if int(row.ref.rsplit("-", 1)[1]) % 8 >= 4]
    assert len(hard) == len(easy) == 12
    assert max(hard) < min(easy)


def _all(run: calibrations.Run) -> Any:
    return calibrations.rows(run.id, reading().scalars(select(Pool.id)), sort="p", descending=False)


def test_nothing_is_calibrated_twice_for_the_same_attempts(app: Flask, cohort: Cohort) -> None:
    """
    Worked out again, an exam asks for no other calibration; a job that runs twice keeps one.
    """
    with app.app_context():
        with writing() as session:
            calibration.ask_if_due(session)
            session.execute(update(Job).where(Job.kind == calibration.JOB).values(state="waiting", worker=None))
        run_waiting(app)

        assert len(reading().scalars(select(Calibration)).all()) == 1


def test_too_few_attempts_are_refused_with_the_reason(app: Flask, cast: Cast) -> None:
    """
    The page says how many there are and has no button; who asks nevertheless is refused and nothing is put in.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    page = zhao.get(AT, headers={"Accept-Language": "en"}).text
    answer = post(zhao, AT)

    assert "There are 0 attempts of exams that are over; at least 200 are needed" in page
    assert "1,000 attempts" in page
    assert page.count('method="post"') == zhao.get("/bank/").text.count('method="post"')
    assert answer.status_code == 409
    with app.app_context():
        assert reading().scalars(select(Job).where(Job.kind == calibration.JOB)).all() == []
        with pytest.raises(TooFewAttempts), writing() as session:
            calibration.ask(session, owner=None)


def test_an_examiner_asks_and_sees_it(app: Flask, cast: Cast, cohort: Cohort) -> None:
    """
    By the button: the job is theirs, leads to its page, and the second one keeps the scale of the first.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    assert post(zhao, AT).location == AT
    with app.app_context(), writing() as session:
        running = calibration.at_work(session)
        assert running is not None
        assert calibration.ask(session, owner=cast.feng.public_id) == running.public_id
    assert f"/jobs/{running.public_id}/state" in zhao.get(AT).text
    run_waiting(app)
    page = zhao.get(AT).text

    with app.app_context():
        second, first = (calibrations.run_of(row) for row in reading().execute(calibrations.runs()))
        rows = [calibrations.row_of(row).found for row in reading().execute(_all(second))]
    assert (second.created_by, second.anchored_to, second.figures.common) == (cast.zhao.id, first.id, 24)
    assert second.figures.moved == 0
    assert [row.change for row in rows] == [pytest.approx(0, abs=1e-4)] * 24
    assert cast.zhao.name in page


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_open_with_few_statements(app: Flask, cast: Cast, cohort: Cohort, language: str) -> None:
    """
    The list, one calibration sorted by each figure, searched; an unknown one is not there.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    with app.app_context():
        run = calibrations.newest(reading())
    assert run is not None
    one = f"{AT}/{run.public_id}"
    zhao.get(AT)
    for address in (
        AT,
        one,
        f"{one}?q=numeric-0",
        *(f"{one}?sort={by}&order=desc" for by in (*calibrations.SORTED_BY, "x")),
    ):
        with statements(app) as seen:
            answer = zhao.get(address, headers={"Accept-Language": language})

        assert answer.status_code == 200, address
        assert len(seen) <= 11, address
    assert zhao.get(f"{AT}/nothing").status_code == 404


def test_questions_of_other_pools_are_not_told(app: Flask, cast: Cast, cohort: Cohort) -> None:
    """
    An examiner of another branch sees the figures of the whole, and none of these questions.
    """
    with app.app_context():
        with writing() as session:
            session.execute(update(Pool).values(created_by=cast.zhao.id, owner_path=cast.bureau.path))
            accounts.grant_role(session, cast.wang.id, Role.EXAMINER, reason="测试", by=None, unit_id=cast.branch_b.id)
        run = calibrations.newest(reading())
    assert run is not None
    mine, theirs = (sign_in(app.test_client(), who).get(f"{AT}/{run.public_id}").text for who in (cast.zhao, cast.wang))

    assert "single_choice-0" in mine
    assert "single_choice-" not in theirs


def test_a_calibration_never_changes(app: Flask, cohort: Cohort) -> None:
    """
    Neither the whole nor a question of it can be written again or deleted.
    """
    with app.app_context():
        for statement in (
            update(Calibration).values(attempts=1),
            delete(CalibratedVersion),
            update(CalibratedVersion).values(b=0.0),
        ):
            with pytest.raises(DatabaseError), writing() as session:
                session.execute(statement)


def test_void_attempts_and_second_ones_are_left_out(app: Flask, cohort: Cohort) -> None:
    """
    Of each person of an exam the first attempt that counts.
    """
    with app.app_context():
        with writing() as session:
            session.execute(update(Attempt).where(Attempt.public_id == cohort.attempts[0]).values(ended_how="void"))
            same = update(Attempt).where(Attempt.public_id == cohort.attempts[2])
            session.execute(same.values(person_id=cohort.people[1][0], number=2))
        taken = calibration.gather(reading(), lambda _done: None)
        left = set(
            reading().scalars(select(Attempt.id).where(Attempt.public_id.in_([cohort.attempts[0], cohort.attempts[2]])))
        )

        assert calibration.ready(reading()) == len(set(taken.attempts)) == 78
        assert not left & set(taken.attempts)


def test_most_answered_questions_go_first(app: Flask, cohort: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Where there are more questions than one calibration takes.
    """
    with app.app_context():
        every = calibration.gather(reading(), lambda _done: None)
        monkeypatch.setattr(calibration, "MOST_ITEMS", 5)
        some = calibration.gather(reading(), lambda _done: None)

    counts = sorted((every.versions.count(version) for version in set(every.versions)), reverse=True)
    assert len(set(some.versions)) == 5
    assert len(some.versions) == sum(counts[:5])


def kept(app: Flask, found: Mapping[int, Mapping[str, Any]]) -> None:
    """A calibration with these figures by version, among people of mean 0 and SD 1."""
    figures = Figures(-1.0, 5, True, 0.0, 1.0, 0.05, 1.0, 0, 0, [0.0] * 24, [0] * 24)
    plain = Measured(0, 0.5, 0.1, 0.39, 0.02, 400, 0, 1.0, 1.0, None, False)
    rows = [replace(plain, item_version_id=key, **values) for key, values in found.items()]
    with writing() as session:
        bank_service.keep_calibration(session, Worked("j" * 22, None, 500, 500, 500, figures, None, rows))


@pytest.mark.parametrize(
    ("values", "used"),
    [
        ({}, True),
        ({"b_error": 2.0}, False),
        ({"b_error": None}, False),
        ({"answers": 29}, False),
        ({"partial": 1}, False),
    ],
    ids=["errs less", "errs more", "no error", "too few answers", "partial marks"],
)
def test_papers_use_it_where_it_errs_less(app: Flask, cohort: Cohort, values: Mapping[str, Any], used: bool) -> None:
    """
    The figure of the last calibration, else that of the shares; a snapshot that was frozen before stays as it is.
    """
    with app.app_context():
        frozen = exams.stored(reading(), cohort.exam.id)
        key = reading().scalars(select(Statistic.item_version_id).order_by(Statistic.attempts.desc())).first()
        assert key is not None
        wordings = {key: frozen.pool.versions[key]}
        figures = most_telling(reading(), [key])[key]
        assert figures.facility is not None
        right, label = figures.facility * figures.attempts, wordings[key].difficulty
        shares = estimated(right, figures.attempts, label=label)
        kept(app, {key: values})
        after = bank.difficulties(reading(), wordings)[key]

        assert (after == measured(0.5, 0.1, answers=400)) is used
        assert (after == shares) is not used
        assert exams.stored(reading(), cohort.exam.id) == frozen


#: what a server, a worker and the command line are made of
MADE_OF = "import sys, lms.app, lms.cli, lms.worker, lms.server; sys.exit('numpy' in sys.modules)"


def test_no_server_ever_holds_numpy() -> None:
    """
    Neither the application nor the worker nor the commands import it: it costs memory in each process.
    """
    told = subprocess.run([sys.executable, "-c", MADE_OF], cwd=ROOT, capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stderr


def test_the_process_tells_of_its_fit() -> None:
    """
    Each step as it is taken, then the figures of every item.
    """
    arrays = [array(apart.INTEGERS, values) for values in ([1, 1, 2, 2, 3, 3], [7, 8, 7, 8, 7, 8], [1, 0, 0, 0, 1, 1])]
    heard: list[Mapping[str, Any]] = []
    found = apart.run(calibrating.MODULE, {}, arrays, heard=heard.append)

    assert {item["item"]: item["answers"] for item in found["items"]} == {7: 3, 8: 3}
    assert found["persons"] == 3
    assert [said["cycle"] for said in heard] == list(range(1, found["cycles"] + 1))


class _Enough(Exception):
    """Somebody does not want it any more."""


def test_a_process_ends_when_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    What is raised while its progress is told ends it; one that fails is told as a failure. Neither goes on.
    """
    arrays = [array(apart.INTEGERS, values) for values in ([1, 1, 2, 2], [7, 8, 7, 8], [1, 0, 0, 1])]
    begun: list[subprocess.Popen[bytes]] = []
    begin = subprocess.Popen

    def noted(*words: Any, **options: Any) -> "subprocess.Popen[bytes]":
        begun.append(begin(*words, **options))
        return begun[-1]

    def enough(_said: Mapping[str, Any]) -> None:
        raise _Enough

    monkeypatch.setattr(subprocess, "Popen", noted)
    with pytest.raises(_Enough):
        apart.run(calibrating.MODULE, {}, arrays, heard=enough)
    with pytest.raises(RuntimeError, match="without a result"):
        apart.run(calibrating.MODULE, {}, [*arrays, arrays[0]])
    assert [process.poll() is not None for process in begun] == [True, True]


_POPEN = subprocess.Popen
#: says what a process apart has of its surroundings
SURROUNDINGS = """
import os
from lms import apart
apart.given()
apart.say(result={"nice": os.nice(0), "names": sorted(os.environ)})
"""


def test_a_process_apart_is_modest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    It has the lowest priority and one thread for arithmetic, and no secret of the installation in its environment.
    """
    (tmp_path / "surroundings_apart.py").write_text(SURROUNDINGS)
    monkeypatch.setenv("LMS_SECRET_KEY", "secret")
    monkeypatch.setattr(apart, "ROOT", f"{ROOT}:{tmp_path}")
    monkeypatch.setattr(apart.subprocess, "Popen", lambda words, **options: _POPEN(words, **{**options, "cwd": ROOT}))
    found = apart.run("surroundings_apart", {})

    assert found["nice"] == apart.NICENESS
    assert {"OPENBLAS_NUM_THREADS", "PYTHONPATH"} <= set(found["names"])
    assert not any(name.startswith("LMS_") for name in found["names"])
