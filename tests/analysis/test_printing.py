"""The report on an exam as PDF: the figures of the page, in both languages, fetched by whoever asked for it."""

import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from flask import Flask
from flask_babel import force_locale

from lms.accounts import queries as accounts
from lms.accounts.models import Unit
from lms.analysis import paper, queries
from lms.bank import queries as bank
from lms.database import reading, writing
from lms.exams.models import Exam
from lms.jobs import run_waiting
from tests.cast import Cast, csrf, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.sitting.cohort import Cohort, sat_by_many

#: the second is in no font of ours
RARE = "㛃𠮷"
LANGUAGES = {"zh-CN": ("考试分析", "第 1 页"), "en": ("Analysis", "Page 1 of")}


@pytest.fixture
def sat(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> Cohort:
    """Forty have sat an exam; its title and a unit have rare characters, the unit looks like markup too."""
    found = sat_by_many(app, cast, exam_day, clock, 40)
    with app.app_context(), writing() as session:
        session.get_one(Exam, found.exam.id).title = f"{RARE}年度考试"
        session.get_one(Unit, cast.branch_b.id).name = f"*{RARE}*#分局"
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_drawn_and_fetched(app: Flask, cast: Cast, sat: Cohort, language: str) -> None:
    """
    In the language of the page; by whoever asked for it and by nobody else; pages are numbered, names are as they are written.
    """
    zhao, browser = sign_in(app.test_client(), cast.zhao), {"Accept-Language": language}
    address = f"/exams/{sat.exam.public_id}/analysis"
    assert f"{address}/print" in zhao.get(address).text
    job = zhao.post(f"{address}/print", data={"csrf_token": csrf(zhao)}, headers=browser).location
    run_waiting(app)
    link = re.search(rf'href="({address}/print/[^"]+)"', zhao.get(job).text)
    assert link is not None
    got = zhao.get(link[1])

    assert (got.status_code, got.mimetype, got.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert sign_in(app.test_client(), cast.lin).get(link[1]).status_code == 403
    assert zhao.get(f"{address}/print/other.pdf").status_code == 404
    if shutil.which("pdftotext"):
        words = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=got.data, capture_output=True, check=True
        ).stdout.decode()
        assert all(part in words for part in LANGUAGES[language])
        assert "年度考试" in words
        assert "*㛃<U+20BB7>*#分局" in words.replace(" ", "") or "*㛃𠮷*#分局" in words.replace(" ", "")


def test_it_says_what_the_page_says(app: Flask, cast: Cast, sat: Cohort) -> None:
    """
    The same figures; questions with a flag stand apart; a demonstration is said to be one, on every page.
    """
    with app.app_context(), force_locale("en"):
        session = reading()
        found = queries.of_exam(session, sat.exam.id)
        assert found is not None
        rows = [
            bank.reported_row(row)
            for row in session.execute(bank.reported(sat.exam.public_id, sort="", descending=False))
        ]
        units = list(queries.all_units(found, accounts.units(session, closed=True)))
        wrong = replace(rows[0], figures=replace(rows[0].figures, attempts=100, discrimination=-0.3))
        made = paper.paper("年度考试", "江城局", found, [wrong, *rows[1:]], units, invented=True)
        facts = dict(made["whole"]["facts"])  # type: ignore[index]

    assert facts["Mean of 100"] == f"{found.report.mean:.1f}"
    assert facts["Attempts that count"] == "40"
    assert sum(made["bins"]) == 40  # type: ignore[call-overload]
    assert len(made["questions"]["rows"]) == len(rows) > 0  # type: ignore[index]
    assert wrong.ref in {row[0] for row in made["flagged"]["rows"]}  # type: ignore[index]
    assert len(made["flagged"]["rows"]) < len(rows)  # type: ignore[index]
    assert [row[1] for row in made["units"]["rows"]] == ["40", "40"]  # type: ignore[index]
    assert str(made["footer"]).startswith("Demonstration")
    assert made["notes"] == []


def test_nothing_is_printed_before_it_was_worked_out(app: Flask, cast: Cast, exam_day: ExamDay) -> None:
    """
    No button, and no job.
    """
    exam = exam_day.published()
    zhao = sign_in(app.test_client(), cast.zhao)

    assert "/analysis/print" not in zhao.get(f"/exams/{exam.public_id}/analysis").text
    assert post(zhao, f"/exams/{exam.public_id}/analysis/print").status_code == 404
