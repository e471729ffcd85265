"""Step 4 of the journey: a trainee sits an exam; the network fails; nothing is lost."""

import sqlite3
import time
from contextlib import closing
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from lms.clock import system_clock
from lms.database import reading
from lms.exams.queries import ExamRow
from lms.sitting import journal
from lms.sitting.models import Attempt
from question_bank.attempt import replay
from tests.browser.conftest import Enter, House


@pytest.fixture
def exam(house: House) -> ExamRow:
    """An exam that opened a minute ago for the whole bureau."""
    opens_at = system_clock() - timedelta(minutes=1)
    return house.exam_day.published(house.exam_day.plan(opens_at=opens_at, units=(house.cast.bureau.id,)))


def begin(page: Page, exam: ExamRow) -> None:
    """From the list of exams to the first question."""
    page.goto("/sitting/")
    page.locator(f'a[href="/sitting/exam/{exam.public_id}"]').last.click()
    page.locator("main form button").click()
    page.wait_for_selector("html[data-player=ready]")


def saved_answers(house: House, exam: ExamRow, person_id: int) -> dict[int, object]:
    """What the server holds."""
    with house.app.app_context():
        attempt = reading().query(Attempt).filter_by(exam_id=exam.id, person_id=person_id).one()
        return replay(journal.events(reading(), attempt.id)).answers


def answer_first_option(page: Page, slot: int) -> None:
    """Pick the first option of a choice question."""
    page.locator(f"#q-{slot} .option").first.click()


def test_an_exam_from_the_door_to_the_result(house: House, enter: Enter, exam: ExamRow) -> None:
    """
    Start, answer every type, flag, hand in after the counts were shown, see the result.
    """
    page = enter(house.cast.lin)
    begin(page, exam)
    for slot in (1, 2, 3, 4, 5, 6):
        answer_first_option(page, slot)
    for slot in (7, 8):
        page.locator(f"#q-{slot} input.blank").fill("30日")
    for slot in (9, 10):
        page.locator(f"#q-{slot} [data-text]").fill("5")
    page.locator("#q-11 [data-move=down]").first.click()
    page.locator("#q-13 select").first.select_option(index=1)
    page.locator("#q-14 [data-flag]").click()
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved", timeout=10_000)
    assert len(saved_answers(house, exam, house.cast.lin.id)) == 12

    page.locator("[data-hand-in]").click()
    expect(page.locator("#hand-in [data-count=blank]")).to_have_text("2")
    expect(page.locator("#hand-in [data-count=flagged]")).to_have_text("1")
    page.locator("[data-confirm-hand-in]").click()
    page.wait_for_url("**/result")
    expect(page.locator("main")).to_contain_text("/ 28")
    page.locator("main a[href$=review]").click()
    expect(page.locator(".review > li")).to_have_count(14)


def test_answers_given_without_network_arrive_later(house: House, enter: Enter, exam: ExamRow) -> None:
    """
    Offline the page says "not saved" and keeps the answers; back online all of them reach the server.
    """
    page = enter(house.cast.lin)
    begin(page, exam)
    answer_first_option(page, 1)
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")

    page.context.set_offline(True)
    for slot in (2, 3, 4, 5):
        answer_first_option(page, slot)
    expect(page.locator("#save-state")).to_have_attribute("data-state", "unsaved")
    assert sorted(saved_answers(house, exam, house.cast.lin.id)) == [1]

    page.context.set_offline(False)
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved", timeout=20_000)
    assert sorted(saved_answers(house, exam, house.cast.lin.id)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("language", ["zh"], indirect=True)
def test_a_database_that_cannot_be_written_is_shown(house: House, enter: Enter, exam: ExamRow) -> None:
    """
    Behind a lock that somebody holds the page says "not saved" before the server has given up, and sends again of itself;
    when the lock is gone the answer arrives.
    """
    page = enter(house.cast.wang)
    begin(page, exam)
    state, sent = page.locator("#save-state"), []
    page.on("request", lambda request: sent.append(request.url) if "/events" in request.url else None)
    with closing(sqlite3.connect(house.config.data / "shuyuan.db", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        answer_first_option(page, 1)
        expect(state).to_have_attribute("data-state", "unsaved", timeout=9_000)
        until = time.monotonic() + 40
        while len(sent) < 2 and time.monotonic() < until:
            page.wait_for_timeout(200)
        assert len(sent) > 1
        expect(state).to_have_attribute("data-state", "unsaved")
        assert saved_answers(house, exam, house.cast.wang.id) == {}
        holder.execute("ROLLBACK")

    expect(state).to_have_attribute("data-state", "saved", timeout=60_000)
    assert sorted(saved_answers(house, exam, house.cast.wang.id)) == [1]


def test_a_reload_keeps_answers_that_were_not_sent(house: House, enter: Enter, exam: ExamRow) -> None:
    """
    Answers that only this computer holds survive a reload of the page and are then sent.
    """
    page = enter(house.cast.lin)
    begin(page, exam)
    page.route("**/events", lambda route: route.abort())
    answer_first_option(page, 1)
    expect(page.locator("#save-state")).to_have_attribute("data-state", "unsaved")
    page.unroute("**/events")

    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.wait_for_selector("html[data-player=ready]")

    expect(page.locator("#q-1 .option input").first).to_be_checked()
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved", timeout=10_000)
    assert sorted(saved_answers(house, exam, house.cast.lin.id)) == [1]


def test_a_second_machine_takes_over(house: House, enter: Enter, exam: ExamRow) -> None:
    """
    The second log-in is asked, takes over with all answers; the first one is told and cannot write.
    """
    first, second = enter(house.cast.lin), enter(house.cast.lin)
    begin(first, exam)
    answer_first_option(first, 1)
    expect(first.locator("#save-state")).to_have_attribute("data-state", "saved")

    second.goto(first.url)
    second.locator("main form button").click()
    second.wait_for_selector("html[data-player=ready]")
    expect(second.locator("#q-1 .option input").first).to_be_checked()

    answer_first_option(first, 2)
    first.wait_for_selector("main form[action$=take-over]")
    assert sorted(saved_answers(house, exam, house.cast.lin.id)) == [1]
