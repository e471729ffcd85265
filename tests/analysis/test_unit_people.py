"""From the results of units down to names: who sees whose, filtered and sorted by the database."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms.accounts import service as accounts
from lms.accounts.models import Person, Posting
from lms.accounts.policy import Role
from lms.analysis import unit_people
from lms.analysis.unit_people import Wanted
from lms.database import reading, writing
from lms.exams import service as exams
from lms.exams.models import Exam
from lms.sitting import queries as sitting
from tests.cast import Cast, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.sitting.cohort import Cohort, sat_by_many
from tests.statements import statements

COUNT = 30
NAME = re.compile(r"考生(\d+)")


@pytest.fixture
def sat(app: Flask, cast: Cast, exam_day: ExamDay, clock: TestClock) -> Cohort:
    """Thirty of branch B have sat an exam of three sections whose results are not out; the first five serve in an office of it."""
    found = sat_by_many(app, cast, exam_day, clock, COUNT, release="by_hand")
    with app.app_context(), writing() as session:
        some = [who for who, _name in found.people[:5]]
        session.execute(update(Posting).where(Posting.person_id.in_(some)).values(unit_id=cast.office_b1.id))
    return found


def manager(app: Flask, cast: Cast, unit_id: int) -> FlaskClient:
    """Wu as training manager of a unit."""
    with app.app_context(), writing() as session:
        accounts.grant_role(session, cast.wu.id, Role.TRAINING_MANAGER, reason="测试", by=None, unit_id=unit_id)
    return sign_in(app.test_client(), cast.wu)


def released(app: Flask, sat: Cohort) -> str:
    """The exam's page of a manager, once its results are out."""
    with app.app_context(), writing() as session:
        exams.release(session, sat.exam.id)
    return f"/unit-results/{sat.exam.public_id}"


def names(text: str) -> list[int]:
    """Which of them a page names, in its order."""
    return [int(number) for number in NAME.findall(text)]


def test_an_examiner_sees_a_unit_and_those_below_it(app: Flask, cast: Cast, sat: Cohort) -> None:
    """
    From the analysis a link leads to the names of every unit; of the office there are five, of the branch all, of another none.
    """
    zhao = sign_in(app.test_client(), cast.zhao)
    base = f"/exams/{sat.exam.public_id}/analysis"
    shown = {
        unit.code: zhao.get(f"{base}/units/{unit.public_id}") for unit in (cast.office_b1, cast.branch_b, cast.branch_a)
    }

    assert f"{base}/units/{cast.bureau.public_id}" in zhao.get(base).text
    assert sorted(names(shown[cast.office_b1.code].text)) == [0, 1, 2, 3, 4]
    assert f"共 {COUNT} 条" in shown[cast.branch_b.code].text
    assert names(shown[cast.branch_a.code].text) == []
    assert "/transcripts/people/" not in shown[cast.office_b1.code].text
    assert zhao.get(f"{base}/units/nothing").status_code == 404


def test_a_training_manager_sees_theirs_once_results_are_out(app: Flask, cast: Cast, sat: Cohort) -> None:
    """
    Not before; then those of their units with a way to their transcripts. Another manager does not see the exam, and who moved
    away is not seen any more.
    """
    wu, qian = manager(app, cast, cast.office_b1.id), sign_in(app.test_client(), cast.qian)
    before = wu.get(f"/unit-results/{sat.exam.public_id}").status_code, wu.get("/unit-results/").text
    address = released(app, sat)
    shown = wu.get(address)

    assert before[0] == 404
    assert sat.exam.title not in before[1]
    assert address in wu.get("/unit-results/").text
    assert sorted(names(shown.text)) == [0, 1, 2, 3, 4]
    assert shown.text.count("/transcripts/people/") >= 5
    assert f"{address}?unit={cast.branch_b.public_id}" not in shown.text
    assert sorted(names(wu.get(f"{address}?unit={cast.branch_b.public_id}").text)) == [0, 1, 2, 3, 4]
    assert qian.get(address).status_code == 404
    assert address not in qian.get("/unit-results/").text
    with app.app_context(), writing() as session:
        gone = session.scalars(select(Posting).where(Posting.person_id == sat.people[0][0])).one()
        gone.to_date = date(2026, 3, 3)
        session.flush()
        session.add(Posting(person_id=gone.person_id, unit_id=cast.office_a1.id, from_date=gone.to_date, post="科员"))
    assert sorted(names(wu.get(address).text)) == [1, 2, 3, 4]
    assert qian.get(address).status_code == 200
    assert names(qian.get(address).text) == []


@pytest.mark.parametrize("who", ["lin", "sun", "li", "zhou", "wu", "zheng", "feng", "chen"])
def test_no_other_role_sees_names(app: Flask, cast: Cast, sat: Cohort, who: str) -> None:
    """
    Neither the pages of the exam nor those of managers.
    """
    address, client = released(app, sat), sign_in(app.test_client(), cast[who])
    pages = (address, "/unit-results/", f"/exams/{sat.exam.public_id}/analysis/units/{cast.branch_b.public_id}")

    assert {client.get(page).status_code for page in pages} == {403}


def test_it_is_filtered_and_sorted(app: Flask, cast: Cast, sat: Cohort) -> None:
    """
    By the database, over all pages: every order is that of the stored values, and filters leave what they say.
    """
    with app.app_context():
        everybody = {row.person_id: row for row in reading().execute(sitting.results(sat.exam.id))}
        people = {row.id: row for row in reading().scalars(select(Person))}

        def found(**asked: str) -> Sequence[int]:
            query = unit_people.results(sat.exam, (cast.branch_b.path,), Wanted.asked(asked))
            return [row.person_id for row in reading().execute(query)]

        by = {
            "score": lambda who: everybody[who].total,
            "result": lambda who: everybody[who].passed,
            "name": lambda who: people[who].name,
            "number": lambda who: people[who].staff_number,
        }
        for sort, key in by.items():
            up, down = ([key(who) for who in found(sort=sort, order=order)] for order in ("asc", "desc"))
            assert len(up) == COUNT
            assert (up, down) == (sorted(up), sorted(down, reverse=True)), sort
        passed = {who for who, row in everybody.items() if row.passed}
        assert 0 < len(passed) < COUNT
        assert set(found(result="passed")) == passed
        assert set(found(result="failed")) == everybody.keys() - passed
        assert [people[who].name for who in found(q="考生17")] == ["考生17"]
        assert [people[who].staff_number for who in found(q="k00017")] == ["K00017"]
        assert len(found(q="K000%")) == 0
        assert len(found(sort="nonsense", result="nonsense")) == COUNT


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_sections_add_up_and_pages_open_with_few_statements(
    app: Flask, cast: Cast, sat: Cohort, language: str
) -> None:
    """
    Twenty-five of a page, each with the marks of every section.
    """
    zhao, wu = sign_in(app.test_client(), cast.zhao), manager(app, cast, cast.branch_b.id)
    address = released(app, sat)
    for client, page in (
        (zhao, f"/exams/{sat.exam.public_id}/analysis/units/{cast.branch_b.public_id}"), (wu, address),
        (wu, "/unit-results/"),
    ):  # fmt: skip
        client.get(page)
        with statements(app) as seen:
            shown = client.get(page, headers={"Accept-Language": language})

        assert shown.status_code == 200
        assert len(seen) <= 12, page
    with app.app_context():
        query = unit_people.results(sat.exam, (cast.branch_b.path,), Wanted())
        viewer = type("Who", (), {"grants": ()})()
        rows = unit_people.rows(reading(), viewer, sat.exam, reading().execute(query).all())
        titles = unit_people.section_titles(sat.exam)
    assert len(titles) == 3
    assert all(len(row.sections) == 3 and sum(one for one, _full in row.sections) == row.total for row in rows)
    assert all(sum(full for _one, full in row.sections) == row.maximum for row in rows)


def test_an_open_exam_has_no_page_for_managers(app: Flask, cast: Cast, sat: Cohort, clock: TestClock) -> None:
    """
    Even where scores are out at once: only when it is over.
    """
    wu = manager(app, cast, cast.branch_b.id)
    with app.app_context(), writing() as session:
        session.get_one(Exam, sat.exam.id).release = "at_once"
    address = f"/unit-results/{sat.exam.public_id}"
    assert wu.get(address).status_code == 200
    with app.app_context(), writing() as session:
        session.get_one(Exam, sat.exam.id).closes_at = clock() + timedelta(hours=1)

    assert wu.get(address).status_code == 404
