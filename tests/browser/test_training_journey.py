"""A manager's Monday: a course, a plan, who is late, one reminder, one exemption; and the cadre who reads of it."""

import re

import pytest
from playwright.sync_api import Page, expect

from lms.accounts import service as accounts
from lms.accounts.passwords import CHEAP, Hasher
from lms.accounts.queries import PersonRow, UnitRow
from lms.database import writing
from tests.browser.conftest import Enter, House
from tests.cast import FOUNDED, PASSWORD

LANGUAGE = re.compile(r"/plans/plan/")


@pytest.fixture
def learner(house: House, language: str) -> tuple[PersonRow, UnitRow]:
    """Somebody who has learned nothing yet, alone in an office below branch A."""
    with house.app.app_context(), writing() as session:
        office = accounts.add_unit(
            session, code=f"1019{language}", name=f"晨光所 {language}", kind="office", parent_id=house.cast.branch_a.id,
            sort_order=19, from_date=FOUNDED,
        )  # fmt: skip
        person = accounts.add_person(
            session, staff_number=f"MO-{language}", name="周晓", unit_id=office.id, from_date=FOUNDED
        )
        accounts.store_password(session, person.id, hashed=Hasher(CHEAP).hash(PASSWORD))
    return person, office


def submit(page: Page, selector: str) -> None:
    """Press a button and wait for the page that answers."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def confirmed(page: Page, action: str) -> None:
    """Press the button of a form that asks first, say yes, and wait for the page that answers."""
    page.locator(f'form[action$="{action}"] button[type=submit]').click()
    with page.expect_navigation():
        page.locator('#confirm-dialog button[value="yes"]').click()


def assigned(page: Page, plan: str) -> None:
    """Wait until the house's one worker has come to this plan, however much other tests have left it to do."""
    for _ in range(180):
        page.goto(plan)
        if page.locator("#footnotes").count():
            return
        page.wait_for_timeout(500)
    raise AssertionError("nobody was assigned within a minute and a half")


def test_a_managers_monday(house: House, enter: Enter, learner: tuple[PersonRow, UnitRow]) -> None:
    """
    Qian makes a course and a plan for an office, sees at once who is meant, opens it; the cadre reads it at home and goes on to
    the unit with one click; Qian finds them by a number of the plan and exempts them.
    """
    person, office = learner
    page = enter(house.cast.qian)
    page.goto("/training-courses/new")
    page.fill("#title", "依法行政")
    page.locator("details", has=page.locator(f'[name="unit:{house.academy.unit}"]')).locator("summary").click()
    page.select_option(f'[name="unit:{house.academy.unit}"]', "required")
    submit(page, "main form .actions button")
    page.goto("/plans/new")
    page.fill("#title", "周一学法")
    page.fill("#day", "2030-03-31")
    page.select_option("#units", office.public_id)
    expect(page.locator("#audience .figure-line b")).to_have_text("1")
    expect(page.locator("#audience")).to_contain_text("周晓")
    submit(page, 'button[name="do"][value="save"]')
    page.wait_for_url(LANGUAGE)
    plan = page.url
    confirmed(page, "/open")
    expect(page.locator(".alert-good")).to_be_visible()

    assigned(page, plan)
    cadre = enter(person)
    cadre.goto("/my-training/")
    submit(cadre, 'h2 a:has-text("周一学法")')
    cadre.goto("/")
    submit(cadre, '.agenda li:has-text("周一学法") .button')
    submit(cadre, f'main a.button[href$="/courses/{house.academy.unit}"]')
    expect(cadre.locator("h1")).to_be_visible()

    page.goto(plan)
    submit(page, "tbody tr:last-child td.number a")
    submit(page, 'tbody th a:has-text("周晓")')
    page.fill('textarea[name="words"]', "三甲医院病假证明")
    submit(page, 'form[action$="/exempt"] button[type=submit]')
    expect(page.locator(".page-head .badge")).to_be_visible()
    expect(page.locator("main")).to_contain_text("三甲医院病假证明")
    page.goto("/my-unit/")
    expect(page.locator("main")).to_contain_text("周一学法")
