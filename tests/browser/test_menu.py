"""The main menu by keyboard, mouse and on a phone, and without a script."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LANGUAGES, Enter, House


@pytest.mark.parametrize("language", ["zh"])
def test_groups_by_keys_and_mouse(house: House, enter: Enter) -> None:
    """
    Enter opens a group, arrows go through it, Escape gives the focus back; a click or the focus elsewhere closes it.
    """
    page = enter(house.cast.qian)
    page.goto("/my-unit/")
    groups = page.locator("#primary details")
    here = page.locator("#primary details", has=page.locator('summary[aria-current="true"]'))
    expect(here.locator('a[aria-current="true"]')).to_have_attribute("href", "/my-unit/")
    learn = groups.first
    learn.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(learn.locator("a").nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(learn.locator("summary")).to_be_focused()
    expect(learn).not_to_have_attribute("open", "")
    here.locator("summary").click()
    expect(here).to_have_attribute("open", "")
    page.locator("main h1").click()
    expect(here).not_to_have_attribute("open", "")
    learn.locator("summary").click()
    page.keyboard.press("Shift+Tab")
    expect(learn).not_to_have_attribute("open", "")


@pytest.mark.parametrize("language", ["en"])
@pytest.mark.parametrize("scripted", [True, False])
def test_everything_is_reached_on_a_phone(house: House, enter: Enter, browser: Browser, scripted: bool) -> None:
    """
    One button shows every group with its entries; without a script the groups open by themselves. Nothing scrolls sideways.
    """
    known = enter(house.cast.qian).context.storage_state()
    context = browser.new_context(
        base_url=house.address, storage_state=known, viewport={"width": 390, "height": 800}, java_script_enabled=scripted,
        locale=LANGUAGES["en"],
    )  # fmt: skip
    page = context.new_page()
    page.goto("/my-unit/")
    if scripted:
        page.locator("[data-menu]").click()
    else:
        page.locator("#primary summary").last.click()
    links = page.locator("#primary details").last.locator("a")
    sideways = _sideways(page) if scripted else False
    expect(links.first).to_be_visible()
    with page.expect_navigation():
        links.first.click()
    expect(page.locator("#primary [aria-current=true]").last).to_have_attribute("href", "/people")
    context.close()

    assert not sideways


def _sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
