"""Steps 2 and 3 of the journey: questions from Excel into a pool, and an exam from the pool."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from lms.clock import system_clock
from tests.browser.conftest import Enter, House
from tests.question_bank.formats.workbooks import workbook

HEADER = ["试题类型*", "题目", "选项A", "选项B", "选项C", "选项D", "答案", "解析", "难易程度", "知识点", "法规条款"]
GOOD = [
    ["单选题", f"第 {n} 题：执法人员应当出示什么？", "执法证件", "工作证", "介绍信", "身份证", "A", "依法亮证。", "易", "亮证执法",
     "《中华人民共和国行政处罚法》第五十五条"]
    for n in range(1, 13)
] + [["判断题", f"判断 {n}：检查应当制作笔录。", None, None, None, None, "√", "", "中", "笔录", ""] for n in range(1, 5)]  # fmt: skip
BAD = [
    ["单选题", "坏题一：下列哪项正确？", "甲", "乙", None, None, "E", "", "易", "", ""],
    ["判断题", "坏题二：这样写对不对？", None, None, None, None, "也许", "", "特别难", "", ""],
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A workbook as an examiner has it: sixteen good rows and two bad ones."""
    path = tmp_path / "执法题库.xlsx"
    path.write_bytes(workbook(Sheet1=[["市局执法资格考试题库"], HEADER, *GOOD[:8], BAD[0], *GOOD[8:], BAD[1]]))
    return path


def send(page: Page, file: Path) -> None:
    """From the bank to the page of the file that was read."""
    page.goto("/bank/")
    page.locator('a[href="/bank/imports/"]').first.click()
    page.locator("input[type=file]").set_input_files(file)
    page.locator("main form .actions button").click()
    expect(page.locator(".file-row-bad").first).to_be_visible(timeout=20_000)


def mend(page: Page, place: str, cells: dict[int, str]) -> None:
    """Correct cells of a bad row, by their places in its form, until it is good."""
    row = page.locator(".file-row-bad", has_text=place)
    for number, text in cells.items():
        row.locator(f"[name=cell-{number}]").fill(text)
    row.locator("form button").click()
    expect(page.locator(".file-row-bad", has_text=place)).to_have_count(0)


@pytest.mark.parametrize("language", ["zh"], indirect=True)
def test_questions_come_from_excel_and_two_rows_are_mended(house: House, enter: Enter, file: Path) -> None:
    """
    Two bad rows are named with their reasons and mended on the page; each good one stands as the candidate will see
    it; all eighteen end in a pool.
    """
    page = enter(house.cast.zhao)
    send(page, file)
    expect(page.locator(".file-row-bad")).to_have_count(2)
    expect(page.locator(".file-row-bad", has_text="Sheet1:11")).to_contain_text("E")
    expect(page.locator(".file-row-bad", has_text="Sheet1:20").locator("[aria-invalid=true]")).to_have_count(2)
    mend(page, "Sheet1:11", {6: "B"})
    mend(page, "Sheet1:20", {6: "错", 9: "难"})

    page.locator(".tabs a[href*='show=good']").click()
    expect(page.locator(".file-row .question").first.locator("input[type=radio]")).to_have_count(4)
    page.fill("input[name=name]", f"执法题库 {page.url[-8:]}")
    page.locator("#take ~ form button").click()
    page.locator(".alert-good a[href^='/bank/pools/']").click()
    expect(page.locator("main")).to_contain_text("18")
    expect(page.locator("main table").first.locator("tbody tr")).to_have_count(18)


PASTED = """一、单选题
1. 送达回证由谁签名？
A. 受送达人  B. 门卫
答案：A
2. 没有这个选项的题
A. 甲  B. 乙
答案：E
"""


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_pasted_questions_are_taken_and_exported(house: House, enter: Enter) -> None:
    """
    Text goes in through the field; a bad question holds the good one back until one says otherwise; then the pool leaves
    as a file whose losses were said before.
    """
    page = enter(house.cast.zhao)
    page.goto("/bank/imports/")
    page.fill("textarea[name=text]", PASTED)
    page.locator("main form .actions button").first.click()
    expect(page.locator(".file-row-bad")).to_have_count(1, timeout=20_000)
    page.fill("input[name=name]", f"粘贴题库 {page.url[-8:]}")
    page.locator("#take ~ form button").click()
    expect(page.locator(".alert-bad").first).to_be_visible()
    page.fill("input[name=name]", f"粘贴题库 {page.url[-8:]}")
    page.check("input[name=which][value=good]")
    page.locator("#take ~ form button").click()
    page.locator(".alert-good a[href^='/bank/pools/']").click()

    page.check("input[name=all][value='1']")
    page.click("button[name=act][value=export]")
    page.check("input[name=format][value=json]")
    page.locator("main form[method=get] .actions button").click()
    expect(page.locator(".alert-good")).to_be_visible()
    with page.expect_download() as coming:
        page.locator("main form[method=post] .actions button").click()
    assert "送达回证由谁签名" in Path(coming.value.path()).read_text(encoding="utf-8")


def local(hours: float) -> str:
    """A moment from now as the field for date and time wants it."""
    return (system_clock() + timedelta(hours=hours)).astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize("language", ["zh"], indirect=True)
def test_an_exam_is_refused_until_the_pool_can_fill_it(house: House, enter: Enter) -> None:
    """
    Two sections by type and subject; more questions than the pool has is refused with the reason; with fewer it is
    published, and a cadre of the chosen unit finds it.
    """
    page = enter(house.cast.zhao)
    page.goto("/exams/new")
    page.fill("[name=title]", "季度考试")
    page.select_option("[name=pool]", house.exam_day.pool_public_id)
    page.fill("[name=sections-0-title]", "单选题")
    page.check("[name=sections-0-types][value=single_choice]")
    page.fill("[name=sections-0-quota]", "99")
    page.click("[name=add_section]")
    page.fill("[name=sections-1-title]", "食品判断题")
    page.check("[name=sections-1-types][value=true_false]")
    page.locator("details", has=page.locator("[name=sections-1-subjects]")).locator("summary").click()
    page.check("[name=sections-1-subjects][value=food]")
    page.fill("[name=sections-1-quota]", "4")
    page.fill("[name=pass_mark]", "10")
    page.fill("[name=opens_at]", local(-0.1))
    page.fill("[name=closes_at]", local(3))
    page.check(f"[name=units][value='{house.cast.branch_b.id}']")
    page.locator("main form .actions button").click()

    expect(page.locator(".alert-warn")).to_contain_text("99")
    publish(page)
    expect(page.locator(".alert-bad, .alert-warn").first).to_contain_text("99")
    page.locator("a[href$='/edit']").click()
    page.fill("[name=sections-0-quota]", "8")
    page.locator("main form .actions button").click()
    expect(page.locator(".alert-good").last).to_be_visible()
    publish(page)
    expect(page.locator("main")).to_contain_text("SHA-256")

    exam = page.url.rpartition("/")[2]
    cadre = enter(house.cast.wang)
    cadre.goto("/sitting/")
    expect(cadre.locator(f"a[href='/sitting/exam/{exam}']").first).to_be_visible()


def publish(page: Page) -> None:
    """Press the button and confirm."""
    page.locator("form[action$='/publish'] button").click()
    page.locator("dialog[open] button").first.click()
    page.wait_for_load_state()
