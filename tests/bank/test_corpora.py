"""Banks that people have published, through the forms of the web: at least ninety-nine of a hundred sound rows are taken."""

import io
import os
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.bank import import_queries, queries
from lms.bank.complaints import reason_of
from lms.bank.models import BankImport
from lms.database import reading
from lms.jobs import run_waiting
from tests.cast import Cast, csrf, post, sign_in

CORPORA = Path(os.environ.get("SHUYUAN_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))
ENDINGS = {".xlsx", ".csv", ".txt", ".json"}
#: what makes a row unsound in the source itself: no key or a key of nowhere, the same question or option twice
UNSOUND = {"same_stem", "no_key", "not_an_option", "unknown_value", "missing", "duplicate"}


def files() -> list[Path]:
    """Every file of a question bank."""
    folders = [path for path in CORPORA.glob("*question-bank*") if path.is_dir()]
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in ENDINGS]


@pytest.fixture
def zhao(app: Flask, cast: Cast) -> FlaskClient:
    """The examiner's browser."""
    return sign_in(app.test_client(), cast.zhao)


def taken(app: Flask, browser: FlaskClient, path: Path) -> tuple[int, list[import_queries.LineRow]]:
    """Send a file and take its good rows: how many stand in the pool, and the bad rows."""
    form = {"csrf_token": csrf(browser), "subject": "", "pool": "", "file": (io.BytesIO(path.read_bytes()), path.name)}
    address = browser.post("/bank/imports/", data=form).location
    run_waiting(app)
    post(browser, f"{address}/take", pool="", name=path.stem, which="good")
    run_waiting(app)
    with app.app_context():
        pool = queries.own_pool_by_name(reading(), path.stem)
        import_id = reading().query(BankImport.id).filter_by(public_id=address.rpartition("/")[2]).scalar()
        bad = [import_queries.line_of(row) for row in reading().execute(import_queries.lines(import_id, good=False))]
        return (pool.items if pool else 0), bad


@pytest.mark.corpora
def test_published_banks_are_taken(app: Flask, zhao: FlaskClient) -> None:
    """
    Of all files together; each row left behind says why, in a sentence of its own.
    """
    if not files():
        pytest.skip(f"no question banks at {CORPORA}")
    good = unsound = strange = 0
    for path in files():
        count, bad = taken(app, zhao, path)
        good += count
        for row in bad:
            assert row.complaints, (path.name, row.place)
            with app.test_request_context():
                assert all(re.search(r"\w\s\w|[\u4e00-\u9fff]{2}", reason_of(one)) for one in row.complaints)
            codes = {one.code for one in row.complaints}
            unsound, strange = (unsound + 1, strange) if codes <= UNSOUND else (unsound, strange + 1)

    assert good > 0
    assert strange <= 0.01 * (good + strange), (good, unsound, strange)
    assert unsound <= 0.05 * good
