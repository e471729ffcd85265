"""A paper shown one question at a time, or all on one page; what is said before handing in; what a screen reader hears."""

from dataclasses import replace
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

import tests.exam_day
from lms.clock import system_clock
from lms.exams.queries import ExamRow
from question_bank.item import Stimulus
from tests.browser.conftest import Enter, House
from tests.browser.test_accessibility import RULES
from tests.browser.test_exam_journey import answer_first_option, begin
from tests.browser.test_waiting_journey import LISTEN
from tests.exam_day import ExamDay, make_exam_day, section, wordings


@pytest.fixture(params=["zh"])
def language(request: pytest.FixtureRequest) -> str:
    """Once each: nothing here depends on words."""
    return str(request.param)


def opened(day: ExamDay, minutes: int = 60, presentation: str = "all", **more: object) -> ExamRow:
    """An exam that opened a minute ago for the whole bureau."""
    moment = system_clock() - timedelta(minutes=1)
    plan = day.plan(opens_at=moment, units=(day.cast.bureau.id,), minutes=minutes, **more)  # type: ignore[arg-type]
    return day.published(replace(plan, blueprint=replace(plan.blueprint, presentation=presentation)))


def at(page: Page, slot: int) -> None:
    """Question `slot` alone is shown and current, and the address says so."""
    expect(page.locator(".question:visible")).to_have_count(1)
    expect(page.locator(f"#q-{slot}")).to_be_visible()
    expect(page.locator(f'#answer-card [href="#q-{slot}"]')).to_have_attribute("aria-current", "true")
    assert page.evaluate("location.hash") == f"#q-{slot}"


def test_one_question_at_a_time(house: House, enter: Enter) -> None:
    """
    The exam begins so; buttons, answer card and keys lead from question to question, with the focus on its heading;
    keys that a control needs are left to it; a reload stays at the place; all on one page is one press away.
    """
    page = enter(house.cast.lin)
    begin(page, opened(house.exam_day, presentation="one"))
    at(page, 1)
    page.locator('[data-step="1"]').click()
    at(page, 2)
    expect(page.locator("#q-2-number")).to_be_focused()
    page.keyboard.press("ArrowRight")
    at(page, 3)
    page.keyboard.press("PageDown")
    at(page, 4)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("PageUp")
    at(page, 2)

    page.locator("#q-2 input").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    at(page, 2)
    expect(page.locator("#q-2 input:checked")).to_have_count(1)
    page.locator('#answer-card [href="#q-7"]').click()
    at(page, 7)
    page.locator("#q-7 input.blank").fill("30日")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("PageDown")
    at(page, 7)
    page.locator("#q-7 [data-flag]").click()
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    assert [one["id"] for one in Axe().run(page, options=RULES).response["violations"]] == []

    page.reload()
    page.wait_for_selector("html[data-player=ready]")
    at(page, 7)
    expect(page.locator("#q-7 input.blank")).to_have_value("30日")
    page.locator('[data-view="all"]').click()
    expect(page.locator(".question:visible")).to_have_count(14)
    page.reload()
    page.wait_for_selector("html[data-player=ready]")
    expect(page.locator(".question:visible")).to_have_count(14)


def test_what_is_blank_or_flagged_is_named_before_handing_in(house: House, enter: Enter) -> None:
    """
    By its number, each of which leads to the question; all answered and nothing flagged: no such list.
    """
    page = enter(house.cast.lin)
    begin(page, opened(house.exam_day, sections=(section("single_choice", 4),), presentation="one"))
    for slot in (1, 3):
        page.locator(f'#answer-card [href="#q-{slot}"]').click()
        answer_first_option(page, slot)
    page.locator("#q-3 [data-flag]").click()
    page.locator("[data-hand-in]").click()
    expect(page.locator("[data-numbers=blank] li")).to_have_text(["2", "4"])
    expect(page.locator("[data-numbers=flagged] li")).to_have_text(["3"])
    assert [one["id"] for one in Axe().run(page, options=RULES).response["violations"]] == []

    for slot in (4, 2):
        page.locator(f'[data-numbers=blank] [href="#q-{slot}"]').click()
        expect(page.locator("#hand-in")).to_be_hidden()
        at(page, slot)
        answer_first_option(page, slot)
        page.locator("[data-hand-in]").click()
    expect(page.locator("[data-numbers=blank]")).to_be_hidden()
    expect(page.locator("[data-numbers=flagged] li")).to_have_count(1)


def test_material_stands_with_the_question_that_is_shown(
    house: House, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    One at a time, each question of a case has its material; on one page it stands once, with the first of them.
    """
    case = Stimulus("case", "案情", "某店销售过期食品。")
    written = [replace(one, stimulus=case if one.type == "true_false" else None) for one in wordings()]
    monkeypatch.setattr(tests.exam_day, "wordings", lambda: written)
    day = make_exam_day(house.app, house.cast, system_clock())
    page = enter(house.cast.lin)
    begin(page, opened(day, sections=(section("single_choice", 1), section("true_false", 3)), presentation="one"))
    shown = page.locator(".stimulus:visible")
    expect(shown).to_have_count(0)
    for slot in (2, 3, 4, 3):
        page.locator(f'#answer-card [href="#q-{slot}"]').click()
        expect(page.locator(f"#q-{slot} .stimulus")).to_be_visible()
        expect(shown).to_have_count(1)
    page.locator('[data-view="all"]').click()
    expect(page.locator("#q-2 .stimulus")).to_be_visible()
    expect(shown).to_have_count(1)


def test_the_time_is_spoken_four_times_and_no_more(house: House, enter: Enter) -> None:
    """
    A screen reader hears 30, 10, 5 and 1 minutes, whatever the seconds do.
    """
    page, exam = enter(house.cast.lin), opened(house.exam_day, minutes=31)
    page.clock.install()
    begin(page, exam)
    page.context.set_offline(True)  # the server's clock does not jump with the page's
    page.evaluate(LISTEN, "#spoken-time")
    page.clock.run_for("30:50")
    assert [text.split()[-1] for text in page.evaluate("heard.map(text => text.replace(/\\D+/g, ' ').trim())")] == [
        "30", "10", "5", "1"
    ]  # fmt: skip
    expect(page.locator("#countdown")).to_have_attribute("data-level", "last")
