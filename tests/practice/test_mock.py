"""Mock exams: the paper of a real blueprint, its time, its marks, and what cannot be rehearsed."""

import re
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.bank.models import Item
from lms.database import reading, writing
from lms.exams.queries import ExamRow
from lms.practice.models import Answer, Card, Round
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay, section
from tests.practice.school import SECRET, School, filled, send

NEW = "/practice/mocks/"
CHOICES = (section("single_choice", 3, "2"), section("multiple_choice", 2, "4.5"))


@pytest.fixture
def exam(exam_day: ExamDay) -> ExamRow:
    """An exam of five questions worth fifteen marks, which Lin may sit."""
    return exam_day.published(exam_day.plan(sections=CHOICES))


def begin(client: FlaskClient, exam: ExamRow) -> str:
    """Begin a mock of the exam; its address."""
    return str(post(client, NEW, exam=exam.public_id).location)


def record(app: Flask) -> dict[str, object]:
    """The record of the one mock there is."""
    with app.app_context():
        found: dict[str, object] = reading().scalars(select(Round.record)).one()
        return found


@pytest.mark.parametrize(("right", "total", "words"), [(True, "15.00", "合格"), (False, "0.00", "不合格")])
def test_a_mock_is_answered_and_scored(
    app: Flask, cast: Cast, school: School, exam: ExamRow, client: FlaskClient, *, right: bool, total: str, words: str
) -> None:
    """
    The paper has the sections of the exam; all right earns all of its marks, all wrong none.
    """
    sign_in(client, cast.lin)
    address = begin(client, exam)
    page = client.get(address).text
    assert page.count('class="question"') == 5

    told = send(client, address, filled(page, right=right)).text

    assert words in told
    assert record(app)["total"] == total
    assert Decimal(str(record(app)["maximum"])) == 15
    assert told.count(f"{address}/") == 5


def test_it_is_scored_by_the_rules_of_the_exam(
    app: Flask, cast: Cast, school: School, exam: ExamRow, client: FlaskClient
) -> None:
    """
    One of two right options earns half of 4.5 marks, as the rule of the exam says; the question counts as partly right.
    """
    sign_in(client, cast.lin)
    address = begin(client, exam)
    fields = filled(client.get(address).text, right=True)
    halves = {name: values[:1] for name, values in fields.items()}

    told = send(client, address, halves).text

    assert told.count("部分正确") == 2
    assert record(app)["total"] == "10.50"


def test_nothing_is_told_before_the_hand_in(
    app: Flask, cast: Cast, school: School, exam: ExamRow, client: FlaskClient
) -> None:
    """
    A place leads to the paper; after the hand-in it says what is right, and practice knows the mistakes.
    """
    sign_in(client, cast.lin)
    address = begin(client, exam)
    page = client.get(address).text
    assert client.get(f"{address}/1").location == address
    assert "答案解析" not in page

    send(client, address, filled(page, right=False))

    assert "答案解析" in client.get(f"{address}/1").text
    with app.app_context():
        assert len(reading().scalars(select(Card).where(Card.mistaken.is_(True))).all()) == 5


def test_a_second_hand_in_changes_nothing(
    app: Flask, cast: Cast, school: School, exam: ExamRow, client: FlaskClient
) -> None:
    """
    The first one stands.
    """
    sign_in(client, cast.lin)
    address = begin(client, exam)
    page = client.get(address).text
    for right in (False, True):
        send(client, address, filled(page, right=right))

    assert record(app)["total"] == "0.00"
    with app.app_context():
        assert len(reading().scalars(select(Answer)).all()) == 5


def test_the_time_is_told_and_not_enforced(
    app: Flask, cast: Cast, school: School, exam: ExamRow, client: FlaskClient, clock: TestClock
) -> None:
    """
    Who hands in after the sixty minutes is scored, and reads by how much it was too late.
    """
    sign_in(client, cast.lin)
    address = begin(client, exam)
    page = client.get(address).text
    assert 'data-left="3600"' in page
    clock.advance(minutes=67)
    sign_in(client, cast.lin)
    assert "考试时间已到" in client.get(address).text

    told = send(client, address, filled(page, right=True)).text

    assert "多用 7 分钟" in told
    assert record(app)["passed"] is True


def test_too_few_questions_are_named(cast: Cast, school: School, exam_day: ExamDay, client: FlaskClient) -> None:
    """
    Practice has fewer single choices than the part wants: which part, how many it wants, how many there are.
    """
    pool = exam_day.plan(sections=(section("numeric", 8),))
    exam = exam_day.published(pool)
    with school.app.app_context(), writing() as session:
        for ref in ("numeric-0", "numeric-1"):
            item = session.get(Item, school.items[ref])
            assert item is not None
            item.suspended = "law_changed"
            for twin in session.scalars(select(Item).where(Item.ref == ref)):
                twin.suspended = "law_changed"
    sign_in(client, cast.lin)

    answer = client.post(NEW, data={"exam": exam.public_id, **token(client)}, follow_redirects=True).text

    assert "第 1 (numeric) 部分：需要 8 题，现有 6 题" in answer


def token(client: FlaskClient) -> dict[str, str]:
    """The hidden field of a form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/practice/").text)
    assert found is not None
    return {"csrf_token": found[1]}


def test_only_own_exams_are_offered(app: Flask, cast: Cast, school: School, exam: ExamRow, client: FlaskClient) -> None:
    """
    Wang of branch B may not sit it: it is not in his list, and he begins no mock of it.
    """
    sign_in(client, cast.wang)

    assert exam.title not in client.get(NEW).text
    assert post(client, NEW, exam=exam.public_id).status_code == 404


def test_reserved_questions_are_on_no_mock(
    app: Flask, cast: Cast, school: School, exam: ExamRow, client: FlaskClient
) -> None:
    """
    The paper is drawn from practice alone; what is reserved meanwhile is neither shown nor counted.
    """
    sign_in(client, cast.lin)
    address = begin(client, exam)
    page = client.get(address).text
    with app.app_context(), writing() as session:
        held = session.scalars(select(Round)).one()
        assert set(held.items) <= {school.items[ref] for ref in school.items if ref not in school.hidden}
        item = session.get(Item, held.items[0])
        assert item is not None
        item.suspended = "law_changed"
    assert SECRET not in page
    assert client.get(address).text.count('class="question"') == 4

    told = send(client, address, filled(page, right=True)).text

    assert "1 道题退出练习" in told
    assert Decimal(str(record(app)["maximum"])) < 15
    assert client.get(f"{address}/1").status_code == 404


def test_a_mock_is_its_owners(app: Flask, cast: Cast, school: School, exam: ExamRow, client: FlaskClient) -> None:
    """
    Nobody else opens it or hands it in, and the addresses of rounds and tests do not open it.
    """
    sign_in(client, cast.lin)
    address = begin(client, exam)
    other = sign_in(app.test_client(), cast.wang)

    assert other.get(address).status_code == 404
    assert post(other, address).status_code == 404
    assert client.get(address.replace("/mocks/", "/rounds/")).status_code == 404
    assert client.get(address.replace("/mocks/", "/tests/")).status_code == 404


def test_no_mock_while_one_sits_an_exam(cast: Cast, school: School, exam: ExamRow, client: FlaskClient) -> None:
    """
    Neither begun nor gone on with.
    """
    sign_in(client, cast.lin)
    address = begin(client, exam)
    post(client, f"/sitting/exam/{exam.public_id}/start")

    assert client.get(address).status_code == 409
    assert post(client, address).status_code == 409
    assert post(client, NEW, exam=exam.public_id).status_code == 409
