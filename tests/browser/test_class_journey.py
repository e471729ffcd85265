"""A training manager closes a class, another one approves it, and the learner reads the result."""

from datetime import date

from playwright.sync_api import Page, expect

from lms.accounts import queries, service
from lms.accounts.policy import Role
from lms.clock import system_clock, today
from lms.database import reading, writing
from tests.browser.conftest import Enter, House


def granted(house: House) -> None:
    """Feng manages the whole organisation."""
    with house.app.app_context():
        held = queries.grant_rows(reading(), person_id=house.cast.feng.id, now=system_clock())
        if all(grant.role is not Role.TRAINING_MANAGER for grant in held):
            with writing() as session:
                service.grant_role(
                    session, house.cast.feng.id, Role.TRAINING_MANAGER, reason="测试", by=None, unit_id=None
                )


def press(page: Page, button: str) -> None:
    """Press a button, confirm where that is asked, and wait for the page that answers."""
    with page.expect_navigation():
        page.locator(button).first.click()
        if page.locator("dialog[open] button[value=yes]").count():
            page.locator("dialog[open] button[value=yes]").click()


def planned(page: Page, day: date, learner: str) -> None:
    """A plan with one learner and one session that began at midnight."""
    page.goto("/class-plans/")
    page.fill("#name", "案卷制作培训班")
    page.fill("#organiser", "东城分局")
    for field in ("#first_day", "#last_day"):
        page.fill(field, day.isoformat())
    page.fill("#planned_hours", "2")
    page.fill("#called", "科员")
    press(page, "form.form button[type=submit]")
    at = page.url
    page.goto(f"{at}/roster?call={learner}")
    press(page, "form[action$='/roster/people'] button")
    page.goto(f"{at}/timetable")
    for field, value in (("#starts", "00:00"), ("#ends", "01:30"), ("#title", "案卷制作")):
        page.fill(field, value)
    press(page, "form.sheet .actions button")
    page.goto(at)
    press(page, "form[action$='/steps/submit'] button")


def test_a_class_is_closed(house: House, enter: Enter) -> None:
    """
    Plan, approval, sheet with one click, closing, approval: the learner reads that the class is passed.
    """
    granted(house)
    with house.app.app_context():
        day = today()
    manager = enter(house.cast.qian)
    planned(manager, day, house.cast.lin.staff_number)
    at = manager.url
    above = enter(house.cast.feng)
    above.goto(at)
    press(above, "form[action$='/steps/approve'] button")
    manager.goto(f"{at}/timetable")
    manager.locator("a[href*='/sheets/']").first.click()
    press(manager, "form[action$='/all'] button")
    manager.goto(f"{at}/results")
    press(manager, "form[action$='/steps/propose'] button")
    above.goto(f"{at}/results")
    press(above, "form[action$='/steps/confirm'] button")
    learner = enter(house.cast.lin)
    learner.goto("/my-classes/")
    learner.locator("main table a").first.click()
    expect(learner.locator(".alert-good")).to_be_visible(timeout=20_000)
