"""The personal test: from the choice of subjects to its report, with no word of what was right before its end."""

import re
from collections import Counter

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.bank.models import Item, Pool
from lms.database import reading, writing
from lms.practice.models import Answer, Card, Round
from lms.practice.report import report
from lms.practice.stock import Asked, stock
from question_bank.adaptive import Outcome, Plan
from tests.cast import Cast, csrf, post, sign_in
from tests.exam_day import ExamDay
from tests.practice.school import SECRET, School, filled, send

NEW = "/practice/tests/"
FORM = re.compile(r'action="(/practice/tests/[\w-]{22}/\d+)"')
KINDS = {"single_choice", "multiple_choice", "cited"}


@pytest.fixture
def choices(app: Flask, school: School) -> School:
    """The school with nothing but questions of options, which the tests can answer: thirty of them. Pools of exams stay."""
    with app.app_context(), writing() as session:
        bundled = select(Pool.id).where(Pool.created_by.is_(None))
        for item in session.scalars(select(Item).where(Item.pool_id.in_(bundled))):
            if item.ref.rsplit("-", 1)[0] not in KINDS:
                item.suspended = item.suspended or "law_changed"
    return school


def begin(client: FlaskClient, *subjects: str) -> str:
    """Begin a test; its address."""
    answer = client.post(NEW, data={"csrf_token": csrf(client), "subject": list(subjects)})
    assert answer.status_code == 303
    return str(answer.location)


def answer(client: FlaskClient, address: str, *, right: bool) -> str:
    """Answer the question that waits; the page that follows."""
    page = client.get(address).text
    form = FORM.search(page)
    assert form is not None
    return send(client, form[1], filled(page, right=right)).text


def run(client: FlaskClient, address: str, *, right: bool) -> str:
    """Answer until the report comes; the report."""
    for _time in range(60):
        page = answer(client, address, right=right)
        if FORM.search(page) is None:
            return page
    raise AssertionError("a test without end")


@pytest.mark.parametrize(("right", "verdict"), [(True, "高于及格线"), (False, "低于及格线")])
def test_a_test_ends_once_it_is_clear(
    app: Flask, cast: Cast, choices: School, client: FlaskClient, *, right: bool, verdict: str
) -> None:
    """
    All right is above and all wrong below the mark, as soon as fifteen are answered; the report tells the marks, the
    margin, why it stopped, the subjects and every question.
    """
    sign_in(client, cast.lin)
    address = begin(client)

    told = run(client, address, right=right)

    assert verdict in told
    assert "答到第 15 题时高低已经分明" in told
    assert "机测不计成绩" in told
    assert told.count(f"{address}/") == 15
    with app.app_context():
        held = reading().scalars(select(Round)).one()
        outcome = Outcome.from_record(held.record["outcome"])
        assert held.answered == outcome.given == 15
        assert f"<dd>{round(outcome.score)}</dd>" in told


def test_nothing_is_told_before_the_end(app: Flask, cast: Cast, choices: School, client: FlaskClient) -> None:
    """
    Neither the next page, nor the place, nor lists, map and the question's own page know the answer; after the end all do.
    """
    sign_in(client, cast.lin)
    address = begin(client)
    page = answer(client, address, right=False)
    for told in (page, client.get("/practice/").text):
        assert "错</span>" not in told
    assert client.get(f"{address}/1").location == address
    with app.app_context():
        assert reading().scalars(select(Card)).all() == []
        item = reading().scalars(select(Item).join(Answer, Answer.item_id == Item.id)).one()
        question = f"/practice/questions/{item.public_id}"
    assert "没有错题" in client.get("/practice/mistakes").text
    assert "尚未作答" in client.get(question).text or "未作答" in client.get(question).text
    assert "错</span>" not in client.get(question).text

    post(client, f"{address}/end")

    assert "错</span>" in client.get(f"{address}/1").text
    assert "错</span>" in client.get(question).text
    assert question in client.get("/practice/mistakes").text


def test_a_test_is_left_and_gone_on_with(app: Flask, cast: Cast, choices: School, client: FlaskClient) -> None:
    """
    On another computer the same question waits, however often its page is opened; an answer sent twice counts once.
    """
    sign_in(client, cast.lin)
    address = begin(client)
    page = client.get(address).text
    for _time in range(2):
        send(client, f"{address}/1", filled(page, right=True))

    elsewhere = sign_in(app.test_client(), cast.lin)

    assert address in elsewhere.get(NEW).text
    assert f"{address}/2" in elsewhere.get(address).text
    with app.app_context():
        assert reading().scalars(select(Round.answered)).all() == [1]
        [items] = reading().scalars(select(Round.items))
        assert len(items) == len(set(items)) == 2


def test_subjects_take_turns(app: Flask, cast: Cast, choices: School, client: FlaskClient) -> None:
    """
    Each chosen subject has its share of the questions, and no other has any.
    """
    sign_in(client, cast.lin)
    run(client, begin(client), right=True)
    with app.app_context():
        held = reading().scalars(select(Round)).one()
        asked = Counter(known[1] for known in held.record["asked"])
        whole = Counter(one.subject for one in stock(reading(), []))

    for subject, count in whole.items():
        share = 15 * count / whole.total()
        assert abs(asked[subject] - share) <= 1


def test_one_subject_alone(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    What was ticked is what is asked; subjects nobody knows are left out.
    """
    sign_in(client, cast.lin)
    begin(client, "food", "nonsense")

    with app.app_context():
        held = reading().scalars(select(Round)).one()
        assert held.record["subjects"] == ["food"]
        assert held.record["asked"][0][1] == "food"


def test_too_few_questions_are_no_test(cast: Cast, choices: School, client: FlaskClient) -> None:
    """
    Eight questions of food are too few: it is said, and no test begins.
    """
    sign_in(client, cast.lin)

    page = client.post(NEW, data={"csrf_token": csrf(client), "subject": "food"}, follow_redirects=True).text

    assert "试题太少" in page


def test_an_early_end_makes_no_estimate(cast: Cast, choices: School, client: FlaskClient) -> None:
    """
    After one answer the report says that this is too early, not how many marks.
    """
    sign_in(client, cast.lin)
    address = begin(client)
    answer(client, address, right=True)
    post(client, f"{address}/end")

    told = client.get(address).text

    assert "题数不足" in told
    assert "预计约得" not in told


def test_a_question_taken_out_is_replaced(app: Flask, cast: Cast, choices: School, client: FlaskClient) -> None:
    """
    What was suspended while it waited is not shown; another one is asked at the same place.
    """
    sign_in(client, cast.lin)
    address = begin(client)
    with app.app_context(), writing() as session:
        [waiting] = session.scalars(select(Round.items)).one()
        item = session.get(Item, waiting)
        assert item is not None
        item.suspended, stem = "law_changed", item.ref.replace("-", " 第 ")
    assert stem not in client.get(address).text

    page = send(client, f"{address}/1", {}).text

    assert f"{address}/1" in page
    with app.app_context():
        [new] = reading().scalars(select(Round.items)).one()
        assert new != waiting


def test_hidden_questions_are_never_asked(app: Flask, cast: Cast, choices: School, client: FlaskClient) -> None:
    """
    Nothing that may not be practised is in the stock of a test, and none of its words on any page.
    """
    with app.app_context():
        held = {one.item_id for one in stock(reading(), [])}
    sign_in(client, cast.lin)

    assert held
    assert not held & {choices.items[ref] for ref in choices.hidden}
    assert SECRET not in run(client, begin(client), right=True)


def test_a_test_is_its_owners(cast: Cast, choices: School, client: FlaskClient, app: Flask) -> None:
    """
    Nobody else opens it, and the addresses of rounds do not open it either.
    """
    sign_in(client, cast.lin)
    address = begin(client)
    as_round = address.replace("/tests/", "/rounds/")
    other = sign_in(app.test_client(), cast.wang)

    assert other.get(address).status_code == 404
    assert post(other, f"{address}/end").status_code == 404
    assert client.get(as_round).status_code == 404
    assert client.get(f"{as_round}/1").status_code == 404
    assert post(client, f"{as_round}/end").status_code == 404


def test_no_test_while_one_sits_an_exam(cast: Cast, choices: School, exam_day: ExamDay, client: FlaskClient) -> None:
    """
    Neither begun, gone on with, nor its report read.
    """
    exam = exam_day.published()
    sign_in(client, cast.lin)
    address = begin(client)
    post(client, f"/sitting/exam/{exam.public_id}/start")

    assert client.get(address).status_code == 409
    assert post(client, f"{address}/1", unknown="1").status_code == 409
    assert post(client, NEW).location == NEW


ASKED = [Asked(n, 0.0, "food" if n < 6 else "penalty", "", n % 2 == 0) for n in range(12)]


def given(rights: str) -> dict[int, Answer]:
    """Answers by place: 1 right, 0 wrong."""
    return {place: Answer(share=1000 * int(one)) for place, one in enumerate(rights, 1)}


@pytest.mark.parametrize(
    ("count", "reason", "decided", "verdict", "why"),
    [
        (20, "clear", "above", "above", "clear"),
        (50, "most", "undecided", "undecided", "most"),
        (10, "empty", "undecided", "undecided", "empty"),
        (16, "", "undecided", "undecided", "left"),
        (3, "", "below", "early", "left"),
    ],
)
def test_what_a_report_makes_of_an_outcome(count: int, reason: str, decided: str, verdict: str, why: str) -> None:
    """
    What is clear is said; who left before fifteen answers is told nothing.
    """
    outcome = Outcome(0.0, 0.4, decided, reason, 61.5, 50.2, 71.1, count)

    found = report(Plan(0.0, {"food": 1}), outcome, ASKED, given("1"))

    assert (found.verdict, found.why) == (verdict, why)
    assert (found.marks, found.low, found.high) == (62, 50, 72)


def test_strengths_are_told_where_they_are_large() -> None:
    """
    Six of six against none of six at the same difficulty stand out on both sides; three of six on neither.
    """
    outcome = Outcome(0.0, 0.4, "undecided", "most", 60, 50, 70, 12)
    plan = Plan(0.0, {"food": 1})
    split = report(plan, outcome, ASKED, given("111111000000")).strengths
    even = report(plan, outcome, ASKED, given("111000000111")).strengths

    assert [(one.subject, one.right, one.stands) for one in split] == [
        ("food", 6, "stronger"),
        ("penalty", 0, "weaker"),
    ]
    assert [one.stands for one in even] == ["", ""]
    assert report(plan, outcome, ASKED, given("111000000111")).unmeasured == 6


def test_two_answers_say_nothing_of_a_subject() -> None:
    """
    Both right, and yet no word of strength.
    """
    outcome = Outcome(-3.0, 0.4, "undecided", "most", 60, 50, 70, 12)

    [one] = report(Plan(0.0, {"food": 1}), outcome, ASKED, given("11")).strengths
    assert (one.right, one.stands) == (2, "")
