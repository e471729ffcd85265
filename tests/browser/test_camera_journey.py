"""A candidate consents to pictures, the page takes them by a camera, an invigilator sees them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from lms.accounts.queries import PersonRow
from lms.admission import service
from lms.admission.queries import RuleRow
from lms.clock import system_clock
from lms.database import writing
from lms.exams.queries import ExamRow
from tests.browser.conftest import CHROMIUM, FLAGS, LANGUAGES, House
from tests.browser.test_exam_journey import answer_first_option
from tests.cast import PASSWORD

CAMERA = [*FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture(params=[True, False], ids=["camera", "no-camera"])
def equipped(request: pytest.FixtureRequest) -> bool:
    """Whether the candidate's computer has a camera."""
    return bool(request.param)


@pytest.fixture
def page(house: House, browser: Browser, language: str, equipped: bool) -> Iterator[Page]:
    """Lin's window in a browser with a made-up camera, or without; a clock that the test moves."""
    with_camera = browser.browser_type.launch(executable_path=CHROMIUM, args=CAMERA if equipped else FLAGS)
    context = with_camera.new_context(locale=LANGUAGES[language], base_url=house.address)
    opened = context.new_page()
    sign_in(opened, house.cast.lin)
    yield opened
    with_camera.close()


def sign_in(page: Page, person: PersonRow) -> None:
    """By the form."""
    page.goto("/sign-in")
    page.fill("input[name=staff_number]", person.staff_number)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.fixture
def exam(house: House) -> ExamRow:
    """An exam that asks for pictures."""
    opens_at = system_clock() - timedelta(minutes=1)
    found = house.exam_day.published(house.exam_day.plan(opens_at=opens_at, units=(house.cast.bureau.id,)))
    with house.app.app_context(), writing() as session:
        service.set_rule(session, found, RuleRow(camera="asked", camera_days=14))
    return found


def test_pictures_are_taken_of_who_consents(
    house: House, browser: Browser, language: str, page: Page, exam: ExamRow, equipped: bool
) -> None:
    """
    The door asks; the page says that the camera is on, takes a picture within the first five minutes, and goes on
    saving answers; the invigilator sees it. Without a camera the page says so, nothing else changes, and the reason is
    seen instead.
    """
    page.goto(f"/sitting/exam/{exam.public_id}")
    page.click("button[name=answer][value=yes]")
    expect(page.locator("form[action$=start]")).to_have_count(1)
    page.clock.install()
    page.locator("form[action$=start] button").first.click()
    page.wait_for_selector("html[data-player=ready]")
    expect(page.locator(".exam-camera")).to_have_attribute("data-state", "on" if equipped else "off")
    if equipped:
        with page.expect_response(lambda answer: answer.url.endswith("/camera"), timeout=20_000) as sent:
            page.clock.fast_forward(300_000)
            page.clock.fast_forward(3_000)
        assert sent.value.status == 204
        assert page.evaluate("document.featurePolicy?.allowsFeature('microphone') ?? false") is False
    answer_first_option(page, 1)
    page.clock.fast_forward(2_000)
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")

    context = browser.new_context(locale=LANGUAGES[language], base_url=house.address)
    desk = context.new_page()
    sign_in(desk, house.cast.zheng)
    desk.goto(f"/supervision/{exam.public_id}/people/{house.cast.lin.public_id}/pictures")
    if equipped:
        expect(desk.locator(".snapshots img")).to_have_count(1)
        assert (
            desk.locator(".snapshots img").evaluate("async (img) => { await img.decode(); return img.naturalWidth; }")
            == 640
        )
    else:
        expect(desk.locator(".snapshot-fault")).to_have_count(1)
    context.close()
