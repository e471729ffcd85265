"""The waiting room: the paper opens by itself at the bell, by the server's clock, for whoever waits and however."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from lms.admission.models import Room, Seat
from lms.clock import BUREAU_ZONE, system_clock
from lms.database import reading, writing
from lms.exams.queries import ExamRow
from lms.sitting.models import Attempt
from tests.browser.conftest import Enter, House
from tests.browser.test_accessibility import RULES
from tests.browser.test_supervision_journey import seconds_left

#: a Date that is wrong, for scripts of the page that ask it
WRONG_CLOCK = """
const Right = Date;
globalThis.Date = class extends Right {
  constructor(...given) { given.length ? super(...given) : super(Right.now() + SHIFT); }
  static now() { return Right.now() + SHIFT; }
};
"""
#: everything that a live region says, in order
LISTEN = """selector => {
  const region = document.querySelector(selector);
  globalThis.heard = [];
  new MutationObserver(() => region.textContent && heard.push(region.textContent))
    .observe(region, { childList: true, characterData: true, subtree: true });
}"""


@pytest.fixture(params=["zh"])
def language(request: pytest.FixtureRequest) -> str:
    """Once each, but where the words matter."""
    return str(request.param)


def opening(house: House, **after: float) -> ExamRow:
    """An exam for the whole bureau that opens some time from now."""
    plan = house.exam_day.plan(opens_at=system_clock() + timedelta(**after), units=(house.cast.bureau.id,))
    return house.exam_day.published(plan)


def wait_at(page: Page, exam: ExamRow) -> None:
    """Open the door, and the script is at work."""
    page.goto(f"/sitting/exam/{exam.public_id}")
    page.wait_for_selector("html[data-waiting=ready]")


def attempt_of(house: House, exam: ExamRow) -> Attempt:
    """The one attempt at an exam."""
    with house.app.app_context():
        return reading().query(Attempt).filter_by(exam_id=exam.id).one()


def press_until(page: Page, key: str, selector: str) -> None:
    """Press a key until the focus is where it should be; fails after a hundred."""
    for _n in range(100):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press(key)
    pytest.fail(f"{key} never leads to {selector}")


@pytest.mark.parametrize("language", ["zh", "en"], indirect=True)
def test_from_the_waiting_room_to_the_receipt_by_keyboard(house: House, enter: Enter) -> None:
    """
    The page says who enters and where; at the bell the paper opens without a key, after one start that the server saw
    after the opening; Tab and Space answer, flag and hand in; the receipt is there.
    """
    page = enter(house.cast.lin)
    exam = opening(house, seconds=6)
    with house.app.app_context(), writing() as session:
        room = Room(exam_id=exam.id, name="第三机房", seat_rows=5, seat_columns=6)
        session.add(room)
        session.flush()
        session.add(Seat(exam_id=exam.id, person_id=house.cast.lin.id, room_id=room.id, number=17))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    wait_at(page, exam)
    expect(page.locator("main")).to_contain_text(house.cast.lin.name)
    expect(page.locator("main")).to_contain_text(re.compile("第三机房.*17"))
    expect(page.locator("[data-begin]")).to_be_hidden()

    page.wait_for_selector("html[data-player=ready]", timeout=20_000)
    assert (asked.count("start"), asked.count("clock")) == (1, 0)
    assert attempt_of(house, exam).started_at >= exam.opens_at
    press_until(page, "Tab", "#q-1 input")
    page.keyboard.press("Space")
    expect(page.locator("#q-1 input:checked")).to_have_count(1)
    press_until(page, "Tab", "#q-2 [data-flag]")
    page.keyboard.press("Enter")
    press_until(page, "Shift+Tab", "[data-hand-in]")
    page.keyboard.press("Enter")
    expect(page.locator("#hand-in [data-count=flagged]")).to_have_text("1")
    press_until(page, "Tab", "[data-confirm-hand-in]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/result")
    expect(page.locator(".receipt-code")).to_have_text(re.compile("^[2-9A-Z]{10}$"))


def test_a_busy_server_is_asked_again_until_the_paper_opens(house: House, enter: Enter) -> None:
    """
    Refused as busy, as not yet open, and not answered at all: the page says that it goes on trying, and then opens.
    """
    page, exam = enter(house.cast.lin), opening(house, minutes=-1)
    answers, asked = ("busy", "early", "nothing"), list[Route]()

    def refuse(route: Route) -> None:
        asked.append(route)
        match answers[len(asked) - 1] if len(asked) <= len(answers) else "through":
            case "busy":
                route.fulfill(status=503, headers={"Retry-After": "0"}, body="<h1>busy</h1>")
            case "early":
                route.fulfill(status=409, json={"error": "attempt.not_open"})
            case "nothing":
                route.abort()
            case _:
                route.continue_()

    page.clock.install()  # pauses pass as fast as the test wants
    page.route("**/start", refuse)
    wait_at(page, exam)
    page.locator("main form button").click()
    expect(page.locator("#waiting")).to_have_attribute("data-state", "busy")
    for _n in range(100):
        if len(asked) > len(answers):
            break
        page.clock.run_for(500)
    page.wait_for_selector("html[data-player=ready]")
    assert len(asked) == 4


def test_a_bell_that_was_moved_is_noticed(house: House, enter: Enter) -> None:
    """
    A page whose starts are refused as too early does not go on asking: it reads again when the exam opens.
    """
    page, exam = enter(house.cast.lin), opening(house, minutes=-1)
    asked: list[Route] = []

    def refuse(route: Route) -> None:
        asked.append(route)
        route.fulfill(status=409, json={"error": "attempt.not_open"})

    page.clock.install()
    page.route("**/start", refuse)
    wait_at(page, exam)
    page.evaluate("globalThis.same = true")
    page.locator("main form button").click()
    expect(page.locator("#waiting")).to_have_attribute("data-state", "busy")
    with page.expect_navigation():
        for _n in range(100):
            if len(asked) > 3:
                break
            page.clock.run_for(500)
    expect(page.locator("#waiting")).to_have_attribute("data-state", "open")
    assert len(asked) == 4


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_wrong_clock_changes_nothing(house: House, enter: Enter, hours: int) -> None:
    """
    On a computer that is two hours off the door shows the server's time and says so in words; the paper has its hour,
    and after a reload what is left of it.
    """
    page, exam = enter(house.cast.lin), opening(house, minutes=-1)
    page.add_init_script(WRONG_CLOCK.replace("SHIFT", str(hours * 3_600_000)))
    wait_at(page, exam)
    expect(page.locator("[data-checks]")).to_contain_text(re.compile("2 小时 0 分钟|2 h 0 min"))
    shown = page.locator("[data-server-time]")
    moment = system_clock().astimezone(BUREAU_ZONE)
    near = [(moment + timedelta(seconds=n)).strftime("%H:%M:%S") for n in range(-1, 7)]
    expect(shown).to_have_text(re.compile("|".join(near)))

    page.locator("main form button").click()
    page.wait_for_selector("html[data-player=ready]")
    assert 3590 <= seconds_left(page) <= 3600
    page.reload()
    page.wait_for_selector("html[data-player=ready]")
    assert 3580 <= seconds_left(page) <= 3600


def test_the_bell_is_announced_and_not_each_second(house: House, enter: Enter) -> None:
    """
    A screen reader hears five minutes, one minute and the opening; the server is asked at most once a minute, and not
    shortly before the bell. The page has no violation of WCAG.
    """
    page, exam = enter(house.cast.lin), opening(house, minutes=7, seconds=5)
    asked: list[str] = []
    page.clock.install()
    wait_at(page, exam)
    answer = Axe().run(page, options=RULES).response
    assert [one["id"] for one in answer["violations"]] == []
    page.evaluate(LISTEN, "[data-spoken]")
    # the server's own clock does not jump with the page's: its answers are kept away, the asking is counted
    page.route("**/clock", lambda route: (asked.append("clock"), route.abort())[1])
    for _n in range(83):
        page.clock.run_for(5_000)
    heard = page.evaluate("heard")
    assert [re.sub(r"\D", "", text) for text in heard[:1]] == ["5"]
    assert len(heard) == 2
    assert 3 <= len(asked) <= 6

    page.route("**/start", lambda route: (asked.append("start"), route.abort())[1])
    with page.expect_request("**/start"):
        page.clock.run_for(14_000)
    assert len(page.evaluate("heard")) in (3, 4)  # the opening, and that it is tried again
    expect(page.locator("#waiting")).to_have_attribute("data-state", "busy")


def test_a_page_opened_long_before_waits_to_be_told(house: House, enter: Enter) -> None:
    """
    Long before, the paper opens by itself only if the candidate says so; a reload keeps what was said. Who said no finds
    the button at the bell, with the focus where it was, and nothing was asked of the server for it.
    """
    page, exam = enter(house.cast.lin), opening(house, minutes=32)
    started: list[str] = []
    page.on("request", lambda request: request.url.endswith("/start") and started.append(request.url))
    page.clock.install()
    wait_at(page, exam)
    ready, told = page.locator("[data-ready]"), page.locator("[data-told]")
    not_said = told.inner_text()
    ready.click()
    expect(told).not_to_have_text(not_said)
    said = told.inner_text()
    page.reload()
    page.wait_for_selector("html[data-waiting=ready]")
    expect(told).to_have_text(said)
    ready.click()
    expect(told).to_have_text(not_said)

    page.route("**/clock", lambda route: route.abort())
    page.clock.run_for("32:05")
    expect(page.locator("#waiting")).to_have_attribute("data-state", "open")
    expect(page.locator("[data-begin] button")).to_be_focused()
    expect(ready).to_be_hidden()
    assert started == []
