"""A pool with review and questions of two authors, for the tests of review, sharing and changes of many."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.bank import life, queries, service
from lms.bank.models import Item
from lms.bank.queries import PoolRow
from lms.database import reading, writing
from question_bank.item import ItemVersion
from question_bank.life import Move
from tests.bank.conftest import single
from tests.cast import Cast, sign_in


@dataclass
class Desk:
    """The pool, and browsers of the people around it: Zhao edits, Feng reviews, Qian edits and reviews."""

    app: Flask
    cast: Cast
    pool: PoolRow
    zhao: FlaskClient
    feng: FlaskClient
    qian: FlaskClient

    def item(self, ref: str) -> Item:
        """The row of an item as it is now."""
        with self.app.app_context():
            return reading().query(Item).filter_by(pool_id=self.pool.id, ref=ref).one()

    def id(self, ref: str) -> str:
        """The public id of an item."""
        return self.item(ref).public_id

    def state(self, ref: str) -> tuple[str, int, int | None, str]:
        """State, number of the newest version, number of the drawn one, why suspended."""
        row = self.item(ref)
        return row.state, row.newest, row.drawn, row.suspended

    def add(self, *versions: ItemVersion, by: str = "zhao") -> None:
        """Somebody stores wordings."""
        with self.app.app_context(), writing() as session:
            service.store_items(session, self.pool, versions, self.cast[by].id)

    def move(self, ref: str, *moves: Move, by: str = "feng", comment: str = "请核对") -> None:
        """Somebody moves an item on."""
        for move in moves:
            public_id = self.id(ref)
            with self.app.app_context(), writing() as session:
                life.move(session, self.pool, public_id, move, by=self.cast[by].id, comment=comment)

    def wording(self, ref: str) -> ItemVersion:
        """What the newest version says."""
        with self.app.app_context():
            return queries.versions_of(reading(), self.item(ref).id)[0].version


@pytest.fixture
def desk(app: Flask, cast: Cast) -> Desk:
    """A reviewed pool with three drafts a, b, c of Zhao's."""
    with app.app_context(), writing() as session:
        for role in (Role.EXAMINER, Role.REVIEWER):
            accounts.grant_role(session, cast.qian.id, role, reason="测试", by=None)
        pool = service.create_pool(
            session, name="执法题库", purpose=None, owner_path="/", by=cast.zhao.id, reviewed=True
        )
        service.store_items(session, pool, [single("a"), single("b"), single("c")], cast.zhao.id)
    browsers = [sign_in(app.test_client(), person) for person in (cast.zhao, cast.feng, cast.qian)]
    return Desk(app, cast, pool, *browsers)
