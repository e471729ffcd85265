"""Somebody with a phone remembers half a sentence of a law, and finds the article."""

import re

import pytest
from playwright.sync_api import Page, expect

from lms.database import writing
from lms.library import service as library
from lms.library.source import Source, read
from tests.browser.conftest import Enter, House

NAMES = ("燃气管理", "灯箱管理", "店招管理", "展板管理", "条幅管理", "看板管理")


@pytest.fixture(scope="module")
def shelf(house: House) -> House:
    """The house with six rules on signs that stand in shops, and a guide to one of them."""
    with house.app.app_context(), writing() as session:
        for name in NAMES:
            law = f"{name}办法"
            articles = (f"第{n}条 经营者悬挂的{name[:2]}应当自悬挂之日起{n}日内备案。" for n in range(2, 40))
            text = f"# {law}\n\n第一条 为了规范{name}，制定本办法。\n\n" + "\n\n".join(articles)
            found = read(text.encode(), file_name=f"{law}.md")
            assert isinstance(found, Source)
            library.store_document(session, found, origin=f"import:{law}.md")
    return house


def fits(page: Page) -> bool:
    """Whether nothing stands out of the window at the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_half_a_sentence_leads_to_the_article(shelf: House, enter: Enter, language: str) -> None:
    """
    A name with a wrong sign is put right; while typing a document is offered; half a sentence finds six, one filter
    leaves statutes; the hit opens at the article, marked; going back shows the hits where they were.
    """
    page = enter(shelf.cast.lin, width=390, height=844, touch=True)
    page.goto("/library/")
    page.fill("#library-q", "燃汽管理")
    page.locator("form[role=search] button[type=submit]").tap()
    page.locator(".search-note a", has_text="燃气管理").tap()
    expect(page.locator(".hit h2").first).to_have_text("燃气管理办法")
    assert fits(page)

    page.locator("#library-q").fill("")
    page.locator("#library-q").press_sequentially("店招")
    expect(page.locator("#library-suggestions [role=option]").first).to_contain_text("店招管理办法")
    page.fill("#library-q", "自悬挂之日起7日内备案")
    page.locator("form[role=search] button[type=submit]").tap()
    expect(page.locator(".hit")).to_have_count(len(NAMES))
    expect(page.locator(".hit mark").first).to_be_visible()
    page.locator(".search-narrow summary").tap()
    page.select_option(".search-narrow select[name=kind]", "statute")
    page.locator(".search-narrow button[type=submit]").tap()
    page.wait_for_url(re.compile("kind=statute"))
    expect(page.locator(".hit")).to_have_count(len(NAMES))
    assert fits(page)

    hit = page.locator(".hit", has_text="看板管理办法").locator(".hit-label", has_text="第7条").first
    hit.scroll_into_view_if_needed()
    hits, before = page.url, page.evaluate("scrollY")
    hit.tap()
    page.wait_for_url(re.compile("/library/documents/.+#a7$"))
    expect(page.locator("#a7")).to_be_in_viewport()
    expect(page.locator(":target")).to_contain_text("看板应当自悬挂之日起7日内备案")
    assert page.locator(":target").evaluate("found => getComputedStyle(found).backgroundColor") != "rgba(0, 0, 0, 0)"
    assert fits(page)
    page.go_back()

    expect(page).to_have_url(hits)
    expect(hit).to_be_in_viewport()
    assert before > 0
    assert abs(page.evaluate("scrollY") - before) < 50
