"""Step 1 of the journey: the organisation and its people from CSV and Excel, first as a dry run."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.accounts import queries, service
from lms.accounts.policy import Role
from lms.clock import system_clock
from lms.database import reading, writing
from tests.browser.conftest import Enter, House
from tests.question_bank.formats.workbooks import workbook


@pytest.fixture
def mark(language: str) -> str:
    """Codes of the two languages differ: both journeys run in one house."""
    return language.upper()


@pytest.fixture
def manager(house: House, enter: Enter) -> Page:
    """The window of a training manager of the whole bureau."""
    cast = house.cast
    with house.app.app_context():
        held = queries.grant_rows(reading(), person_id=cast.feng.id, now=system_clock())
        if all(grant.role is not Role.TRAINING_MANAGER for grant in held):
            with writing() as session:
                service.grant_role(
                    session, cast.feng.id, Role.TRAINING_MANAGER, reason="测试", by=None, unit_id=cast.bureau.id
                )
    return enter(cast.feng)


def send(page: Page, file: Path, kind: str) -> None:
    """Send a file and wait until it was read."""
    page.goto("/roster/")
    page.check(f"input[name=kind][value={kind}]")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("main form .actions button").click()
    expect(page.locator(".tabs")).to_be_visible(timeout=20_000)


def take(page: Page, words: str) -> None:
    """Confirm the taking and wait until it is done."""
    page.locator("form[action$='/take'] button").click()
    page.locator("dialog[open] button[value=yes]").click()
    expect(page.locator(".alert-good")).to_contain_text(words, timeout=20_000)


def test_an_organisation_comes_from_files(house: House, manager: Page, tmp_path: Path, mark: str) -> None:
    """
    A tree from a GB18030 file, people from Excel with two bad rows: each is named, downloaded, mended and sent
    again; the same file once more changes nothing.
    """
    units = tmp_path / "机构.csv"
    tree = f"机构代码,机构名称,上级机构代码\nQ{mark}1,{mark}桥头所,Q{mark}\nQ{mark},{mark}江北分局,{house.cast.bureau.code}\n"
    units.write_bytes(tree.encode("gb18030"))
    send(manager, units, "units")
    take(manager, "2")

    header = ["人员编号", "姓名", "单位名称", "职务", "任职日期"]
    good = [[f"P{mark}{n}", f"测试{n}", f"{mark}桥头所", "科员", "2025-07-01"] for n in range(1, 6)]
    bad = [[f"P{mark}1", "重号", f"{mark}桥头所", "", ""], ["", "无号", "不存在的所", "", "昨天"]]
    people = tmp_path / "人员.xlsx"
    people.write_bytes(workbook(名单=[header, *good, *bad]))
    send(manager, people, "people")
    wrong = manager.locator("main table tbody tr")
    expect(wrong).to_have_count(2)
    expect(wrong.nth(0)).to_contain_text("名单:7")
    expect(wrong.nth(0)).to_contain_text("名单:2")
    expect(wrong.nth(1).locator(".field-errors li")).to_have_count(3)
    with manager.expect_download() as download:
        manager.locator("a[href$='/bad.xlsx']").click()
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"
    take(manager, "5")

    mended = [[f"P{mark}6", "重号", f"{mark}桥头所", "", ""], [f"P{mark}7", "无号", f"{mark}桥头所", "", "2026-01-01"]]
    people.write_bytes(workbook(名单=[header, *good, *mended]))
    send(manager, people, "people")
    take(manager, "2")
    send(manager, people, "people")
    expect(manager.locator("form[action$='/take']")).to_have_count(0)

    manager.goto(f"/people?search=P{mark}")
    expect(manager.locator("main table tbody tr")).to_have_count(7)
