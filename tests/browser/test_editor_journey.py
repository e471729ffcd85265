"""Writing questions: one of each type from scratch, by hand and by keyboard; changing a used one and seeing both."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from lms.bank import queries, service
from lms.database import reading, writing
from question_bank.interactions import KINDS
from question_bank.item import ItemVersion
from tests.browser.conftest import Enter, House
from tests.browser.test_accessibility import RULES, violations
from tests.security.house import a_picture


@pytest.fixture
def pool(house: House) -> str:
    """An empty pool of Zhao's."""
    with house.app.app_context(), writing() as session:
        made = service.create_pool(session, name="编题", purpose=None, owner_path="/", by=house.cast.zhao.id)
        return made.public_id


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture in a file."""
    path = tmp_path / "平面图.png"
    path.write_bytes(a_picture())
    return path


def stored(house: House, pool: str) -> list[ItemVersion]:
    """The newest wordings of a pool."""
    with house.app.app_context():
        session = reading()
        found = queries.pool_by_public_id(session, pool)
        assert found is not None
        kept = [
            queries.versions_of(session, row[0])[0].version for row in queries.newest_of(session, found.id).values()
        ]
        session.rollback()
        return kept


def fill(page: Page, **fields: str) -> None:
    """Type into fields by their names."""
    for name, text in fields.items():
        page.fill(f"[name='{name.replace('__', '-')}']", text)


def choice(page: Page, picture: Path) -> None:
    """Two options right or one, by the type's own page."""
    fill(page, stem="下列说法正确的是？", options__0__text="甲", options__1__text="乙", options__1__why="依据不足")
    page.check("[name='options-0-right']")


def several(page: Page, picture: Path) -> None:
    choice(page, picture)
    page.fill("[name='options-2-text']", "丙")
    page.check("[name='options-2-right']")


def truth(page: Page, picture: Path) -> None:
    fill(page, stem="检查时应当出示执法证件。")
    page.check("[name=answer][value=y]")


def blanks(page: Page, picture: Path) -> None:
    page.fill("[name=stem]", "期限为")
    page.locator("[data-blank-maker] button").click()
    expect(page.locator("[name=stem]")).to_have_value("期限为[[1]]")
    fill(page, blanks__0__accept="三十日\n30日")


def gaps(page: Page, picture: Path) -> None:
    fill(page, stem="执法人员[[1]]亮证。", gaps__0__choices="应当\n可以", gaps__0__right="1")


def number(page: Page, picture: Path) -> None:
    fill(page, stem="罚款多少？", answer="12.5", unit="万元", tolerance="0.5")
    page.locator("[data-rows=units] [data-row-add]").click()
    fill(page, units__0__unit="元", units__0__factor="0.0001")


def lines(page: Page, picture: Path) -> None:
    fill(page, stem="排序", sequence__0__text="调查", sequence__1__text="立案", sequence__2__text="决定")
    page.locator("[name='sequence-1-text']").press("Alt+ArrowUp")
    expect(page.locator("[name='sequence-0-text']")).to_have_value("立案")


def pairs(page: Page, picture: Path) -> None:
    fill(page, stem="配对", pairs__0__left="甲", pairs__0__right="一", pairs__1__left="乙", pairs__1__right="二")
    page.locator("[data-rows=extra] [data-row-add]").click()
    fill(page, extra__0__text="三")


def spots(page: Page, picture: Path) -> None:
    fill(page, stem="点出违规处")
    page.locator("#picture_file").set_input_files(picture)
    drawing = page.locator("[data-spots-drawing]")
    expect(drawing).to_be_visible()
    fill(page, spots__0__label="甲区", spots__1__label="乙区", spots__1__coords="2, 1, 2, 2")
    page.check("[name='spots-0-right']")
    page.locator("[name='spots-0-label']").focus()
    drawing.hover()  # and waits until the page has come to rest
    box = drawing.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.6, steps=4)
    page.mouse.up()
    expect(page.locator("[name='spots-0-coords']")).to_have_value("1, 1, 1, 1")


def written(page: Page, picture: Path) -> None:
    fill(page, stem="简述程序。", model_answer="要点")
    page.locator("[data-rows=points] [data-row-add]").click()
    fill(page, points__0__text="立案", points__0__share="100")


def file(page: Page, picture: Path) -> None:
    fill(page, stem="提交笔录。", model_answer="要点", megabytes="5")
    page.uncheck("[name=endings][value=docx]")


WRITE: dict[str, tuple[Callable[[Page, Path], None], str]] = {
    "single_choice": (choice, "A. 甲"),
    "multiple_choice": (several, "A. 甲; C. 丙"),
    "true_false": (truth, "正确"),
    "fill_in": (blanks, "三十日 / 30日"),
    "inline_choice": (gaps, "应当"),
    "numeric": (number, "12.5 ± 0.5 万元"),
    "ordering": (lines, "立案 > 调查 > 决定"),
    "matching": (pairs, "甲 - 一; 乙 - 二"),
    "hotspot": (spots, "A. 甲区"),
    "short_answer": (written, "要点"),
    "essay": (written, "要点"),
    "file_answer": (file, "要点"),
}


@pytest.mark.parametrize("language", ["zh"], indirect=True)
def test_a_question_of_each_type_is_written_from_scratch(house: House, enter: Enter, pool: str, picture: Path) -> None:
    """
    From the pool to the type, the fields, a look at the preview that says nothing is missing, kept by Ctrl+Enter: the
    page of the question shows it, and its key is the one that was meant.
    """
    page = enter(house.cast.zhao)
    for kind, (write, key) in WRITE.items():
        page.goto(f"/bank/pools/{pool}")
        page.locator(f"a[href='/bank/pools/{pool}/questions/new']").click()
        page.locator(f"a[href$='/new/{kind}']").click()
        write(page, picture)
        expect(page.locator("[data-preview] .to-do-done")).to_be_visible()
        page.locator("[name=stem]").press("Control+Enter")
        expect(page.locator(".alert-good").first).to_be_visible()
        newest = max(stored(house, pool), key=lambda one: one.type == kind)
        assert (newest.type, newest.interaction.key_summary(newest.body)) == (kind, key)
        assert newest.problems() == ()
    assert len(stored(house, pool)) == len(WRITE)


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_a_picture_a_table_and_a_formula_are_put_into_the_words(
    house: House, enter: Enter, pool: str, picture: Path
) -> None:
    """
    By the buttons above the form; a pasted picture asks what it shows; the preview draws all three.
    """
    page = enter(house.cast.zhao)
    page.goto(f"/bank/pools/{pool}/questions/new/essay")
    page.fill("[name=stem]", "看图。")
    page.locator("[data-bar-do=formula]").click()
    page.locator("[name=stem]").press("End")
    page.locator("[data-bar-do=table]").click()
    page.locator("[data-bar-do=picture]").click()
    page.locator("#picture-dialog-file").set_input_files(picture)
    page.fill("#picture-dialog-words", "检查现场")
    page.locator("[data-picture-send]").click()
    expect(page.locator("[data-preview] math")).to_be_visible()
    expect(page.locator("[data-preview] table")).to_be_visible()
    expect(page.locator("[data-preview] img[alt='检查现场']")).to_be_visible()

    pasted = base64.b64encode(a_picture()).decode()
    page.locator("[name=explanation]").evaluate(
        """(field, data) => {
          const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], "a.png", { type: "image/png" }));
          field.focus();
          field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
        }""",
        pasted,
    )
    page.fill("#picture-dialog-words", "示意图")
    page.locator("#picture-dialog-words").press("Enter")
    expect(page.locator("[name=explanation]")).to_have_value(re.compile(r"^!\[示意图\]\(picture:[0-9a-f]{64}\)$"))


@pytest.mark.parametrize("language", ["zh"], indirect=True)
def test_what_is_typed_survives_a_reload_and_another_machine(house: House, enter: Enter, pool: str) -> None:
    """
    Saved while typing, there after a reload, there in another browser, listed on the pool's page, discarded at last.
    """
    page = enter(house.cast.zhao)
    page.goto(f"/bank/pools/{pool}/questions/new/single_choice")
    page.locator("[name=stem]").press_sequentially("写到一半的题")
    expect(page.locator("[data-state][data-kind=good]")).to_be_visible(timeout=10_000)
    page.reload()
    expect(page.locator("[name=stem]")).to_have_value("写到一半的题")
    page.locator("[name=stem]").press("Control+s")
    expect(page.locator("[data-state][data-kind=good]")).to_be_visible()

    other = enter(house.cast.zhao)
    other.goto(f"/bank/pools/{pool}")
    other.locator(".own-drafts a").click()
    expect(other.locator("[name=stem]")).to_have_value("写到一半的题")
    other.locator("form[action$='/discard'] button").click()
    other.locator("dialog[open] button").first.click()
    expect(other.locator(".own-drafts")).to_have_count(0)


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_a_mistake_leads_to_its_field(house: House, enter: Enter, pool: str) -> None:
    """
    Kept too early: the summary has the focus, its link leads into the field, the words are still there.
    """
    page = enter(house.cast.zhao)
    page.goto(f"/bank/pools/{pool}/questions/new/numeric")
    page.fill("[name=answer]", "三十")
    page.locator("[data-keep]").click()
    expect(page.locator("#summary")).to_be_focused()
    page.locator("#summary a[href='#answer']").press("Enter")
    expect(page.locator("[name=answer]")).to_be_focused()
    expect(page.locator("[name=answer]")).to_have_value("三十")


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_the_preview_has_the_width_of_a_phone(house: House, enter: Enter, pool: str) -> None:
    """
    A button makes it as narrow as a phone; the page itself is usable on one, without scrolling sideways.
    """
    page = enter(house.cast.zhao)
    page.goto(f"/bank/pools/{pool}/questions/new/single_choice")
    page.locator("[data-width=phone]").last.click()
    expect(page.locator("[data-preview]")).to_have_css("max-width", "390px")
    phone = enter(house.cast.zhao, width=390, height=844)
    phone.goto(f"/bank/pools/{pool}/questions/new/hotspot")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("language", ["zh"], indirect=True)
def test_a_used_question_is_changed_and_both_versions_are_seen(house: House, enter: Enter) -> None:
    """
    A newer version is kept, the difference marks what changed, the older one stays as it was and is brought back on top.
    """
    page = enter(house.cast.zhao)
    page.goto(f"/bank/pools/{house.exam_day.pool_public_id}?type=ordering")
    page.locator("main table tbody a[href^='/bank/items/']").first.click()
    versions = page.locator("#versions ~ ol > li")
    expect(versions.first).to_be_visible()
    address = page.url.partition("?")[0]
    held = versions.count()
    page.locator("a[href$='/edit']").first.click()
    page.fill("[name=stem]", "请排出正确次序。")
    page.locator("[data-keep]").click()
    expect(page.locator(".question-stem").first).to_have_text("请排出正确次序。")

    page.locator("a[href$='/versions']").click()
    expect(page.locator(".diff mark").first).to_be_visible()
    page.locator(".version-list form button").first.click()
    page.locator("dialog[open] button").first.click()
    expect(page.locator(".version-list > li")).to_have_count(held + 2)
    page.goto(f"{address}?version={held + 1}")
    expect(page.locator(".question-stem").first).to_have_text("请排出正确次序。")


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_axe_finds_nothing_in_the_editor(house: House, enter: Enter, pool: str) -> None:
    """
    The types, an empty form of every type, a form with mistakes, a draft, the versions of a question.
    """
    page = enter(house.cast.zhao)
    page.emulate_media(reduced_motion="reduce")
    home = f"/bank/pools/{pool}/questions/new"
    found = [one for path in (home, *(f"{home}/{kind}" for kind in KINDS)) for one in violations(page, path)]
    page.fill("[name=stem]", "半个题干")
    page.locator("[data-save-draft]").click()
    expect(page.locator("[data-state][data-kind=good]")).to_be_visible()
    found += violations(page, page.url)
    page.locator("[data-keep]").click()
    expect(page.locator("#summary")).to_be_visible()
    found += [one["id"] for one in Axe().run(page, options=RULES).response["violations"]]
    page.goto(f"/bank/pools/{house.exam_day.pool_public_id}?type=matching")
    page.locator("main table tbody a[href^='/bank/items/']").first.click()
    item = page.url
    found += [
        *violations(page, f"{item}/versions"),
        *violations(page, f"{item}/copy"),
        *violations(page, f"{item}/edit"),
    ]

    assert found == []
