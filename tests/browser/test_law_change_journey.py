"""A law is amended and then repealed: its questions leave the draw, its unit is flagged, people see why and decide."""

from dataclasses import replace
from datetime import date

from playwright.sync_api import Page, expect
from sqlalchemy import select

from courseware.packages.native import read as read_unit
from lms.bank import service as bank
from lms.bank.models import Item
from lms.courses import service as courses
from lms.courses.models import CourseUnit
from lms.database import reading, writing
from lms.ids import new_public_id
from lms.library import service as library
from lms.library.models import Document
from lms.library.source import Source, read
from question_bank.item import Citation
from tests.academy import PAGES, PROSE, UNIT
from tests.bank.conftest import single
from tests.browser.conftest import Enter, House

LAW = "# {}\n\n第一条 为了规范招牌，制定本法。\n\n第二条 招牌应当自挂出之日起{}日内备案。\n\n第三条 违者责令改正。\n"
SAID = {
    "zh": {
        "repeal": "标明废止", "do": "废止", "waits": "法规变动", "stands": "不受影响，恢复使用", "new": "现条文", "look": "开始体检",
        "changed": "依据的法规已变动", "taught": "依据的法规", "gone": "已废止", "stands_unit": "课程不受影响",
    },
    "en": {
        "repeal": "Repeal this document", "do": "Repeal", "waits": "Changes of law", "stands": "It stands as it is",
        "new": "New words", "look": "Examine the pool", "changed": "A law has changed under them", "taught": "A law on which this unit rests",
        "gone": "Repealed", "stands_unit": "The unit stands as it is",
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


def teach(house: House, title: str, code: str) -> str:
    """A unit that rests on article 2 of the law; its public id."""
    toml = UNIT.replace("penalty-01", code).replace("简易程序怎么用", f"{title}讲解")
    toml = toml.replace("Using the summary procedure", f"On {title}").replace("中华人民共和国行政处罚法", title)
    files = {"unit.toml": toml.replace("第五十一条", "第二条").encode()}
    files |= {f"{key}.md": f"# {words}\n\n{PROSE}\n\n见《{title}》第二条。\n".encode() for key, words in PAGES.items()}
    unit = read_unit(files).unit
    assert unit is not None
    with house.app.app_context():
        with writing() as session:
            courses.store_unit(session, unit, files, media=house.config.media)
        return reading().scalars(select(CourseUnit.public_id).where(CourseUnit.code == unit.code)).one()


def flagged(page: Page, address: str) -> None:
    """Wait until the page says that a law has changed."""
    for _each in range(20):
        page.goto(address)
        if page.locator(".alert-warn").count():
            return
        page.wait_for_timeout(500)


def test_a_repeal_and_its_consequences(house: House, enter: Enter, language: str) -> None:
    """
    The page of a unit leads to the article. The librarian repeals the law: learners see it on the unit, on the law and
    among the hits; who keeps the courses finds the unit, and says that it stands.
    """
    words, title = SAID[language], f"横幅法{new_public_id()[:4]}"
    document, unit = (
        store(house, title, "三十"),
        teach(house, title, {"zh": "penalty-81", "en": "penalty-82"}[language]),
    )
    learner = enter(house.cast.lin, width=390, height=844)
    learner.goto(f"/courses/{unit}/pages/01-scope")
    learner.get_by_role("link", name=f"《{title}》第二条").click()
    learner.wait_for_url(f"**/library/documents/{document}#a2")
    expect(learner.locator(":target")).to_contain_text("三十日内备案")

    librarian = enter(house.cast.wu)
    librarian.goto(f"/library/documents/{document}")
    librarian.get_by_text(words["repeal"], exact=True).click()
    librarian.locator("input[name=day]").fill(date(2020, 1, 1).isoformat())
    librarian.locator("input[name=reason]").fill("由新法取代")
    with librarian.expect_navigation():
        librarian.get_by_role("button", name=words["do"], exact=True).click()

    flagged(learner, f"/courses/{unit}")
    expect(learner.locator(".alert-warn")).to_contain_text(words["taught"])
    expect(learner.locator("aside .badge")).to_have_text(words["gone"])
    learner.goto(f"/library/documents/{document}")
    expect(learner.locator(".alert-warn")).to_contain_text(words["gone"])
    expect(learner.locator(".document-facts")).to_contain_text("由新法取代")
    learner.goto(f"/library/?q={title}")
    expect(learner.locator(".hit", has_text=title).first.locator(".badge")).to_have_text(words["gone"])

    manager = enter(house.cast.qian)
    manager.goto(f"/library/reading/documents/{document}/cited")
    expect(manager.locator(".reading-citing .badge-bad")).to_be_visible()
    manager.goto("/courses/")
    manager.locator(".alert-warn a").click()
    entry = manager.locator(".finding", has_text=title)
    expect(entry).to_contain_text("由新法取代")
    entry.locator("input[name=comment]").fill("第二条照旧适用")
    with manager.expect_navigation():
        entry.get_by_role("button", name=words["stands_unit"]).click()
    expect(manager.locator(".finding", has_text=title)).to_have_count(0)
    learner.goto(f"/courses/{unit}")
    expect(learner.locator(".alert-warn")).to_have_count(0)


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
