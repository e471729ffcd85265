"""What the search understands: spellings, quotes, exclusions, filters, abbreviations; the same on both databases."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from lms.database import reading, writing
from lms.library import service
from lms.library.models import Document
from lms.library.search import rebuild, suggest
from lms.library.search.characters import RUN, fold, fold_with_places, spoken, syllables_in
from lms.library.search.models import Indexed, Searched
from lms.library.search.query import asked
from tests.cast import Cast, sign_in
from tests.conftest import TestClock
from tests.library.test_search import GUIDE, STATUTE, find, store

CONSUMERS = """# 中华人民共和国消费者权益保护法

第一条 为了保护消费者的合法权益，制定本法。

第二十五条 消费者有权自收到商品之日起七日内退货，且无需说明理由。

第五十五条 经营者提供商品有欺诈行为的，应当增加赔偿。
"""
GAS = """+++
title = "某市燃气管理条例"
subject = "quality"
kind = "statute"
issued = 2019-05-31
status = "amended"
+++
第一条 燃气的使用应当安全，符合 GB 7718 和ISO9001的要求。

第二条 PM2.5 的监测另行规定。

第三条 违者处以罚款。
"""
LAWS = {"guide": GUIDE, "statute": STATUTE, "consumers": CONSUMERS, "gas": GAS}
LAW = "中华人民共和国消费者权益保护法"
GAS_TITLE = "某市燃气管理条例"


@pytest.fixture
def library(app: Flask) -> Flask:
    """An application whose library has four documents."""
    store(app, **LAWS)
    return app


def test_many_ways_of_asking_find_the_same(library: Flask) -> None:
    """
    Traditional and full-width forms, abbreviations, other names, sounds, pinyin, initials, misspellings and citations
    all find their document first.
    """
    first = {
        "消費者權益": LAW, "七日內退貨": LAW, "ＩＳＯ９００１": GAS_TITLE, "iso 9001": GAS_TITLE, "ＰＭ2.5": GAS_TITLE, "消法": LAW,
        "消法 退货": LAW, "消权法": LAW, "燃汽管理": GAS_TITLE, "ranqiguanli": GAS_TITLE, "rqgltl": GAS_TITLE, "消费者权益法": LAW,
        "燃管气理条": GAS_TITLE, "消法第二十五条": LAW, "《消费者权益保护法》第25条": LAW, "消費者權益保護法第２５條": LAW,
        "消费者权益保护法 25": LAW, "理由": LAW, "货": LAW, '"GB 7718"': GAS_TITLE, "title:燃气": GAS_TITLE, "标题：燃气": GAS_TITLE,
        "冒用他人条码": "商品条码办法",
    }  # fmt: skip

    assert {query: find(library, query).hits[0].title for query in first} == first
    assert find(library, "消法第二十五条").hits[0].passages[0].anchor == "a25"
    assert find(library, "消费者权益保护法 25").hits[0].passages[0].label == "第二十五条"


def test_quotes_minus_and_title_hold_for_every_hit(library: Flask) -> None:
    """
    A phrase is found only side by side, an excluded word in no hit, and a word of the title only there.
    """
    titles = {
        query: {hit.title for hit in find(library, query).hits}
        for query in ("罚款", "罚款 -条码", '"条例罚款"', "title:罚款")
    }

    assert titles["罚款"] == {GAS_TITLE, "商品条码办法"}
    assert titles["罚款 -条码"] == {GAS_TITLE}
    assert titles['"条例罚款"'] == titles["title:罚款"] == set()


def test_filters_and_facets(library: Flask) -> None:
    """
    Category, kind, state and days narrow; facets count what was found; a repeal shows in them at once.
    """
    narrowed = {
        "subject": {"subject": "quality"}, "status": {"status": "amended"}, "kind": {"kind": "statute", "subject": "quality"},
        "days": {"since": "2011-03-01", "until": "2019-05-31"}, "years": {"since": "2010-01-01", "until": "2029-12-31"},
    }  # fmt: skip

    assert {name: [h.title for h in find(library, "罚款", **only).hits] for name, only in narrowed.items()} == {
        name: [GAS_TITLE] for name in narrowed
    }
    assert find(library, "罚款", since="2019-06-01").total == 0
    assert find(library, "罚款", since="no day").total == 2
    assert dict(find(library, "罚款").facets["status"]) == {"current": 1, "amended": 1}
    with library.app_context(), writing() as session:
        key = session.scalar(select(Document.public_id).where(Document.title == "商品条码办法"))
        service.repeal(session, str(key), day=date(2026, 3, 2), reason="废止")
    assert [hit.title for hit in find(library, "罚款", status="repealed").hits] == ["商品条码办法"]


def test_help_where_nothing_is_found(library: Flask) -> None:
    """
    A misspelt word brings the piece of a title that was meant; words that do not go together are counted one by one.
    """
    assert find(library, "燃汽管理").meant == "燃气管理"
    assert find(library, "条例管利").meant is None
    nothing = find(library, '"退货" "燃气"')
    assert nothing.total == 0
    assert dict(nothing.apart) == {"退货": 1, "燃气": 3}
    assert find(library, "消法").names == ("消费者权益保护法",)


def test_suggestions_come_by_part_pinyin_and_initials(library: Flask, client: FlaskClient, cast: Cast) -> None:
    """
    What is typed so far finds titles in the middle, by syllables of which the last is only begun, and by initials.
    """
    with library.app_context():
        found = {
            typed: [one.title for one in suggest.suggestions(reading(), typed)]
            for typed in ("燃", "ranqigua", "rqgl", "title:燃气", "")
        }
    sign_in(client, cast.lin)

    assert found == {"燃": [GAS_TITLE], "ranqigua": [GAS_TITLE], "rqgl": [GAS_TITLE], "title:燃气": [GAS_TITLE], "": []}
    assert client.get("/library/suggestions?q=权益").json[0]["title"] == LAW


def test_searches_are_counted_without_names(library: Flask, client: FlaskClient, cast: Cast, clock: TestClock) -> None:
    """
    After a minute the librarian reads how often words were searched for and what was never found; no name is kept.
    """
    sign_in(client, cast.lin)
    for query in ("罚款", "罰款", "宇航"):
        client.get("/library/", query_string={"q": query})
    clock.advance(minutes=2)
    client.get("/library/?q=退货")
    with library.app_context():
        held = {row.words: (row.times, row.found) for row in reading().scalars(select(Searched))}

    assert held == {"罚款": (2, 2), "宇航": (1, 0), "退货": (1, 1)}
    assert set(Searched.__table__.columns.keys()) == {"day", "words", "times", "found"}
    with library.app_context(), writing() as session:
        clock.advance(days=401)
        assert rebuild.log.forget(session) == 3


def test_the_index_is_made_right_again(library: Flask) -> None:
    """
    A document that was never indexed, one of older tokens and one whose row says something else are indexed again and
    found; a second time nothing is to do. All of it gives the same answers as before.
    """
    before = [find(library, query) for query in ("罚款", "退货", "复检")]
    with library.app_context(), writing() as session:
        keys = {row.title: row.id for row in session.scalars(select(Document))}
        rebuild.filling.take_out(session, keys[LAW])
        session.execute(text("UPDATE ref_document SET status = 'amended' WHERE id = :id"), {"id": keys["商品条码办法"]})
    assert find(library, "退货").total == 0
    with library.app_context():
        counts = [rebuild.make_right(lambda _done, _total: None)["indexed"] for _time in range(2)]

    assert counts == [2, 0]
    assert [find(library, query).total for query in ("罚款", "退货", "复检")] == [found.total for found in before]
    assert find(library, "罚款", status="amended").total == 2
    with library.app_context():
        assert rebuild.make_right(lambda _done, _total: None, everything=True)["indexed"] == 4
        assert len(reading().scalars(select(Indexed)).all()) == 4
    assert find(library, "退货").hits == before[1].hits


@given(st.text(max_size=80))
def test_no_line_of_text_is_an_error(line: str) -> None:
    """
    Whatever is typed becomes words whose tokens are Chinese characters, letters and digits only.
    """
    found = asked(line)

    assert all(RUN.fullmatch(token) for word in (*found.words, *found.without) for token in word.tokens)
    assert len(found.words) <= 12


@given(st.text(max_size=60))
def test_folding_keeps_places(raw: str) -> None:
    """
    Each folded character knows its place; folding again changes nothing but compositions of marks.
    """
    folded = fold_with_places(raw)

    assert folded.text == fold(raw)
    assert len(folded.places) == len(folded.text)
    assert all(char in fold(raw[place]) for char, place in zip(folded.text, folded.places, strict=True))


def test_characters_are_spoken() -> None:
    """
    Readings follow the word where it has one of its own; syllables written together are told apart.
    """
    assert spoken("重庆市银行") == ("chong", "qing", "shi", "yin", "hang")
    assert syllables_in("xingzhengchufa") == ("xing", "zheng", "chu", "fa")
    assert syllables_in("xingzh") == ("xing", "zh")
    assert syllables_in("qqq") == ()
    assert fold("個人⻓Ａ") == "个人长a"
