"""Places, bookmarks, highlighted passages and notes: kept, shown, taken away, put back; nobody else sees them."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lms.database import reading, writing
from lms.library import service as library
from lms.library.models import Document
from lms.library.source import Source, read
from lms.reading import service
from lms.reading.models import Mark
from tests.cast import Cast, csrf, post, sign_in
from tests.conftest import TestClock
from tests.statements import statements

STATUTE = "# 商品条码办法\n\n第一条 为了规范商品条码的使用，制定本办法。\n\n第二条 企业使用条码，应当先登记。\n"
JSON = {"Accept": "application/json"}
PASSAGE = {"anchor": "a2", "label": "第二条", "quote": "应当先登记", "offset": "12", "note": "问清登记机关"}


@pytest.fixture
def document(app: Flask) -> str:
    """The public id of a statute of two articles."""
    found = read(STATUTE.encode(), file_name="办法.md")
    assert isinstance(found, Source)
    with app.app_context():
        with writing() as session:
            library.store_document(session, found, origin="import:办法.md")
        return str(reading().scalar(select(func.max(Document.public_id))))


def held(client: FlaskClient, document: str) -> dict[str, Any]:
    """What the page's script is told."""
    found: dict[str, Any] = client.get(f"/library/reading/documents/{document}", headers=JSON).get_json()
    return found


def sent(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    """Send as the page's script does."""
    return client.post(address, data={"csrf_token": csrf(client), **fields}, headers=JSON)


def marked(client: FlaskClient, document: str, **fields: str) -> str:
    """Mark a passage; the mark's public id."""
    answer = sent(client, f"/library/reading/documents/{document}/marks", **{**PASSAGE, **fields})
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["id"])


def test_a_place_is_kept_across_machines(app: Flask, cast: Cast, document: str) -> None:
    """
    One leaves off on one machine and goes on at another; the newest place counts; a colleague has none.
    """
    desk, phone, other = (sign_in(app.test_client(), who) for who in (cast.lin, cast.lin, cast.wang))
    at = f"/library/reading/documents/{document}/place"
    assert held(desk, document) == {"place": None, "marks": []}
    post(desk, at, anchor="a1", label="第一条", share="100")
    post(phone, at, anchor="a2", label="第二条", share="900")

    assert held(desk, document)["place"]["anchor"] == "a2"
    assert "第二条" in desk.get("/library/reading/").text
    assert held(other, document)["place"] is None
    assert "第二条" not in other.get("/library/reading/").text


def test_a_note_is_written_changed_removed_and_put_back(app: Flask, cast: Cast, document: str) -> None:
    """
    The passage keeps its words and place; a changed note shows; what is removed is gone from document and list, and comes
    back whole; to a colleague none of it is there.
    """
    lin, wang = sign_in(app.test_client(), cast.lin), sign_in(app.test_client(), cast.wang)
    mark = marked(lin, document)
    one = f"/library/reading/marks/{mark}"
    assert held(lin, document)["marks"] == [{**PASSAGE, "id": mark, "offset": 12}]
    post(lin, f"{one}/note", note="<b>登记机关</b>是谁")
    assert "&lt;b&gt;登记机关" in lin.get("/library/reading/").text
    statuses = [post(wang, f"{one}/{deed}", note="改").status_code for deed in ("note", "remove", "restore")]
    page = lin.get(post(lin, f"{one}/remove").location).text

    assert statuses == [404, 404, 404]
    assert held(wang, document)["marks"] == held(lin, document)["marks"] == []
    assert f"{one}/restore" in page
    assert f"{one}/note" not in page
    post(lin, f"{one}/restore")
    assert [found["note"] for found in held(lin, document)["marks"]] == ["<b>登记机关</b>是谁"]


def test_lists_are_filtered(app: Flask, cast: Cast, document: str) -> None:
    """
    By kind and by words of note, passage, place or title, all of which must stand in a mark.
    """
    lin = sign_in(app.test_client(), cast.lin)
    marked(lin, document)
    marked(lin, document, quote="规范商品条码", anchor="a1", label="第一条", note="")
    post(lin, f"/library/reading/documents/{document}/marks", anchor="a2", label="第二条")
    shown = {
        query: lin.get(f"/library/reading/?{query}").text.count('class="reading-where"')
        for query in (
            "",
            "kind=bookmark",
            "kind=passage",
            "kind=note",
            "q=登记",
            "q=商品条码+第一条",
            "q=没有",
            "kind=x",
        )
    }

    assert shown == {
        "": 3, "kind=bookmark": 1, "kind=passage": 2, "kind=note": 1, "q=登记": 1, "q=商品条码+第一条": 1, "q=没有": 0,
        "kind=x": 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quote", "长" * 2001),
        ("note", "长" * 4001),
        ("label", "长" * 201),
        ("anchor", 'a1" onload="x'),
        ("offset", "-1"),
        ("offset", "many"),
        ("offset", "9" * 12),
    ],
)
def test_what_is_no_mark_is_refused(app: Flask, cast: Cast, document: str, field: str, value: str) -> None:
    """
    The field is named, and nothing is kept.
    """
    lin = sign_in(app.test_client(), cast.lin)
    at = f"/library/reading/documents/{document}/marks"
    answer = sent(lin, at, **{**PASSAGE, field: value})

    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == [field]
    assert held(lin, document)["marks"] == []


def test_marks_have_a_limit_and_bookmarks_are_kept_once(
    app: Flask, cast: Cast, document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The same place is bookmarked once; beyond the limit the sentence says how many there are.
    """
    monkeypatch.setattr(service, "MOST_MARKS", 2)
    lin = sign_in(app.test_client(), cast.lin)
    at = f"/library/reading/documents/{document}/marks"
    ids = {sent(lin, at, anchor="a1", label="第一条").get_json()["id"] for _twice in range(2)}
    marked(lin, document)
    refused = sent(lin, at, **PASSAGE)

    assert len(ids) == 1
    assert refused.status_code == 409
    assert "2" in refused.get_json()["message"]


def test_what_was_removed_is_forgotten_after_a_month(app: Flask, cast: Cast, clock: TestClock, document: str) -> None:
    """
    On the day it may be put back; a month on, when another mark is removed, it is no more.
    """
    lin = sign_in(app.test_client(), cast.lin)
    first, second = marked(lin, document), marked(lin, document, offset="3")
    post(lin, f"/library/reading/marks/{first}/remove")
    clock.advance(days=31)
    lin = sign_in(app.test_client(), cast.lin)
    post(lin, f"/library/reading/marks/{second}/remove")

    assert timedelta(days=31) > service.KEPT
    assert post(lin, f"/library/reading/marks/{first}/restore").status_code == 404
    assert post(lin, f"/library/reading/marks/{second}/restore").status_code == 303


def test_a_document_leaves_the_library_and_the_note_stays(app: Flask, cast: Cast, document: str) -> None:
    """
    The note keeps the title and says that the document is gone; the place in it is forgotten.
    """
    lin = sign_in(app.test_client(), cast.lin)
    marked(lin, document)
    post(lin, f"/library/reading/documents/{document}/place", anchor="a2", label="第二条", share="900")
    with app.app_context(), writing() as session:
        library.remove_document(session, session.scalars(select(Document)).one())
    page = lin.get("/library/reading/").text

    assert "问清登记机关" in page
    assert "商品条码办法" in page
    assert "已不在资料库" in page
    assert f"/library/documents/{document}" not in page


def test_a_document_for_librarians_is_there_for_no_reader(app: Flask, cast: Cast, document: str) -> None:
    """
    Kept for librarians alone, it has no place, no marks and nothing that rests on it for a cadre; a librarian has them all.
    """
    with app.app_context(), writing() as session:
        session.scalars(select(Document)).one().access = "librarians"
    whole = f"/library/reading/documents/{document}"
    seen = {}
    for who in (cast.lin, cast.wu):
        client = sign_in(app.test_client(), who)
        asked = [client.get(whole, headers=JSON), client.get(f"{whole}/cited")]
        asked += [sent(client, f"{whole}/place", anchor="a1", share="1"), sent(client, f"{whole}/marks", **PASSAGE)]
        seen[who.name] = [answer.status_code for answer in asked]

    assert seen == {cast.lin.name: [404] * 4, cast.wu.name: [200, 200, 204, 201]}


def test_without_a_script_a_form_bookmarks_the_document(app: Flask, cast: Cast, document: str) -> None:
    """
    The button of the page sends a form, comes back to the document and says where the bookmark is.
    """
    lin = sign_in(app.test_client(), cast.lin)
    answer = post(lin, f"/library/reading/documents/{document}/marks")

    assert answer.location.endswith(f"/library/documents/{document}")
    assert "书签已保存" in lin.get(answer.location).text
    with app.app_context():
        assert reading().scalar(select(func.count()).select_from(Mark)) == 1


def test_pages_ask_little(app: Flask, cast: Cast, document: str) -> None:
    """
    A hundred marks cost as many statements as one.
    """
    lin = sign_in(app.test_client(), cast.lin)
    counts = []
    for number in range(100):
        marked(lin, document, offset=str(number))
        if number in (0, 99):
            with statements(app) as seen:
                lin.get("/library/reading/")
            counts.append(len(seen))

    assert counts[0] == counts[1] <= 10
