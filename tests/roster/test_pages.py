"""Bringing a roster through the forms a training manager uses."""

import io
from datetime import date

import pytest
from faker import Faker
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts import queries as accounts
from lms.accounts import service
from lms.accounts.policy import Role
from lms.audit import queries as audit
from lms.database import reading, writing
from lms.jobs import run_waiting
from lms.roster import table
from tests.cast import Cast, csrf, post, sign_in
from tests.statements import statements

ENGLISH = {"Accept-Language": "en"}
HEADER = "工号,姓名,机构代码,职务,任职日期\n"
MIXED = HEADER + "N1,李娜,{a1},科员,2025-07-01\nN2,王芳,{a1},,\nN2,重复,{a1},,\n,无号,{a1},,\nN4,错处,XX,,去年\n"


@pytest.fixture
def manager(app: Flask, cast: Cast) -> FlaskClient:
    """The browser of Qian, made training manager of the whole bureau."""
    with app.app_context(), writing() as session:
        service.grant_role(session, cast.qian.id, Role.TRAINING_MANAGER, reason="测试", by=None, unit_id=cast.bureau.id)
    return sign_in(app.test_client(), cast.qian)


def send(browser: FlaskClient, text: str, *, kind: str = "people", name: str = "花名册.csv") -> str:
    """Send a file and let it be read; the address of its page."""
    data = {"csrf_token": csrf(browser), "kind": kind, "file": (io.BytesIO(text.encode("gb18030")), name)}
    address = browser.post("/roster/", data=data, headers=ENGLISH).location
    run_waiting(browser.application)
    return address


def take(browser: FlaskClient, address: str) -> str:
    """Take the good rows and let the job end; the page then."""
    assert post(browser, f"{address}/take").status_code == 303
    run_waiting(browser.application)
    return browser.get(address, headers=ENGLISH).text


def mixed(cast: Cast) -> str:
    """Two good rows and three bad ones."""
    return MIXED.format(a1=cast.office_a1.code)


def test_a_dry_run_changes_nothing_and_names_everything(app: Flask, cast: Cast, manager: FlaskClient) -> None:
    """
    Row, column, value and reason of each bad row; nobody new is there.
    """
    page = manager.get(send(manager, mixed(cast)), headers=ENGLISH).text

    for words in (
        "花名册.csv:4",
        "stands already in 花名册.csv:3",
        "花名册.csv:5",
        "must be given",
        "XX",
        "is not a date",
    ):
        assert words in page, words
    with app.app_context():
        assert accounts.person_by_staff_number(reading(), "N1") is None


def test_good_rows_are_taken_and_bad_ones_stay_behind(app: Flask, cast: Cast, manager: FlaskClient) -> None:
    """
    Two people more, posted since the day the file says; the audit names who brought them.
    """
    page = take(manager, send(manager, mixed(cast)))

    assert "2 new, 0 changed, 0 unchanged, 3 left behind" in page
    with app.app_context():
        found = accounts.person_by_staff_number(reading(), "N1")
        assert found is not None
        assert (found.name, found.unit_id, found.post) == ("李娜", cast.office_a1.id, "科员")
        assert accounts.postings(reading(), found.id)[0].from_date == date(2025, 7, 1)
        assert audit.verify(reading()) is not None
        entries = reading().scalars(audit.entries(act="person.add").limit(2)).all()
        assert {entry.actor for entry in entries} == {cast.qian.public_id}


def test_running_it_twice_changes_nothing(app: Flask, cast: Cast, manager: FlaskClient) -> None:
    """
    The same file again finds everything as it is and offers nothing to take.
    """
    take(manager, send(manager, mixed(cast)))
    again = send(manager, mixed(cast))

    assert f"{again}/take" not in manager.get(again).text
    with app.app_context():
        before = audit.verify(reading())
    post(manager, f"{again}/take")
    with app.app_context():
        assert audit.verify(reading()) == before


def test_bad_rows_are_downloaded_mended_and_sent_again(cast: Cast, manager: FlaskClient) -> None:
    """
    The workbook holds the three bad rows and why; it is itself a roster.
    """
    address = send(manager, mixed(cast))
    data = manager.get(f"{address}/bad.xlsx").data
    found = table.read(data, name="bad.xlsx", kind="people")

    assert [row.cells["name"] for row in found.rows] == ["重复", "无号", "错处"]
    assert found.left_out == ()


def test_units_come_before_their_parents_are_there(app: Flask, cast: Cast, manager: FlaskClient) -> None:
    """
    A tree in any order of rows; people of the next file find their units.
    """
    tree = f"机构代码,机构名称,上级代码\nNEW11,新设所,NEW1\nNEW1,新设分局,{cast.bureau.code}\n"
    take(manager, send(manager, tree, kind="units", name="机构.csv"))
    take(manager, send(manager, "工号,姓名,单位\nN9,赵一,新设所\n"))

    with app.app_context():
        unit = accounts.unit_by_code(reading(), "NEW11")
        person = accounts.person_by_staff_number(reading(), "N9")
        assert unit is not None
        assert person is not None
        assert (unit.kind, unit.depth, person.unit_id) == ("office", 2, unit.id)


def test_moves_keep_what_was_before(app: Flask, cast: Cast, manager: FlaskClient) -> None:
    """
    Another unit in the roster is a new posting; the old one ends.
    """
    row = f"{HEADER}{cast.lin.staff_number},{cast.lin.name},{cast.office_b1.code},副所长,2026-02-01\n"
    take(manager, send(manager, row))

    with app.app_context():
        postings = accounts.postings(reading(), cast.lin.id)
        assert {(one.unit_name, one.to_date) for one in postings} == {
            (cast.office_b1.name, None),
            (cast.office_a1.name, date(2026, 2, 1)),
        }


def test_a_branch_manager_reaches_their_branch_only(app: Flask, cast: Cast) -> None:
    """
    Rows of other branches are refused, own ones taken.
    """
    browser = sign_in(app.test_client(), cast.qian)
    rows = f"{HEADER}N1,甲,{cast.office_a1.code},,\nN2,乙,{cast.office_b1.code},,\n{cast.wang.staff_number},王磊,{cast.office_a1.code},,\n"

    assert "1 new, 0 changed, 0 unchanged, 2 left behind" in take(browser, send(browser, rows))


def test_files_belong_to_whoever_brought_them(app: Flask, cast: Cast, manager: FlaskClient) -> None:
    """
    Other roles find the pages closed; a file that is forgotten is gone.
    """
    address = send(manager, mixed(cast))
    for person in (cast.lin, cast.zhao, cast.sun, cast.li):
        assert sign_in(app.test_client(), person).get(address).status_code == 403
    post(manager, f"{address}/discard")

    assert manager.get(address).status_code == 404


UNFIT = [("花名册.docx", "x"), ("花名册.xlsx", "")]


@pytest.mark.parametrize(("name", "text"), UNFIT)
def test_unfit_files_are_refused_at_the_door(manager: FlaskClient, name: str, text: str) -> None:
    """
    Kind and size are told at once.
    """
    data = {"csrf_token": csrf(manager), "kind": "people", "file": (io.BytesIO(text.encode()), name)}
    answer = manager.post("/roster/", data=data, headers=ENGLISH)

    assert (answer.status_code, "Choose an .xlsx or .csv file" in answer.text) == (422, True)


def test_a_file_without_a_header_says_which_columns_it_lacks(manager: FlaskClient) -> None:
    """
    The names that are needed stand in the sentence.
    """
    page = manager.get(send(manager, "题干,答案\n一,二\n"), headers=ENGLISH).text

    assert "工号、姓名" in page


def test_many_rows_take_few_statements_to_show(app: Flask, cast: Cast, manager: FlaskClient) -> None:
    """
    Four hundred people are checked with a handful of queries, and their page takes few.
    """
    names = Faker("zh_CN")
    text = HEADER + "".join(f"F{n},{names.name()},{cast.office_a1.code},科员,\n" for n in range(400))
    with statements(app) as asked:
        address = send(manager, text)
    assert len(asked) <= 50
    with statements(app) as asked:
        assert manager.get(address).status_code == 200
    assert len(asked) <= 12


@pytest.mark.parametrize("kind", ["units", "people"])
def test_templates_are_handed_out(manager: FlaskClient, kind: str) -> None:
    """
    As files; of nothing else.
    """
    assert manager.get(f"/roster/template/{kind}.xlsx").data[:2] == b"PK"
    assert manager.get("/roster/template/secrets.xlsx").status_code == 404
