"""Questions leave a pool as a file: whoever edits it may take them, losses are said first, each export is on record."""

import io
import json
import os

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.bank import export, files, queries, sharing
from lms.bank.policy import access_export
from lms.config import Config
from lms.database import reading, writing
from lms.errors import NotFound
from lms.jobs import run_waiting
from question_bank.formats import json_items
from question_bank.formats.registry import Format
from tests.bank.conftest import MakePool, examiner, single, viewer_of
from tests.cast import Cast, csrf, post, sign_in

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def zhao(app: Flask, cast: Cast) -> FlaskClient:
    """The examiner's browser."""
    return sign_in(app.test_client(), cast.zhao)


def exported(app: Flask) -> list[dict[str, object]]:
    """What the audit log says of exports."""
    with app.app_context():
        return list(reading().scalars(select(AuditEntry.after).where(AuditEntry.act == "bank.export")))


@pytest.mark.parametrize("one", export.writable(), ids=lambda one: one.key)
def test_each_format_is_offered_with_its_losses_and_written(
    app: Flask, zhao: FlaskClient, make_pool: MakePool, one: Format
) -> None:
    """
    The page says what would be lost or that nothing is; the file comes as an attachment and stands in the audit log.
    """
    pool = make_pool(single("alpha-1"), single("alpha-2"))
    address = f"/bank/pools/{pool.public_id}/export?all=1"
    page = zhao.get(f"{address}&format={one.key}", headers=ENGLISH).text
    answer = post(zhao, address, format=one.key)

    assert ("Nothing is lost" in page) != ("What is lost" in page)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert [(entry["format"], entry["items"]) for entry in exported(app)] == [(one.key, 2)]
    assert (
        one.read is None or len(one.read(answer.data, name=f"x{one.ending}", subjects=files.SUBJECT_NAMES).items) == 2
    )


def test_only_what_was_chosen_leaves(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    Ticked questions, or those that the filters let through.
    """
    pool = make_pool(single("alpha-1", stem="甲题"), single("alpha-2", stem="乙题"))
    with app.app_context():
        ticked = next(row.public_id for row in reading().execute(queries.items(pool.id)) if row.ref == "alpha-1")
    for query in (f"item[]={ticked}", "all=1&q=甲题"):
        data = post(zhao, f"/bank/pools/{pool.public_id}/export?{query}", format="json").data
        assert [item["ref"] for item in json.loads(data)["items"]] == ["alpha-1"], query


@pytest.mark.parametrize(
    ("access", "may"), [("view", False), ("use", False), ("review", False), ("edit", True), ("", False)]
)
def test_who_may_only_see_or_use_a_pool_takes_nothing(
    app: Flask, cast: Cast, make_pool: MakePool, access: str, may: bool
) -> None:
    """
    Of an examiner elsewhere with whom the pool was shared, only the right to edit suffices; without, it is not there.
    """
    pool = make_pool(single("alpha-1"), owner_path="/1/")
    with app.app_context(), writing() as session:
        if access:
            sharing.share(session, pool, cast.lin.id, access, by=cast.zhao.id)
    with app.app_context():
        viewer = viewer_of(cast.lin, examiner("/2/"))
        if may:
            assert access_export(reading(), viewer, pool.public_id).id == pool.id
        else:
            with pytest.raises(NotFound):
                access_export(reading(), viewer, pool.public_id)


def test_reviewers_and_cadres_take_nothing(app: Flask, cast: Cast, make_pool: MakePool) -> None:
    """
    A reviewer of the pool sees every key on the page, and yet the door to the file is closed.
    """
    pool = make_pool(single("alpha-1"))
    for person in (cast.feng, cast.lin):
        browser = sign_in(app.test_client(), person)
        assert browser.get(f"/bank/pools/{pool.public_id}/export?all=1").status_code == 403
        assert post(browser, f"/bank/pools/{pool.public_id}/export?all=1", format="json").status_code == 403
    assert exported(app) == []


def test_many_questions_are_written_by_a_job(
    app: Flask, cast: Cast, zhao: FlaskClient, make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The file waits for whoever asked for it, for nobody else, and for a day only.
    """
    monkeypatch.setattr(export, "MOST_AT_ONCE", 1)
    pool = make_pool(single("alpha-1"), single("alpha-2"))
    address = f"/bank/pools/{pool.public_id}/export"
    job = post(zhao, f"{address}?all=1", format="json").location
    run_waiting(app)
    name = job.rpartition("/")[2] + ".json"
    answer = zhao.get(f"{address}/{name}")

    assert len(json_items.read(answer.data, name="x.json", subjects={"food": "food"}).items) == 2
    assert f"{address}/{name}" in zhao.get(job).text
    assert zhao.get(f"{address}/..%2F..%2Fsecret").status_code == 404
    assert sign_in(app.test_client(), cast.feng).get(f"{address}/{name}").status_code == 403
    config: Config = app.extensions["config"]
    for path in (config.data / "exports").rglob("*.json"):
        os.utime(path, (0, 0))
    post(zhao, f"{address}?all=1", format="json")
    run_waiting(app)
    assert zhao.get(f"{address}/{name}").status_code == 404


def test_the_list_leads_to_the_export(zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    The button below the list carries ticks and filters over.
    """
    pool = make_pool(single("alpha-1"))
    answer = post(zhao, f"/bank/pools/{pool.public_id}/many", act="export", all="1")

    assert answer.location.startswith(f"/bank/pools/{pool.public_id}/export?all=1")
    assert "alpha" not in zhao.get(answer.location, headers=ENGLISH).text
    assert post(zhao, f"/bank/pools/{pool.public_id}/export?all=1", format="dance").status_code == 404


def test_an_export_comes_back_unchanged(app: Flask, zhao: FlaskClient, make_pool: MakePool) -> None:
    """
    Out as a workbook and in again: every question is there already.
    """
    pool = make_pool(single("alpha-1"), single("alpha-2"))
    data = post(zhao, f"/bank/pools/{pool.public_id}/export?all=1", format="excel").data
    form = {"csrf_token": csrf(zhao), "subject": "", "pool": pool.public_id, "file": (io.BytesIO(data), "题.xlsx")}
    found = zhao.post("/bank/imports/", data=form).location
    run_waiting(app)
    post(zhao, f"{found}/take", pool=pool.public_id, name="")

    assert "0 new, 0 changed, 2 unchanged" in zhao.get(found, headers=ENGLISH).text
