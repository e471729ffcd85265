"""From a wrong answer to the article that it rests on, and back."""

import re
import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from lms.bank import queries as bank_queries
from lms.bank import service as bank
from lms.clock import today
from lms.database import reading, writing
from lms.jobs.models import Job
from lms.library import service as library
from lms.library.source import Source, read
from question_bank.item import Citation
from tests.browser.conftest import Enter, House
from tests.practice.school import single

LAW = (
    "# 中华人民共和国试吃法\n\n第一条 制定本法。\n\n第二条 试吃应当自开始之日起{}日内备案。\n\n第三条 违者责令改正。\n"
)
BY = {"zh": "施行", "en": "In force on"}


def heard(house: House) -> None:
    """Wait until the bank has heard of the newer text: what is stored afterwards stays in the draw."""
    until = time.monotonic() + 30
    waiting = select(Job.id).where(Job.kind.startswith("library.changed"), Job.state.in_(("waiting", "running")))
    while time.monotonic() < until:
        with house.app.app_context():
            if reading().scalar(waiting.limit(1)) is None:
                return
        time.sleep(0.2)
    pytest.fail("nobody heard of the newer text")


@pytest.fixture(scope="module")
def stocked(house: House) -> House:
    """Five questions on a law of which the library holds the text in force and one that begins next month."""
    with house.app.app_context(), writing() as session:
        for days, amended in (("三十", None), ("六十", today() + timedelta(days=30))):
            found = read(LAW.format(days).encode(), file_name="law.md")
            assert isinstance(found, Source)
            text = replace(found, issued_on=date(2020, 1, 1), amended_on=amended)
            library.store_document(session, text, origin="import:tasting.md")
    heard(house)
    with house.app.app_context(), writing() as session:
        pool = bank_queries.bundled_pool(session)
        assert pool is not None
        rests = (Citation("中华人民共和国试吃法", "第二条"),)
        items = [single(f"taste-{n}", citations=rests) for n in range(5)]
        why = "期限见《试吃法》第二条，违者依照《试吃法》第三条处理。"
        bank.store_items(session, pool, [replace(one, explanation=why, subject="pricing") for one in items], None)
    return house


def test_from_a_wrong_answer_to_the_article(stocked: House, enter: Enter, language: str) -> None:
    """
    On a phone: the explanation leads to the article in the text that is in force, which says that a newer one is held;
    going back shows the answer again, and the source leads there as well.
    """
    # neither of them sits exams in other tests: whoever sits one does not practise
    page = enter(stocked.cast.chen if language == "zh" else stocked.cast.feng, width=390, height=844, touch=True)
    page.goto("/practice/")
    page.check("input[name=way][value=all]")
    page.select_option("#subject", "pricing")
    page.select_option("#size", "5")
    page.click("main form.form button[type=submit]")
    page.wait_for_url("**/practice/rounds/*")
    expect(page.locator('main a[href*="/library/"]')).to_have_count(0)
    page.locator(".option", has_text="错的做法").tap()
    page.locator(".practice-form button[type=submit]:not([name])").tap()
    expect(page.locator("article .badge-bad").first).to_be_visible()
    answered = page.url
    page.locator(".explanation a", has_text="《试吃法》第二条").tap()
    page.wait_for_url(re.compile(r"/versions/1\?on=.*#a2$"))
    expect(page.locator(":target")).to_contain_text("三十日内备案")
    expect(page.locator(".reader-page .badge")).to_contain_text(BY[language])
    expect(page.locator(".alert-warn")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.go_back()
    expect(page).to_have_url(answered)
    expect(page.locator(".cited-version").first).to_be_visible()
    page.locator("article li a", has_text="《中华人民共和国试吃法》第二条").tap()

    expect(page.locator(":target")).to_contain_text("三十日内备案")
