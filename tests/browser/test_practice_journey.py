"""A cadre's week of practice: mistakes, what comes again, the list that shrinks, the map that moves, the personal test."""

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.accounts.queries import PersonRow
from lms.bank import queries as bank_queries
from lms.bank import service as bank
from lms.database import writing
from lms.library import service as library
from lms.library.source import Source, read
from lms.practice.models import Card
from question_bank.item import Citation
from tests.browser.conftest import Enter, House
from tests.practice.school import STATUTE, single

POINT = "进货查验"
RIGHT, WRONG = "对的做法", "错的做法"
PAGES = (
    "/practice/",
    "/practice/mistakes",
    "/practice/favourites",
    "/practice/mastery/",
    "/practice/mastery/subject?subject=food",
    "/practice/tests/",
    "/practice/mocks/",
)


@pytest.fixture(scope="module")
def stocked(house: House) -> House:
    """The house with twenty questions of one knowledge point, resting on a statute of its library."""
    statute = read(STATUTE.encode(), file_name="law.md")
    assert isinstance(statute, Source)
    rests = Citation("中华人民共和国试验法", "第二条")
    with house.app.app_context(), writing() as session:
        library.store_document(session, statute, origin="bundled:penalty/law.md")
        pool = bank_queries.bundled_pool(session)
        assert pool is not None
        items = [single(f"week-{n}", point=POINT, citations=(rests,)) for n in range(20)]
        bank.store_items(session, pool, [replace(item, explanation="依法如此。") for item in items], None)
    return house


def a_day_passes(house: House, person: PersonRow) -> None:
    """What practice knows of the person is a day older."""
    day = timedelta(days=1)
    with house.app.app_context(), writing() as session:
        for card in session.scalars(select(Card).where(Card.person_id == person.id)):
            card.due, card.answered_at = card.due - day, card.answered_at - day
            card.right_on = card.right_on - day if card.right_on else None


def begin(page: Page, way: str) -> None:
    """Begin a round of five questions of food."""
    page.goto("/practice/")
    page.check(f"input[name=way][value={way}]")
    page.select_option("#subject", "food")
    page.select_option("#size", "5")
    page.click("main form.form button[type=submit]")
    page.wait_for_url("**/practice/rounds/*")


def answer(page: Page, text: str) -> None:
    """Choose an option and send it."""
    page.locator(".option", has_text=text).click()
    page.click(".practice-form button[type=submit]:not([name])")


def round_of(page: Page, wrong: int = 0) -> None:
    """Answer a round to its summary, the first questions of it wrong."""
    given = 0
    while page.locator(".practice-form").count():
        answer(page, WRONG if given < wrong else RIGHT)
        page.wait_for_url("**/practice/rounds/*/*")
        expect(page.locator("article .facts")).to_be_visible()
        given += 1
        page.click("main .actions a.button")
        page.wait_for_url(lambda url: url.count("/") == 5)
    expect(page.locator(".practice-list li")).to_have_count(given)


def mistakes(page: Page) -> int:
    """How many questions the list of mistakes holds."""
    page.goto("/practice/mistakes")
    return page.locator(".practice-rows > li").count()


def test_a_cadres_week_of_practice(stocked: House, enter: Enter, language: str) -> None:
    """
    Monday: two mistakes of five, told with the passage; one is starred. Tuesday they come again and are right, and stay on
    the list; on Wednesday they are right once more, and leave it. The map has moved. Friday's test ends with its report.
    """
    person = stocked.cast.sun if language == "zh" else stocked.cast.wu
    page = enter(person)

    begin(page, "all")
    answer(page, WRONG)
    expect(page.locator("article .badge-bad").first).to_be_visible()
    expect(page.locator('article a[href*="/library/documents/"]')).to_contain_text("第二条")
    page.click('form[action$="/star"] button')
    page.wait_for_url("**/practice/rounds/*/1")
    page.click("main .actions a.button")
    round_of_the_rest(page)
    assert mistakes(page) == 2
    page.goto("/practice/favourites")
    expect(page.locator(".practice-rows > li")).to_have_count(1)

    a_day_passes(stocked, person)
    begin(page, "due")
    round_of(page)
    assert mistakes(page) == 2

    a_day_passes(stocked, person)
    begin(page, "mistakes")
    round_of(page)
    assert mistakes(page) == 0

    page.goto("/practice/mastery/subject?subject=food")
    row = page.locator(".practice-rows > li", has_text=POINT)
    before = row.inner_text()
    row.locator("button").click()
    page.wait_for_url("**/practice/rounds/*")
    round_of(page)
    page.goto("/practice/mastery/subject?subject=food")
    assert row.inner_text() != before

    personal_test(page)


def round_of_the_rest(page: Page) -> None:
    """The four questions after the first: one more wrong, three right."""
    for text in (WRONG, RIGHT, RIGHT, RIGHT):
        answer(page, text)
        page.wait_for_url("**/practice/rounds/*/*")
        page.click("main .actions a.button")
        page.wait_for_url(lambda url: url.count("/") == 5)
    expect(page.locator(".practice-list li")).to_have_count(5)


def personal_test(page: Page) -> None:
    """All right: no word of it before the end, then above the mark, with its questions."""
    page.goto("/practice/tests/")
    page.check("input[name=subject][value=food]")
    page.click("main form.form button[type=submit]")
    page.wait_for_url("**/practice/tests/*")
    for number in range(1, 51):
        if not page.locator(".practice-form").count():
            break
        expect(page.locator(f'.practice-form[action$="/{number}"]')).to_be_visible()
        expect(page.locator("main .badge")).to_have_count(0)
        with page.expect_navigation():
            answer(page, RIGHT)
    expect(page.locator(".alert-good")).to_be_visible()
    expect(page.locator(".stat").first).to_be_visible()
    page.locator(".practice-list a").first.click()
    page.wait_for_url("**/practice/tests/*/1")
    expect(page.locator("article .badge-good").first).to_be_visible()


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_practice_fits_a_phone(stocked: House, enter: Enter) -> None:
    """
    At 390 pixels no page of practice scrolls sideways, a question, its answer and a test included.
    """
    page = enter(stocked.cast.chen, width=390, height=844)
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address

    begin(page, "all")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    answer(page, WRONG)
    page.wait_for_url("**/practice/rounds/*/1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    personal_test(page)
    page.go_back()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
