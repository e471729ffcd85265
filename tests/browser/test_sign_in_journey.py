"""Signing in while an exam begins: the page waits for its turn and then goes on by itself."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import LANGUAGES, House
from tests.browser.test_accessibility import RULES
from tests.cast import PASSWORD

QUEUE = "**/sign-in/queue"
WORDS = {"zh": "已为您排队", "en": "You are in the queue"}


@pytest.fixture
def form(house: House, browser: Browser, language: str) -> Iterator[Page]:
    """The form with a number and a password in it."""
    page = browser.new_page(locale=LANGUAGES[language], base_url=house.address)
    page.goto("/sign-in")
    page.fill("input[name=staff_number]", house.cast.lin.staff_number)
    page.fill("input[name=password]", PASSWORD)
    yield page
    page.close()


def test_the_page_waits_for_its_turn(form: Page, language: str) -> None:
    """
    Told twice that there is no turn yet it says so, accessibly, and asks again; then the person is in. Pressing again
    meanwhile changes nothing.
    """
    asked, sent = list[float](), list[str]()

    def told(route: Route) -> None:
        asked.append(1.0)
        route.fulfill(json={"wait": 2 if len(asked) < 3 else 0})

    form.route(QUEUE, told)
    form.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    form.click("main form button[type=submit]")

    expect(form.locator("[data-queue-told]")).to_contain_text(WORDS[language])
    assert Axe().run(form, options=RULES).violations_count == 0
    form.keyboard.press("Enter")
    form.wait_for_url(lambda url: "/sign-in" not in url)
    assert (len(asked), len(sent)) == (3, 1)


def test_a_queue_that_does_not_answer_holds_nobody_up(form: Page) -> None:
    """
    The form is sent as if there were no queue.
    """
    form.route(QUEUE, lambda route: route.abort())
    form.click("main form button[type=submit]")
    form.wait_for_url(lambda url: "/sign-in" not in url)


def test_the_form_can_be_sent_again_after_a_refusal(form: Page) -> None:
    """
    A wrong password is told, and the right one goes through on the page that told it.
    """
    form.fill("input[name=password]", "not this one")
    form.click("main form button[type=submit]")
    expect(form.locator(".field-errors")).to_be_visible()
    form.fill("input[name=password]", PASSWORD)
    form.click("main form button[type=submit]")
    form.wait_for_url(lambda url: "/sign-in" not in url)
