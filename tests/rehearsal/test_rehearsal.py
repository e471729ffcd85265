"""Rehearsing an exam: really played on a copy, nothing real touched, nothing left behind, refused near an exam."""

import os
import shutil
import signal
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, make_url, select

from lms import jobs, snapshot
from lms.accounts.models import Person
from lms.audit.models import AuditEntry
from lms.config import Config
from lms.database import Model, reading, writing
from lms.errors import Refused
from lms.jobs.models import Job
from lms.rehearsal import errors, queries, rooms, service
from lms.rehearsal.cli import rehearse
from lms.rehearsal.models import Rehearsal
from lms.rehearsal.service import Outcome, Target
from lms.sitting.models import Attempt
from tests.cast import Cast, csrf, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay

PACE = {
    "start_within": 1.0,
    "hold": 1.5,
    "submit_within": 1.0,
    "save_every": [0.4, 0.8],
    "rest": 0.2,
    "reading": [0.1, 0.5],
}
#: what no machine misses, however busy it is meanwhile
GENEROUS = Target(start_ms=30_000, save_ms=30_000)


def config_of(app: Flask) -> Config:
    """The settings of a test's installation."""
    found: Config = app.extensions["config"]
    return found


def everything(app: Flask) -> dict[str, int]:
    """Rows of every table."""
    with app.app_context():
        return {
            name: reading().scalar(select(func.count()).select_from(table)) or 0
            for name, table in Model.metadata.tables.items()
        }


def left(config: Config) -> list[str]:
    """What of a rehearsal lies in the data folder."""
    return [path.name for path in config.data.iterdir() if "rehearsal" in path.name]


def refusal(app: Flask) -> type[Refused] | None:
    """Why no rehearsal can begin."""
    with app.app_context():
        try:
            service.refuse(reading(), config_of(app))
        except Refused as error:
            return type(error)
        return None


@pytest.mark.server
def test_an_exam_is_played_on_a_copy_and_nothing_remains(app: Flask, exam_day: ExamDay, clock: TestClock) -> None:
    """
    Twenty candidates start, save and hand in against the product as it is served, nothing fails and nothing is lost; the
    real tables are as before, and neither folder nor database of the rehearsal is left.
    """
    exam, config = exam_day.published(), config_of(app)
    clock.advance(days=1)
    if make_url(config.url).get_backend_name() == "postgresql" and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on the path")
    before, told = everything(app), []

    with app.app_context():
        outcome = service.played(config, exam.id, [5, 20], lambda *said: told.append(said), target=GENEROUS, pace=PACE)

    assert outcome.how == "played", outcome.report
    first, second = outcome.report["cohorts"]
    assert (first["candidates"], second["candidates"], outcome.report["largest"]) == (5, 20, 20), outcome.report
    assert (first["errors"], second["errors"], first["lost"], second["lost"]) == (0, 0, 0, 0), outcome.report
    assert second["handed_in"] == 20
    assert second["saves"] >= 40
    assert 0 < second["start_p50"] <= second["start_p99"]
    assert 0 < second["save_p50"] <= second["save_p99"]
    assert outcome.report["stopped"] == "done"
    assert {note for note, *_rest in told} == {"copy", "deal", "play"}
    assert everything(app) == before
    assert left(config) == []


@pytest.mark.one_database
@pytest.mark.server
def test_a_target_that_is_missed_ends_the_rehearsal(app: Flask, exam_day: ExamDay, clock: TestClock) -> None:
    """
    Where a cohort has to wait longer than the target no larger one is played, and none is called served. A draft is
    rehearsed as well: it is published in the copy only.
    """
    exam = exam_day.draft()

    with app.app_context():
        outcome = service.played(
            config_of(app), exam.id, [3, 6], lambda *_said: None, target=Target(0.001, 0.001), pace=PACE
        )

    assert [cohort["kept"] for cohort in outcome.report["cohorts"]] == [False]
    assert (outcome.report["largest"], outcome.report["stopped"]) == (0, "target")
    assert exam_day.exam(exam.public_id).state == "draft"


@pytest.mark.one_database
@pytest.mark.server
def test_who_stops_it_leaves_nothing_behind(app: Flask, exam_day: ExamDay, clock: TestClock) -> None:
    """
    A rehearsal that is stopped while it is played ends its server and removes the copy before anybody goes on.
    """
    exam, config = exam_day.published(), config_of(app)
    clock.advance(days=1)
    servers: list[str] = []

    def stop(note: str, *_rest: int) -> None:
        if note != "copy":
            servers.extend(serving(left(config)[0]))
            raise KeyboardInterrupt

    with app.app_context(), pytest.raises(KeyboardInterrupt):
        service.played(config, exam.id, [5], stop, pace=PACE)

    assert servers
    assert not [pid for pid in servers if Path("/proc", pid).exists()]
    assert left(config) == []


def serving(folder: str) -> list[str]:
    """Processes that work on the installation in this folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if folder.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            continue
    return found


@pytest.mark.one_database
@pytest.mark.server
def test_kill_nine_is_cleared_up_by_the_next_start(app: Flask, exam_day: ExamDay, clock: TestClock) -> None:
    """
    When the process that plays is killed its server ends too; the folder that is left is removed by the next sweep, and
    not while somebody works in it.
    """
    config = config_of(app)
    exam = exam_day.published()
    clock.advance(days=1)

    def kill(note: str, *_rest: int) -> None:
        if note == "copy":
            return
        assert rooms.sweep(config) == 0
        (folder,) = left(config)
        folders.append(folder)
        for pid in serving(folder):
            if b"lms.load.play" in Path("/proc", pid, "cmdline").read_bytes():
                os.kill(int(pid), signal.SIGKILL)
                killed.append(pid)

    killed: list[str] = []
    folders: list[str] = []
    with app.app_context():
        outcome = service.played(config, exam.id, [5], kill, pace=PACE)
    assert outcome.how == "failed"
    assert killed
    until = time.monotonic() + 30
    while serving(folders[0]) and time.monotonic() < until:
        time.sleep(0.1)
    assert serving(folders[0]) == []

    abandoned = config.data / f"{rooms.PREFIX}abandoned"
    abandoned.mkdir()
    (abandoned / snapshot.SQLITE_FILE).write_bytes(b"a copy")
    assert rooms.sweep(config) == 1
    assert left(config) == []


@pytest.mark.one_database
@pytest.mark.server
def test_a_rehearsal_stops_when_an_exam_opens(app: Flask, exam_day: ExamDay, clock: TestClock) -> None:
    """
    It looks while it is played, whoever asked for it; what it leaves is nothing but the word why.
    """
    opens = clock() + timedelta(days=2)
    exam_day.published(replace(exam_day.plan(), opens_at=opens, closes_at=opens + timedelta(days=1)))
    exam = exam_day.draft()

    def open_the_other(note: str, *_rest: int) -> None:
        if note == "play" and clock() < opens:
            clock.advance(days=2)

    with app.app_context():
        outcome = service.played(config_of(app), exam.id, [5], open_the_other, pace=PACE | {"hold": 30.0})

    assert outcome == Outcome("stopped", {"why": "exam"})
    assert left(config_of(app)) == []


def test_there_is_one_rehearsal_at_a_time(app: Flask, exam_day: ExamDay, clock: TestClock) -> None:
    """
    While somebody rehearses, by the page or the command line, nobody else may ask, and a job that waited does not begin.
    """
    exam, config = exam_day.published(), config_of(app)
    clock.advance(days=1)
    assert refusal(app) is None
    with rooms.room(config) as mine:
        assert refusal(app) is errors.AtWork
        with app.app_context():
            assert service.played(config, exam.id, [5], lambda *_said: None) == Outcome("stopped", {"why": "busy"})
        assert left(config) == [mine.folder.name]
    assert refusal(app) is None


def test_no_rehearsal_near_an_exam(app: Flask, exam_day: ExamDay, clock: TestClock) -> None:
    """
    It is refused while an exam is open or opens before the rehearsal would end, and while somebody still sits one.
    """
    clock.advance(days=-1)
    exam_day.published(
        replace(exam_day.plan(), opens_at=clock() + timedelta(days=1), closes_at=clock() + timedelta(days=2))
    )
    assert refusal(app) is None

    clock.advance(days=1, minutes=-14)
    assert refusal(app) is errors.ExamOpen
    clock.advance(minutes=20)
    assert refusal(app) is errors.ExamOpen
    clock.advance(days=2)
    assert refusal(app) is None


def test_asking_leaves_a_job_an_entry_and_a_row(app: Flask, exam_day: ExamDay, cast: Cast, clock: TestClock) -> None:
    """
    Who manages the exam asks on its page: one job, one entry of the audit log; a second one is refused meanwhile, and so
    is a number that is none.
    """
    exam, client = exam_day.published(), app.test_client()
    clock.advance(days=1)
    sign_in(client, cast.zhao)
    address = f"/exams/{exam.public_id}/rehearsals"
    assert f'href="{address}"' in client.get(f"/exams/{exam.public_id}").text

    for number in ("0", "999999", "x"):
        answer = client.post(address, data={"csrf_token": csrf(client), "candidates": number}, follow_redirects=True)
        assert "1 至 20000" in answer.text
    client.post(address, data={"csrf_token": csrf(client), "candidates": "7"})
    again = client.post(address, data={"csrf_token": csrf(client), "candidates": "7"}, follow_redirects=True)

    assert "已有一场演练正在进行" in again.text
    assert "正在演练这场考试" in again.text
    with app.app_context():
        row = reading().query(Rehearsal).one()
        job = reading().query(Job).filter_by(kind=service.JOB).one()
        assert (row.candidates, row.job_id, row.begun_at) == (7, job.public_id, None)
        assert reading().query(AuditEntry).filter_by(act="exam.rehearse").count() == 1


def test_the_report_is_kept_and_shown(app: Flask, exam_day: ExamDay, cast: Cast, clock: TestClock) -> None:
    """
    The page shows each rehearsal with its date: how many are served in time, and the figures of every cohort.
    """
    exam, client = exam_day.published(), app.test_client()
    clock.advance(days=1)
    cohort = {
        "candidates": 50, "start_p99": 81.4, "save_p99": 12.0, "submit_p99": 30.0, "errors": 0, "lost": 0,
        "cores_busy": 0.4, "kept": True,
    }  # fmt: skip
    with app.app_context():
        number = service.note(config_of(app), exam, 200)
        report = {"cohorts": [cohort, cohort | {"candidates": 100, "kept": False}], "largest": 50, "stopped": "target"}
        service.keep(number, Outcome("played", report))
        service.keep(service.note(config_of(app), exam, 9), Outcome("failed", {"why": "no <disk>"}))
    sign_in(client, cast.zhao)

    page = client.get(f"/exams/{exam.public_id}/rehearsals").text

    assert "这台服务器只能让 50 名考生同时及时作答，少于预计人数" in page
    assert '<td class="number">81</td>' in page
    assert "no &lt;disk&gt;" in page
    assert (page.count("达标"), page.count("未达标")) == (2, 1)
    assert "2026-03-03" in page or "3月3日" in page


def test_a_rehearsal_that_the_server_did_not_survive_is_not_begun_again(
    app: Flask, exam_day: ExamDay, cast: Cast, clock: TestClock
) -> None:
    """
    Jobs are run again when a worker dies; a rehearsal is not: it would take the machine without being asked for.
    """
    exam = exam_day.published()
    clock.advance(days=1)
    with app.app_context():
        with writing() as session:
            job_id = service.ask(session, config_of(app), exam, 5, owner=cast.zhao.public_id)
        assert service.begin(job_id) is not None
        assert service.begin(job_id) is None
        assert [one.how for one in queries.ended(reading(), exam.id)] == ["interrupted"]
        reading().rollback()
        assert jobs.run_waiting(app) >= 1
        assert reading().query(Job).filter_by(public_id=job_id).one().state == "done"
        assert reading().scalar(select(func.count()).select_from(Attempt)) == 0


def test_as_many_are_expected_as_may_sit_it(app: Flask, exam_day: ExamDay, cast: Cast, context: None) -> None:
    """
    The page proposes the people of the audience; cohorts rise from a quarter of them to twice as many.
    """
    everybody = exam_day.draft(exam_day.plan(units=(cast.bureau.id,)))

    assert service.expected(reading(), everybody) == reading().scalar(select(func.count()).select_from(Person))
    assert service.sizes(2000) == [500, 1000, 2000, 4000]
    assert service.sizes(1) == [1, 2]


def test_the_command_line_refuses_in_one_sentence(app: Flask, exam_day: ExamDay, tmp_path: Path) -> None:
    """
    `./run exam rehearse` says why not, and exits with 1, like every other command.
    """
    runner = app.test_cli_runner()
    exam = exam_day.published()
    with app.app_context():
        found = runner.invoke(rehearse, ["--candidates", "4", "--json", "--", exam.public_id])

    assert found.exit_code == 1
    assert exam.title in found.output
    assert found.output.count("\n") == 1
