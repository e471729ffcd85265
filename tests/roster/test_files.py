"""Personnel files by import: seen before anything changes, taken in one transaction, twice is once."""

import io
from dataclasses import replace
from datetime import date

import pytest
import python_calamine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.accounts import service as accounts
from lms.accounts.policy import Role
from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.jobs import run_waiting
from lms.particulars import identity
from lms.particulars import queries as particulars
from lms.particulars.queries import File, Political, SaidRow
from lms.particulars.service import EMPTY
from lms.roster import service
from lms.roster.check_files import KnownFile, change_of, check_files
from lms.roster.columns import FILES
from lms.roster.models import RosterImport, RosterRow
from lms.tables import Row
from tests.cast import Cast, post, sign_in
from tests.conftest import TestClock
from tests.roster.test_pages import ENGLISH, send, take

TODAY = date(2026, 3, 2)
NUMBER = "110101198405010017"
HEADER = "工号,姓名,性别,出生年月,身份证号,政治面貌,学历,自何日起,事由\n"
LEAGUE = replace(EMPTY, gender="female", political=Political.LEAGUE)
KNOWN = KnownFile(7, "T1", "林晓", File((SaidRow(date(2025, 1, 1), LEAGUE, None),)))
SOME = ("女", "男", "群众", "党员", "1984-05", "2025-06-01", "2024-06-01", "汉族", "=1+1", "研究生", "/", "无")
GOOD = {"staff_number": "T1", "name": "林晓"}


def row(**cells: str) -> Row:
    """A row for Lin."""
    return Row("表:2", GOOD | cells)


@pytest.mark.parametrize(
    ("cells", "action", "code"),
    [
        ({}, "unchanged", ""),
        ({"gender": "女", "political": "共青团员"}, "unchanged", ""),
        ({"gender": "女", "from_date": "2025-01-01"}, "unchanged", ""),
        ({"political": "党员", "from_date": "2025年6月1日"}, "changed", ""),
        ({"political": "中共预备党员"}, "changed", ""),
        ({"born": "1984.5"}, "changed", ""),
        ({"born": "1984-05-12"}, "changed", ""),
        ({"staff_number": " t1 ", "ethnicity": "汉族"}, "changed", ""),
        ({"id_number": "11010119840501001７"}, "changed", ""),
        ({"political": "党员", "from_date": "2024-12-31"}, "bad", "from_date later_known"),
        ({"gender": "女", "from_date": "2024-12-31"}, "bad", "from_date later_known"),
        ({"from_date": "2026-03-03"}, "bad", "from_date future_day"),
        ({"from_date": "1949-01-01"}, "bad", "from_date too_early"),
        ({"from_date": "去年"}, "bad", "from_date not_a_date"),
        ({"appointed_on": "2024-02-30"}, "bad", "appointed_on not_a_date"),
        ({"staff_number": "T2"}, "bad", "staff_number unknown_person"),
        ({"staff_number": ""}, "bad", "staff_number missing"),
        ({"name": ""}, "bad", "name missing"),
        ({"name": "林晓丽"}, "bad", "name other_name"),
        ({"gender": "x"}, "bad", "gender no_choice"),
        ({"political": "党"}, "bad", "political no_choice"),
        ({"born": "2026-03"}, "bad", "born not_a_month"),
        ({"born": "八四年"}, "bad", "born not_a_month"),
        ({"id_number": "110101198405010011"}, "bad", "id_number id_number"),
        ({"ethnicity": "族" * 21}, "bad", "ethnicity too_long"),
        ({"category": "=HYPERLINK(1)"}, "bad", "category formula"),
        ({"degree": "法学\x07"}, "bad", "degree unprintable"),
        ({"reason": "无"}, "bad", "reason too_short"),
    ],
)
def test_what_a_row_would_do(cells: dict[str, str], action: str, code: str) -> None:
    """
    What the file says already is left alone whatever its day; each wrong cell is named with its column and why.
    """
    (line,) = check_files([row(**cells)], [KNOWN], TODAY)

    assert line.action == action
    assert " ".join(f"{one.column} {one.code}" for one in line.complaints) == code


@given(
    st.dictionaries(
        st.sampled_from([column.name for column in FILES[2:]]), st.text(max_size=30) | st.sampled_from(SOME), max_size=8
    )
)
def test_whatever_is_taken_is_unchanged_afterwards(cells: dict[str, str]) -> None:
    """
    No text makes the check fail, and a row that was carried out asks for nothing when it comes again.
    """
    (line,) = check_files([row(**cells)], [KNOWN], TODAY)
    if line.action == "changed":
        change = change_of(line)
        taken = SaidRow(change.from_date, change.said, None)
        known = replace(KNOWN, file=File((*KNOWN.file.rows, taken)))
        (line,) = check_files([row(**cells)], [known], TODAY)

    assert line.action in ("unchanged", "bad")
    assert bool(line.complaints) == (line.action == "bad")


def files(cast: Cast) -> str:
    """Two good rows; a wrong name, Wang's of another branch, and the manager's own."""
    return HEADER + (
        f"T1001,{cast.lin.name},女,1984-05,{NUMBER},中共党员,大学本科,2026-01-01,年度采集\n"
        f"{cast.feng.staff_number},{cast.feng.name},男,,,,,,\n"
        f"{cast.chen.staff_number},某某,,,{NUMBER},,,,\n"
        f"T1002,{cast.wang.name},男,,,,,,\n"
        f"{cast.qian.staff_number},{cast.qian.name},男,,,,,,\n"
    )


def said(app: Flask, cast: Cast, name: str) -> list[tuple[str | None, str | None, str]]:
    """Gender, political status and reason of each row of somebody's file, the newest first."""
    with app.app_context():
        rows = particulars.history(reading(), cast[name].id)
        return [(one.said.gender, one.said.political, one.reason) for one in rows]


@pytest.fixture
def browser(app: Flask, cast: Cast) -> FlaskClient:
    """Qian, who keeps the files of branch A; Chen serves there too, Feng has retired from it, Wang serves in branch B."""
    with app.app_context(), writing() as session:
        accounts.post_person(session, cast.feng.id, unit_id=cast.office_a2.id, on=date(2026, 1, 5))
        accounts.retire_person(session, cast.feng.id, on=date(2026, 2, 1))
        accounts.post_person(session, cast.chen.id, unit_id=cast.office_a2.id, on=date(2026, 1, 5))
        accounts.post_person(session, cast.wang.id, unit_id=cast.office_b1.id, on=date(2026, 1, 5))
    return sign_in(app.test_client(), cast.qian)


def test_seen_taken_and_sent_again(app: Flask, cast: Cast, browser: FlaskClient) -> None:
    """
    The preview changes nothing and names each bad row; taken, the good rows are recorded with their day, reason and audit, also
    of who has retired from the branch; the same file again changes nothing. A change shows what was there before.
    """
    address = send(browser, files(cast), kind="files")
    preview = browser.get(address, headers=ENGLISH).text
    before = said(app, cast, "lin")
    page = take(browser, address)
    again = browser.get(send(browser, files(cast), kind="files"), headers=ENGLISH).text
    other = send(browser, f"工号,姓名,政治面貌\nT1001,{cast.lin.name},群众\n", kind="files")
    changed = browser.get(f"{other}?show=changed", headers=ENGLISH).text

    assert before == []
    for words in (
        "花名册.csv:4",
        "is not the name",
        "花名册.csv:5",
        "nobody whose personnel file you keep",
        "花名册.csv:6",
    ):
        assert words in preview, words
    assert "2 new, 0 changed, 0 unchanged, 3 left behind" in page
    assert said(app, cast, "lin") == [("female", "member", "年度采集")]
    assert said(app, cast, "feng") == [("male", None, "批量导入")]
    assert said(app, cast, "wang") == said(app, cast, "qian") == []
    assert "/take" not in again
    assert "中共党员</span> →" in changed
    with app.app_context():
        acts = reading().scalars(select(AuditEntry.actor).where(AuditEntry.act == "particulars.change")).all()
        assert acts == [cast.qian.public_id] * 2


def test_numbers_of_identity_cards_lie_nowhere_open(app: Flask, cast: Cast, browser: FlaskClient) -> None:
    """
    Sealed while the file waits and in its rows, hidden on the pages; the bad rows that are fetched to be mended have them whole,
    and the file that was taken says the number.
    """
    with app.app_context(), writing() as session:
        made = service.begin(
            session, service.Upload("files", "a.csv", files(cast).encode()), paths=[cast.branch_a.path], by=cast.qian.id,
            owner=cast.qian.public_id,
        )  # fmt: skip
    with app.app_context():
        (kept,) = reading().scalars(select(RosterImport.content))
    run_waiting(app)
    page = take(browser, f"/roster/{made}")
    bad = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(browser.get(f"/roster/{made}/bad.xlsx").data))
    with app.app_context():
        rows = reading().execute(select(RosterRow.cells, RosterRow.complaints, RosterRow.before)).all()
        (sealed,) = particulars.sealed_numbers(reading(), [cast.lin.id], TODAY).values()
        number = identity.opened(sealed)

    assert NUMBER.encode() not in (kept or b"")
    assert NUMBER not in str(rows)
    assert NUMBER not in page
    assert NUMBER not in browser.get(f"/roster/{made}?show=new").text
    assert NUMBER in str(bad.get_sheet_by_index(0).to_python())
    assert number == NUMBER


def test_all_or_nothing(
    app: Flask, cast: Cast, browser: FlaskClient, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Where the taking breaks off at its end nothing is recorded, and the file can be taken again.
    """
    address = send(browser, files(cast), kind="files")
    with monkeypatch.context() as broken:
        broken.setattr(service, "finish", lambda *_given: 1 / 0)
        post(browser, f"{address}/take")
        run_waiting(app, 1)
    nothing = said(app, cast, "lin"), said(app, cast, "feng")
    clock.advance(minutes=10)
    page = take(browser, address)

    assert nothing == ([], [])
    assert "2 new, 0 changed, 0 unchanged, 3 left behind" in page


def test_who_moved_between_sending_and_taking_stays_behind(app: Flask, cast: Cast, browser: FlaskClient) -> None:
    """
    Whose file one may carry on is asked again when the rows are taken.
    """
    address = send(browser, files(cast), kind="files")
    with app.app_context(), writing() as session:
        accounts.post_person(session, cast.lin.id, unit_id=cast.office_b1.id)
    page = take(browser, address)

    assert "1 new, 0 changed, 0 unchanged, 4 left behind" in page
    assert said(app, cast, "lin") == []


def test_the_template_offers_its_choices_and_is_a_file_itself(app: Flask, cast: Cast, browser: FlaskClient) -> None:
    """
    Sent back empty it has no row: the example is on a sheet of its own that is not read.
    """
    data = browser.get("/roster/template/files.xlsx").data
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    with app.app_context(), writing() as session:
        made = service.begin(
            session, service.Upload("files", "模板.xlsx", data), paths=["/"], by=cast.qian.id, owner=cast.qian.public_id
        )
        accounts.grant_role(session, cast.qian.id, Role.TRAINING_MANAGER, reason="测试", by=None)
    run_waiting(app)

    assert book.get_sheet_by_name("人员信息").to_python()[0][:3] == ["工号", "姓名", "性别"]
    assert any("王晓燕" in line for line in book.get_sheet_by_name("填写说明").to_python())
    assert "No row here" in browser.get(f"/roster/{made}", headers=ENGLISH).text
