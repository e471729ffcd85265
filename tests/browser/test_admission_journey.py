"""The door before the waiting room: what is asked is asked before the bell, and then the paper opens by itself."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from lms.admission import queries, service
from lms.admission.queries import RuleRow
from lms.clock import system_clock
from lms.database import reading, writing
from lms.exams.queries import ExamRow
from lms.spoken import grouped
from tests.browser.conftest import Enter, House

KEY = "0f" * 32
#: the browser as it shows itself to scripts: its keys hashed with the address of the page, once it is told to
SAFE_BROWSER = """
globalThis.SafeExamBrowser = { security: {
  configKey: "", browserExamKey: "",
  async updateKeys(done) {
    const text = new TextEncoder().encode(location.href.split("#")[0] + KEY);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
    this.configKey = [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    done();
  },
} };
"""


@pytest.fixture(params=["zh"])
def language(request: pytest.FixtureRequest) -> str:
    """Once each."""
    return str(request.param)


def opening(house: House, seconds: float) -> ExamRow:
    """An exam for the whole bureau that opens some time from now, with one room."""
    plan = house.exam_day.plan(opens_at=system_clock() + timedelta(seconds=seconds), units=(house.cast.bureau.id,))
    exam = house.exam_day.published(plan)
    with house.app.app_context(), writing() as session:
        service.add_room(session, exam.id, "101", rows=2, columns=2)
    return exam


def demand(house: House, exam: ExamRow, rule: RuleRow) -> str:
    """The exam asks for this from now on; the code of its room."""
    with house.app.app_context():
        with writing() as session:
            service.set_rule(session, exam, rule)
        (room,) = queries.room_rules(reading(), exam.id)
        return grouped(str(room.code))


def give(page: Page, code: str) -> None:
    """Type the code and send it."""
    page.fill("input[name=code]", code)
    page.locator("form[action$=code] button").click()


def test_code_and_consent_come_before_the_bell(house: House, enter: Enter) -> None:
    """
    The waiting room opens once both are given; at the bell the paper opens without a key or a click.
    """
    page, exam = enter(house.cast.lin), opening(house, 15)
    code = demand(house, exam, RuleRow(code=True, camera="asked"))
    page.goto(f"/sitting/exam/{exam.public_id}")
    expect(page.locator("form[action$=camera]")).to_have_count(1)
    give(page, "AAA-AAA")
    expect(page.locator("main")).to_contain_text("这不是您所在考场的入场码")
    give(page, code)
    expect(page.locator("form[action$=code]")).to_have_count(0)
    page.click("button[name=answer][value=no]")
    page.wait_for_selector("html[data-waiting=ready]")
    assert system_clock() < exam.opens_at, "too slow for the bell"

    page.wait_for_selector("html[data-player=ready]", timeout=30_000)
    expect(page.locator(".exam-camera")).to_have_count(0)


def test_a_rule_that_comes_while_one_waits_is_asked_at_the_bell(house: House, enter: Enter) -> None:
    """
    The page does not go on trying: it says what is missing, and goes on from there.
    """
    page, exam = enter(house.cast.lin), opening(house, 6)
    page.goto(f"/sitting/exam/{exam.public_id}")
    page.wait_for_selector("html[data-waiting=ready]")
    code = demand(house, exam, RuleRow(code=True))
    expect(page.locator("form[action$=code]")).to_have_count(1, timeout=30_000)
    give(page, code)
    page.wait_for_selector("html[data-waiting=ready]")
    page.locator("[data-begin] button").click()
    page.wait_for_selector("html[data-player=ready]", timeout=30_000)


def test_safe_exam_browser_proves_itself_by_a_script(house: House, enter: Enter) -> None:
    """
    Where it sends no headers: the door asks it for its key, and opens the waiting room; another key stays outside, and
    the page does not turn in circles.
    """
    exam = opening(house, 15)
    demand(house, exam, RuleRow(browser=True, config_keys=[KEY]))
    wrong = enter(house.cast.wang)
    wrong.add_init_script(f"const KEY = {'ab' * 32!r};" + SAFE_BROWSER)
    wrong.goto(f"/sitting/exam/{exam.public_id}")
    wrong.wait_for_url("**/browser")
    expect(wrong.locator("main")).to_contain_text("Safe Exam Browser")
    wrong.wait_for_timeout(1000)
    assert wrong.url.endswith("/browser")

    right = enter(house.cast.lin)
    right.add_init_script(f"const KEY = {KEY!r};" + SAFE_BROWSER)
    right.goto(f"/sitting/exam/{exam.public_id}")
    right.wait_for_selector("html[data-waiting=ready]")
    right.wait_for_selector("html[data-player=ready]", timeout=30_000)
