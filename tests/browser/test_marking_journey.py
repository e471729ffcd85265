"""An essay is marked by two people who differ, settled by a third, brought in, agreed to and released."""

import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.accounts import queries as accounts
from lms.accounts import service as accounts_service
from lms.accounts.errors import AlreadyGranted
from lms.accounts.passwords import CHEAP, Hasher
from lms.accounts.policy import Role
from lms.accounts.queries import PersonRow
from lms.bank.models import Item
from lms.clock import system_clock
from lms.database import db, reading, writing
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.sitting import telling
from lms.sitting.deeds import End, Save
from lms.sitting.writer import Writer
from question_bank.attempt import Incoming, Kind
from question_bank.blueprint import Blueprint
from tests.browser.conftest import Enter, House
from tests.cast import FOUNDED, PASSWORD
from tests.exam_day import section
from tests.marking.essays import add_essays, start_of
from tests.sitting.cohort import SESSION

SAID = {
    "zh": {"keep": "保存", "add": "添加阅卷人", "draw": "向阅卷人分配答卷", "bring": "提交阅卷分数", "propose": "提出",
           "agree": "同意", "release": "公布成绩", "passed": "合格"},
    "en": {"keep": "Keep", "add": "Add the marker", "draw": "Draw the answers among the markers",
           "bring": "Bring the marks in", "propose": "Propose it", "agree": "Agree", "release": "Release the results",
           "passed": "Passed"},
}  # fmt: skip
ANSWER = "先行登记保存证据，七日内作出处理决定。"


def panel(house: House) -> list[PersonRow]:
    """Chen and two more markers, of the bureau and of branch B; the same ones for every language."""
    found = [house.cast.chen]
    with house.app.app_context():
        for number, unit in (("M9001", house.cast.bureau), ("M9002", house.cast.branch_b)):
            person = accounts.person_by_staff_number(reading(), number)
            if person is None:
                with writing() as session:
                    person = accounts_service.add_person(
                        session, staff_number=number, name=f"阅卷员{number[-1]}", name_pinyin="yue juan yuan",
                        unit_id=unit.id, post="科员", rank="一级行政执法员", from_date=FOUNDED,
                    )  # fmt: skip
                    accounts_service.store_password(session, person.id, hashed=Hasher(CHEAP).hash(PASSWORD))
                    accounts_service.grant_role(session, person.id, Role.MARKER, reason="测试", by=None, unit_id=None)
            found.append(person)
        with suppress(AlreadyGranted), writing() as session:
            accounts_service.grant_role(
                session, house.cast.feng.id, Role.EXAMINER, reason="测试", by=None, unit_id=None
            )
    return found


def written_and_over(house: House) -> tuple[ExamRow, str]:
    """An exam of one essay of ten marks that Lin has written, and that is over; with it her attempt."""
    with house.app.app_context():
        there = reading().scalar(select(Item.id).where(Item.pool_id == house.exam_day.pool_id, Item.ref == "essay-0"))
    if there is None:
        add_essays(house.exam_day, 1)
    now = system_clock()
    sections = (section("essay", 1, "10"),)
    plan = house.exam_day.plan(sections=sections, minutes=1, opens_at=now - timedelta(minutes=5), release="by_hand")
    plan = replace(plan, closes_at=now + timedelta(seconds=4), blueprint=Blueprint(sections, Decimal(5)))
    exam = house.exam_day.published(plan)
    with house.app.app_context():
        versions, writer, at = exams.frozen(reading(), exam.id).pool.versions, Writer(db.engine), system_clock()
        begun = start_of(exam, house.cast.lin, at)
        reading().rollback()
        name = writer.do_all([begun])[0].public_id
        writer.do_all([Save(name, SESSION, [Incoming("window0001", 1, Kind.ANSWER, 1, ANSWER, 10**6)], at)])
        writer.do_all([End(name, SESSION, at, versions, exam.blueprint)])
        with writing() as session:
            telling.settle(session, exam.id)
    time.sleep(max(0.0, (plan.closes_at - system_clock()).total_seconds() + 0.2))
    return exam, name


def ready(page: Page) -> None:
    """Once the job is done the page says so by itself."""
    expect(page.locator("[data-look-again]")).to_have_count(0, timeout=20_000)


def sure(page: Page) -> None:
    """Yes to what the page asks, and the page that answers it."""
    with page.expect_navigation():
        page.locator("#confirm-dialog").locator("button[value=yes]").click()


def mark(page: Page, keys: tuple[str, ...]) -> None:
    """Take the first answer on the desk and mark it without a mouse."""
    page.goto("/marking/")
    page.locator("a[href$='/next']").first.click()
    expect(page.locator("[data-answer]")).to_have_text(ANSWER)
    expect(page.locator("[data-hint]")).to_be_visible()  # the keys are listened to
    for key in keys:
        page.keyboard.press(key)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".alert-good").first).to_be_visible()


def test_two_differ_and_a_third_settles(house: House, enter: Enter, language: str) -> None:
    """
    Full marks and none: the answer goes to the adjudicator; the mean of theirs and the nearer mark is what Lin reads after two
    examiners agreed and it was released.
    """
    said, markers = SAID[language], panel(house)
    exam, attempt = written_and_over(house)
    desk = f"/exams/{exam.public_id}/marking"
    zhao, feng, lin = enter(house.cast.zhao), enter(house.cast.feng), enter(house.cast.lin)
    zhao.goto(desk)
    zhao.locator("input[name=control]").fill("0")
    zhao.get_by_role("button", name=said["keep"], exact=True).click()
    for person in markers:
        zhao.locator("select[name=person]").select_option(person.public_id)
        zhao.locator("input[name=adjudicates]").check()
        zhao.get_by_role("button", name=said["add"]).click()
        expect(zhao.locator("tbody", has_text=person.name).first).to_be_visible()
    zhao.get_by_role("button", name=said["draw"]).click()
    sure(zhao)
    ready(zhao)

    pages = {person.public_id: enter(person) for person in markers}
    first, second = [page for page in pages.values() if has_work(page)]
    mark(first, ("f", "f"))
    mark(second, ("z", "z"))
    (third,) = [page for page in pages.values() if has_work(page)]
    assert third not in (first, second)
    mark(third, ("z", "6"))

    zhao.goto(desk)
    zhao.get_by_role("button", name=said["bring"]).click()
    sure(zhao)
    ready(zhao)
    expect(zhao.locator("tbody", has_text=house.cast.lin.name)).to_contain_text(said["passed"])
    zhao.locator("input[name=reason]").fill("阅卷结束")
    with zhao.expect_navigation():
        zhao.get_by_role("button", name=said["propose"]).click()
    feng.goto(zhao.url)
    feng.get_by_role("button", name=said["agree"], exact=True).click()
    sure(feng)
    ready(feng)
    zhao.goto(f"/exams/{exam.public_id}")
    zhao.get_by_role("button", name=said["release"]).click()
    sure(zhao)
    expect(zhao.locator(".alert-good").first).to_be_visible()
    lin.goto(f"/sitting/{attempt}/result")

    # ten and none differ too much; the adjudicator gave six, and ten is the nearer one
    expect(lin.locator(".stats")).to_contain_text("8")
    expect(lin.locator(".stats")).to_contain_text(said["passed"])


def has_work(page: Page) -> bool:
    """Whether something is left to mark."""
    page.goto("/marking/")
    return page.locator("a[href$='/next']").count() > 0
