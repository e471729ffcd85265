"""Rounds of practice in the browser: choosing, answering, what was right, leaving and going on, the summary."""

import re
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from lms.bank.models import Item, ItemVersion
from lms.database import reading, writing
from lms.practice.models import Answer, Card, Round
from tests.cast import Cast, csrf, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.practice.school import SECRET, School, begin, filled, send


def round_over(app: Flask, person_id: int, refs: tuple[str, ...], school: School) -> str:
    """A round of exactly these questions; its address."""
    with app.app_context(), writing() as session:
        made = Round(
            person_id=person_id, way="all", subject="", point="", items=[school.items[ref] for ref in refs],
            seed=bytes(32), answered=0, right=0, started_at=app.extensions["clock"](),
        )  # fmt: skip
        session.add(made)
        session.flush()
        return f"/practice/rounds/{made.public_id}"


def test_a_round_goes_from_question_to_summary(cast: Cast, school: School, client: FlaskClient) -> None:
    """
    Each answer is followed by what was right and why; the last one by the summary with a link to each question.
    """
    sign_in(client, cast.lin)
    address = begin(client, way="all", subject="food", size="5")
    outcomes = []
    for place in range(1, 6):
        page = client.get(address).text
        assert f"第 {place} 题，共 5 题" in page
        told = send(client, f"{address}/{place}", {"version": version_in(page), "unknown": ["1"]}).text
        outcomes.append("错</span>" in told)
        assert "正确答案" in told

    summary = client.get(address).text

    assert outcomes == [True] * 5
    assert all(f"{address}/{place}" in summary for place in range(1, 6))


def version_in(page: str) -> list[str]:
    """What the hidden field of the wording says."""
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return [found[1]]


@pytest.mark.parametrize(("right", "badge"), [(True, "对"), (False, "错")])
def test_feedback_tells_all(
    app: Flask, cast: Cast, school: School, client: FlaskClient, *, right: bool, badge: str
) -> None:
    """
    The case, one's own answer, the right one, the explanation, the reasons of options, the passage, the course.
    """
    sign_in(client, cast.lin)
    address = round_over(app, cast.lin.id, ("cited",), school)
    page = client.get(address).text
    assert "某店售卖过期食品" in page

    told = send(client, f"{address}/1", filled(page, right=right)).text

    assert badge + "</span>" in told
    for part in ("某店售卖过期食品", "对的做法", "依法如此", "合法", "违法", "简易程序怎么用", "《没有的法》"):
        assert part in told
    link = re.search(r'href="(/library/documents/[^"]+#[^"]+)">《中华人民共和国试验法》第二条', told)
    assert link is not None
    anchor = unquote(link[1].split("#")[1])
    assert f'id="{anchor}"' in client.get(link[1]).text


def test_partly_right_is_said(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    One of two right options earns half, and the page says so.
    """
    sign_in(client, cast.lin)
    address = round_over(app, cast.lin.id, ("multiple_choice-1",), school)
    fields = filled(client.get(address).text, right=True)

    told = send(client, f"{address}/1", {name: values[:1] for name, values in fields.items()})

    assert "部分正确" in told.text
    with app.app_context():
        assert reading().scalars(select(Answer.share)).all() == [500]


def ordered(page: str) -> dict[str, list[str]]:
    """The places of the lines, as one without scripts chooses them."""
    lines = re.findall(r'<label for="q-1-([0-9a-f]{12})" lang="zh-CN">([^<]+)</label>', page)
    right = ["立案", "调查", "告知", "决定"]
    return {f"q1-{name}": [str(right.index(text) + 1)] for name, text in lines}


def matched(page: str) -> dict[str, list[str]]:
    """The right choice for each left side."""
    made = {}
    for name, left, choices in re.findall(r'<label for="q-1-(\w+)">(\w+)</label>(.*?)</select>', page, re.S):
        wanted = {"甲": "一1", "乙": "二1"}[left]
        made[f"q1-{name}"] = [value for value, text in re.findall(r'value="(\w+)">(\w+)<', choices) if text == wanted]
    return made


@pytest.mark.parametrize(
    ("ref", "answers"),
    [
        ("fill_in-1", lambda _page: {"q1-1": ["30日"]}),
        ("numeric-3", lambda _page: {"q1": ["3"]}),
        ("true_false-1", lambda page: {"q1": [re.findall(r'type="radio" name="q1" value="([^"]+)"', page)[1]]}),
        ("ordering-1", ordered),
        ("matching-1", matched),
    ],
)
def test_every_type_is_answered_without_scripts(
    app: Flask, cast: Cast, school: School, client: FlaskClient, ref: str, answers: object
) -> None:
    """
    The plain form of each type takes the right answer and earns all.
    """
    assert callable(answers)
    sign_in(client, cast.lin)
    address = round_over(app, cast.lin.id, (ref,), school)
    page = client.get(address).text

    send(client, f"{address}/1", {"version": version_in(page), **answers(page)})

    with app.app_context():
        assert reading().scalars(select(Answer.share)).all() == [1000]


def test_a_round_is_left_and_resumed_elsewhere(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    What was answered on one machine is not asked again on another; the practice page leads back.
    """
    sign_in(client, cast.lin)
    address = round_over(app, cast.lin.id, ("single_choice-0", "single_choice-1"), school)
    send(client, f"{address}/1", filled(client.get(address).text, right=True))

    elsewhere = sign_in(app.test_client(), cast.lin)

    assert address in elsewhere.get("/practice/").text
    assert "single_choice 第 1 题" in elsewhere.get(address).text


def test_an_answer_is_given_once(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    A form sent twice keeps the first answer, and the table refuses to change it.
    """
    sign_in(client, cast.lin)
    address = round_over(app, cast.lin.id, ("single_choice-0", "single_choice-1"), school)
    page = client.get(address).text
    for right in (False, True):
        send(client, f"{address}/1", filled(page, right=right))

    with app.app_context():
        assert reading().scalars(select(Answer.share)).all() == [0]
        assert reading().scalars(select(Round.answered)).all() == [1]
        with pytest.raises(DatabaseError), writing() as session:
            session.execute(text("UPDATE practice_answer SET share = 1000"))


def test_an_empty_form_asks_again(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    Nothing chosen is no answer; "I do not know" is one, and a wrong one.
    """
    sign_in(client, cast.lin)
    address = round_over(app, cast.lin.id, ("single_choice-0",), school)
    page = client.get(address).text

    again = send(client, f"{address}/1", {"version": version_in(page)})
    assert "请先作答" in again.text

    send(client, f"{address}/1", {"version": version_in(page), "unknown": ["1"]})
    with app.app_context():
        assert reading().scalars(select(Answer.share)).all() == [0]


def test_a_reworded_question_is_asked_anew(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    An answer to a wording that no longer stands is refused, since the key may be another.
    """
    sign_in(client, cast.lin)
    address = round_over(app, cast.lin.id, ("single_choice-0",), school)
    fields = filled(client.get(address).text, right=True)

    assert send(client, f"{address}/1", fields | {"version": ["1"]}).status_code == 409


def test_a_round_ends_when_one_likes(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    What was not answered stays so; the summary comes at once.
    """
    sign_in(client, cast.lin)
    address = round_over(app, cast.lin.id, ("single_choice-0", "single_choice-1"), school)

    post(client, f"{address}/end")

    assert client.get(address).text.count("未作答") == 2


def test_a_round_is_its_owners(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    For anybody else there is nothing at its addresses.
    """
    address = round_over(app, cast.lin.id, ("single_choice-0",), school)
    sign_in(client, cast.wang)

    assert client.get(address).status_code == 404
    assert client.get(f"{address}/1").status_code == 404
    assert post(client, f"{address}/1", unknown="1").status_code == 404
    assert post(client, f"{address}/end").status_code == 404


def test_the_time_is_kept_where_it_makes_sense(
    app: Flask, cast: Cast, school: School, client: FlaskClient, clock: TestClock
) -> None:
    """
    Seconds from the page to the answer; nothing for a page that says it was open for years.
    """
    sign_in(client, cast.lin)
    address = round_over(app, cast.lin.id, ("single_choice-0", "single_choice-1"), school)
    for place, opened in ((1, {}), (2, {"shown_at": ["1"]})):
        page = client.get(address).text
        clock.advance(seconds=25)
        send(client, f"{address}/{place}", filled(page, right=True) | opened)

    with app.app_context():
        assert reading().scalars(select(Answer.seconds).order_by(Answer.id)).all() == [25, None]


@pytest.mark.parametrize("size", ["5", "10", "20", "50", "7", ""])
def test_a_round_has_the_size_that_was_chosen(
    app: Flask, cast: Cast, school: School, client: FlaskClient, size: str
) -> None:
    """
    5, 10, 20 or 50 questions; ten where something else is asked for.
    """
    sign_in(client, cast.lin)
    begin(client, way="all", size=size)

    with app.app_context():
        held = reading().scalars(select(Round.items)).one()
        assert len(held) == len(set(held)) == {"5": 5, "20": 20, "50": 50}.get(size, 10)


def test_never_met_questions_of_a_subject_come_first(
    app: Flask, cast: Cast, school: School, client: FlaskClient
) -> None:
    """
    After a round of twenty on food the next one has those that are left.
    """
    sign_in(client, cast.lin)
    address = begin(client, way="all", subject="food", size="20")
    for place in range(1, 21):
        send(client, f"{address}/{place}", {"version": version_in(client.get(address).text), "unknown": ["1"]})

    begin(client, way="all", subject="food", size="5")

    with app.app_context():
        first, second = reading().scalars(select(Round.items).order_by(Round.id))
        assert not set(first) & set(second)


# --- what practice must never show


def everything(app: Flask, person_id: int, school: School) -> None:
    """As if the person had met, mistaken and starred every item of every pool, hidden ones as well."""
    moment = app.extensions["clock"]()
    with app.app_context(), writing() as session:
        for item_id in school.items.values():
            session.add(
                Card(
                    person_id=person_id, item_id=item_id, record={}, due=moment, answered=1, share=0,
                    answered_at=moment, quick=0, mistaken=True,
                )
            )  # fmt: skip
            session.execute(
                text("INSERT INTO practice_favourite (person_id, item_id, at) VALUES (:person, :item, :at)"),
                {"person": person_id, "item": item_id, "at": moment},
            )


@pytest.mark.parametrize("way", ["all", "due", "mistakes", "favourites"])
@pytest.mark.parametrize("subject", ["", "food"])
def test_reserved_items_never_come_into_a_round(
    app: Flask, cast: Cast, school: School, client: FlaskClient, way: str, subject: str
) -> None:
    """
    Whatever the way in: what is reserved, out of force, suspended, retired, on trial, never approved, not scored by a
    machine or of somebody's own pool is in no round, though the person has met and starred it.
    """
    everything(app, cast.lin.id, school)
    sign_in(client, cast.lin)
    hidden = {school.items[ref] for ref in school.hidden}
    for _again in range(3):
        begin(client, way=way, subject=subject, size="50")

    with app.app_context():
        rounds = reading().scalars(select(Round.items)).all()
        held = {item for items in rounds for item in items}
        assert held
        assert not held & hidden


def test_reserved_items_are_shown_nowhere(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    A round that holds such an item (it was open when the round began) passes over it, on every page.
    """
    sign_in(client, cast.lin)
    address = round_over(app, cast.lin.id, (*sorted(school.hidden), "single_choice-0"), school)
    places = range(1, len(school.hidden) + 1)

    assert "single_choice 第 0 题" in client.get(address).text
    assert {client.get(f"{address}/{place}").status_code for place in places} == {404}
    assert {post(client, f"{address}/{place}", unknown="1").status_code for place in places} == {404}
    with app.app_context():
        ids = [row.public_id for row in reading().scalars(select(Item).where(Item.ref.in_(school.hidden)))]
    assert {post(client, f"/practice/questions/{item}/star", on="1").status_code for item in ids} == {404}
    post(client, f"{address}/end")
    assert SECRET not in client.get(address).text


def test_an_answered_question_that_becomes_reserved_is_hidden(
    app: Flask, cast: Cast, school: School, client: FlaskClient
) -> None:
    """
    From then on neither the summary nor the page of its answer shows it.
    """
    sign_in(client, cast.lin)
    address = round_over(app, cast.lin.id, ("cited",), school)
    send(client, f"{address}/1", filled(client.get(address).text, right=True))
    assert "cited 应当" in client.get(address).text
    with app.app_context(), writing() as session:
        item = session.get(Item, school.items["cited"])
        assert item is not None
        version = session.scalars(select(ItemVersion).where(ItemVersion.item_id == item.id)).one()
        values = {column.key: getattr(version, column.key) for column in ItemVersion.__table__.columns}
        record = version.record | {"classification": "reserved"}
        session.add(ItemVersion(**values | {"id": None, "public_id": "x" * 22, "number": 2, "record": record}))
        item.newest = item.drawn = 2

    assert "cited 应当" not in client.get(address).text
    assert client.get(f"{address}/1").status_code == 404


def test_the_practice_page_counts_what_may_be_practised(
    app: Flask, cast: Cast, school: School, client: FlaskClient
) -> None:
    """
    The numbers of mistakes, favourites and what is due leave out what is hidden.
    """
    everything(app, cast.lin.id, school)
    sign_in(client, cast.lin)
    with app.app_context():
        hidden = len(school.hidden)
        held = reading().scalar(select(func.count()).select_from(Item))
        assert held is not None

    assert f"({held - hidden})" in client.get("/practice/").text


def test_a_star_and_a_mistake_make_rounds(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    What was starred is a round of favourites, what was wrong one of mistakes and at once one of what is due.
    """
    sign_in(client, cast.lin)
    address = round_over(app, cast.lin.id, ("single_choice-0", "single_choice-1"), school)
    page = client.get(address).text
    star = re.search(r'action="(/practice/questions/[^"]+/star)"', page)
    assert star is not None
    post(client, star[1], on="1")
    send(client, f"{address}/1", filled(page, right=True))
    send(client, f"{address}/2", filled(client.get(address).text, right=False))

    for way, ref in (("favourites", "single_choice-0"), ("mistakes", "single_choice-1"), ("due", "single_choice-1")):
        made = begin(client, way=way).rsplit("/", 1)[1]
        with app.app_context():
            held = reading().scalars(select(Round.items).where(Round.public_id == made)).one()
            assert held == [school.items[ref]], way


def test_a_mistake_is_mended_on_two_days(
    app: Flask, cast: Cast, school: School, client: FlaskClient, clock: TestClock
) -> None:
    """
    Right twice on one day is not enough; right again on the next day takes it off the list.
    """
    listed = []
    for days, right in ((0, False), (0, True), (0, True), (1, True)):
        clock.advance(days=days, minutes=1)
        address = round_over(app, cast.lin.id, ("single_choice-0",), school)
        sign_in(client, cast.lin)
        send(client, f"{address}/1", filled(client.get(address).text, right=right))
        with app.app_context():
            listed += reading().scalars(select(Card.mistaken)).all()

    assert listed == [True, True, True, False]


def test_a_choice_without_questions_says_so(cast: Cast, school: School, client: FlaskClient) -> None:
    """
    No favourites, no round: the practice page says it.
    """
    sign_in(client, cast.lin)
    answer = client.post(
        "/practice/rounds", data={"csrf_token": csrf(client), "way": "favourites"}, follow_redirects=True
    )

    assert "没有符合" in answer.text


def test_nobody_practises_while_they_sit_an_exam(cast: Cast, school: School, exam_day: ExamDay, app: Flask) -> None:
    """
    Practice tells keys: it is refused from the start to the hand-in, to the candidate only.
    """
    exam = exam_day.published()
    lin, sun = sign_in(app.test_client(), cast.lin), sign_in(app.test_client(), cast.sun)
    address = begin(lin, way="all", subject="", size="5")

    post(lin, f"/sitting/exam/{exam.public_id}/start")

    assert lin.get(address).status_code == 409
    assert begin_refused(lin)
    assert not begin_refused(sun)


def begin_refused(client: FlaskClient) -> bool:
    """Whether no round can be begun: one is led back to the page that says why."""
    return post(client, "/practice/rounds", way="all", subject="", size="5").location == "/practice/"
