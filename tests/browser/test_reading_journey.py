"""Reading at the desk and going on by phone: a passage, a note, the place where one stopped."""

import re

from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.database import writing
from lms.library import service as library
from lms.library.models import Document
from lms.library.source import Source, read
from tests.browser.conftest import Enter, House

ARTICLES = "第一条 为了保存进货凭证，制定本办法。\n\n" + "\n\n".join(
    f"第{number}条 经营者应当依照第{number}项要求保存进货凭证，并接受检查。" for number in range(2, 61)
)
SELECT = """
() => {
  const paragraph = document.querySelector("#a3 p");
  const words = paragraph.lastChild;
  const at = words.data.indexOf("进货凭证");
  getSelection().setBaseAndExtent(words, at, words, at + 4);
}
"""


def statute(house: House) -> str:
    """A statute of sixty articles; its address."""
    found = read(f"# 进货凭证办法\n\n{ARTICLES}".encode(), file_name="进货凭证办法.md")
    assert isinstance(found, Source)
    with house.app.app_context(), writing() as session:
        library.store_document(session, found, origin="import:进货凭证办法.md")
        session.flush()
        found_id = session.scalar(select(Document.public_id).where(Document.title == "进货凭证办法"))
    return f"/library/documents/{found_id}"


def opened(page: Page, address: str) -> None:
    """The document with its tools at work."""
    page.goto(address)
    page.locator("html[data-reading=ready]").wait_for(state="attached")


def test_one_goes_on_where_one_stopped(house: House, enter: Enter, language: str) -> None:
    """
    A note at the desk, the last place read, a word looked for; the phone knows all of it; removed by mistake, it is put back.
    """
    reader = {"zh": house.cast.lin, "en": house.cast.wang}[language]
    desk, phone = enter(reader), enter(reader, width=390, height=844)
    opened(desk, statute(house))
    address = desk.url
    desk.evaluate(SELECT)
    desk.locator("[data-do=note]").click()
    desk.locator("[data-note-dialog] textarea").fill("保存几年？")
    desk.locator("[data-note-dialog] button[value=keep]").click()
    expect(desk.locator("#a3 mark")).to_have_text("进货凭证")
    desk.locator("[data-find] input").fill("第40项")
    with desk.expect_response(lambda answer: answer.url.endswith("/place") and answer.ok):
        desk.locator("[data-find] input").press("Enter")

    opened(phone, address)
    expect(phone.locator("[data-resume] a")).to_have_text(re.compile("第(3[5-9]|40)条"))
    phone.locator("#a3 mark").click()
    expect(phone.locator("[data-note-dialog] textarea")).to_have_value("保存几年？")
    phone.locator("[data-note-dialog] button[value=remove]").click()
    expect(phone.locator("#a3 mark")).to_have_count(0)
    phone.locator("[data-undo]").click()
    expect(phone.locator("#a3 mark")).to_have_text("进货凭证")
    phone.goto("/library/reading/")
    expect(phone.locator(".reading-note").first).to_have_text("保存几年？")
