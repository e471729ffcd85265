"""Pictures in files on their way into the bank, pasted text, and what the page of a taken file says."""

import hashlib
import io
import json
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from lms.bank import export, queries
from lms.bank.errors import UnsoundItem
from lms.bank.models import Picture
from lms.bank.pictures import path_of
from lms.config import Config
from lms.database import reading
from lms.jobs import run_waiting
from question_bank.formats import json_items
from question_bank.formats.pictures import markdown, named
from question_bank.interactions.hotspot import Spot, Spots
from question_bank.item import ItemVersion
from tests.bank.conftest import MakePool, single
from tests.cast import Cast, csrf, post, sign_in

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def zhao(app: Flask, cast: Cast) -> FlaskClient:
    """The examiner's browser."""
    return sign_in(app.test_client(), cast.zhao)


def drawn(width: int = 40, height: int = 30, kind: str = "JPEG") -> bytes:
    """A picture of one colour."""
    target = io.BytesIO()
    Image.new("RGB", (width, height), "#884422").save(target, kind, comment=b"secret place")
    return target.getvalue()


def sha(data: bytes) -> str:
    """Under which name texts refer to it."""
    return hashlib.sha256(data).hexdigest()


def send(app: Flask, browser: FlaskClient, data: bytes, name: str = "题.json", pool: str = "") -> str:
    """Send a file and let the job read it; the address of its page."""
    form = {"csrf_token": csrf(browser), "subject": "", "pool": pool, "file": (io.BytesIO(data), name)}
    address = str(browser.post("/bank/imports/", data=form).location)
    run_waiting(app)
    return address


def stored(app: Flask, name: str) -> list[ItemVersion]:
    """What stands in a pool."""
    with app.app_context():
        pool = queries.own_pool_by_name(reading(), name)
        assert pool is not None
        return export.newest(reading(), export.ids_in(reading(), pool.id))


def test_pictures_are_encoded_anew_and_named_so(app: Flask, zhao: FlaskClient) -> None:
    """
    The item in the pool names a picture that is kept, and nothing but its pixels came along.
    """
    picture = drawn()
    item = single("alpha-1", stem=markdown(picture, "标志"))
    address = send(app, zhao, json_items.write([item], pictures={sha(picture): picture}))
    post(zhao, f"{address}/take", pool="", name="图")
    (made,) = stored(app, "图")
    (digest,) = named([made])
    config: Config = app.extensions["config"]

    assert digest != sha(picture)
    assert b"secret place" not in path_of(config.media, digest).read_bytes()
    answer = zhao.get(f"/bank/pictures/{digest}")
    assert (answer.status_code, answer.headers["X-Content-Type-Options"]) == (200, "nosniff")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_kept_picture_is_not_encoded_twice(app: Flask, zhao: FlaskClient) -> None:
    """
    What was exported from here comes back under the same hash: nothing has changed.
    """
    picture = drawn()
    data = json_items.write([single("alpha-1", stem=markdown(picture, "标志"))], pictures={sha(picture): picture})
    post(zhao, f"{send(app, zhao, data)}/take", pool="", name="图")
    with app.app_context():
        pool = queries.own_pool_by_name(reading(), "图")
        assert pool is not None
    out = post(zhao, f"/bank/pools/{pool.public_id}/export?all=1", format="json").data
    again = send(app, zhao, out, pool=pool.public_id)
    post(zhao, f"{again}/take", pool=pool.public_id, name="")

    assert "0 new, 0 changed, 1 unchanged" in zhao.get(again, headers=ENGLISH).text
    with app.app_context():
        assert reading().query(Picture).count() == 1


BAD = {
    "no picture": (b"<svg onload=alert(1)>", "no PNG, JPEG, GIF or WebP"),
    "damaged": (drawn()[:200], "is damaged"),
    "missing": (None, "is not in the file"),
}


@pytest.mark.parametrize(("data", "reason"), BAD.values(), ids=BAD)
def test_an_unfit_picture_is_a_complaint_of_its_item(
    app: Flask, zhao: FlaskClient, data: bytes | None, reason: str
) -> None:
    """
    The item is refused with the reason; the others of the file are good.
    """
    named_bytes = data or b"elsewhere"
    items = [single("alpha-1", stem=markdown(named_bytes, "标志")), single("alpha-2")]
    address = send(app, zhao, json_items.write(items, pictures={sha(data): data} if data else {}))
    page = zhao.get(address, headers=ENGLISH).text

    assert reason in page
    post(zhao, f"{address}/take", pool="", name="图", which="good")
    assert [item.ref for item in stored(app, "图")] == ["alpha-2"]


def test_areas_follow_their_picture(app: Flask, zhao: FlaskClient) -> None:
    """
    A picture that is kept smaller takes the areas of its hotspot along, so that they cover the same.
    """
    picture = drawn(3200, 1600, "PNG")
    spots = (Spot("左", "rect", (0, 0, 1600, 1600), right=True), Spot("右", "circle", (2400, 800, 400), right=False))
    body = Spots(f"picture:{sha(picture)}", 3200, 1600, spots)
    item = replace(single("alpha-1"), type="hotspot", body=body)
    address = send(app, zhao, json_items.write([item], pictures={sha(picture): picture}))
    post(zhao, f"{address}/take", pool="", name="图")
    (made,) = stored(app, "图")

    assert (made.body.width, made.body.height) == (1600, 800)
    assert [spot.coords for spot in made.body.spots] == [(0, 0, 800, 800), (1200, 400, 200)]
    assert not made.problems()


def test_pasted_text_is_read_like_a_file(app: Flask, zhao: FlaskClient) -> None:
    """
    The field for text does what a file does; both together, or neither, are refused.
    """
    text = "一、单选题\n1. 现场检查不得少于几人？\nA. 一人 B. 两人\n答案：B\n\n2. 坏题\nA. 甲 B. 乙\n答案：E\n"
    form = {"csrf_token": csrf(zhao), "subject": "food", "pool": ""}
    address = zhao.post("/bank/imports/", data=form | {"text": text}).location
    run_waiting(app)
    page = zhao.get(f"{address}?show=all", headers=ENGLISH).text

    assert "现场检查不得少于几人？" in page
    assert ":8" in page
    assert zhao.post("/bank/imports/", data=form).status_code == 422
    both = form | {"text": text, "file": (io.BytesIO(text.encode()), "题.txt")}
    assert zhao.post("/bank/imports/", data=both).status_code == 422


def test_a_named_format_counts_more_than_the_name_of_the_file(app: Flask, zhao: FlaskClient) -> None:
    """
    The examiner knows better what a file is.
    """
    form = {"csrf_token": csrf(zhao), "subject": "", "pool": "", "format": "text"}
    data = "1. 甲？\nA. 一\nB. 二\n答案：A\n".encode()
    address = zhao.post("/bank/imports/", data=form | {"file": (io.BytesIO(data), "题.xlsx")}).location
    run_waiting(app)

    assert "甲？" in zhao.get(address).text


def test_the_page_of_a_taken_file_says_what_went_where(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    New, changed with the way to what changed, unchanged, and what was left behind, each in a list of its own.
    """
    pool = make_pool(single("alpha-1", stem="旧题干"), single("alpha-2"))
    items = [single("alpha-1", stem="新题干"), single("alpha-2"), single("alpha-3")]
    content = json.loads(json_items.write(items, pictures={}))
    content["items"].append(content["items"][2] | {"ref": "alpha-4", "stem": ""})
    address = send(app, zhao, json.dumps(content).encode(), pool=pool.public_id)
    post(zhao, f"{address}/take", pool=pool.public_id, name="", which="good")
    pages = {
        show: zhao.get(f"{address}?show={show}", headers=ENGLISH).text
        for show in ("new", "changed", "unchanged", "bad")
    }

    assert "1 new, 1 changed, 1 unchanged" in pages["new"]
    for show, shown in (
        ("new", "alpha-3 的题干"),
        ("changed", "新题干"),
        ("unchanged", "alpha-2 的题干"),
        ("bad", "alpha-4"),
    ):
        assert [other for other, page in pages.items() if shown in page] == [show]
    assert "What changed" in pages["changed"]


def test_many_rows_are_taken_by_a_job(app: Flask, zhao: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Until it has ended the page says so and takes nothing twice; then all of them stand in the pool.
    """
    monkeypatch.setattr("lms.bank.imports.MOST_AT_ONCE", 1)
    address = send(app, zhao, json_items.write([single("alpha-1"), single("alpha-2")], pictures={}))
    post(zhao, f"{address}/take", pool="", name="多")

    assert "being put into the pool" in zhao.get(address, headers=ENGLISH).text
    assert post(zhao, f"{address}/take", pool="", name="多").status_code == 409
    run_waiting(app)
    assert "2 new, 0 changed, 0 unchanged" in zhao.get(address, headers=ENGLISH).text
    assert len(stored(app, "多")) == 2


def test_a_taking_that_fails_gives_the_file_back(
    app: Flask, zhao: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Nothing stands in the pool, and the file waits to be mended as before.
    """
    monkeypatch.setattr("lms.bank.imports.MOST_AT_ONCE", 1)
    address = send(app, zhao, json_items.write([single("alpha-1"), single("alpha-2")], pictures={}))
    post(zhao, f"{address}/take", pool="", name="多")
    with monkeypatch.context() as broken:
        broken.setattr("lms.bank.service._refuse_unsound", _refuse)
        run_waiting(app)

    assert stored(app, "多") == []
    assert f"{address}/take" in zhao.get(address).text


def _refuse(version: ItemVersion) -> None:
    raise UnsoundItem(ref=version.ref)
