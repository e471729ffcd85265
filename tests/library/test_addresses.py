"""Addresses that are promised: of documents, articles and texts. A newer text keeps them, old ones lead on."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import select

from lms.database import reading
from lms.library.models import Document
from tests.cast import Cast, post, sign_in
from tests.library.test_search import GUIDE, STATUTE, store

NEWER = STATUTE.replace("第三条 冒用", "第二条之一 条码不得转让。\n\n第三条 冒用").replace("处以罚款", "并处罚款")


@pytest.fixture
def reader(app: Flask, cast: Cast) -> FlaskClient:
    """A cadre before a statute and a guide."""
    store(app, statute=STATUTE, guide=GUIDE)
    return sign_in(app.test_client(), cast.lin)


def page_of(app: Flask, title: str) -> str:
    """The address of a document."""
    with app.app_context():
        return f"/library/documents/{reading().scalars(select(Document.public_id).filter_by(title=title)).one()}"


def places(page: str) -> set[str]:
    """The anchors of articles, their paragraphs and sections on a page."""
    return set(re.findall(r'id="((?:a\d|第|[\u4e00-\u9fff])[^"]*)"', page))


def link(page: str, rel: str) -> list[str]:
    """The addresses of the links of a kind in the head."""
    return [
        found.replace("&amp;", "&")
        for found in re.findall(rf'<link rel="{rel}"(?: type="[^"]+")? href="([^"]+)">', page)
    ]


def test_a_newer_text_keeps_every_address(app: Flask, reader: FlaskClient) -> None:
    """
    The document has the address it had, each article too, one between them one of its own; the text before stays readable at
    its own address with all its articles, and leads to the present one.
    """
    address = page_of(app, "商品条码办法")
    before = places(reader.get(address).text)
    store(app, statute=NEWER)
    after, old = places(reader.get(address).text), reader.get(f"{address}/versions/1").text

    assert page_of(app, "商品条码办法") == address
    assert {"a1", "a2", "a3", "a3-1"} <= before <= after
    assert "a2-1" in after - before
    assert before <= places(old)
    assert f'href="{address}"' in old
    assert "处以罚款" in old


def test_a_document_that_ended_stays_where_it_was(app: Flask, reader: FlaskClient, cast: Cast) -> None:
    """
    Repealed, it can still be read at its address, and says that it is.
    """
    address = page_of(app, "商品条码办法")
    before = places(reader.get(address).text)
    post(sign_in(app.test_client(), cast.wu), f"{address}/repeal", day="2026-03-01", reason="废止")
    page = reader.get(address)

    assert (page.status_code, places(page.text)) == (200, before)
    assert "已废止" in page.text


def test_one_text_has_one_canonical_address(app: Flask, reader: FlaskClient) -> None:
    """
    The present text is that of its document by whatever address it is read, an earlier one has its own.
    """
    address = page_of(app, "商品条码办法")
    store(app, statute=NEWER)
    found = {
        path: link(reader.get(address + path).text, "canonical") for path in ("", "?x=1", "/versions/2", "/versions/1")
    }

    assert found == {
        "": [f"http://localhost{address}"],
        "?x=1": [f"http://localhost{address}"],
        "/versions/2": [f"http://localhost{address}"],
        "/versions/1": [f"http://localhost{address}/versions/1"],
    }


def test_pages_name_what_says_the_same_to_programs(app: Flask, reader: FlaskClient) -> None:
    """
    A search names its JSON, a document the record that harvesters read while the catalogue is open; both answer.
    """
    address = page_of(app, "商品条码办法")
    (as_json,) = link(reader.get("/library/?q=冒用&kind=statute").text, "alternate")
    closed = link(reader.get(address).text, "alternate")
    object.__setattr__(app.extensions["config"], "catalogue_contact", "library@study.example")
    (record,) = link(reader.get(address).text, "alternate")
    titles = etree.fromstring(app.test_client().get(record).data).iter("{http://purl.org/dc/elements/1.1/}title")

    assert [hit["title"] for hit in reader.get(as_json).get_json()["hits"]] == ["商品条码办法"]
    assert closed == []
    assert [title.text for title in titles] == ["商品条码办法"]
