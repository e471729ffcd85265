"""The map of mastery: what is counted, what it makes of a point, and the way to a round on it."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.database import reading
from lms.practice.mastery_queries import Field, Point, fields
from lms.practice.models import Round
from tests.cast import Cast, post, sign_in
from tests.practice.school import SECRET, School, filled, send
from tests.practice.test_lists import wrong_rows
from tests.practice.test_rounds import round_over
from tests.statements import statements

MAP, FOOD, PENALTY = (
    "/practice/mastery/",
    "/practice/mastery/subject?subject=food",
    "/practice/mastery/subject?subject=penalty",
)


def answer(app: Flask, cast: Cast, school: School, client: FlaskClient, *, right: bool) -> None:
    """Answer the one question of the point 办案程序."""
    address = round_over(app, cast.lin.id, ("cited",), school)
    send(client, f"{address}/1", filled(client.get(address).text, right=right))


@pytest.mark.parametrize(
    ("right", "answered", "state", "of_hundred", "to_go"),
    [
        (0, 0, "new", 50, 10),
        (9, 9, "begun", 91, 1),
        (10, 10, "mastered", 92, 0),
        (15, 16, "begun", 89, 1),
        (16, 17, "mastered", 89, 0),
        (0, 3, "begun", 20, 28),
    ],
)
def test_what_is_made_of_the_counts(right: int, answered: int, state: str, of_hundred: int, to_go: int) -> None:
    """
    Ten of ten and sixteen of seventeen are mastered, one less is not; without answers it is neither.
    """
    point = Point("food", "", 1, answered, right)

    assert (point.state, point.of_hundred) == (state, of_hundred)
    assert point.to_go == to_go


def test_the_weakest_point_comes_first() -> None:
    """
    Among those begun by what is to be expected; then what was never met, then what is mastered.
    """
    good, bad, new, done = (
        Point("food", str(n), 1, *counts) for n, counts in enumerate([(4, 4), (4, 1), (0, 0), (10, 10)])
    )

    assert Field("food", (done, new, good, bad)).weakest_first == [bad, good, new, done]


def test_answers_are_counted_by_point(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    Each answer of the person counts where its question stands; those of others do not.
    """
    sign_in(client, cast.lin)
    for right in (True, True, False):
        answer(app, cast, school, client, right=right)

    with app.app_context():
        mine, theirs = (fields(reading(), person.id)["penalty"].points for person in (cast.lin, cast.wang))

    assert Point("penalty", "办案程序", 1, 3, 2) in mine
    assert Point("penalty", "办案程序", 1, 0, 0) in theirs


def test_a_point_leads_to_a_round_on_it(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    The button of a point begins a round of its questions alone, which the map then knows.
    """
    sign_in(client, cast.lin)
    page = client.get(PENALTY).text
    assert 'name="point" value="办案程序"' in page
    assert "未练过" in page

    made = post(client, "/practice/rounds", way="all", subject="penalty", point="办案程序", size="10").location
    send(client, f"{made}/1", filled(client.get(made).text, right=True))

    with app.app_context():
        assert reading().scalars(select(Round.items)).all() == [[school.items["cited"]]]
    assert "作答 1 次，对 1 次" in client.get(PENALTY).text


def test_the_map_moves(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    After ten right answers the point is mastered, on its own page and on the map.
    """
    sign_in(client, cast.lin)
    before = client.get(MAP).text
    for _time in range(10):
        answer(app, cast, school, client, right=True)

    assert "已掌握 1 / 2" not in before
    assert "已掌握 1 / 2" in client.get(MAP).text
    assert re.search(
        r"办案程序</b>\s*<p[^>]*><span class=\"badge badge-good\">.*?已掌握", client.get(PENALTY).text, re.S
    )


@pytest.mark.parametrize("address", [MAP, FOOD])
def test_the_map_takes_few_statements(
    app: Flask, cast: Cast, school: School, client: FlaskClient, address: str
) -> None:
    """
    At most eight statements a page, those of the session included.
    """
    sign_in(client, cast.lin)
    wrong_rows(app, cast, school)
    with statements(app) as sent:
        page = client.get(address)

    assert page.status_code == 200
    assert len(sent) <= 8


def test_hidden_questions_are_not_counted(app: Flask, cast: Cast, school: School, client: FlaskClient) -> None:
    """
    Answers to what may no longer be practised say nothing here.
    """
    wrong_rows(app, cast, school)
    with app.app_context():
        found = fields(reading(), cast.lin.id).values()
    sign_in(client, cast.lin)

    assert sum(field.whole.questions for field in found) == len(school.items) - len(school.hidden)
    assert all(field.whole.questions == field.whole.answered for field in found)
    assert SECRET not in client.get(FOOD).text


@pytest.mark.parametrize("subject", ["", "nonsense", "company"])
def test_a_subject_without_questions_is_not_there(
    cast: Cast, school: School, client: FlaskClient, subject: str
) -> None:
    """
    Neither an unknown one, nor one of which nothing can be practised.
    """
    sign_in(client, cast.lin)

    assert client.get(f"/practice/mastery/subject?subject={subject}").status_code == 404
