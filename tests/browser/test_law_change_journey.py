"""A law is amended and then repealed: its questions leave the draw, and people see why and decide."""

from dataclasses import replace
from datetime import date

from playwright.sync_api import expect
from sqlalchemy import select

from lms.bank import service as bank
from lms.bank.models import Item
from lms.database import reading, writing
from lms.ids import new_public_id
from lms.library import service as library
from lms.library.models import Document
from lms.library.source import Source, read
from question_bank.item import Citation
from tests.bank.conftest import single
from tests.browser.conftest import Enter, House

LAW = "# {}\n\n第一条 为了规范招牌，制定本法。\n\n第二条 招牌应当自挂出之日起{}日内备案。\n\n第三条 违者责令改正。\n"
SAID = {
    "zh": {
        "repeal": "标明废止", "do": "废止", "waits": "法规变动", "stands": "不受影响，恢复使用", "new": "现条文", "look": "开始体检",
        "changed": "依据的法规已变动",
    },
    "en": {
        "repeal": "Repeal this document", "do": "Repeal", "waits": "Changes of law", "stands": "It stands as it is",
        "new": "New words", "look": "Examine the pool", "changed": "A law has changed under them",
    },
}  # fmt: skip


def store(house: House, title: str, days: str) -> str:
    """Bring a text of the law into the library; the public id of the document."""
    found = read(LAW.format(title, days).encode(), file_name="law.md")
    assert isinstance(found, Source)
    with house.app.app_context():
        with writing() as session:
            library.store_document(session, found, origin=f"import:{title}.md")
        return reading().scalars(select(Document.public_id).where(Document.title == title)).one()


def test_questions_on_a_law_that_changes_and_ends(house: House, enter: Enter, language: str) -> None:
    """
    The amended article takes one question out, seen with old and new words and cleared by the reviewer; the repeal on
    the page of the law takes both out; the report on the pool counts them.
    """
    words, title = SAID[language], f"招牌法{new_public_id()[:4]}"
    document = store(house, title, "三十")
    with house.app.app_context(), writing() as session:
        pool = bank.create_pool(session, name=title, purpose=None, owner_path="/", by=house.cast.zhao.id)
        items = [
            replace(single(article, stem=f"{title}{article}说了什么？"), citations=(Citation(title, article),))
            for article in ("第二条", "第三条")
        ]
        bank.store_items(session, pool, items, house.cast.zhao.id)
    store(house, title, "六十")

    reviewer = enter(house.cast.feng)
    address = f"/bank/pools/{pool.public_id}/law"
    reviewer.goto(address)
    for _each in range(20):
        if reviewer.locator(".finding").count():
            break
        reviewer.wait_for_timeout(500)
        reviewer.reload()
    expect(reviewer.locator(".finding")).to_have_count(1)
    expect(reviewer.locator(".law-old")).to_contain_text("三十日内备案")
    expect(reviewer.locator(".law-new mark")).to_have_text("六")
    reviewer.get_by_role("button", name=words["stands"]).click()
    expect(reviewer.locator(".finding")).to_have_count(0)

    librarian = enter(house.cast.wu)
    librarian.goto(f"/library/documents/{document}")
    librarian.get_by_text(words["repeal"], exact=True).click()
    librarian.locator("input[name=day]").fill(date(2020, 1, 1).isoformat())
    librarian.locator("input[name=reason]").fill("由新法取代")
    librarian.get_by_role("button", name=words["do"], exact=True).click()
    expect(librarian.locator(".alert-good")).to_be_visible()

    examiner = enter(house.cast.zhao)
    examiner.goto(f"/bank/pools/{pool.public_id}")
    examiner.get_by_role("link", name=words["waits"]).click()
    for _each in range(20):
        if examiner.locator(".finding").count() == 2:
            break
        examiner.wait_for_timeout(500)
        examiner.reload()
    expect(examiner.locator(".finding")).to_have_count(2)
    expect(examiner.locator(".finding").first).to_contain_text("由新法取代")
    examiner.goto(f"/bank/pools/{pool.public_id}/health")
    examiner.get_by_role("button", name=words["look"]).click()
    link = examiner.get_by_role("link", name=words["changed"], exact=True)
    expect(link).to_be_visible(timeout=20_000)
    link.click()
    expect(examiner.locator(".finding")).to_have_count(2)
    with house.app.app_context():
        assert set(reading().scalars(select(Item.suspended).where(Item.pool_id == pool.id))) == {"law_changed"}
