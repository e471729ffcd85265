"""The lists of mistakes and of favourites, and a question opened from them."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.bank.models import Item, ItemVersion
from lms.database import reading, writing
from lms.practice.models import Answer, Favourite, Round
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
from tests.exam_day import ExamDay
from tests.practice.school import SECRET, School, filled, send
from tests.practice.test_rounds import everything, round_over
from tests.statements import statements

LISTS = ("/practice/mistakes", "/practice/favourites")


def listed(page: str) -> list[str]:
    """The words of the questions of a list, in their order."""
    return re.findall(r'href="/practice/questions/[\w-]{22}" lang="zh-CN">(\S+ 第 \d 题)', page)


def item_ids(page: str) -> list[str]:
    """The public ids of the questions of a list."""
    return re.findall(r'href="/practice/questions/([\w-]{22})"', page)


def answer(app: Flask, cast: Cast, school: School, client: FlaskClient, ref: str, *, right: bool) -> None:
    """Answer a question of options once."""
    address = round_over(app, cast.lin.id, (ref,), school)
    send(client, f"{address}/1", filled(client.get(address).text, right=right))


def star_all(app: Flask, cast: Cast, school: School, refs: tuple[str, ...], clock: TestClock) -> None:
    """Star questions one after another, a minute between them."""
    for ref in refs:
        clock.advance(minutes=1)
        with app.app_context(), writing() as session:
            session.add(Favourite(person_id=cast.lin.id, item_id=school.items[ref], at=clock()))


def test_mistakes_are_told_with_their_numbers(
    app: Flask, cast: Cast, school: School, client: FlaskClient, clock: TestClock
) -> None:
    """
    The question's words, when it was last wrong and how often; what was never wrong is not there.
    """
    sign_in(client, cast.lin)
    for ref, right in (("single_choice-0", False), ("single_choice-1", True), ("single_choice-0", False)):
        clock.advance(minutes=1)
        answer(app, cast, school, client, ref, right=right)

    page = client.get("/practice/mistakes").text

    assert listed(page) == ["single_choice 第 0 题"]
    assert "最近答错：2026-03-02 09:03" in page
    assert "作答 2 次，错 2 次" in page


@pytest.mark.parametrize(
    ("first", "order"), [("newest", "201"), ("oldest", "102"), ("most", "120"), ("fewest", "021"), ("", "201")]
)
def test_mistakes_are_sorted_by_the_database(
    app: Flask, cast: Cast, school: School, client: FlaskClient, clock: TestClock, first: str, order: str
) -> None:
    """
    By when a question was last wrong and by how often; anything else counts as the usual order.
    """
    sign_in(client, cast.lin)
    for number in (1, 1, 1, 0, 2, 2):
        clock.advance(minutes=1)
        answer(app, cast, school, client, f"single_choice-{number}", right=False)

    page = client.get(f"/practice/mistakes?first={first}").text

    assert "".join(re.findall(r"第 (\d) 题", page)) == order


@pytest.mark.parametrize(("subject", "numbers"), [("food", "0"), ("penalty", "1"), ("", "10"), ("nonsense", "10")])
@pytest.mark.parametrize("address", LISTS)
def test_lists_are_filtered_by_subject(
    app: Flask,
    cast: Cast,
    school: School,
    client: FlaskClient,
    clock: TestClock,
    address: str,
    subject: str,
    numbers: str,
) -> None:
    """
    Questions with even numbers are of food, the others of penalty; a round of the list is of the same subject.
    """
    sign_in(client, cast.lin)
    for number in (0, 1):
        clock.advance(minutes=1)
        answer(app, cast, school, client, f"single_choice-{number}", right=False)
    star_all(app, cast, school, ("single_choice-0", "single_choice-1"), clock)

    page = client.get(f"{address}?subject={subject}").text

    assert "".join(re.findall(r"第 (\d) 题", page)) == numbers
    assert f'name="subject" value="{subject if subject != "nonsense" else ""}"' in page


@pytest.mark.parametrize("address", LISTS)
def test_lists_are_paged_with_few_statements(
    app: Flask, cast: Cast, school: School, client: FlaskClient, address: str
) -> None:
    """
    Twenty-five to a page, cut by the database: the number of statements is the same for any length.
    """
    sign_in(client, cast.lin)
    everything(app, cast.lin.id, school)
    wrong_rows(app, cast, school)
    with statements(app) as sent:
        page = client.get(address).text

    assert len(sent) <= 8
    assert len(item_ids(page)) == 25
    assert item_ids(client.get(f"{address}?page=2").text)


def wrong_rows(app: Flask, cast: Cast, school: School) -> None:
    """A wrong answer to every item, hidden ones as well."""
    address = round_over(app, cast.lin.id, tuple(school.items), school)
    with app.app_context(), writing() as session:
        held = session.scalars(select(Round).where(Round.public_id == address.rsplit("/", 1)[1])).one()
        versions = session.execute(select(ItemVersion.item_id, ItemVersion.id).where(ItemVersion.number == 1))
        for place, (item_id, version_id) in enumerate(versions.all(), 1):
            session.add(
                Answer(
                    round_id=held.id, place=place, person_id=cast.lin.id, item_id=item_id, share=0, rating=1,
                    item_version_id=version_id, at=held.started_at,
                )
            )  # fmt: skip


@pytest.mark.parametrize("address", LISTS)
def test_lists_show_nothing_that_exams_reserve(
    app: Flask, cast: Cast, school: School, client: FlaskClient, address: str
) -> None:
    """
    What may not be practised is in neither list, though the person has met and starred it.
    """
    sign_in(client, cast.lin)
    everything(app, cast.lin.id, school)
    wrong_rows(app, cast, school)

    pages = [client.get(f"{address}?page={number}").text for number in (1, 2, 3)]

    assert len(item_ids("".join(pages))) > 25
    assert not any(SECRET in page for page in pages)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (LISTS[0], "没有错题"),
        (LISTS[1], "还没有收藏"),
        (f"{LISTS[0]}?subject=food", "本大类没有错题"),
        (f"{LISTS[1]}?subject=food", "本大类没有收藏"),
    ],
)
def test_an_empty_list_says_so(cast: Cast, school: School, client: FlaskClient, address: str, words: str) -> None:
    """
    Without a question there are words instead, and no round to begin.
    """
    sign_in(client, cast.lin)

    page = client.get(address).text

    assert words in page
    assert "练习这些题" not in page


def test_a_favourite_is_taken_off_and_put_back(
    app: Flask, cast: Cast, school: School, client: FlaskClient, clock: TestClock
) -> None:
    """
    Once taken off it is named with a button that puts it back; the filter of the list stays.
    """
    sign_in(client, cast.lin)
    star_all(app, cast, school, ("single_choice-0",), clock)
    [item] = item_ids(client.get(LISTS[1]).text)

    gone = post(client, f"{LISTS[1]}/{item}?subject=food", on="0")
    page = client.get(gone.location).text
    assert "subject=food" in gone.location
    assert listed(page) == []
    assert "single_choice 第 0 题" in page

    back = post(client, f"{LISTS[1]}/{item}?subject=food", on="1")
    assert listed(client.get(back.location).text) == ["single_choice 第 0 题"]
    assert "撤销" not in client.get(back.location).text


def test_a_question_is_opened_from_a_list(
    app: Flask, cast: Cast, school: School, client: FlaskClient, clock: TestClock
) -> None:
    """
    With the answer given last and what is right; one that was never answered shows its words and no key.
    """
    sign_in(client, cast.lin)
    answer(app, cast, school, client, "cited", right=False)
    star_all(app, cast, school, ("cited", "single_choice-0"), clock)
    fresh, known = (client.get(f"/practice/questions/{item}").text for item in item_ids(client.get(LISTS[1]).text))

    assert "依法如此" in known
    assert "错</span>" in known
    assert "single_choice 第 0 题" in fresh
    assert "解析文字" not in fresh
    assert "对0" not in fresh


def test_a_question_is_answered_again(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    It becomes a round of its own.
    """
    sign_in(client, cast.lin)
    answer(app, cast, school, client, "cited", right=False)
    [item] = item_ids(client.get(LISTS[0]).text)

    made = post(client, f"/practice/questions/{item}/again").location

    assert "cited 应当" in client.get(made).text
    with app.app_context():
        assert reading().scalars(select(Round.items).order_by(Round.id.desc())).first() == [school.items["cited"]]


def test_hidden_questions_cannot_be_opened(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    By its id nobody opens, answers or keeps a question that may not be practised.
    """
    sign_in(client, cast.lin)
    with app.app_context():
        ids = [row.public_id for row in reading().scalars(select(Item).where(Item.ref.in_(school.hidden)))]

    assert {client.get(f"/practice/questions/{item}").status_code for item in ids} == {404}
    assert {post(client, f"/practice/questions/{item}/again").status_code for item in ids} == {404}
    assert {post(client, f"{LISTS[1]}/{item}", on="0").status_code for item in ids} == {404}


def test_no_key_is_opened_while_one_sits_an_exam(
    app: Flask, cast: Cast, school: School, exam_day: ExamDay, client: FlaskClient
) -> None:
    """
    The page of a question and the round of it are refused to a candidate.
    """
    exam = exam_day.published()
    sign_in(client, cast.lin)
    answer(app, cast, school, client, "cited", right=False)
    [item] = item_ids(client.get(LISTS[0]).text)

    post(client, f"/sitting/exam/{exam.public_id}/start")

    assert client.get(f"/practice/questions/{item}").status_code == 409
    assert post(client, f"/practice/questions/{item}/again").status_code == 409
