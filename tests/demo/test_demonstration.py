"""What `./run` shows to somebody who looks at it for the first time."""

import re
import stat
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from lms import printing, server
from lms.accounts.models import Person, Posting, Unit
from lms.accounts.policy import Role
from lms.audit import queries as audit
from lms.cli import main
from lms.config import load
from lms.courses.models import Progress
from lms.database import reading
from lms.exams.models import Exam
from lms.install import open_app
from lms.marking.models import Script, Task
from lms.sitting.models import Attempt, AttemptResult
from lms.transcripts import document
from lms.transcripts.models import TranscriptEntry
from lms.transcripts.printed import Printed
from tests.crawl import crawl
from tests.demonstration import Demonstration, attempt_of

BANNER = "Demonstration: people, units and results are invented."


def count(model: type) -> int:
    """Rows of a table."""
    return reading().scalar(select(func.count()).select_from(model)) or 0


def test_the_organisation_is_that_of_a_bureau(demonstration: Demonstration) -> None:
    """
    A bureau, 22 branches, 149 offices, 2,000 cadres with posts and ranks, each posted somewhere.
    """
    with demonstration.app.app_context():
        kinds = Counter(reading().scalars(select(Unit.kind)).all())
        without = select(func.count()).where(Posting.post.is_(None) | Posting.rank.is_(None))

        assert kinds == {"bureau": 1, "branch": 22, "office": 149}
        assert count(Person) == count(Posting) == 2000
        assert reading().scalar(without) == 0


def test_one_exam_is_over_and_graded_and_one_is_open(demonstration: Demonstration) -> None:
    """
    All attempts at the first have results, some passed and some failed.
    """
    with demonstration.app.app_context():
        first = select(Exam.id).order_by(Exam.opens_at).limit(1).scalar_subquery()
        attempts = reading().scalar(select(func.count()).select_from(Attempt).where(Attempt.exam_id == first))
        query = select(AttemptResult.passed).join(Attempt, Attempt.id == AttemptResult.attempt_id)
        results = Counter(reading().scalars(query.where(Attempt.exam_id == first)).all())

        assert count(Exam) == 3
        assert sum(results.values()) == attempts == 120
        assert set(results) == {True, False}


def test_essays_are_half_marked(demonstration: Demonstration) -> None:
    """
    Of an exam that people mark some answers have their final mark, some wait for the marker of the demonstration.
    """
    with demonstration.app.app_context():
        finals = reading().scalars(select(Script.final)).all()
        waiting = reading().scalar(select(func.count()).select_from(Task).where(Task.done_at.is_(None)))

        assert len(finals) > 60
        assert 10 < sum(final is not None for final in finals) < len(finals)
        assert waiting


def test_courses_are_half_done_and_transcripts_kept(demonstration: Demonstration) -> None:
    """
    Some units are finished, some begun; what is finished stands in transcripts; the audit chain holds.
    """
    with demonstration.app.app_context():
        done = Counter(value is not None for value in reading().scalars(select(Progress.completed_at)))

        assert min(done[True], done[False]) > 20
        assert count(TranscriptEntry) >= done[True]
        assert isinstance(audit.verify(reading()), int)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_an_account_and_every_page_says_demonstration(demonstration: Demonstration, role: Role) -> None:
    """
    The passwords are long, generated and different; the banner stands on the home page of each.
    """
    account = demonstration.accounts[role]
    browser = demonstration.client(role)

    assert re.match(r"[a-z]+(-[a-z]+)+-\d\d\Z", account.password)
    assert len({one.password for one in demonstration.accounts.values()}) == len(Role)
    for _endpoint, path in crawl(browser, per_endpoint=1):
        answer = browser.get(path, headers={"Accept-Language": "en"})
        if answer.mimetype == "text/html":
            assert answer.status_code == 303 or BANNER in answer.text, path


def test_the_page_of_an_exam_says_it_too(demonstration: Demonstration) -> None:
    """
    It has a head of its own, and the same banner below it.
    """
    browser = demonstration.client(Role.CADRE)
    page = browser.get(attempt_of(browser), headers={"Accept-Language": "en"}).text

    assert 'id="paper"' in page
    assert BANNER in page


@pytest.mark.parametrize("invented", [True, False])
def test_a_print_of_a_demonstration_says_it_on_every_page(monkeypatch: pytest.MonkeyPatch, invented: bool) -> None:
    """
    In its footer; a real one does not.
    """
    drawn: dict[str, str] = {}
    monkeypatch.setattr(printing.Printer, "draw", lambda _printer, paper, **_more: drawn.update(paper) or b"%PDF")
    printed = Printed("江城局", "王芳", "JC1", "东湖分局", "科员", "2026-03-02", "1.5", (), "http://x/verify/A")
    document.draw(printed, "A" * 16, invented=invented)

    assert (document.INVENTED in drawn["footer"]) is invented


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder for the command line; serving only notes that it was asked to."""
    monkeypatch.setenv("LMS_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(server, "serve", lambda config, *, host, port: None)
    return tmp_path / "data"


def contents(folder: Path) -> dict[str, int]:
    """Sizes of the files beside the database."""
    return {path.name: path.stat().st_size for path in folder.iterdir() if not path.name.startswith("shuyuan.db")}


def test_a_second_start_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The first makes the demonstration and prints its accounts; the second prints the same and makes nothing.
    """
    monkeypatch.setattr("lms.demo.organisation.PEOPLE", 1400)
    monkeypatch.setattr("lms.demo.exams.CANDIDATES", 3)
    monkeypatch.setattr("lms.demo.learning.LEARNERS", 6)
    first = CliRunner().invoke(main, ["demo"])
    with open_app(load()).app_context():
        head = audit.head(reading())
    files = contents(folder)
    second = CliRunner().invoke(main, ["demo"])

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.output.partition("http://")[2] == second.output.partition("http://")[2]
    assert contents(folder) == files
    assert stat.S_IMODE((folder / "demo-accounts.txt").stat().st_mode) == 0o600
    with open_app(load()).app_context():
        assert audit.head(reading()) == head


def test_a_real_installation_has_no_default_account(folder: Path) -> None:
    """
    `init` makes one person, who sets the password with a code that is printed once; no demonstration data.
    """
    made = CliRunner().invoke(main, ["init", "--admin-number", "A1", "--admin-name", "管理员"])
    with open_app(load()).app_context():
        people = reading().scalars(select(Person.staff_number)).all()
        units = count(Unit)

    assert made.exit_code == 0
    assert (people, units) == (["A1"], 0)
    assert "Activation code" in made.output
    assert CliRunner().invoke(main, ["init", "--admin-number", "A2", "--admin-name", "又一人"]).exit_code == 1
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
