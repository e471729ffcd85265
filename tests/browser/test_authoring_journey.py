"""A unit from nothing to a learner's transcript: written, reviewed by somebody else, completed."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.accounts import service
from lms.accounts.policy import Role
from lms.accounts.queries import PersonRow
from lms.database import writing
from tests.academy import ITEMS, PROSE
from tests.browser.conftest import Enter, House
from tests.browser.test_accessibility import violations
from tests.browser.test_learning_journey import answer_right, open_until
from tests.security.house import a_picture


@pytest.fixture(scope="module")
def reviewer_of(house: House) -> PersonRow:
    """Zhao, who is a training manager here, too."""
    with house.app.app_context(), writing() as session:
        service.grant_role(session, house.cast.zhao.id, Role.TRAINING_MANAGER, reason="测试", by=None)
    return house.cast.zhao


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture in a file."""
    path = tmp_path / "流程 flow.png"
    path.write_bytes(a_picture())
    return path


def press(page: Page, selector: str) -> None:
    """Press what submits and wait for the page that answers."""
    with page.expect_navigation():
        page.locator(selector).click()


def saved(page: Page) -> None:
    """Wait until the page says that what is typed is kept."""
    expect(page.locator("[data-state][data-kind='good']")).to_be_visible(timeout=10_000)


def write_pages(page: Page, draft: str, picture: Path) -> None:
    """Four pages: typed, kept by themselves, with a preview and a picture that is sent from the page."""
    for number in range(1, 5):
        page.goto(draft)
        page.fill("[name='title']", f"第{number}页")
        press(page, "form:has([name='title']) button")
        page.fill("[name='markdown']", f"## 小节{number}\n\n{PROSE}\n\n")
        expect(page.locator("[data-preview] h2")).to_have_text(f"小节{number}")
        if number == 1:
            page.locator("[data-picture]").set_input_files(picture)
            expect(page.locator("[data-preview] img")).to_be_visible()
        saved(page)
        page.reload()
        assert f"小节{number}" in page.input_value("[name='markdown']")


def fill_settings(page: Page, draft: str) -> None:
    """What a unit must say, typed and kept by itself; a row of terms more than there was room for."""
    page.goto(f"{draft}/settings")
    for name, text in {"title_en": "Seals", "summary": "摘要", "summary_en": "About seals", "hours": "0.5"}.items():
        page.fill(f"[name='{name}']", text)
    page.locator("[data-entries='terms'] [data-entry-add]").click()
    page.fill("[name='terms-2-term']", "用印")
    page.fill("[name='terms-2-meaning']", "加盖印章")
    saved(page)
    page.reload()
    expect(page.locator("[name='terms-0-term']")).to_have_value("用印")


def test_a_unit_is_written_reviewed_and_completed(
    house: House, enter: Enter, picture: Path, reviewer_of: PersonRow, language: str
) -> None:
    """
    The author types and never loses a word, moves a page by keyboard, puts questions in and submits; the reviewer reads
    and approves; the learner completes the unit and has its hours. No page is beyond a screen reader or a phone.
    """
    author = enter(house.cast.qian)
    author.goto("/authoring/new")
    author.fill("[name='title']", f"印章管理{language}")
    author.fill("[name='code']", f"office-{language}")
    press(author, "main form button[type='submit']")
    draft = author.url.split("#")[0]
    write_pages(author, draft, picture)
    fill_settings(author, draft)
    for ref in ITEMS:
        author.goto(f"{draft}/check?subject=&q={ref}")
        press(author, f"button[name='add'][value='{ref}']")
    author.goto(draft)
    author.locator("[data-key='page-2'] [data-move='-1']").focus()
    with author.expect_response(re.compile("/order$")):
        author.keyboard.press("Enter")
    expect(author.locator("[data-key]").first).to_have_attribute("data-key", "page-2")
    for width in (1280, 390):
        author.set_viewport_size({"width": width, "height": 844})
        for address in ("/authoring/", draft, f"{draft}/settings", f"{draft}/pages/page-1", f"{draft}/check", f"{draft}/review"):  # fmt: skip
            assert violations(author, address) == []
    author.goto(draft)
    author.locator("form[action$='/steps/submit'] button").click()
    press(author, "#confirm-dialog [value='yes']")

    reviewer = enter(reviewer_of)
    reviewer.goto("/authoring/drafts/")
    press(reviewer, "main tbody a[href$='/review']")
    expect(reviewer.locator("main .page-list li")).to_have_count(4)
    press(reviewer, "[name='decision'][value='approve']")

    learner = enter(house.cast.lin)
    learner.goto(f"/courses/?q=印章管理{language}")
    press(learner, ".card-grid a")
    unit = learner.url
    press(learner, ".page-head-actions a")
    while "/check" not in learner.url:
        press(learner, ".reader-foot form button")
    answer_right(learner)
    open_until(learner, "/transcripts/", "main table", "0.5")
    learner.goto(unit)
    expect(learner.locator(".seal")).to_be_visible()
