"""The page of a pool's shares."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.bank import sharing
from lms.bank.queries import PoolRow
from lms.database import reading, writing
from tests.bank.conftest import MakePool, single
from tests.cast import Cast, post, sign_in
from tests.statements import statements


@pytest.fixture
def pool(app: Flask, cast: Cast, make_pool: MakePool) -> PoolRow:
    """Zhao's pool; Wang is an examiner elsewhere."""
    with app.app_context(), writing() as session:
        accounts.grant_role(session, cast.wang.id, Role.EXAMINER, reason="测试", by=None, unit_id=cast.branch_b.id)
    return make_pool(single("a"), owner_path="/1/2/")


@pytest.fixture
def zhao(app: Flask, cast: Cast) -> FlaskClient:
    """The examiner's browser."""
    return sign_in(app.test_client(), cast.zhao)


def address(pool: PoolRow) -> str:
    """The page of shares."""
    return f"/bank/pools/{pool.public_id}/shares"


def rights(app: Flask, pool: PoolRow) -> dict[int, str]:
    """Who has which right."""
    with app.app_context():
        return {row.person_id: row.access for row in sharing.shares_of(reading(), pool.id)}


def test_a_pool_is_given_changed_and_taken_back(app: Flask, cast: Cast, pool: PoolRow, zhao: FlaskClient) -> None:
    """
    Found by name, given a right, given another one, and nothing again: what the person opens follows at once.
    """
    wang = sign_in(app.test_client(), cast.wang)
    assert wang.get(f"/bank/pools/{pool.public_id}").status_code == 404
    assert cast.wang.public_id in zhao.get(f"{address(pool)}?q=王磊").text
    post(zhao, address(pool), person=cast.wang.public_id, access="view")
    assert wang.get(f"/bank/pools/{pool.public_id}").status_code == 200
    assert wang.get(f"/bank/pools/{pool.public_id}/edit").status_code == 404
    post(zhao, address(pool), person=cast.wang.public_id, access="edit")
    assert wang.get(f"/bank/pools/{pool.public_id}/edit").status_code == 200
    assert "王磊" in zhao.get(address(pool)).text
    assert cast.wang.public_id not in zhao.get(f"{address(pool)}?q=王磊").text.partition("share-found")[2]

    for _twice in range(2):
        assert post(zhao, f"{address(pool)}/{cast.wang.public_id}/end").status_code == 303
    assert rights(app, pool) == {}
    assert wang.get(f"/bank/pools/{pool.public_id}").status_code == 404


def test_who_edits_by_a_share_does_not_share(app: Flask, cast: Cast, pool: PoolRow, zhao: FlaskClient) -> None:
    """
    The page is there for those whose role reaches the pool; for others there is nothing, and no tab leads to it.
    """
    post(zhao, address(pool), person=cast.wang.public_id, access="edit")
    wang = sign_in(app.test_client(), cast.wang)
    assert address(pool) in zhao.get(f"/bank/pools/{pool.public_id}").text
    assert address(pool) not in wang.get(f"/bank/pools/{pool.public_id}").text
    assert wang.get(address(pool)).status_code == 404
    assert post(wang, address(pool), person=cast.feng.public_id, access="view").status_code == 404
    assert post(wang, f"{address(pool)}/{cast.wang.public_id}/end").status_code == 404

    assert rights(app, pool) == {cast.wang.id: "edit"}


@pytest.mark.parametrize("words", ["林晓", "赵敏", "吴书", "%", "_"])
def test_only_other_examiners_and_reviewers_are_found(pool: PoolRow, zhao: FlaskClient, words: str) -> None:
    """
    Not a cadre, not oneself, not the librarian; signs of patterns are signs.
    """
    page = zhao.get(address(pool), query_string={"q": words}).text

    assert re.findall(r'name="person" value="', page) == []


@pytest.mark.parametrize(
    ("who", "access", "status"),
    [("lin", "view", 404), ("zhao", "view", 404), ("nobody", "view", 404), ("wang", "own", 400), ("wang", "", 400)],
)
def test_forged_gifts_are_refused(
    app: Flask, cast: Cast, pool: PoolRow, zhao: FlaskClient, who: str, access: str, status: int
) -> None:
    """
    To somebody without the role, to oneself, to nobody, or a right that there is not: nothing is given.
    """
    person = "x" * 22 if who == "nobody" else cast[who].public_id

    assert post(zhao, address(pool), person=person, access=access).status_code == status
    assert rights(app, pool) == {}


def test_the_page_takes_few_statements(app: Flask, cast: Cast, pool: PoolRow, zhao: FlaskClient) -> None:
    """
    However many have a share.
    """
    counts = set()
    for who in ("feng", "wang"):
        post(zhao, address(pool), person=cast[who].public_id, access="view")
        zhao.get(address(pool))
        with statements(app) as sent:
            assert zhao.get(f"{address(pool)}?q=t").status_code == 200
        counts.add(len(sent))

    assert len(counts) == 1
    assert max(counts) <= 12
