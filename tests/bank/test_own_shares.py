"""Questions that carry their own shares of the marks, on the pages of the bank."""

from dataclasses import replace
from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.bank.editor_reading import typed_from
from question_bank.interactions.options import Options
from question_bank.item import ItemVersion
from tests.bank.conftest import MakePool, single
from tests.bank.test_editor_pages import send, versions
from tests.bank.test_pages import item_id
from tests.cast import Cast, sign_in
from tests.question_bank.test_shares import MANY, ONE


@pytest.fixture
def zhao(app: Flask, cast: Cast) -> FlaskClient:
    """The examiner's browser, in English."""
    browser = sign_in(app.test_client(), cast.zhao)
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


def question(body: Options, kind: str) -> ItemVersion:
    """A question with these options."""
    return replace(single("own-1"), type=kind, body=body)


@pytest.mark.parametrize(
    ("kind", "body", "shown"),
    [("single_choice", ONE, ["50%", "-1/3"]), ("multiple_choice", MANY, ["1/6", "1/3", "5/6", "-50%"])],
)
def test_the_key_shows_shares(
    app: Flask, zhao: FlaskClient, make_pool: MakePool, kind: str, body: Options, shown: list[str]
) -> None:
    """
    Beside each option what it earns or costs, where that is not all or nothing; on no other question.
    """
    pool = make_pool(question(body, kind), single("plain-1"))
    page = zhao.get(f"/bank/items/{item_id(app, pool.id, 'own-1')}").text

    assert all(f"{share} of the marks" in page for share in shown)
    assert page.count("of the marks") == len(shown)
    assert "of the marks" not in zhao.get(f"/bank/items/{item_id(app, pool.id, 'plain-1')}").text


def test_the_editor_shows_and_keeps_shares(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    Its fields are there for such a question alone; another field is edited and they stay; a new share is kept.
    """
    item = question(ONE, "single_choice")
    pool = make_pool(item, single("plain-1"))
    address = f"/bank/items/{item_id(app, pool.id, 'own-1')}/edit"

    assert 'name="options-1-worth"' in zhao.get(address).text
    assert "-worth" not in zhao.get(f"/bank/items/{item_id(app, pool.id, 'plain-1')}/edit").text

    send(zhao, address, typed_from(replace(item, explanation="新的解析。")), based_on="1")
    send(zhao, address, typed_from(item) | {"options-1-worth": ["1/4"]}, based_on="2")
    newest, middle, _oldest = (row.version.body for row in versions(app, pool, "own-1"))

    assert middle == ONE
    assert newest.options[1].share == Fraction(1, 4)
