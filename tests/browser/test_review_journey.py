"""From a file to a paper: import, mend, hand in, review, send back, mend, approve, draw."""

import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Route, expect

from lms.clock import system_clock
from tests.browser.conftest import Enter, House
from tests.question_bank.formats.workbooks import workbook

HEADER = ["试题类型*", "题目", "选项A", "选项B", "选项C", "选项D", "答案", "解析", "难易程度", "知识点", "法规条款"]
GOOD = [
    "单选题",
    "当场处罚由几名执法人员实施？",
    "一名",
    "不少于两名",
    "三名",
    "五名",
    "B",
    "依法。",
    "易",
    "当场处罚",
    "",
]
BAD = ["单选题", "检查时应当出示什么？", "执法证件", "工作证", None, None, "E", "", "易", "亮证执法", ""]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A workbook with a good row and a bad one."""
    path = tmp_path / "两道题.xlsx"
    path.write_bytes(workbook(Sheet1=[HEADER, GOOD, BAD]))
    return path


def make_reviewed_pool(page: Page, name: str) -> str:
    """A pool whose wordings a second person approves; its address."""
    page.goto("/bank/new")
    page.fill("[name=name]", name)
    page.check("[name=reviewed]")
    page.locator("main form .actions button").first.click()
    expect(page.locator("h1")).to_contain_text(name)
    return page.url


def bring(page: Page, pool: str, file: Path) -> None:
    """Send the file, mend its bad row, take both."""
    page.goto(f"/bank/imports/?pool={pool.rpartition('/')[2]}")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("main form .actions button").click()
    row = page.locator(".file-row-bad")
    expect(row).to_have_count(1, timeout=20_000)
    row.locator("[name=cell-6]").fill("A")
    row.locator("form button").click()
    expect(page.locator(".file-row-bad")).to_have_count(0)
    page.locator("#take ~ form button").last.click()
    expect(page.locator(".alert-good").first).to_be_visible(timeout=20_000)


def tick_all(page: Page) -> None:
    """Every question of the page."""
    page.check("[data-tick-all]")
    expect(page.locator("[data-tick-count]").first).to_have_text("(2)")


def local(hours: float) -> str:
    """A moment from now as the field for date and time wants it."""
    return (system_clock() + timedelta(hours=hours)).astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M")


def exam_from(page: Page, house: House, pool: str, title: str) -> None:
    """A draft of an exam of both questions."""
    page.goto("/exams/new")
    page.fill("[name=title]", title)
    page.select_option("[name=pool]", pool.rpartition("/")[2])
    page.fill("[name=sections-0-title]", "单选题")
    page.check("[name=sections-0-types][value=single_choice]")
    page.fill("[name=sections-0-quota]", "2")
    page.fill("[name=pass_mark]", "1")
    page.fill("[name=opens_at]", local(-0.1))
    page.fill("[name=closes_at]", local(3))
    page.check(f"[name=units][value='{house.cast.branch_b.id}']")
    page.locator("main form .actions button").click()
    expect(page.locator("h1")).to_contain_text(title)


def publish(page: Page) -> None:
    """Press the button and confirm."""
    page.locator("form[action$='/publish'] button").click()
    page.locator("dialog[open] button").first.click()
    page.wait_for_load_state()


def test_from_a_file_to_a_paper(house: House, enter: Enter, language: str, file: Path) -> None:
    """
    Nothing is drawn before somebody else has approved it; what was sent back comes back mended, its changes marked.
    """
    zhao, feng = enter(house.cast.zhao), enter(house.cast.feng)
    name = f"待审题库 {language}"
    pool = make_reviewed_pool(zhao, name)
    bring(zhao, pool, file)
    exam_from(zhao, house, pool, f"审题考试 {language}")
    exam = zhao.url
    expect(zhao.locator(".alert-warn").first).to_contain_text("0")

    zhao.goto(pool)
    tick_all(zhao)
    zhao.locator("button[value=submit]").click()
    expect(zhao.locator(".alert-good")).to_contain_text("2")

    feng.goto("/bank/review")
    feng.select_option("[name=pool]", pool.rpartition("/")[2])
    expect(feng.locator("main tbody tr")).to_have_count(2)
    feng.locator("[data-key=n]").click()
    first = feng.locator(".question-stem").inner_text()
    feng.wait_for_load_state()  # keys are heard from then on
    feng.locator("body").press("s")
    feng.keyboard.type("选项请写全称")
    feng.locator("button[value=send_back]").click()
    expect(feng.locator(".alert-good")).to_be_visible()
    expect(feng.locator(".question-stem")).not_to_have_text(first)
    feng.wait_for_load_state()
    feng.locator("h1").click()
    feng.keyboard.press("a")
    expect(feng.locator(".alert-good")).to_be_visible()
    expect(feng).to_have_url(re.compile(r"/bank/review\?"))

    zhao.goto("/bank/returned")
    expect(zhao.locator("main")).to_contain_text("选项请写全称")
    zhao.locator(".returned a").first.click()
    zhao.locator("a[href$='/edit']").click()
    zhao.locator("[name=stem]").fill(f"{first.strip()}（请选择全称）")
    zhao.locator("[data-keep]").click()
    expect(zhao.locator("form[action$='/hand-in'] button")).to_be_visible()
    zhao.locator("form[action$='/hand-in'] button").click()
    expect(zhao.locator("form[action$='/withdraw'] button")).to_be_visible()
    item = zhao.url.partition("?")[0].rpartition("/")[2]

    feng.goto(f"/bank/review/items/{item}")
    expect(feng.locator("ins").first).to_contain_text("请选择全称")
    expect(feng.locator("#history ~ ol")).to_contain_text("选项请写全称")
    feng.locator("button[value=approve]").click()
    expect(feng.locator(".alert-good")).to_be_visible()

    zhao.goto(f"{pool}/coverage")
    expect(zhao.locator("main table tbody tr").last).to_contain_text("2")
    zhao.goto(exam)
    publish(zhao)
    expect(zhao.locator("main")).to_contain_text("SHA-256")


def test_many_are_changed_and_changed_back(house: House, enter: Enter, language: str, file: Path) -> None:
    """
    Ticked questions get another difficulty after a preview; one button takes it back.
    """
    zhao = enter(house.cast.zhao)
    pool = make_reviewed_pool(zhao, f"批量题库 {language}")
    bring(zhao, pool, file)
    zhao.goto(pool)
    tick_all(zhao)
    waiting: list[Route] = []
    zhao.route("**/particulars.js", lambda route: waiting.append(route))  # noqa: PLW0108  # a builtin has no signature to ask
    zhao.locator("button[value=change]").click()
    zhao.select_option("[name=difficulty]", "hard")
    expect(zhao.locator("#change-difficulty")).not_to_be_checked()
    # the script comes after the choice, as on a slow network
    waiting[0].continue_()
    expect(zhao.locator("#change-difficulty")).to_be_checked()
    zhao.locator("section[aria-labelledby=fields] .actions button").click()
    expect(zhao.locator("button[name=confirmed]")).to_contain_text("2")
    zhao.locator("button[name=confirmed]").click()
    expect(zhao).to_have_url(re.compile("/bank/changes/"))
    changes = zhao.url
    zhao.goto(f"{pool}?difficulty=hard")
    expect(zhao.locator("main tbody tr")).to_have_count(2)

    zhao.goto(changes)
    zhao.locator("form[action$='/undo'] button").click()
    zhao.locator("dialog[open] button[value=yes]").click()
    expect(zhao.locator(".alert-good")).to_contain_text("2")
    zhao.goto(f"{pool}?difficulty=hard")
    expect(zhao.locator("main tbody tr")).to_have_count(0)
