"""A candidate hands in a file, replaces it and hands in; a marker who does not know whose it is opens and marks it."""

import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.accounts import queries as accounts
from lms.accounts import service as accounts_service
from lms.accounts.passwords import CHEAP, Hasher
from lms.accounts.policy import Role
from lms.accounts.queries import PersonRow
from lms.bank.models import Item
from lms.clock import system_clock
from lms.database import reading, writing
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.marking import allotting, plans
from lms.sitting import telling
from question_bank.blueprint import Blueprint
from question_bank.moderation import Marking
from tests.answer_files import made
from tests.answer_files.asked import SECTIONS, add_file_questions
from tests.browser.conftest import Enter, House
from tests.cast import FOUNDED, PASSWORD
from tests.marking.essays import viewer

#: seconds that Lin has
OPEN = 30
SAID = {
    "zh": {"ending": "不接收这种类型的文件", "empty": "文件是空的", "locked": "设有密码", "away": "没有送达服务器", "held": "提交于", "files": "已提交的文件"},
    "en": {"ending": "Files of this kind are not taken", "empty": "The file is empty", "locked": "locked by a password", "away": "did not reach the server",
           "held": "handed in at", "files": "Files handed in"},
}  # fmt: skip


def marker(house: House) -> PersonRow:
    """Somebody of branch B who marks; the same one for every language."""
    with house.app.app_context():
        person = accounts.person_by_staff_number(reading(), "M9011")
        if person is None:
            with writing() as session:
                person = accounts_service.add_person(
                    session, staff_number="M9011", name="阅卷员甲", name_pinyin="yue juan yuan", unit_id=house.cast.branch_b.id,
                    post="科员", rank="一级行政执法员", from_date=FOUNDED,
                )  # fmt: skip
                accounts_service.store_password(session, person.id, hashed=Hasher(CHEAP).hash(PASSWORD))
                accounts_service.grant_role(session, person.id, Role.MARKER, reason="测试", by=None, unit_id=None)
        return person


def asked(house: House) -> ExamRow:
    """An exam of a choice and a file, open for half a minute."""
    with house.app.app_context():
        there = reading().scalar(select(Item.id).where(Item.pool_id == house.exam_day.pool_id, Item.ref == "file-0"))
    if there is None:
        add_file_questions(house.exam_day)
    now = system_clock()
    plan = house.exam_day.plan(sections=SECTIONS, minutes=1, opens_at=now - timedelta(minutes=5), release="by_hand")
    blueprint = Blueprint(SECTIONS, Decimal(5))
    return house.exam_day.published(replace(plan, closes_at=now + timedelta(seconds=OPEN), blueprint=blueprint))


def drawn(house: House, exam: ExamRow, by: PersonRow) -> None:
    """It is over, and its answers lie on one marker's desk."""
    time.sleep(max(0.0, (exam.closes_at - system_clock()).total_seconds() + 0.2))
    with house.app.app_context():
        with writing() as session:
            telling.settle(session, exam.id)
        found = exams.by_ids(reading(), [exam.id])[exam.id]
        with writing() as session:
            plans.set_rules(session, found, Marking(double=False), viewer(house.cast.zhao))
            plans.add_marker(session, found, by, viewer(house.cast.zhao), adjudicates=True)
        with writing() as session:
            allotting.ask(session, found)


def choose(page: Page, file: Path) -> None:
    """Choose a file for the second question."""
    page.locator("#q-2 [data-file-field]").set_input_files(file)


def test_a_file_is_handed_in_and_marked(house: House, enter: Enter, language: str, tmp_path: Path) -> None:
    """
    What cannot be taken is said at once or by the server; a file that the network lost is sent again by itself; one is held, replaced, removed after a question, handed in again and
    shown on the receipt; the marker sees the picture and its kind, never its name.
    """
    said, name = SAID[language], house.cast.lin.name
    files = {
        "a.exe": b"MZ", "empty.pdf": b"", "locked.pdf": made.pdf(password="geheim"), f"{name}.txt": made.txt(name),
        f"{name}.jpg": made.jpg(name),
    }  # fmt: skip
    for file, data in files.items():
        (tmp_path / file).write_bytes(data)
    exam, lin = asked(house), enter(house.cast.lin)
    lin.goto(f"/sitting/exam/{exam.public_id}")
    with lin.expect_navigation():
        lin.locator("form[action$='/start'] button").first.click()
    expect(lin.locator("html[data-player=ready]")).to_be_attached()
    problem, held = lin.locator("#q-2 [data-file-problem]"), lin.locator("#q-2 [data-file-held]")

    for file, words in (("a.exe", "ending"), ("empty.pdf", "empty"), ("locked.pdf", "locked")):
        choose(lin, tmp_path / file)
        expect(problem).to_contain_text(said[words])
    expect(held).to_be_hidden()
    lin.route("**/files/2", lambda route: route.abort(), times=1)
    choose(lin, tmp_path / f"{name}.txt")
    expect(problem).to_contain_text(said["away"])
    expect(held).to_contain_text(f"{name}.txt")
    choose(lin, tmp_path / f"{name}.jpg")
    expect(held).to_contain_text(f"{name}.jpg")
    expect(held).to_contain_text(said["held"])
    lin.locator("#q-2 [data-file-remove]").click()
    lin.locator("[data-confirm-remove]").click()
    expect(held).to_be_hidden()
    choose(lin, tmp_path / f"{name}.jpg")
    expect(lin.locator("#q-2[data-saved=saved][data-state=answered]")).to_be_attached()
    lin.reload()
    expect(held).to_contain_text(f"{name}.jpg")
    lin.locator("[data-hand-in]").click()
    with lin.expect_navigation():
        lin.locator("[data-confirm-hand-in]").click()
    expect(lin.get_by_role("heading", name=said["files"])).to_be_visible()
    expect(lin.locator(".file-list")).to_contain_text(f"{name}.jpg")

    by = marker(house)
    drawn(house, exam, by)
    page = enter(by)
    for _look in range(40):  # until the job has drawn
        page.goto("/marking/")
        if page.locator("a[href$='/next']").count():
            break
        page.wait_for_timeout(500)
    page.locator("a[href$='/next']").first.click()
    expect(page.locator(".marking-file")).to_contain_text("JPEG")
    picture = page.locator(".marking-picture")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("one => one.decode().then(() => [one.naturalWidth, one.naturalHeight])") == [30, 40]
    assert name not in page.content()
    page.keyboard.press("f")
    page.keyboard.press("f")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".alert-good").first).to_be_visible()
