"""The librarian's morning: the desk says what wants doing, and each thing is mended from its list."""

from datetime import date, timedelta

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from lms.clock import today
from lms.database import reading, writing
from lms.ids import new_public_id
from lms.jobs import run_waiting
from lms.library import importing, service
from lms.library.models import Document
from lms.library.search.models import Searched
from lms.library.source import Source
from tests.browser.conftest import Enter, House
from tests.library.files import zipped
from tests.library.test_desk import LAW, law, source

SAID = {
    "zh": {
        "desk": "资料工作台", "look": "重新检查", "refused": "含无法读取的文件", "missing": "信息缺失", "edit": "编辑信息",
        "save": "保存", "pairs": "疑似重复", "compare": "比较", "apart": "并非重复", "laws": "缺少的法规", "bring": "导入资料",
        "read": "读取文件", "take": "导入 1 份资料", "coming": "即将发生的变动", "rests": "哪些内容以此为依据", "searches": "搜索无结果",
        "damaged": "PDF 文件已损坏",
    },
    "en": {
        "desk": "Library desk", "look": "Look through the library", "refused": "With files that cannot be read",
        "missing": "Missing facts", "edit": "Edit facts", "save": "Save", "pairs": "Possible duplicates", "compare": "Compare",
        "apart": "No duplicates", "laws": "Laws that are missing", "bring": "Import documents", "read": "Read the file",
        "take": "Take 1 document", "coming": "Coming changes", "rests": "What rests on it", "searches": "Searched without a result",
        "damaged": "This PDF is damaged",
    },
}  # fmt: skip


def store(house: House, text: Source) -> str:
    """Bring a text in; the public id of its document."""
    origin = f"import:{new_public_id()}"
    with house.app.app_context():
        with writing() as session:
            service.store_document(session, text, origin=origin)
        return reading().scalars(select(Document.public_id).where(Document.origin == origin)).one()


def open_list(page: Page, words: str) -> None:
    """Open one list of the desk."""
    page.goto("/library/desk/")
    page.locator(".desk-task", has_text=words).get_by_role("link").click()


def row(page: Page, words: str) -> Locator:
    """The row of a list that holds these words, on whichever page of it."""
    while not page.locator("tbody tr", has_text=words).count():
        page.locator("a[rel=next]").click()
    return page.locator("tbody tr", has_text=words).first


def prepare(house: House, key: str) -> None:
    """A morning's worth of things to do, all named after `key`."""
    with house.app.app_context():
        here = today()
    other = source(
        LAW.format(title=f"{key}印章法", thing=f"{key}图章", days="九"), kind="statute", effective_on=date(2020, 1, 1)
    )
    for text in (law(f"{key}印章法", f"{key}印章"), other, law(f"{key}档案办法", f"{key}档案")):
        store(house, text)
    ending = law(f"{key}旧法", f"{key}旧物", valid_until=here + timedelta(days=9))
    store(house, ending)
    guide = f"# {key}指南\n\n依据《{key}新法》第一条与《{key}新法》第二条办理，另见《{key}旧法》。\n"
    store(house, source(guide, kind="guide", sources=(f"{key}旧法",)))
    data = zipped({"坏.pdf": b"%PDF-1.7 junk", "一.md": LAW.format(title=f"{key}丙法", thing=key, days="三")})
    with house.app.app_context(), writing() as session:
        session.add(Searched(day=here, words=f"{key}词".casefold(), times=9, found=0))
        upload = importing.Upload(f"{key}.zip", data)
        importing.begin(session, upload, by=house.cast.wu.id, owner=house.cast.wu.public_id)
    run_waiting(house.app)


def looked_through(page: Page, words: dict[str, str], key: str) -> None:
    """Have the library looked through, and wait until the desk knows what is there now."""
    page.goto("/library/desk/")
    with page.expect_navigation():
        page.get_by_role("button", name=words["look"]).click()
    for _each in range(60):
        page.goto("/library/desk/duplicates")
        if page.locator("tbody tr", has_text=key).count():
            return
        page.wait_for_timeout(500)


def mend_facts(page: Page, words: dict[str, str], title: str) -> None:
    """Fill in what a document lacks."""
    open_list(page, words["missing"])
    row(page, title).get_by_role("link", name=words["edit"]).click()
    page.locator("select[name=subject]").select_option(index=1)
    for name, value in (("issuer", "国务院"), ("number", "令第9号"), ("source_note", "公报"), ("reason", "补录")):
        page.locator(f"input[name={name}]").fill(value)
    for name in ("issued_on", "effective_on"):
        page.locator(f"input[name={name}]").fill("2020-01-01")
    with page.expect_navigation():
        page.get_by_role("button", name=words["save"], exact=True).click()


def bring_law(house: House, page: Page, words: dict[str, str], title: str) -> None:
    """Import the law that is missing."""
    page.get_by_role("main").get_by_role("link", name=words["bring"]).click()
    text = LAW.format(title=title, thing="器材", days="三").encode()
    page.locator("#file").set_input_files({"name": "法.md", "mimeType": "text/markdown", "buffer": text})
    with page.expect_navigation():
        page.get_by_role("button", name=words["read"]).click()
    run_waiting(house.app)
    page.reload()
    with page.expect_navigation():
        page.get_by_role("button", name=words["take"]).click()
    run_waiting(house.app)


def test_the_librarians_morning(house: House, enter: Enter, language: str) -> None:
    """
    A file that cannot be read, missing facts, a pair, a law that is missing, a coming end and a search without a result:
    each is reached by its number and leaves its list when it is mended.
    """
    words, key = SAID[language], f"甲{new_public_id()[:6].replace('-', '乙').replace('_', '丙')}"
    prepare(house, key)
    page = enter(house.cast.wu)
    page.locator("#primary details", has=page.locator("a", has_text=words["desk"])).locator("summary").click()
    page.get_by_role("link", name=words["desk"]).first.click()
    expect(page.get_by_role("heading", name=words["desk"], level=1)).to_be_visible()
    looked_through(page, words, key)

    open_list(page, words["refused"])
    row(page, key).get_by_role("link", name=f"{key}.zip").click()
    expect(page.get_by_text(words["damaged"])).to_be_visible()

    mend_facts(page, words, f"{key}档案办法")
    open_list(page, words["missing"])
    expect(page.locator("tbody tr", has_text=f"{key}档案办法")).to_have_count(0)

    open_list(page, words["pairs"])
    row(page, key).get_by_role("link", name=words["compare"]).click()
    expect(page.locator("del").first).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name=words["apart"]).click()
    expect(page.locator("tbody tr", has_text=f"{key}印章法")).to_have_count(0)

    open_list(page, words["laws"])
    row(page, f"{key}新法").get_by_role("link").click()
    expect(page.locator("tbody tr", has_text=f"{key}指南")).to_have_count(1)
    bring_law(house, page, words, f"{key}新法")
    open_list(page, words["laws"])
    expect(page.locator("tbody tr", has_text=f"{key}新法")).to_have_count(0)

    open_list(page, words["coming"])
    row(page, f"{key}旧法").get_by_role("link", name=words["rests"]).click()
    expect(page.get_by_role("link", name=f"{key}指南")).to_be_visible()

    open_list(page, words["searches"])
    expect(row(page, f"{key}词".casefold())).to_be_visible()
