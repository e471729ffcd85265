"""A bundled pool for the tests of practice: questions of every machine-scored type, and some that may never be shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.bank import service as bank
from lms.bank.models import Item
from lms.database import reading, writing
from lms.library import service as library
from lms.library.source import Source, read
from question_bank.interactions.options import Option, Options
from question_bank.interactions.written import Written
from question_bank.item import Citation, ItemVersion, Stimulus
from tests.academy import make_academy
from tests.cast import Cast, csrf
from tests.exam_day import wordings

#: stands in the words of every question that nobody may see in practice
SECRET = "绝密"
GUIDE = "当场处罚办理指引"
STATUTE = """+++
title = "中华人民共和国试验法"
subject = "penalty"
kind = "statute"
author = "测试"
issued = 2026-01-01
status = "current"
sources = ["测试"]
+++
## 第一条

第一条　为了试验，制定本法。

## 第二条

第二条　练习应当有依据。
"""


@dataclass(frozen=True, slots=True)
class School:
    """The application, ids of its items by ref, and the refs that practice must never show."""

    app: Flask
    items: dict[str, int]
    hidden: frozenset[str]


def single(ref: str, **other: object) -> ItemVersion:
    """A single choice; right is what says 对."""
    options = Options((Option("对的做法", True, "合法"), Option("错的做法", False, "违法"), Option("别的做法", False)))
    made = ItemVersion(ref=ref, type="single_choice", subject="food", stem=f"{ref} 应当怎样做？", body=options)
    return replace(made, **other)  # type: ignore[arg-type]


def hidden_wordings() -> Iterator[ItemVersion]:
    """Questions that may be in the bundled pool and not in practice."""
    yield single("reserved", stem=f"{SECRET}甲", classification="reserved")
    yield single("repealed", stem=f"{SECRET}乙", valid_until=date(2026, 1, 1))
    yield single("coming", stem=f"{SECRET}丙", valid_from=date(2026, 12, 1))
    yield single("suspended", stem=f"{SECRET}丁")
    yield single("retired", stem=f"{SECRET}戊")
    yield single("trial", stem=f"{SECRET}己")
    yield single("later-reserved", stem=f"{SECRET}庚")
    yield single("never-approved", stem=f"{SECRET}辛")
    yield replace(single("essay", stem=f"{SECRET}壬"), type="essay", body=Written("要点"))


def make_school(app: Flask, cast: Cast) -> School:
    """Put the pool, a course and a statute into the database of `app`."""
    make_academy(app)
    statute = read(STATUTE.encode(), file_name="law.md")
    assert isinstance(statute, Source)
    cited = single(
        "cited",
        subject="penalty",
        point="办案程序",
        citations=(Citation("中华人民共和国试验法", "第二条"), Citation("没有的法")),
        stimulus=Stimulus("case", "案情", "某店售卖过期食品。"),
        explanation="依法如此。",
    )
    hidden = list(hidden_wordings())
    with app.app_context():
        with writing() as session:
            library.store_document(session, statute, origin="bundled:penalty/law.md")
            pool = bank.create_pool(session, name="书院题库二", purpose=None, owner_path="/", by=None)
            bank.store_items(session, pool, [*wordings(), cited, *hidden], None)
            own = bank.create_pool(session, name="自建题库", purpose=None, owner_path="/", by=cast.zhao.id)
            bank.store_items(session, own, [single("private", stem=f"{SECRET}癸")], cast.zhao.id)
            held = {item.ref: item for item in session.scalars(select(Item))}
            held["suspended"].suspended = "law_changed"
            held["retired"].state, held["trial"].state = "retired", "trial"
            held["never-approved"].drawn = None
            later = single("later-reserved", stem=f"{SECRET}庚", classification="reserved")
            session.add(bank.stored_version(held["later-reserved"].id, 2, later, None))
            held["later-reserved"].newest, held["later-reserved"].state = 2, "draft"
        items = {item.ref: item.id for item in reading().scalars(select(Item))}
    return School(app, items, frozenset(one.ref for one in hidden) | {"private"})


CHOICE = re.compile(r'name="(q\d+)" value="([^"]+)"><span[^>]*>\w</span><span[^>]*>([^<]+)</span>')
HIDDEN = re.compile(r'name="(version|shown_at)" value="(\d+)"')


def filled(page: str, *, right: bool) -> dict[str, list[str]]:
    """The form of a question of options with all right ones chosen, or a wrong one."""
    chosen: dict[str, list[str]] = {}
    for name, value, text in CHOICE.findall(page):
        if text.startswith("对") is right:
            chosen.setdefault(name, []).append(value)
    if not right:
        chosen = {name: values[:1] for name, values in chosen.items()}
    return {name: [value] for name, value in HIDDEN.findall(page)} | chosen


def begin(client: FlaskClient, **choice: str) -> str:
    """Begin a round as the form does; its address."""
    answer = client.post("/practice/rounds", data={"csrf_token": csrf(client), **choice})
    assert answer.status_code == 303
    return str(answer.location)


def send(client: FlaskClient, address: str, fields: dict[str, list[str]]) -> TestResponse:
    """Post a form's fields, then read the page it leads to."""
    return client.post(address, data={"csrf_token": csrf(client), **fields}, follow_redirects=True)


@pytest.fixture
def school(app: Flask, cast: Cast) -> School:
    """The bundled pool of practice on the database of this test."""
    return make_school(app, cast)
