"""Bringing a file into a pool, through the forms an examiner uses."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.audit import queries as audit
from lms.bank import import_queries, queries
from lms.database import reading
from lms.jobs import run_waiting
from tests.cast import Cast, csrf, post, sign_in
from tests.question_bank.formats.workbooks import workbook
from tests.statements import statements

HEADER = ["题型", "题干", "选项A", "选项B", "选项C", "正确答案", "难度", "大类"]
ROWS = [
    HEADER,
    ["单选题", "食品经营许可证有效期为几年？", "三年", "五年", "十年", "B", "易", "食品安全"],
    ["多选题", "可以查阅的材料有", "合同", "账簿", "私人信件", "AB", "中", "行政处罚与办案"],
    ["判断题", "现场笔录应当由当事人签名。", None, None, None, "对", "易", None],
    ["单选题", "选项不够的题", "甲", "乙", None, "D", "超难", "天文"],
    ["单选题", "", "甲", "乙", None, "A", None, None],
]
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def zhao(app: Flask, cast: Cast) -> FlaskClient:
    """The examiner's browser."""
    return sign_in(app.test_client(), cast.zhao)


def send(browser: FlaskClient, data: bytes, name: str = "题库.xlsx", **fields: str) -> TestResponse:
    """Send a file through the form."""
    form = {"csrf_token": csrf(browser), "subject": "", "pool": ""} | fields
    return browser.post("/bank/imports/", data=form | {"file": (io.BytesIO(data), name)}, headers=ENGLISH)


@pytest.fixture
def sent(app: Flask, zhao: FlaskClient) -> str:
    """The address of a file of three good and two bad rows that was read."""
    address = send(zhao, workbook(题=ROWS)).location
    run_waiting(app)
    return address


def mend(browser: FlaskClient, address: str, row: int, **cells: str) -> TestResponse:
    """Send the form of a row with some cells changed, by the labels of the fields."""
    page = browser.get(f"{address}?show=all", headers=ENGLISH).text
    section = re.split(r' id="row-\d+"', page.split(f' id="row-{row}"', 1)[1])[0]
    fields = dict(re.findall(r'<label for="cell-\d+-(\d+)">([^<]+)</label>', section))
    values = dict(re.findall(r'name="cell-(\d+)" value="([^"]*)"', section))
    values |= dict(re.findall(r'name="cell-(\d+)" lang="zh-CN"[^>]*>\n?([^<]*)</textarea>', section))
    values |= {number: cells[label] for number, label in fields.items() if label in cells}
    return post(browser, f"{address}/rows/{row}", **{f"cell-{number}": text for number, text in values.items()})


def test_each_bad_row_is_named_with_column_value_and_reason(zhao: FlaskClient, sent: str) -> None:
    """
    Everything wrong in a row is said at once, beside the cells in which it can be mended.
    """
    page = re.sub(r"<[^>]+>|\s+", " ", zhao.get(sent, headers=ENGLISH).text)

    assert "题:5" in page
    for words in ("天文", "超难", "names an option that is not there", "题:6", "must be given"):
        assert words in page, words


def test_bad_rows_are_mended_and_good_ones_taken(app: Flask, zhao: FlaskClient, sent: str) -> None:
    """
    Two corrections, then five questions stand in a new pool; the audit chain holds.
    """
    wrong = {"Right answer": "A", "Difficulty": "难"}
    assert "尚有问题" in zhao.get(mend(zhao, sent, 4, **wrong).location).text
    mend(zhao, sent, 4, Subject="penalty")
    mend(zhao, sent, 5, Stem="补上的题干")
    post(zhao, f"{sent}/take", pool="", name="新题库")

    with app.app_context():
        pool = queries.own_pool_by_name(reading(), "新题库")
        assert pool is not None
        assert pool.items == 5
        assert audit.verify(reading()) is not None


def test_bad_rows_hold_the_good_ones_back(app: Flask, zhao: FlaskClient, sent: str) -> None:
    """
    Unless the examiner says otherwise nothing is taken while a row is bad, whatever the form was made to send.
    """
    for which in ({}, {"which": "all"}, {"which": "some"}):
        post(zhao, f"{sent}/take", pool="", name="新题库", **which)
        with app.app_context():
            assert queries.own_pool_by_name(reading(), "新题库") is None


def test_taking_leaves_bad_rows_behind(app: Flask, zhao: FlaskClient, sent: str) -> None:
    """
    The good rows can be taken alone if the examiner says so; then the file is closed.
    """
    post(zhao, f"{sent}/take", pool="", name="新题库", which="good")
    page = zhao.get(sent, headers=ENGLISH).text

    assert "3 new, 0 changed, 0 unchanged" in page
    assert post(zhao, f"{sent}/take", pool="", name="新题库").status_code == 409
    assert post(zhao, f"{sent}/rows/4").status_code == 409


def test_the_same_file_again_changes_nothing(app: Flask, zhao: FlaskClient, sent: str) -> None:
    """
    A second reading into the same pool finds every question there.
    """
    post(zhao, f"{sent}/take", pool="", name="新题库", which="good")
    with app.app_context():
        pool = queries.own_pool_by_name(reading(), "新题库")
        assert pool is not None
    again = send(zhao, workbook(题=ROWS), pool=pool.public_id).location
    run_waiting(app)
    post(zhao, f"{again}/take", pool=pool.public_id, name="", which="good")

    assert "0 new, 0 changed, 3 unchanged" in zhao.get(again, headers=ENGLISH).text


def test_a_mended_row_may_not_repeat_another(zhao: FlaskClient, sent: str) -> None:
    """
    Made equal to a good row, it is refused and names that row.
    """
    mend(zhao, sent, 5, Stem=str(ROWS[1][1]), **{"Options A": "三年", "Options B": "五年", "Options C": "十年"})

    assert "the same question stands in 题:2" in zhao.get(sent, headers=ENGLISH).text


UNFIT = [("题库.docx", b"x"), ("题库.xlsx", b""), ("题库.xlsx", b"x" * (20 * 1024 * 1024 + 1))]


@pytest.mark.parametrize(("name", "data"), UNFIT, ids=["kind", "empty", "large"])
def test_unfit_files_are_refused_at_the_door(zhao: FlaskClient, name: str, data: bytes) -> None:
    """
    Nothing of them is kept.
    """
    answer = send(zhao, data, name)

    assert answer.status_code == 422
    assert "Choose a file of one of the kinds named" in answer.text


DAMAGED = [
    ("题库.xlsx", b"PK nothing", "the file is damaged"),
    ("题库.csv", "姓名,职务\n张,科长\n".encode(), "no header was found"),
    ("题库.csv", b"\xff\xff\x81", "neither UTF-8 nor GB18030"),
]


@pytest.mark.parametrize(("name", "data", "reason"), DAMAGED, ids=["damaged", "no header", "encoding"])
def test_files_that_cannot_be_read_say_why(app: Flask, zhao: FlaskClient, name: str, data: bytes, reason: str) -> None:
    """
    The job ends, the page shows the one complaint and offers nothing to take.
    """
    address = send(zhao, data, name).location
    run_waiting(app)
    page = zhao.get(address, headers=ENGLISH).text

    assert reason in page
    assert f"{address}/take" not in page


def test_a_file_is_seen_by_whoever_brought_it_only(app: Flask, cast: Cast, sent: str) -> None:
    """
    For other examiners it is not there, for cadres the page is closed.
    """
    with app.app_context():
        assert len(import_queries.imports_of(reading(), cast.zhao.id)) == 1
    assert sign_in(app.test_client(), cast.feng).get(sent).status_code == 403
    assert sign_in(app.test_client(), cast.lin).get(sent).status_code == 403


def test_a_forgotten_file_leaves_no_row(app: Flask, cast: Cast, zhao: FlaskClient, sent: str) -> None:
    """
    Rows go with their file; the list no longer shows it.
    """
    post(zhao, f"{sent}/discard")

    assert zhao.get(sent).status_code == 404
    with app.app_context():
        assert import_queries.imports_of(reading(), cast.zhao.id) == []


def test_the_template_is_a_workbook(zhao: FlaskClient) -> None:
    """
    It comes as a file with a Chinese name.
    """
    answer = zhao.get("/bank/imports/template.xlsx")

    assert answer.data[:2] == b"PK"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_large_file_takes_few_statements(app: Flask, zhao: FlaskClient) -> None:
    """
    Its page asks as often with four hundred rows as with four.
    """
    rows = [HEADER, *(["判断题", f"第 {n} 题", None, None, None, "对", None, None] for n in range(400))]
    address = send(zhao, workbook(题=rows)).location
    run_waiting(app)
    with statements(app) as asked:
        assert zhao.get(address).status_code == 200

    assert len(asked) <= 12
