"""Writing questions in the browser without scripts: new ones, newer wordings, rows, drafts, conflicts, pictures."""

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.bank import queries, service
from lms.bank.editor_reading import typed_from
from lms.bank.editor_typed import fresh
from lms.bank.models import Draft, Item, Picture
from lms.bank.queries import PoolRow, VersionRow
from lms.database import reading, writing
from question_bank.interactions import KINDS
from question_bank.item import ItemVersion, Stimulus
from tests.bank.conftest import MakePool, single
from tests.bank.test_editor_forms import an_item
from tests.bank.test_pages import MOST_STATEMENTS, item_id
from tests.cast import Cast, csrf, sign_in
from tests.conftest import TestClock
from tests.question_bank.test_interactions import PICTURE
from tests.statements import statements

JSON = {"Accept": "application/json"}


@pytest.fixture
def zhao(app: Flask, cast: Cast) -> FlaskClient:
    """The examiner's browser."""
    return sign_in(app.test_client(), cast.zhao)


def send(
    browser: FlaskClient, address: str, fields: Mapping[str, Any], *, do: str = "keep", **more: str
) -> TestResponse:
    """Send the form as its page does."""
    data = {**fields, "do": do, "csrf_token": csrf(browser), **more}
    return browser.post(address, data=data)


def a_picture(colour: str = "red") -> bytes:
    """A small picture."""
    target = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(target, "PNG")
    return target.getvalue()


def versions(app: Flask, pool: PoolRow, ref: str) -> list[VersionRow]:
    """The wordings of a question, newest first."""
    with app.app_context():
        found = queries.newest_of(reading(), pool.id)
        return queries.versions_of(reading(), found[ref][0])


def drafts(app: Flask) -> list[Draft]:
    """Every draft there is."""
    with app.app_context():
        return list(reading().scalars(select(Draft).order_by(Draft.id)))


def with_picture(browser: FlaskClient, pool: PoolRow, item: ItemVersion) -> ItemVersion:
    """A hotspot on a picture that is kept; any other item as it is."""
    if item.type != "hotspot":
        return item
    answer = browser.post(
        f"/bank/pools/{pool.public_id}/pictures",
        data={"file": (io.BytesIO(a_picture()), "a.png"), "csrf_token": csrf(browser)},
    ).get_json()
    return replace(item, body=replace(item.body, picture=answer["name"]))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_question_of_each_type_is_written_and_changed(
    app: Flask, zhao: FlaskClient, make_pool: MakePool, kind: str
) -> None:
    """
    The form is there, what was typed is stored as it was typed, the editor shows it again, and a change is version 2.
    """
    pool = make_pool()
    address = f"/bank/pools/{pool.public_id}/questions/new/{kind}"
    item = with_picture(zhao, pool, an_item(kind, stimulus=None))
    assert zhao.get(address).status_code == 200

    kept = send(zhao, address, typed_from(item))
    assert kept.status_code == 303, re.findall(r'id="summary".*?</ul>', kept.text, re.DOTALL)
    page = zhao.get(kept.location)
    assert page.status_code == 200
    edit = f"{kept.location}/edit"
    assert item.stem in zhao.get(edit).text

    ref = re.findall(r"<title>.*?</title>", page.text)
    assert ref
    changed = send(zhao, edit, typed_from(replace(item, explanation="另一种解析。")), based_on="1")
    assert changed.location == kept.location
    with app.app_context():
        found = queries.item_by_public_id(reading(), kept.location.rpartition("/")[2])
        assert found is not None
        stored = queries.versions_of(reading(), found[0].id)
    assert [row.version.with_ref("a") for row in stored] == [replace(item, explanation="另一种解析。"), item]


def test_mistakes_are_told_and_what_was_typed_stays(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    A summary with links that has the focus, marks at the fields, the words still there, nothing stored.
    """
    pool = make_pool()
    fields = {"stem": "只有题干", "options-0-text": "甲", "options-1-text": "", "subject": "food"}
    answer = send(zhao, f"/bank/pools/{pool.public_id}/questions/new/single_choice", fields)

    assert answer.status_code == 422
    assert '<a href="#group-options">' in answer.text
    assert 'id="summary" autofocus' in answer.text
    assert "只有题干" in answer.text
    with app.app_context():
        assert not queries.newest_of(reading(), pool.id)


def test_rows_come_and_go_without_scripts(zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    A button adds a row and the page opens in it; another moves one, everything typed stays.
    """
    address = f"/bank/pools/{make_pool().public_id}/questions/new/ordering"
    fields = {f"sequence-{n}-text": text for n, text in enumerate(("立案", "调查", "决定"))}
    added = send(zhao, address, fields, do="add:sequence").text
    moved = send(zhao, address, fields, do="up:sequence:2").text

    assert re.search(r'<textarea[^>]*autofocus[^>]*name="sequence-3-text"', added)
    assert re.findall(r'name="sequence-\d-text"[^>]*>\s*([^<]*)</textarea>', moved) == ["立案", "决定", "调查"]


def test_the_preview_is_what_candidates_see(zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    The same controls as in the player, formulas drawn, hostile words harmless, and what is missing with its place.
    """
    pool = make_pool()
    fields = {"stem": "**应当** $x^2$ <script>1</script> [[1]]", "blanks-0-accept": "甲"}
    answer = zhao.post(
        f"/bank/pools/{pool.public_id}/questions/look/fill_in", data=fields | {"csrf_token": csrf(zhao)}, headers=JSON
    )
    html = answer.get_json()["html"]

    assert answer.get_json()["problems"] == 0
    assert "<strong>应当</strong>" in html
    assert "<math" in html
    assert 'class="blank"' in html
    assert "<script>" not in html


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_half_written_question_can_be_looked_at(zhao: FlaskClient, make_pool: MakePool, kind: str) -> None:
    """
    An empty form, and a whole one without any single field: each has a preview and no error.
    """
    address = f"/bank/pools/{make_pool().public_id}/questions/look/{kind}"
    whole = typed_from(an_item(kind))
    headers = JSON | {"X-CSRFToken": csrf(zhao)}
    partly = [{name: texts for name, texts in whole.items() if name != left_out} for left_out in whole]
    emptied = [whole | {name: [""]} for name in whole]

    for fields in (fresh(kind), {}, whole, *partly, *emptied):
        answer = zhao.post(address, data=fields, headers=headers)
        assert answer.status_code == 200, fields
        assert 'class="question"' in answer.get_json()["html"]


def test_a_wording_that_somebody_else_changed_is_not_written_over(
    app: Flask, cast: Cast, zhao: FlaskClient, make_pool: MakePool
) -> None:
    """
    Kept on top of version 1 when there is a version 2: refused with the way to the difference; once more, knowing, it
    is version 3.
    """
    pool = make_pool(single("a", stem="一"))
    address = f"/bank/items/{item_id(app, pool.id, 'a')}/edit"
    with app.app_context(), writing() as session:
        service.revise_item(session, pool, single("a", stem="二"), cast.zhao.id)
    mine = typed_from(single("a", stem="三"))
    refused = send(zhao, address, mine, based_on="1")

    assert refused.status_code == 409
    assert "before=1&amp;after=2" in refused.text
    assert 'name="based_on" value="2"' in refused.text
    assert [row.version.stem for row in versions(app, pool, "a")] == ["二", "一"]
    assert send(zhao, address, mine, based_on="2").status_code == 303
    assert [row.version.stem for row in versions(app, pool, "a")] == ["三", "二", "一"]


def test_the_same_wording_is_no_version(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    Keeping without a change keeps one version, even from an old page.
    """
    pool = make_pool(single("a"))
    answer = send(zhao, f"/bank/items/{item_id(app, pool.id, 'a')}/edit", typed_from(single("a")), based_on="0")

    assert answer.status_code == 303
    assert len(versions(app, pool, "a")) == 1


def save(browser: FlaskClient, pool: PoolRow, kind: str, fields: Mapping[str, Any]) -> TestResponse:
    """Save a draft as the script does."""
    address = f"/bank/pools/{pool.public_id}/questions/drafts/{kind}"
    return browser.post(address, data=fields, headers={**JSON, "X-CSRFToken": csrf(browser)})


def test_a_draft_is_found_on_another_machine_and_goes_when_kept(
    app: Flask, cast: Cast, clock: TestClock, zhao: FlaskClient, make_pool: MakePool
) -> None:
    """
    Saved half-written, listed on the pool's page, opened elsewhere, finished there; then there is no draft.
    """
    pool = make_pool()
    first = save(zhao, pool, "essay", {"stem": "半个题"}).get_json()
    clock.advance(seconds=5)
    second = save(zhao, pool, "essay", {"stem": "半个题干", "draft": first["draft"], "seen": first["seen"]})
    assert second.get_json()["draft"] == first["draft"]
    assert len(drafts(app)) == 1

    elsewhere = sign_in(app.test_client(), cast.zhao)
    assert "半个题干" in elsewhere.get(f"/bank/pools/{pool.public_id}").text
    page = elsewhere.get(first["page"]).text
    assert "半个题干" in page
    fields = typed_from(an_item("essay", stem="整个题干", stimulus=None))
    assert send(elsewhere, first["page"], fields, draft=first["draft"]).status_code == 303
    assert drafts(app) == []


def test_a_draft_is_not_written_over_from_an_old_window(
    clock: TestClock, zhao: FlaskClient, make_pool: MakePool
) -> None:
    """
    A window that does not know the latest words of the draft is told so.
    """
    pool = make_pool()
    first = save(zhao, pool, "essay", {"stem": "一"}).get_json()
    known = {"draft": first["draft"], "seen": first["seen"]}
    clock.advance(seconds=5)

    assert save(zhao, pool, "essay", {"stem": "二", **known}).status_code == 200
    clock.advance(seconds=5)
    assert save(zhao, pool, "essay", {"stem": "三", **known}).status_code == 409


def test_drafts_are_their_writers_alone(app: Flask, cast: Cast, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    Nobody else opens, saves, discards or keeps away another's draft; it is not on their page of the pool either.
    """
    pool = make_pool()
    mine = save(zhao, pool, "essay", {"stem": "赵敏的草稿"}).get_json()
    feng = sign_in(app.test_client(), cast.feng)

    assert "赵敏的草稿" not in feng.get(f"/bank/pools/{pool.public_id}").text
    assert feng.get(mine["page"]).status_code == 403
    assert save(feng, pool, "essay", {"stem": "x", "draft": mine["draft"]}).status_code == 403
    assert len(drafts(app)) == 1


def test_a_draft_of_a_question_tells_of_a_newer_version(
    app: Flask, cast: Cast, zhao: FlaskClient, make_pool: MakePool
) -> None:
    """
    The editor of the question leads to the draft; the draft says when it has fallen behind.
    """
    pool = make_pool(single("a"))
    item = item_id(app, pool.id, "a")
    sent = typed_from(single("a", stem="草稿题干")) | {"item": [item], "based_on": ["1"]}
    begun = save(zhao, pool, "single_choice", sent).get_json()
    assert begun["page"] in zhao.get(f"/bank/items/{item}/edit").text
    with app.app_context(), writing() as session:
        service.revise_item(session, pool, single("a", stem="二"), cast.zhao.id)

    page = zhao.get(begun["page"]).text
    assert "before=1&amp;after=2" in page
    assert 'name="based_on" value="1"' in page
    kept = send(zhao, begun["page"], typed_from(single("a", stem="草稿题干")), based_on="1", draft=begun["draft"])
    assert kept.status_code == 409
    assert len(drafts(app)) == 1


def test_a_draft_is_discarded(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    Gone, and its address with it.
    """
    mine = save(zhao, make_pool(), "essay", {"stem": "x"}).get_json()

    assert zhao.post(f"{mine['page']}/discard", data={"csrf_token": csrf(zhao)}).status_code == 303
    assert drafts(app) == []
    assert zhao.get(mine["page"]).status_code == 404


def test_a_picture_is_kept_and_served(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    Encoded anew under its hash, served to those who are signed in, and shown by the question.
    """
    pool = make_pool()
    address = f"/bank/pools/{pool.public_id}/pictures"
    data = a_picture() + b"hidden words"
    answer = zhao.post(address, data={"file": (io.BytesIO(data), "a.png"), "csrf_token": csrf(zhao)}).get_json()
    served = zhao.get(answer["address"])

    assert (answer["width"], answer["height"]) == (40, 30)
    assert served.mimetype == "image/png"
    assert b"hidden words" not in served.data
    assert app.test_client().get(answer["address"]).status_code == 303
    assert zhao.get(answer["address"][:-3] + "000").status_code == 404
    bad = zhao.post(address, data={"file": (io.BytesIO(b"%PDF"), "a.png"), "csrf_token": csrf(zhao)}, headers=JSON)
    assert bad.status_code == 422


def test_a_picture_comes_along_without_scripts(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    The file of a hotspot question is sent with the form, whatever button was pressed.
    """
    address = f"/bank/pools/{make_pool().public_id}/questions/new/hotspot"
    data = {"stem": "x", "picture_file": (io.BytesIO(a_picture()), "a.png")}
    page = send(zhao, address, data, do="add:spots").text

    with app.app_context():
        sha = reading().scalars(select(Picture.sha256)).one()
    assert f'value="picture:{sha}"' in page
    assert f'href="/bank/pictures/{sha}"' in page


def test_a_picture_that_is_nowhere_is_a_mistake(zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    A name that no picture has is refused: candidates would see a hole.
    """
    item = an_item("essay", stem=f"看图：![平面图]({PICTURE})", stimulus=None)
    answer = send(zhao, f"/bank/pools/{make_pool().public_id}/questions/new/essay", typed_from(item))

    assert answer.status_code == 422
    assert "picture:abababababab" in answer.text


def test_material_changes_for_all_its_questions(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    Two questions on one case: the text changed in the one is a new version of the other, too; a third is left alone.
    """
    case = Stimulus("case-1", "案例一", "旧材料")
    made = [replace(single(ref), stimulus=case) for ref in ("a", "b")]
    pool = make_pool(*made, single("c"))
    item = item_id(app, pool.id, "a")
    assert "旧材料" in zhao.get(f"/bank/items/{item}/edit").text
    sent = typed_from(made[0]) | {"stimulus_text": ["新材料"]}

    assert send(zhao, f"/bank/items/{item}/edit", sent, based_on="1").status_code == 303
    texts = {
        ref: [row.version.stimulus and row.version.stimulus.text for row in versions(app, pool, ref)] for ref in "abc"
    }
    assert texts == {"a": ["新材料", "旧材料"], "b": ["新材料", "旧材料"], "c": [None]}


def test_a_pool_with_review_keeps_a_draft_of_the_item(app: Flask, cast: Cast, zhao: FlaskClient) -> None:
    """
    The new wording is not drawn before somebody else has approved it.
    """
    with app.app_context(), writing() as session:
        pool = service.create_pool(session, name="审", purpose=None, owner_path="/", by=cast.zhao.id, reviewed=True)
    item = an_item("essay", stimulus=None)
    kept = send(zhao, f"/bank/pools/{pool.public_id}/questions/new/essay", typed_from(item))

    with app.app_context():
        found = queries.item_by_public_id(reading(), kept.location.rpartition("/")[2])
    assert found is not None
    assert (found[0].state, found[0].drawn) == ("draft", None)


def test_the_difference_and_bringing_back(app: Flask, cast: Cast, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    Both wordings side by side with the changed words marked; the old one becomes version 3; a stale page is refused.
    """
    pool = make_pool(single("a", stem="应当在二日内备案"))
    with app.app_context(), writing() as session:
        service.revise_item(session, pool, single("a", stem="应当在三日内备案", right=1), cast.zhao.id)
    item = item_id(app, pool.id, "a")
    page = zhao.get(f"/bank/items/{item}/versions").text
    restore = f"/bank/items/{item}/versions/1/restore"

    assert "应当在<mark>二</mark>日内备案" in page
    assert "应当在<mark>三</mark>日内备案" in page
    assert "<mark>✓</mark>" in page
    assert send(zhao, restore, {}, based_on="1").status_code == 409
    assert send(zhao, restore, {}, based_on="2").status_code == 303
    assert [row.version.stem[3] for row in versions(app, pool, "a")] == ["二", "三", "二"]
    assert zhao.get(f"/bank/items/{item}/versions?before=1&after=9").status_code == 404


def test_a_bundled_question_is_copied_not_edited(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    There is no editor for it; its copy is a question of one's own pool, and a second copy does not touch the first.
    """
    with app.app_context(), writing() as session:
        bundled = service.create_pool(session, name="书院题库", purpose=None, owner_path="/", by=None)
        service.store_items(session, bundled, [single("a")], None)
    mine, item = make_pool(), item_id(app, bundled.id, "a")
    assert zhao.get(f"/bank/items/{item}/edit").status_code == 404
    assert zhao.get(f"/bank/pools/{bundled.public_id}/questions/new").status_code == 404
    assert mine.public_id in zhao.get(f"/bank/items/{item}/copy").text

    for _copy in range(2):
        made = send(zhao, f"/bank/items/{item}/copy", {}, pool=mine.public_id)
        assert zhao.get(made.location).status_code == 200
    with app.app_context():
        assert len(queries.newest_of(reading(), mine.id)) == 2
    assert send(zhao, f"/bank/items/{item}/copy", {}, pool=bundled.public_id).status_code == 404


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"stem": "a\0b"}, 400),
        ({"stem": "长" * 300_000}, 422),
        ({f"options-{n}-text": "x" for n in range(900)}, 422),
        ({f"f{n}": "x" for n in range(10_000)}, 413),
        ({"based_on": "9" * 5000, "draft": "../../etc", "seen": "<b>"}, 422),
        ({"do": "remove:options:" + "9" * 5000}, 200),
    ],
    ids=["nul", "huge", "rows", "fields", "hidden fields", "buttons"],
)
def test_hostile_forms_break_nothing(
    app: Flask, zhao: FlaskClient, make_pool: MakePool, fields: dict[str, str], status: int
) -> None:
    """
    Refused with a plain answer, nothing stored.
    """
    pool = make_pool()
    address = f"/bank/pools/{pool.public_id}/questions/new/single_choice"
    data = {"do": "keep", "csrf_token": csrf(zhao), **fields}
    answer = zhao.post(address, data=data, content_type="multipart/form-data")

    assert answer.status_code == status
    with app.app_context():
        assert not queries.newest_of(reading(), pool.id)


def test_pages_take_few_statements(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    However much there is, the editor and the history ask the database a fixed, small number of times.
    """
    case = Stimulus("case-1", "案例一", "旧材料")
    pool = make_pool(*(replace(single(f"i{n}"), stimulus=case) for n in range(40)))
    item = item_id(app, pool.id, "i0")
    for n in range(5):
        save(zhao, pool, "essay", {"stem": f"草稿 {n}"})
    for address in (
        f"/bank/pools/{pool.public_id}",
        f"/bank/pools/{pool.public_id}/questions/new",
        f"/bank/pools/{pool.public_id}/questions/new/essay",
        f"/bank/items/{item}/edit",
        f"/bank/items/{item}/versions",
        f"/bank/items/{item}/copy",
    ):
        with statements(app) as sent:
            assert zhao.get(address).status_code == 200
        assert len(sent) <= MOST_STATEMENTS, (address, len(sent))


def test_a_version_that_no_database_can_count_is_not_there(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    A number with thirty digits in the address is refused as one that never was, not as a fault.
    """
    pool = make_pool(single("first"))
    address = f"/bank/items/{item_id(app, pool.id, 'first')}/versions/{'9' * 30}/restore"

    assert zhao.post(address, data={"csrf_token": csrf(zhao)}).status_code == 404


def test_sending_a_new_question_twice_keeps_it_once(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    An impatient second press of the button leads to the question that the first one kept.
    """
    pool = make_pool()
    fields = {"stem": "几人？", "options-0-text": "甲", "options-0-right": "y", "options-1-text": "乙"}
    address = f"/bank/pools/{pool.public_id}/questions/new/single_choice"
    first, second = (send(zhao, address, fields) for _ in range(2))

    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    with app.app_context():
        assert len(reading().scalars(select(Item)).all()) == 1
