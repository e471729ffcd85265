"""Study time in a real browser: the network goes, the window is closed, and what was read meanwhile arrives once."""

import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from lms.clock import now
from lms.database import reading
from lms.study import queries
from tests.browser.conftest import Enter, House
from tests.browser.test_accessibility import RULES

#: lets another window lie before the page, or not
TURN = """state => {
  Object.defineProperty(document, "visibilityState", {configurable: true, get: () => state});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
WAITING = "() => Object.keys(localStorage).filter(key => key.startsWith('shuyuan-study:')).length"


@pytest.fixture(params=["zh"])
def language(request: pytest.FixtureRequest) -> str:
    """Once: nothing here depends on words."""
    return str(request.param)


def counted(house: House, person_id: int) -> int:
    """Milliseconds of today in the ledger."""
    with house.app.app_context():
        found = queries.counted_on(reading(), person_id, now())
        reading().rollback()
        return found


def look_away(page: Page, seconds: float) -> None:
    """Another window lies before the page for so long."""
    page.evaluate(TURN, "hidden")
    page.wait_for_timeout(seconds * 1000)
    page.evaluate(TURN, "visible")


def open_page(page: Page, house: House, key: str) -> float:
    """Open a page of the unit; when."""
    page.goto(f"/courses/{house.academy.unit}/pages/{key}")
    expect(page.locator("[data-study]")).to_be_visible()
    return time.monotonic()


def test_what_was_read_without_network_arrives_once(house: House, enter: Enter) -> None:
    """
    Some seconds with the network, some without, a second behind another window; the window is closed without network. The next
    page of the browser brings what waited: the ledger has what was read, without what was hidden, and nothing waits any more.
    """
    page, person = enter(house.cast.feng), house.cast.feng.id
    before = counted(house, person)
    began = open_page(page, house, "01-scope")
    page.wait_for_timeout(1500)
    look_away(page, 1)
    expect(page.locator("[data-study]")).to_have_attribute("data-study", "saved")
    page.context.set_offline(True)
    page.wait_for_timeout(2500)
    look_away(page, 0.5)
    expect(page.locator("[data-study-state]")).not_to_be_empty()
    page.wait_for_timeout(1000)
    read = time.monotonic() - began - 1.5
    page.close(run_before_unload=False)
    context = page.context
    context.set_offline(False)
    after = context.new_page()
    open_page(after, house, "02-steps")
    expect(after.locator("[data-study]")).to_have_attribute("data-study", "saved")
    after.wait_for_function(f"() => ({WAITING})() === 0")

    earned = (counted(house, person) - before) / 1000
    assert read - 1.5 < earned < read + 1.5


def test_the_page_asks_whether_somebody_reads(house: House, enter: Enter) -> None:
    """
    After eight minutes without a sign it asks in words that a screen reader speaks; any key is an answer, and it asks no more.
    """
    page = enter(house.cast.feng)
    page.clock.install()
    open_page(page, house, "03-papers")
    question = page.locator("[data-study-ask] button")
    page.clock.run_for("07:00")
    expect(question).to_be_hidden()
    page.clock.run_for("01:10")
    expect(question).to_be_visible()
    page.keyboard.press("Shift")

    expect(question).to_be_hidden()
    expect(page.locator("[data-study-ask]")).to_have_attribute("role", "alert")


def violations(page: Page) -> list[str]:
    """What axe finds."""
    return [rule["id"] for rule in Axe().run(page, options=RULES).response["violations"]]


def test_the_player_by_keyboard_on_a_phone(house: House, enter: Enter) -> None:
    """
    One key opens the contents, one the search, one the notes, one the list of keys; the note that is written stands below the
    page; the place is found again. Nothing that opens is out of reach for a screen reader.
    """
    page = enter(house.cast.feng, width=390, height=700)
    open_page(page, house, "04-errors")
    contents = page.locator("#reader-contents")
    expect(contents).to_be_hidden()
    page.keyboard.press("c")
    expect(contents).to_be_visible()
    expect(contents.locator("a[aria-current]")).to_be_focused()
    found = violations(page)
    page.keyboard.press("/")
    expect(page.locator("#unit-words")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#reader-keys")).to_be_visible()
    found += violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.keyboard.type("caveat")
    with page.expect_navigation():
        page.locator("#notes form").last.locator("button").click()
    expect(page.locator(".reader-note-text").last).to_have_text("caveat")
    page.evaluate("document.querySelector('[data-study-ask] > div').hidden = false")
    found += violations(page)
    page.goto("/study/")
    found += violations(page)
    page.goto("/course-notes/")
    found += violations(page)
    open_page(page, house, "04-errors")
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    page.wait_for_timeout(1000)
    open_page(page, house, "04-errors")

    assert found == []
    expect(page.locator("[data-resumed]")).to_be_visible()
    for _try in range(60):  # the page glides there
        if page.evaluate("scrollY") > 100:
            break
        page.wait_for_timeout(50)
    assert page.evaluate("scrollY") > 100
