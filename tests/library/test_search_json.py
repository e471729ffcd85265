"""Searching for programs: what the page shows as values with lasting addresses; what is wrong is named."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.library.search.tokens import QUERY_LENGTH
from tests.cast import Cast, sign_in
from tests.library.test_search import GUIDE, OTHER, STATUTE, store

ADDRESS = "/library/search.json"


@pytest.fixture
def reader(app: Flask, cast: Cast) -> FlaskClient:
    """A cadre before three documents."""
    store(app, guide=GUIDE, other=OTHER, statute=STATUTE)
    return sign_in(app.test_client(), cast.lin)


def asked(client: FlaskClient, **query: str) -> dict[str, Any]:
    """The answer to a search."""
    answer = client.get(ADDRESS, query_string=query)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.get_json()
    return found


def test_an_article_is_found_at_its_lasting_address(app: Flask, reader: FlaskClient) -> None:
    """
    Title, facts, label and address of the article; the piece of it in parts that together are its words, those asked for
    marked. With a public address all addresses begin with it, and they open.
    """
    app.extensions["config"] = replace(app.extensions["config"], public_url="http://localhost")
    found = asked(reader, q="冒用 条码")
    hit, passage = found["hits"][0], found["hits"][0]["passages"][0]

    assert (hit["title"], hit["kind"], hit["status"], hit["complete"]) == ("商品条码办法", "statute", "current", True)
    assert (passage["label"], passage["url"]) == ("第三条", f"{hit['url']}#a3")
    assert hit["url"] == f"http://localhost/library/documents/{hit['id']}"
    assert {part["text"] for part in passage["snippet"] if part["marked"]} == {"冒用", "条码"}
    assert "冒用他人条码的" in "".join(part["text"] for part in passage["snippet"])
    assert reader.get(hit["url"]).status_code == 200


def test_it_is_narrowed_as_the_page_is(reader: FlaskClient) -> None:
    """
    Filters narrow, facets count, and what is asked for is said again.
    """
    whole = asked(reader, q="出示证件")
    found = asked(reader, q="出示证件", subject="advertising", since="2026-01-01")

    assert {hit["title"] for hit in whole["hits"]} == {"食品抽样检验工作指引", "广告巡查指引"}
    assert {one["value"]: one["count"] for one in whole["facets"]["subject"]} == {"food": 1, "advertising": 1}
    assert [hit["title"] for hit in found["hits"]] == ["广告巡查指引"]
    assert found["filters"] == {"subject": "advertising", "since": "2026-01-01"}


def test_pages_follow_each_other(app: Flask, reader: FlaskClient) -> None:
    """
    The address of the next page leads through all documents, each once.
    """
    store(app, **{f"d{n}": GUIDE.replace("食品抽样检验工作指引", f"抽样指引第{n}号") for n in range(45)})
    address, seen, pages = f"{ADDRESS}?q=出示证件&kind=guide", list[str](), 0
    while address:
        found = reader.get(address).get_json()
        seen += [hit["title"] for hit in found["hits"]]
        address, pages = found["next"], pages + 1

    assert (pages, len(seen), len(set(seen))) == (3, found["total"], 47)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "q"), ({"q": " "}, "q"), ({"q": "x" * (QUERY_LENGTH + 1)}, "q"), ({"q": "甲", "subject": "none"}, "subject"),
        ({"q": "甲", "kind": "none"}, "kind"), ({"q": "甲", "status": "none"}, "status"),
        ({"q": "甲", "since": "yesterday"}, "since"), ({"q": "甲", "until": "2026-02-30"}, "until"),
        ({"q": "甲", "page": "0"}, "page"), ({"q": "甲", "page": "101"}, "page"), ({"q": "甲", "page": "x"}, "page"),
        ({"q": "甲", "colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(reader: FlaskClient, query: dict[str, str], field: str) -> None:
    """
    An error in JSON with the field, whatever the client says it accepts.
    """
    answer = reader.get(ADDRESS, query_string=query, headers={"Accept": "text/html"})

    assert answer.status_code == 422
    assert (answer.get_json()["error"], answer.get_json()["facts"]) == (
        "library.search_not_understood",
        {"field": field},
    )


def test_strangers_are_told_so_in_json_and_programs_are_not_counted(app: Flask, reader: FlaskClient) -> None:
    """
    Nobody reads it without signing in, as the page; what programs ask is not among what people search for.
    """
    answer = app.test_client().get(ADDRESS, query_string={"q": "抽样"})
    asked(reader, q="抽样")

    assert (answer.status_code, answer.get_json()["error"]) == (401, "sign_in_needed")
    assert "library_searched" not in app.extensions
    reader.get("/library/?q=抽样")
    assert "library_searched" in app.extensions
