"""An exam day with an invigilator: what is done at one screen shows at the other within ten seconds."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from lms.accounts.queries import PersonRow
from lms.clock import system_clock
from lms.database import reading
from lms.exams.queries import ExamRow
from lms.sitting import journal
from lms.sitting.models import Attempt
from tests.browser.conftest import Enter, House
from tests.browser.test_exam_journey import answer_first_option, begin

SOON = 10_000  # milliseconds that are promised


@pytest.fixture
def exam(house: House) -> ExamRow:
    """An exam that opened a minute ago for the whole bureau."""
    opens_at = system_clock() - timedelta(minutes=1)
    return house.exam_day.published(house.exam_day.plan(opens_at=opens_at, units=(house.cast.bureau.id,)))


def desk(house: House, enter: Enter, exam: ExamRow) -> Page:
    """Zheng's screen with the live board."""
    page = enter(house.cast.zheng)
    page.goto(f"/supervision/{exam.public_id}")
    page.wait_for_selector("html[data-board=ready]")
    return page


def line(board: Page, person: PersonRow) -> str:
    """Where the board shows somebody."""
    return f'tr[data-person="{person.public_id}"]'


def carry_out(board: Page, exam: ExamRow, person: PersonRow, kind: str, *, minutes: str = "") -> None:
    """From the board to the person to the measure, and back to the board."""
    board.locator(f"{line(board, person)} a").click()
    board.locator(f'a[href*="/measures/{kind}?"]').click()
    if minutes:
        board.fill("input[name=minutes]", minutes)
    board.fill("input[name=reason]", "停电")
    board.locator("main form.sheet button[type=submit]").click()
    board.wait_for_url(f"**/supervision/{exam.public_id}")
    board.wait_for_selector("html[data-board=ready]")


def kinds(house: House, exam: ExamRow, person: PersonRow) -> list[str]:
    """What the journal holds."""
    with house.app.app_context():
        attempt = reading().query(Attempt).filter_by(exam_id=exam.id, person_id=person.id).one()
        found = [str(event.kind) for event in journal.events(reading(), attempt.id)]
        reading().rollback()
        return found


def seconds_left(page: Page) -> int:
    """The countdown."""
    hours, minutes, seconds = page.locator("#countdown .countdown-time").inner_text().split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


@pytest.mark.parametrize("language", ["zh"], indirect=True)
def test_time_given_and_a_pause_show_on_the_candidates_screen(house: House, enter: Enter, exam: ExamRow) -> None:
    """
    The board shows who works and how much is saved; ten more minutes and a pause show on the other screen within ten
    seconds; time stands still, the paper is covered, and goes on as it was.
    """
    lin = house.cast.lin
    candidate, board = enter(lin), desk(house, enter, exam)
    expect(board.locator(f"{line(board, lin)} td.number").first).to_have_text("–")
    begin(candidate, exam)
    answer_first_option(candidate, 1)
    expect(board.locator(line(board, lin))).to_have_attribute("data-state", "working", timeout=SOON)
    expect(board.locator(f"{line(board, lin)} td.number").first).to_have_text("1 / 14", timeout=SOON)

    before = seconds_left(candidate)
    carry_out(board, exam, lin, "extend", minutes="10")
    expect(candidate.locator("#told")).to_contain_text("10", timeout=SOON)
    assert before + 570 < seconds_left(candidate) <= before + 600

    carry_out(board, exam, lin, "pause")
    expect(candidate.locator("#paused")).to_be_visible(timeout=SOON)
    stands = seconds_left(candidate)
    candidate.keyboard.press("Escape")
    candidate.keyboard.press("Escape")
    candidate.wait_for_timeout(2500)
    expect(candidate.locator("#paused")).to_be_visible()
    assert seconds_left(candidate) == stands
    expect(board.locator(line(board, lin))).to_have_attribute("data-state", "paused", timeout=SOON)

    carry_out(board, exam, lin, "resume")
    expect(candidate.locator("#paused")).to_be_hidden(timeout=SOON)
    assert stands - 12 < seconds_left(candidate) <= stands
    answer_first_option(candidate, 2)
    expect(candidate.locator("#save-state")).to_have_attribute("data-state", "saved", timeout=SOON)
    assert kinds(house, exam, lin) == ["start", "answer", "extend", "pause", "resume", "answer"]


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_a_forced_hand_in_ends_the_page(house: House, enter: Enter, exam: ExamRow) -> None:
    """
    The candidate is led to the result within ten seconds; the board says who handed in.
    """
    lin = house.cast.lin
    candidate, board = enter(lin), desk(house, enter, exam)
    begin(candidate, exam)
    answer_first_option(candidate, 1)
    expect(board.locator(line(board, lin))).to_have_attribute("data-state", "working", timeout=SOON)
    carry_out(board, exam, lin, "force")

    candidate.wait_for_url("**/result", timeout=SOON)
    expect(candidate.locator("main")).to_contain_text("/ 28")
    expect(candidate.locator(".page-head")).to_contain_text(re.compile("监考人员|invigilator"))
    expect(candidate.locator(".receipt-code")).to_be_visible()
    expect(board.locator(line(board, lin))).to_have_attribute("data-state", "forced", timeout=SOON)
    assert kinds(house, exam, lin) == ["start", "answer", "force"]


@pytest.mark.parametrize("language", ["zh"], indirect=True)
def test_a_released_attempt_goes_on_at_another_machine(house: House, enter: Enter, exam: ExamRow) -> None:
    """
    The first machine is stopped within ten seconds; the second goes on with what was saved.
    """
    lin = house.cast.lin
    first, board = enter(lin), desk(house, enter, exam)
    begin(first, exam)
    address = first.url
    answer_first_option(first, 1)
    expect(first.locator("#save-state")).to_have_attribute("data-state", "saved")
    expect(board.locator(line(board, lin))).to_have_attribute("data-state", "working", timeout=SOON)
    carry_out(board, exam, lin, "release")
    first.wait_for_selector("main form[action$=take-over]", timeout=SOON)

    second = enter(lin)
    second.goto(address)
    second.locator("main form[action$=take-over] button").click()
    second.wait_for_selector("html[data-player=ready]")
    expect(second.locator("#q-1 .option input").first).to_be_checked()
    answer_first_option(second, 2)
    expect(second.locator("#save-state")).to_have_attribute("data-state", "saved", timeout=SOON)
    expect(board.locator(line(board, lin))).to_have_attribute("data-state", "working", timeout=SOON)
    assert kinds(house, exam, lin) == ["start", "answer", "release", "take_over", "answer"]


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_leaving_the_window_is_shown_as_a_hint(house: House, enter: Enter, exam: ExamRow) -> None:
    """
    The board counts it; the filter finds who left; nothing else happens to the candidate.
    """
    lin = house.cast.lin
    candidate, board = enter(lin), desk(house, enter, exam)
    begin(candidate, exam)
    candidate.evaluate("document.hasFocus = () => false; dispatchEvent(new Event('blur'))")
    candidate.wait_for_timeout(1500)
    candidate.evaluate("document.hasFocus = () => true; dispatchEvent(new Event('focus'))")
    board.select_option("#filter-state", "away")

    expect(board.locator("#lines tr")).to_have_count(1, timeout=SOON)
    expect(board.locator(f"{line(board, lin)} td.board-away")).to_have_text("1")
    expect(candidate.locator("#paused")).to_be_hidden()
    answer_first_option(candidate, 1)
    expect(candidate.locator("#save-state")).to_have_attribute("data-state", "saved", timeout=SOON)
    assert re.match("start,away,(back,)?answer", ",".join(kinds(house, exam, lin)))
