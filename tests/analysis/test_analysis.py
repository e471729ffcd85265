"""What an exam measured: worked out when it is over, opened quickly, told by unit, exported."""

from io import BytesIO

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.analysis import queries
from lms.database import reading, writing
from lms.jobs import run_waiting
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.sitting.cohort import Cohort, sat_by_many
from tests.statements import statements


@pytest.fixture
def cohort(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> Cohort:
    """Forty have sat."""
    with app.app_context(), writing() as session:
        accounts.grant_role(session, cast.feng.id, Role.EXAMINER, reason="测试", by=None, unit_id=None)
    return sat_by_many(app, cast, exam_day, clock, count=40)


def test_it_is_worked_out_when_the_exam_is_over(app: Flask, cast: Cast, cohort: Cohort) -> None:
    """
    By the job that tells the bank how its questions did: everybody counts, in their unit and in those above it.
    """
    with app.app_context():
        found = queries.of_exam(reading(), cohort.exam.id)

    assert found is not None
    assert found.current
    assert found.report.attempts == 40
    assert found.report.mean is not None
    assert sum(found.report.bins) == 40
    assert found.report.reliability is not None
    assert found.report.minutes == (30.0, 30.0, 30.0, 30.0, 30.0)
    assert {key: sums[0] for key, sums in found.units.items()} == {
        cast.bureau.public_id: 40,
        cast.branch_b.public_id: 40,
    }


def test_a_change_of_scoring_makes_it_out_of_date_until_it_is_worked_out_again(
    app: Flask, cast: Cast, cohort: Cohort
) -> None:
    """
    Another pass mark: more pass, and the page says so once it was worked out again.
    """
    zhao, feng = sign_in(app.test_client(), cast.zhao), sign_in(app.test_client(), cast.feng)
    at = f"/exams/{cohort.exam.public_id}/scoring"
    with app.app_context():
        before = queries.of_exam(reading(), cohort.exam.id)
    rules = {"multiple": "cn_half", "ordering": "all_or_nothing", "matching": "per_pair"}
    change = post(zhao, at, pass_mark="2", **rules).location
    run_waiting(app)
    post(zhao, f"{change}/propose", reason="合格线过高")
    page = feng.get(change).text
    decision = page.split("/agree")[0].rsplit("/", 1)[1]
    post(feng, f"{at}/{decision}/agree")
    run_waiting(app)
    run_waiting(app)
    run_waiting(app)

    with app.app_context():
        after = queries.of_exam(reading(), cohort.exam.id)

    assert before is not None
    assert after is not None
    assert after.current
    assert after.report.passed > before.report.passed
    assert after.report.mean == before.report.mean


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_open_with_few_statements(app: Flask, cast: Cast, cohort: Cohort, language: str) -> None:
    """
    The whole, the parts, the questions by each figure, a question: no page asks the database more than others do.
    """
    zhao, at = sign_in(app.test_client(), cast.zhao), f"/exams/{cohort.exam.public_id}/analysis"
    zhao.get(at)
    addresses = [
        at,
        f"{at}?unit={cast.bureau.public_id}",
        f"{at}?unit=nothing",
        *(f"{at}/questions?sort={sort}&order={order}" for sort in ("facility", "attempts", "x") for order in ("asc", "desc")),
        f"{at}/questions?q=single_choice-0",
        f"{at}/question/single_choice-1",
    ]  # fmt: skip
    for address in addresses:
        with statements(app) as seen:
            answer = zhao.get(address, headers={"Accept-Language": language})

        assert answer.status_code == 200, address
        assert len(seen) <= 9, address


def test_the_questions_are_sorted_by_the_database(app: Flask, cast: Cast, cohort: Cohort) -> None:
    """
    Easiest first and hardest first are each other's reverse.
    """
    zhao, at = sign_in(app.test_client(), cast.zhao), f"/exams/{cohort.exam.public_id}/analysis/questions"

    def order(direction: str) -> list[str]:
        page = zhao.get(f"{at}?sort=facility&order={direction}").text
        return [part.split('"')[0] for part in page.split("/question/")[1:]]

    first, last = order("asc"), order("desc")
    assert len(first) >= 20
    assert set(first) & {"single_choice-0", "single_choice-1", "numeric-0"}
    assert first != last


def test_the_workbook_holds_it_all(app: Flask, cast: Cast, cohort: Cohort) -> None:
    """
    Three sheets: the whole, a row a question, a row a unit; nothing in it is a formula.
    """
    zhao = sign_in(app.test_client(), cast.zhao)

    book = CalamineWorkbook.from_filelike(BytesIO(zhao.get(f"/exams/{cohort.exam.public_id}/analysis/sheet").data))
    whole, questions, units = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)

    assert [row[1] for row in whole if row[0] == "有效答卷"] == [40]
    assert len(questions) == 1 + 24
    assert [row[1] for row in units[1:]] == [40, 40]
