"""Shared by the tests of the bank: viewers, pools and small items."""

from collections.abc import Callable

import pytest
from flask import Flask

from lms.accounts.policy import Grant, Role, Viewer
from lms.accounts.queries import PersonRow
from lms.bank import service
from lms.bank.queries import PoolRow
from lms.database import writing
from question_bank.interactions.options import Option, Options
from question_bank.item import ItemVersion
from tests.cast import Cast


def single(ref: str, *, stem: str = "", subject: str = "food", right: int = 0) -> ItemVersion:
    """A single choice of three options."""
    options = Options(tuple(Option(text, n == right) for n, text in enumerate(("甲", "乙", "丙"))))
    return ItemVersion(ref=ref, type="single_choice", subject=subject, stem=stem or f"{ref} 的题干", body=options)


def viewer_of(person: PersonRow, *grants: Grant) -> Viewer:
    """A person with these grants, as a policy sees them."""
    return Viewer(person.id, person.public_id, person.name, None, None, None, None, 0, grants)


def examiner(unit_path: str = "/") -> Grant:
    """An examiner for a part of the organisation."""
    return Grant(Role.EXAMINER, unit_path=unit_path)


MakePool = Callable[..., PoolRow]


@pytest.fixture
def make_pool(app: Flask, cast: Cast) -> MakePool:
    """Makes a pool of Zhao's with these items."""

    def make(*versions: ItemVersion, name: str = "考试题库", owner_path: str = "/") -> PoolRow:
        with app.app_context(), writing() as session:
            pool = service.create_pool(session, name=name, purpose=None, owner_path=owner_path, by=cast.zhao.id)
            service.store_items(session, pool, versions, cast.zhao.id)
            return pool

    return make
