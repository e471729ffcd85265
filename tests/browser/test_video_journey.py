"""A video in a real browser: nobody goes ahead, it goes on where it was left, and watched to the end the page is done."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter, House
from tests.browser.test_study_journey import violations
from tests.study.test_watching import with_video

AT = "document.querySelector('video').currentTime"


@pytest.fixture(params=["zh"])
def language(request: pytest.FixtureRequest) -> str:
    """Once: nothing here depends on words."""
    return str(request.param)


def open_video(page: Page, unit: str) -> None:
    """The page with the video, its length known."""
    page.goto(f"/courses/{unit}/pages/02-steps")
    page.wait_for_function("() => document.querySelector('video').readyState >= 1")


def test_a_video_is_watched_left_and_watched_to_its_end(house: House, enter: Enter) -> None:
    """
    Somebody who jumps ahead is brought back, leaves after two seconds and finds the place again, reads along in the transcript,
    and at double speed reaches the end: the server says that it is enough, and the list of pages too.
    """
    unit = with_video(house.app, code="penalty-15")  # the others go on with theirs
    page = enter(house.cast.feng)
    open_video(page, unit)
    chapters = page.locator("[data-video-chapter]")
    chapters.nth(1).click()
    expect(page.locator("[data-video-told]")).not_to_be_empty()
    assert page.evaluate(AT) < 0.6
    page.evaluate("document.querySelector('video').play()")
    page.wait_for_function(f"() => {AT} > 2.2")
    page.evaluate("document.querySelector('video').pause()")
    expect(page.locator("[data-study]")).to_have_attribute("data-study", "saved")
    left = page.evaluate(AT)
    page.goto(f"/courses/{unit}")
    open_video(page, unit)
    page.wait_for_function(f"() => Math.abs({AT} - {left}) < 0.3")
    expect(page.locator("[data-video-resumed]")).to_be_visible()
    page.locator("[data-video-transcript] summary").click()
    expect(page.locator("[data-video-transcript] [aria-current]")).to_contain_text("说明理由")
    assert page.evaluate("document.querySelector('video').textTracks[0].cues?.length") == 2
    found = violations(page)
    page.locator("[data-video-speed]").select_option("2")
    page.evaluate("document.querySelector('video').play()")
    expect(page.locator("[data-video]")).to_have_attribute("data-video-done", "true", timeout=15_000)
    page.goto(f"/courses/{unit}")

    assert found == []
    expect(page.locator(".page-list li").nth(1).locator(".badge").nth(1)).to_have_attribute("class", "badge badge-good")
