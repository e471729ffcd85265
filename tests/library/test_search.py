"""Finding passages: any part of a word, citations, filters; on both databases."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from lms.database import reading, writing
from lms.library import queries, service
from lms.library.search.characters import fold
from lms.library.search.plan import Found, search
from lms.library.search.query import words
from lms.library.search.snippet import snippet
from lms.library.search.tokens import tokens
from lms.library.source import Source, read
from tests.cast import Cast, sign_in

GUIDE = """+++
title = "食品抽样检验工作指引"
subject = "food"
kind = "guide"
author = "书院编写组"
issued = 2026-11-01
status = "current"
sources = ["中华人民共和国食品安全法"]
+++
## 抽样前的准备

抽样人员不得少于两人，到场先出示证件，再说明抽样的依据。

## 复检

经营者对检验结论有异议的，可以在收到结论之日起七个工作日内申请复检。
"""
STATUTE = """# 商品条码办法

第一章 总则

第一条 为了规范商品条码的使用，制定本办法。

第二条 企业使用条码，应当先登记。

第二章 罚则

第三条 冒用他人条码的，责令改正，处以罚款。

第三条之一 拒不改正的，加重处以罚款。
"""
OTHER = GUIDE.replace("食品抽样检验工作指引", "广告巡查指引").replace('"food"', '"advertising"').replace("抽样", "巡查")


def store(app: Flask, **texts: str) -> None:
    """Store documents by name."""
    with app.app_context(), writing() as session:
        for name, text in texts.items():
            found = read(text.encode(), file_name=f"{name}.md")
            assert isinstance(found, Source), found
            service.store_document(session, found, origin=f"import:{name}")


def find(app: Flask, query: str, **only: str) -> Found:
    """Search."""
    with app.app_context():
        return search(reading(), query, only=only)


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("抽样", "食品抽样检验工作指引"),
        ("复检", "食品抽样检验工作指引"),
        ("得少", "食品抽样检验工作指引"),
        ("样", "食品抽样检验工作指引"),
        ("复检 异议", "食品抽样检验工作指引"),
        ("冒用", "商品条码办法"),
        ("《商品条码办法》第三条", "商品条码办法"),
        ("商品条码办法第3条之一", "商品条码办法"),
    ],
)
def test_any_part_of_a_word_is_found(app: Flask, query: str, title: str) -> None:
    """
    One or two characters from the middle of a sentence find their passage, and so does a citation.
    """
    store(app, guide=GUIDE, statute=STATUTE)

    assert find(app, query).hits[0].title == title


def test_a_citation_opens_at_its_article(app: Flask) -> None:
    """
    The first passage of the first hit is the article asked for, not one that only mentions its words.
    """
    store(app, statute=STATUTE)

    assert find(app, "商品条码办法第三条之一").hits[0].passages[0].anchor == "a3-1"
    assert find(app, "商品条码办法第三条").hits[0].passages[0].anchor == "a3"


def test_filters_narrow_and_what_is_not_there_is_not_found(app: Flask) -> None:
    """
    A subject leaves only its documents; words that stand nowhere find nothing.
    """
    store(app, guide=GUIDE, other=OTHER)

    assert [hit.subject for hit in find(app, "复检", subject="advertising").hits] == ["advertising"]
    assert {hit.subject for hit in find(app, "复检").hits} == {"advertising", "food"}
    assert find(app, "宇航").hits == ()
    assert find(app, "!!").hits == ()


def test_words_that_stand_apart_are_shown_after_those_together(app: Flask) -> None:
    """
    Documents that hold only some of the words come after a divider.
    """
    store(app, guide=GUIDE, statute=STATUTE)

    found = find(app, "复检 罚款")

    assert found.loose_from == 0
    assert len(found.hits) == 2


def test_a_new_text_replaces_the_old_one_in_the_index(app: Flask) -> None:
    """
    The same text again changes nothing; after a change the old words find nothing and the new ones do.
    """
    store(app, guide=GUIDE)
    changed = read(GUIDE.replace("复检", "重验").encode(), file_name="guide.md")
    assert isinstance(changed, Source)
    with app.app_context(), writing() as session:
        assert service.store_document(session, changed, origin="import:guide") == "changed"
        assert service.store_document(session, changed, origin="import:guide") == "unchanged"

    assert find(app, "复检").hits == ()
    assert len(find(app, "重验").hits) == 1


@pytest.mark.parametrize(
    "query",
    ['"', "抽样 OR", "title:抽样", "抽样*", "NEAR(抽样)", "a' | 'b", "抽样 & !复检", "(((", "\\", "第条", "−-−"],
)
def test_no_query_is_an_error(app: Flask, query: str) -> None:
    """
    What a person types is never read as the query language of a database.
    """
    store(app, guide=GUIDE)

    find(app, query)


@given(st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=6))
def test_snippets_are_verbatim(text: str, asked: str) -> None:
    """
    Put together again, a snippet is a piece of the passage, and what is marked has to do with what was asked: one
    character (¼) may stand for several (1⁄4).
    """
    pieces = snippet(text, words(asked), width=20)

    assert "".join(piece for piece, _hit in pieces).strip("…") in text or "…" in text
    assert all(set(fold(piece)) & set(fold(asked)) for piece, hit in pieces if hit)


@given(st.text(alphabet="行政处罚法第条之一ABC12 ，", max_size=30), st.data())
def test_every_part_of_a_text_is_among_its_tokens(text: str, data: st.DataObject) -> None:
    """
    The tokens of any two neighbouring Chinese characters stand among those of the whole text.
    """
    start = data.draw(st.integers(0, max(0, len(text) - 2)))
    held = tokens(text)

    for word in words(text[start : start + 2]):
        if not word.prefix and not word.text.isascii():
            assert word.tokens[0] in held


def test_citations_are_resolved_to_documents(app: Flask) -> None:
    """
    A law's name leads to its document, an article to its place; an unknown name to nothing.
    """
    store(app, statute=STATUTE)
    with app.test_request_context():
        links = queries.resolve_many(
            reading(), [("商品条码办法", "第二条"), ("《商品条码办法》", None), ("无此法", "第一条")]
        )

        assert links[("商品条码办法", "第二条")].url.endswith("#a2")
        assert "#" not in links[("《商品条码办法》", None)].url
        assert ("无此法", "第一条") not in links


def test_the_results_page_marks_the_words(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    The page shows the passage with the word in a mark, and says so when nothing is found.
    """
    store(app, guide=GUIDE, statute=STATUTE)
    sign_in(client, cast.lin)

    assert "<mark>复检</mark>" in client.get("/library/?q=复检").text
    assert "宇航" in client.get("/library/?q=宇航").text
    assert "食品抽样检验工作指引" in client.get("/library/documents?subject=food").text


def test_a_document_is_read_with_its_articles(app: Flask, cast: Cast, client: FlaskClient) -> None:
    """
    A statute's page has a place for each article and its chapters; a guide's page its headings.
    """
    store(app, guide=GUIDE, statute=STATUTE)
    sign_in(client, cast.lin)
    for words_, expected in (("冒用", 'id="a3"'), ("抽样人员", "抽样前的准备</h2>")):
        hit = find(app, words_).hits[0]
        assert expected in client.get(f"/library/documents/{hit.public_id}").text
    assert client.get("/library/documents/" + "x" * 22).status_code == 404
