"""A wrong key is found after the exam: seen beforehand, agreed to by two, read by the candidate, appealed against, taken back; then the
exam is signed off, and its evidence taken along.
"""

import json
import time
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from playwright.sync_api import Page, expect

from lms.accounts import service as accounts
from lms.accounts.errors import AlreadyGranted
from lms.accounts.policy import Role
from lms.clock import system_clock
from lms.database import db, reading, writing
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.ids import new_public_id
from lms.sitting import dealing, telling
from lms.sitting.deeds import End, Save, Start
from lms.sitting.writer import Writer
from question_bank.assembly import Form
from question_bank.attempt import Incoming, Kind
from question_bank.blueprint import Blueprint
from tests.browser.conftest import Enter, House
from tests.exam_day import section

SAID = {
    "zh": {"look": "预览影响", "propose": "提出", "agree": "同意", "back": "撤销最近一次更正", "passed": "合格", "failed": "不合格",
           "appeal": "申请成绩复核", "hand": "提交申请", "take": "受理", "find": "提交意见", "confirm": "确认意见", "mending": "更正中",
           "changed": "成绩已更正", "keep": "保存", "sign": "提出签发归档", "off": "签发归档", "pack": "生成证据包", "open": "查看结果"},
    "en": {"look": "See what it would change", "propose": "Propose it", "agree": "Agree",
           "back": "Take the last change back", "passed": "Passed", "failed": "Not passed",
           "appeal": "Appeal against the result", "hand": "Hand in the appeal", "take": "Take it on",
           "find": "Write the finding", "confirm": "Confirm the finding", "mending": "Being mended",
           "changed": "Result changed", "keep": "Keep it", "sign": "Propose to sign it off", "off": "Sign off and archive",
           "pack": "Write the package", "open": "Open the result"},
}  # fmt: skip


def sat_and_over(house: House) -> tuple[ExamRow, str, str]:
    """An exam of four questions that Lin failed by one, and that is over: with it her attempt and the question she had wrong."""
    now = system_clock()
    plan = house.exam_day.plan(sections=(section("single_choice", 4),), minutes=1, opens_at=now - timedelta(minutes=5))
    plan = replace(plan, closes_at=now + timedelta(seconds=4), blueprint=Blueprint(plan.blueprint.sections, Decimal(8)))
    exam, person = house.exam_day.published(plan), house.cast.lin
    with house.app.app_context():
        versions, writer, at = exams.frozen(reading(), exam.id).pool.versions, Writer(db.engine), system_clock()
        form = dealing.given(exam, person.id, person.public_id).form
        start = Start(exam.id, person.id, 10**6, form, at, at + timedelta(seconds=60), new_public_id())
        reading().rollback()
        name = writer.do_all([start])[0].public_id
        slots = Form.from_record(json.loads(form)).slots
        answers = ["A", "A", "A", "B"]  # right is what the author put first
        events = [
            Incoming("window0001", slot.number, Kind.ANSWER, slot.number, answer, 10**6)
            for slot, answer in zip(slots, answers, strict=True)
        ]
        writer.do_all([Save(name, 10**6, events, at)])
        writer.do_all([End(name, 10**6, at, versions, exam.blueprint)])
        ref = versions[slots[3].version].ref
        with writing() as session:
            telling.settle(session, exam.id)
        for other in (house.cast.feng, house.cast.chen):
            with suppress(AlreadyGranted), writing() as session:  # the house is one for all journeys
                accounts.grant_role(session, other.id, Role.EXAMINER, reason="测试", by=None, unit_id=None)
    time.sleep(max(0.0, (plan.closes_at - system_clock()).total_seconds() + 0.2))
    return exam, name, ref


def ready(page: Page) -> None:
    """Once the job is done the page says so by itself."""
    expect(page.locator("[data-look-again]")).to_have_count(0, timeout=20_000)


def through(page: Page, label: str) -> None:
    """A button, and the page that answers it."""
    with page.expect_navigation():
        page.get_by_role("button", name=label, exact=True).click()


def press(page: Page, label: str) -> None:
    """A button that asks once more, and the page that answers it."""
    page.get_by_role("button", name=label, exact=True).click()
    with page.expect_navigation():
        page.locator("#confirm-dialog").locator("button[value=yes]").click()


def agreed(page: Page, address: str, said: dict[str, str]) -> None:
    """The other examiner agrees, and it is carried out."""
    page.goto(address)
    press(page, said["agree"])
    expect(page.locator(".alert-good")).to_be_visible()
    ready(page)


def appealed(lin: Page, chen: Page, zhao: Page, desk: str, said: dict[str, str]) -> str:
    """Lin appeals from the page of her result, which is open; Chen looks at it, because the others made the change; Zhao
    confirms what Chen found. The address of the appeal as Lin sees it.
    """
    lin.get_by_role("link", name=said["appeal"]).click()
    lin.locator("input[name=questions][value='4']").check()
    lin.locator("textarea[name=reason]").fill("第四题原来的答案是对的，请再核对法条。")
    lin.get_by_role("button", name=said["hand"]).click()
    expect(lin.locator(".alert-good")).to_be_visible()
    zhao.goto(desk)
    zhao.locator("tbody a").first.click()
    expect(zhao.get_by_role("button", name=said["take"])).to_have_count(0)
    chen.goto(zhao.url)
    press(chen, said["take"])
    chen.locator("input[name=finding][value=change]").check()
    chen.locator("textarea[name=words]").fill("经核对法条，第四题原答案正确，应予改回。")
    chen.get_by_role("button", name=said["find"]).click()
    expect(chen.locator(".alert-good")).to_be_visible()
    zhao.reload()
    press(zhao, said["confirm"])
    expect(zhao.locator(".alert-good")).to_be_visible()
    return lin.url


def signed_off(zhao: Page, feng: Page, exam_id: str, said: dict[str, str]) -> list[str]:
    """No more appeals are taken, Zhao proposes to sign off, Feng agrees and takes the package; the names of its files."""
    zhao.goto(f"/exams/{exam_id}/archive")
    expect(zhao.get_by_role("button", name=said["sign"])).to_have_count(0)
    zhao.goto(f"/exams/{exam_id}/appeals")
    zhao.locator("input[name=days]").fill("0")
    through(zhao, said["keep"])
    zhao.goto(f"/exams/{exam_id}/archive")
    zhao.locator("input[name=reason]").fill("复核已办结")
    through(zhao, said["sign"])
    expect(zhao.locator(".alert-good")).to_be_visible()
    feng.goto(f"/exams/{exam_id}/archive")
    press(feng, said["off"])
    feng.get_by_role("button", name=said["pack"]).click()
    with feng.expect_download() as waiting:
        feng.get_by_role("link", name=said["open"]).click(timeout=30_000)
    with zipfile.ZipFile(waiting.value.path()) as package:
        return package.namelist()


def test_a_wrong_key_is_mended_and_the_change_taken_back(house: House, enter: Enter, language: str) -> None:
    """
    The examiner ticks the right option and sees that Lin would pass; another one agrees; Lin reads why, and appeals; a third one
    finds that she is right, it is taken back, and she reads what came of it; the exam is signed off, and its evidence taken.
    """
    said = SAID[language]
    exam, attempt, ref = sat_and_over(house)
    zhao, feng, lin = enter(house.cast.zhao), enter(house.cast.feng), enter(house.cast.lin)
    result = f"/sitting/{attempt}/result"
    lin.goto(result)
    expect(lin.locator(".stats")).to_contain_text(said["failed"])

    zhao.goto(f"/exams/{exam.public_id}/scoring/question/{ref}")
    zhao.locator("input[name=ticked][value=B]").check()
    through(zhao, said["look"])
    ready(zhao)
    expect(zhao.locator("tbody", has_text=house.cast.lin.name)).to_contain_text(said["passed"])
    zhao.locator("input[name=reason]").fill("第四题答案有误")
    through(zhao, said["propose"])
    change = zhao.url
    agreed(feng, change, said)

    lin.goto(result)
    expect(lin.locator(".alert-info")).to_contain_text("第四题答案有误")
    expect(lin.locator(".stats")).not_to_contain_text(said["failed"])
    expect(lin.locator("tbody tr")).to_have_count(2)

    appeal = appealed(lin, enter(house.cast.chen), zhao, f"/exams/{exam.public_id}/appeals", said)
    lin.goto(appeal)
    expect(lin.locator(".alert-info")).to_contain_text(said["mending"])

    feng.goto(f"/exams/{exam.public_id}/scoring")
    press(feng, said["back"])
    ready(feng)
    feng.locator("input[name=reason]").fill("经复核答案无误")
    through(feng, said["propose"])
    agreed(zhao, feng.url, said)

    lin.goto(result)
    expect(lin.locator(".alert-info")).to_contain_text("经复核答案无误")
    expect(lin.locator(".stats")).to_contain_text(said["failed"])
    expect(lin.locator("tbody tr")).to_have_count(3)

    lin.goto(appeal)
    expect(lin.locator(".alert-good")).to_contain_text(said["changed"])
    expect(lin.locator("main")).to_contain_text("经核对法条，第四题原答案正确，应予改回。")
    expect(lin.locator("main")).not_to_contain_text(house.cast.chen.name)
    expect(lin.locator("main")).to_contain_text("6 / 8")

    assert {"SHA256SUMS", "gradings.csv", "appeals.json", "verification.txt"} <= set(
        signed_off(zhao, feng, exam.public_id, said)
    )
    zhao.goto(f"/exams/{exam.public_id}/scoring")
    expect(zhao.get_by_role("button", name=said["look"])).to_have_count(0)
