"""The pages of pools and questions, for those who edit, those who only see, and those who may not."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.audit import queries as audit
from lms.bank import queries, service
from lms.database import reading, writing
from tests.bank.conftest import MakePool, single
from tests.cast import Cast, post, sign_in
from tests.exam_day import wordings
from tests.statements import statements

MOST_STATEMENTS = 12


@pytest.fixture
def zhao(app: Flask, cast: Cast) -> FlaskClient:
    """The examiner's browser."""
    return sign_in(app.test_client(), cast.zhao)


def item_id(app: Flask, pool_id: int, ref: str) -> str:
    """The public id of an item."""
    with app.app_context():
        rows = reading().execute(queries.items(pool_id))
        return next(str(row.public_id) for row in rows if row.ref == ref)


@pytest.mark.parametrize(
    ("name", "sees", "edits"),
    [("zhao", True, True), ("feng", True, False), ("lin", False, False), ("wu", False, False)],
)
def test_who_opens_which_page(app: Flask, cast: Cast, make_pool: MakePool, name: str, sees: bool, edits: bool) -> None:
    """
    The examiner edits, the reviewer sees, a cadre and the librarian get neither; nothing is hinted at.
    """
    pool = make_pool(single("a"))
    item = item_id(app, pool.id, "a")
    browser = sign_in(app.test_client(), cast[name])
    seen = ["/bank/", f"/bank/pools/{pool.public_id}", f"/bank/items/{item}"]
    kept = ["/bank/new", f"/bank/pools/{pool.public_id}/edit", "/bank/imports/"]

    assert {browser.get(address).status_code for address in seen} == {200 if sees else 403}
    assert {browser.get(address).status_code for address in kept} == {200 if edits else 403}
    assert post(browser, f"/bank/items/{item}/retire").status_code == (303 if edits else 403)
    assert (f"/bank/items/{item}/re" in browser.get(seen[2]).text) is edits


def test_the_pool_that_came_with_the_program_is_not_edited(app: Flask, zhao: FlaskClient) -> None:
    """
    An examiner sees it; renaming it and retiring its questions finds nothing there.
    """
    with app.app_context(), writing() as session:
        bundled = service.create_pool(session, name="书院题库", purpose=None, owner_path="/", by=None)
        service.store_items(session, bundled, [single("a")], None)

    assert zhao.get(f"/bank/pools/{bundled.public_id}").status_code == 200
    assert zhao.get(f"/bank/pools/{bundled.public_id}/edit").status_code == 404
    assert post(zhao, f"/bank/items/{item_id(app, bundled.id, 'a')}/retire").status_code == 404


def test_a_pool_is_made_and_renamed(app: Flask, zhao: FlaskClient) -> None:
    """
    An empty name is refused; blanks around it go; the rename is in the audit log with what was before.
    """
    assert post(zhao, "/bank/new", name=" ").status_code == 422
    made = post(zhao, "/bank/new", name=" 春季题库 ", purpose="三月考试")
    assert "春季题库" in zhao.get(made.location).text
    assert post(zhao, made.location + "/edit", name="秋季题库", purpose="").status_code == 303

    assert "秋季题库" in zhao.get("/bank/").text
    with app.app_context():
        pool = queries.own_pool_by_name(reading(), "秋季题库")
        assert pool is not None
        assert pool.purpose is None
        assert audit.verify(reading()) is not None


FILTERS = [
    ("", 56),
    ("?subject=penalty", 28),
    ("?type=ordering", 8),
    ("?type=ordering&difficulty=easy", 3),
    ("?q=ordering+3", 1),
    ("?q=%25", 0),
    ("?state=retired", 0),
    ("?subject=-", 0),
    ("?subject=nonsense&type=nonsense&page=nonsense", 56),
]


@pytest.mark.parametrize(("address", "total"), FILTERS)
def test_the_database_filters_the_items(
    app: Flask, zhao: FlaskClient, make_pool: MakePool, address: str, total: int
) -> None:
    """
    Subject, type, difficulty, state and words of the stem narrow the list; nonsense in the address does not.
    """
    pool = make_pool(*wordings())
    page = zhao.get(f"/bank/pools/{pool.public_id}{address}", headers={"Accept-Language": "en"}).text

    assert re.findall(r"(\d+) in all", page) == ([str(total)] if total else [])


def test_the_matrix_counts_what_may_be_drawn(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    A retired question is no longer counted; its row leads to the questions that are.
    """
    pool = make_pool(single("a"), single("b"), single("c", subject=""))
    post(zhao, f"/bank/items/{item_id(app, pool.id, 'a')}/retire")
    page = zhao.get(f"/bank/pools/{pool.public_id}/coverage").text

    cells = re.findall(r"subject=([^&\"]+)&amp;type=single_choice\"><strong>(\d+)<", page)
    assert cells == [("food", "1"), ("-", "1")]


def test_a_question_is_shown_as_candidates_see_it(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    The controls of every type are there, the key stands apart from them, another candidate has another order.
    """
    pool = make_pool(*wordings())
    for kind, control in (
        ("single_choice", 'type="radio"'),
        ("multiple_choice", 'type="checkbox"'),
        ("true_false", 'type="radio"'),
        ("fill_in", 'class="blank"'),
        ("numeric", "data-text"),
        ("ordering", "data-order"),
        ("matching", "data-left"),
    ):
        page = zhao.get(f"/bank/items/{item_id(app, pool.id, kind + '-1')}").text
        candidate, _, key = page.partition('aria-labelledby="key"')
        assert control in candidate, kind
        assert "解析文字" not in candidate
        assert "解析文字" in key

    address = f"/bank/items/{item_id(app, pool.id, 'ordering-1')}"
    orders = {
        tuple(re.findall(r"<li data-value=\"[^\"]+\"><span>(.+?)</span>", zhao.get(f"{address}?draw={draw}").text))
        for draw in range(1, 10)
    }
    assert len(orders) > 1
    assert {len(order) for order in orders} == {4}


def test_older_versions_stay_readable(app: Flask, cast: Cast, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    The newest version is shown, an older one when asked for, and one that never was is not there.
    """
    pool = make_pool(single("a", stem="旧题干"))
    with app.app_context(), writing() as session:
        service.revise_item(session, pool, single("a", stem="新题干"), cast.zhao.id)
    address = f"/bank/items/{item_id(app, pool.id, 'a')}"

    assert "新题干" in zhao.get(address).text
    assert "旧题干" in zhao.get(address + "?version=1").text
    assert zhao.get(address + "?version=3").status_code == 404


def test_retiring_is_undone_on_the_same_page(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    The page of a retired question offers to put it back; twice does no harm.
    """
    pool = make_pool(single("a"))
    address = f"/bank/items/{item_id(app, pool.id, 'a')}"
    for act, left in (("retire", 0), ("retire", 0), ("restore", 1), ("restore", 1)):
        other = "restore" if act == "retire" else "retire"
        assert f"{address}/{other}" in zhao.get(post(zhao, f"{address}/{act}").location).text
        with app.app_context():
            found = queries.pool_by_public_id(reading(), pool.public_id)
            assert found is not None
            assert found.items == left


def test_pages_take_few_statements(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    However many questions there are, a page asks the database a fixed, small number of times.
    """
    pool = make_pool(*wordings())
    item = item_id(app, pool.id, "matching-1")
    for address in ("/bank/", f"/bank/pools/{pool.public_id}", f"/bank/items/{item}", "/bank/imports/"):
        with statements(app) as sent:
            assert zhao.get(address).status_code == 200
        assert len(sent) <= MOST_STATEMENTS, (address, len(sent))
