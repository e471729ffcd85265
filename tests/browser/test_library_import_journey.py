"""A librarian brings documents into the library, sees what cannot be read, and readers find what came."""

from playwright.sync_api import expect
from sqlalchemy import select

from lms.database import reading
from lms.ids import new_public_id
from lms.jobs import run_waiting
from lms.library.models import Document
from tests.browser.conftest import Enter, House
from tests.library.files import blank_pdf, docx, paragraph, zipped

SAID = {
    "zh": {"read": "读取文件", "take": "导入 1 份资料", "scanned": "全部是扫描页", "taken": "已入库", "bring": "导入资料"},
    "en": {
        "read": "Read the file", "take": "Take 1 document", "scanned": "scanned pages", "taken": "Taken",
        "bring": "Import documents",
    },
}  # fmt: skip


def test_an_archive_is_brought_in(house: House, enter: Enter, language: str) -> None:
    """
    Sent, read, looked at and taken with a few presses; the scanned file is told; the article opens at its anchor.
    """
    words, title = SAID[language], f"器材{new_public_id()[:6]}办法"
    body = paragraph(title, style="H1") + "".join(
        paragraph(line) for line in ("第一条 器材由专人保管。", "第二条 器材应当登记。", "第三条 违者警告。")
    )
    data = zipped({"器材.docx": docx(body), "扫描.pdf": blank_pdf()})
    page = enter(house.cast.wu)
    page.goto("/library/")
    page.get_by_role("link", name=words["bring"]).click()
    page.locator("#file").set_input_files({"name": f"{title}.zip", "mimeType": "application/zip", "buffer": data})
    with page.expect_navigation():
        page.get_by_role("button", name=words["read"]).click()
    run_waiting(house.app)
    page.reload()
    expect(page.get_by_text(words["scanned"])).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name=words["take"]).click()
    run_waiting(house.app)
    page.reload()
    expect(page.get_by_role("main").get_by_text(words["taken"]).first).to_be_visible()

    with house.app.app_context():
        document = reading().scalars(select(Document.public_id).where(Document.title == title)).one()
    reader = enter(house.cast.lin)
    reader.goto(f"/library/documents/{document}#a2-k1")

    expect(reader.locator("#a2-k1")).to_contain_text("器材应当登记")
