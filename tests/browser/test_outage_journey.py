"""What can go wrong at a candidate's computer: network, server, browser, a second computer, the last second."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Dialog, Error, Page, Route, expect

from lms.clock import system_clock
from lms.database import reading
from lms.exams.queries import ExamRow
from lms.sitting import journal
from lms.sitting.models import Attempt
from question_bank.attempt import Event, Kind, replay
from tests.browser.conftest import CHROMIUM, FLAGS, Enter, House
from tests.browser.test_accessibility import RULES
from tests.browser.test_exam_journey import answer_first_option, begin, saved_answers
from tests.cast import PASSWORD
from tests.exam_day import ALL_TYPES

#: resolves when the countdown shows the last second; looked at with each frame, not once in a while
LAST_SECOND = """() => new Promise(resolve => {
  const shown = document.querySelector("#countdown .countdown-time");
  const look = () => shown.textContent <= "00:00:01" ? resolve() : requestAnimationFrame(look);
  look();
})"""


@pytest.fixture(params=["zh"])
def language(request: pytest.FixtureRequest) -> str:
    """Once each: nothing here depends on words."""
    return str(request.param)


@pytest.fixture
def exam(house: House) -> ExamRow:
    """An exam that opened a minute ago for the whole bureau."""
    opens_at = system_clock() - timedelta(minutes=1)
    return house.exam_day.published(house.exam_day.plan(opens_at=opens_at, units=(house.cast.bureau.id,)))


def events(house: House, exam: ExamRow, person_id: int) -> list[Event]:
    """What somebody's journal holds."""
    with house.app.app_context():
        attempt = reading().query(Attempt).filter_by(exam_id=exam.id, person_id=person_id).one()
        return list(journal.events(reading(), attempt.id))


def saved(page: Page, slot: int, state: str) -> None:
    """The mark beside an answer says so, and the words below it are not empty."""
    expect(page.locator(f"#q-{slot}")).to_have_attribute("data-saved", state, timeout=20_000)
    expect(page.locator(f"#q-{slot} [data-save-note]")).not_to_be_empty()


def reload(page: Page) -> None:
    """Reload, and answer whatever the page asks no quicker than the quickest person can."""

    def accept(dialog: Dialog) -> None:
        time.sleep(0.3)
        dialog.accept()

    page.on("dialog", accept)
    page.reload()
    page.remove_listener("dialog", accept)
    page.wait_for_selector("html[data-player=ready]")


def until(holds: Callable[[], bool], page: Page) -> None:
    """Let the page go on until that holds, twenty seconds at most."""
    for _step in range(400):
        if holds():
            return
        page.wait_for_timeout(50)
    pytest.fail("it does not come to that within twenty seconds")


def carried(network: list[str], held: list[Route]) -> Callable[[Route], None]:
    """What a network does that is as its list says last: "slow" (holds requests), "cut" or anything else."""

    def carry(route: Route) -> None:
        match network[-1]:
            case "slow":
                held.append(route)
            case "cut":
                route.abort()
            case _:
                route.continue_()

    return carry


def test_each_answer_says_what_became_of_it(house: House, enter: Enter, exam: ExamRow) -> None:
    """
    Being sent, not saved, saved: each beside its own question; a reload while one is on its way loses nothing.
    """
    page = enter(house.cast.lin)
    begin(page, exam)
    network, held = ["slow"], list[Route]()
    page.route("**/events", carried(network, held))
    answer_first_option(page, 1)
    saved(page, 1, "sending")
    expect(page.locator("#q-2")).not_to_have_attribute("data-saved", "sending")
    until(lambda: held != [], page)
    network.append("cut")
    held[0].abort()
    saved(page, 1, "unsaved")
    network.append("whole")
    saved(page, 1, "saved")

    network.append("slow")
    answer_first_option(page, 2)
    page.locator("#q-7 input.blank").press_sequentially("30日")
    saved(page, 2, "sending")
    network.append("whole")
    reload(page)
    saved(page, 2, "saved")
    saved(page, 7, "saved")
    assert saved_answers(house, exam, house.cast.lin.id)[7] == ["30日"]
    assert sorted(saved_answers(house, exam, house.cast.lin.id)) == [1, 2, 7]


def test_a_change_of_mind_while_an_earlier_answer_is_on_its_way_counts(
    house: House, enter: Enter, exam: ExamRow
) -> None:
    """
    An answer was not sent, the page is loaded again, and the question is answered otherwise before the first answer has
    arrived: the later one counts, for whoever gave it had the earlier one before him.
    """
    page = enter(house.cast.lin)
    begin(page, exam)
    network, held = ["cut"], list[Route]()
    page.route("**/events", carried(network, held))
    answer_first_option(page, 1)
    saved(page, 1, "unsaved")
    network.append("slow")
    reload(page)
    expect(page.locator("#q-1 .option input").first).to_be_checked()
    page.locator("#q-1 .option").nth(1).click()
    network.append("whole")
    held[-1].abort()
    saved(page, 1, "saved")
    expect(page.locator("#q-1 .option input").nth(1)).to_be_checked()
    found = [event for event in events(house, exam, house.cast.lin.id) if event.slot]
    assert [event.kind for event in found] == [Kind.ANSWER, Kind.ANSWER]
    assert found[0].response != found[1].response


def test_a_reload_after_every_kind_of_answer_loses_none(house: House, enter: Enter, exam: ExamRow) -> None:
    """
    Right after a choice, several, a text being typed, a number, an order and a pair, without a moment's wait.
    """
    page = enter(house.cast.lin)
    begin(page, exam)
    kinds = [part.types[0] for part in ALL_TYPES for _n in range(2)]
    deeds = {
        "single_choice": lambda q: q.locator(".option").first.click(),
        "multiple_choice": lambda q: q.locator(".option").first.click(),
        "true_false": lambda q: q.locator(".option").first.click(),
        "fill_in": lambda q: q.locator("input.blank").press_sequentially("30日"),
        "numeric": lambda q: q.locator("[data-text]").press_sequentially("5"),
        "ordering": lambda q: q.locator("[data-move=down]").first.click(),
        "matching": lambda q: q.locator("select").first.select_option(index=1),
    }
    slots = [1 + kinds.index(kind) for kind in deeds]
    for slot, deed in zip(slots, deeds.values(), strict=True):
        deed(page.locator(f"#q-{slot}"))
        reload(page)

    for slot in slots:
        expect(page.locator(f"#q-{slot}")).to_have_attribute("data-state", "answered")
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved", timeout=20_000)
    assert sorted(saved_answers(house, exam, house.cast.lin.id)) == slots


def test_a_browser_without_a_database_of_its_own_keeps_notes(house: House, enter: Enter, exam: ExamRow) -> None:
    """
    It refuses its database, and the network is gone: a choice and a text being typed stand there after a reload, and
    are saved when the network is back.
    """
    page = enter(house.cast.lin)
    page.add_init_script("indexedDB.open = () => { throw new DOMException('refused', 'InvalidStateError'); };")
    begin(page, exam)
    network, held = ["cut"], list[Route]()
    page.route("**/events", carried(network, held))
    answer_first_option(page, 1)
    saved(page, 1, "unsaved")
    page.locator("#q-7 input.blank").press_sequentially("30日")
    reload(page)
    expect(page.locator("#q-1 .option input").first).to_be_checked()
    expect(page.locator("#q-7 input.blank")).to_have_value("30日")
    network.append("whole")
    saved(page, 7, "saved")
    assert sorted(saved_answers(house, exam, house.cast.lin.id)) == [1, 7]
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('shuyuan-exam:'))") == []


def test_a_server_that_was_away_gets_what_was_answered_meanwhile(house: House, enter: Enter, exam: ExamRow) -> None:
    """
    The server is killed; answers are "not saved" and a reload finds nothing; when it is back, the page has them and
    they are saved.
    """
    page = enter(house.cast.lin)
    begin(page, exam)
    address = page.url
    answer_first_option(page, 1)
    saved(page, 1, "saved")
    house.kill()
    try:
        answer_first_option(page, 2)
        saved(page, 2, "unsaved")
        page.on("dialog", lambda dialog: dialog.accept())
        with pytest.raises(Exception, match="ERR_CONNECTION_REFUSED"):
            page.reload()
    finally:
        house.start()
    page.goto(address)
    page.wait_for_selector("html[data-player=ready]")
    expect(page.locator("#q-2 .option input").first).to_be_checked()
    saved(page, 2, "saved")
    assert sorted(saved_answers(house, exam, house.cast.lin.id)) == [1, 2]


def test_a_first_computer_comes_back_with_answers_of_its_own(house: House, enter: Enter, exam: ExamRow) -> None:
    """
    Offline it answered two questions; a second one took over and answered one of them. Back online the first is told,
    names what it holds, and going on there the newer answer stays while the other counts.
    """
    lin = house.cast.lin
    first, second = enter(lin), enter(lin)
    begin(first, exam)
    address = first.url
    first.context.set_offline(True)
    answer_first_option(first, 1)
    answer_first_option(first, 2)
    saved(first, 2, "unsaved")

    second.goto(address)
    second.locator("main form button").click()
    second.wait_for_selector("html[data-player=ready]")
    second.locator("#q-1 .option").nth(1).click()
    saved(second, 1, "saved")
    first.context.set_offline(False)
    first.wait_for_selector("main form[action$=take-over]", timeout=20_000)
    expect(first.locator("[data-leftover] [data-slots]")).to_have_text("1、2")
    assert [one["id"] for one in Axe().run(first, options=RULES).response["violations"]] == []

    first.locator("main form button").click()
    first.wait_for_selector("html[data-player=ready]")
    saved(first, 2, "saved")
    expect(first.locator("#q-1 .option input").nth(1)).to_be_checked()
    second.wait_for_selector("main form[action$=take-over]", timeout=20_000)
    found = events(house, exam, lin.id)
    assert sorted(str(event.kind) for event in found if event.slot) == ["answer", "answer", "stale"]
    assert sorted(replay(found).answers) == [1, 2]


def test_a_first_computer_comes_back_after_the_hand_in(house: House, enter: Enter, exam: ExamRow) -> None:
    """
    What it still held is evidence: the page says so, names the questions, and the result is what it was.
    """
    lin = house.cast.lin
    first, second = enter(lin), enter(lin)
    begin(first, exam)
    address = first.url
    first.context.set_offline(True)
    answer_first_option(first, 1)
    answer_first_option(first, 3)
    saved(first, 3, "unsaved")
    second.goto(address)
    second.locator("main form button").click()
    second.wait_for_selector("html[data-player=ready]")
    second.locator("[data-hand-in]").click()
    second.locator("[data-confirm-hand-in]").click()
    second.wait_for_url("**/result")
    receipt = second.locator(".receipt-code").inner_text()

    first.context.set_offline(False)
    first.wait_for_url("**/result", timeout=20_000)
    expect(first.locator("[data-leftover] [data-slots]")).to_have_text("1、3")
    expect(first.locator(".receipt-code")).to_have_text(receipt)
    found = events(house, exam, lin.id)
    assert [event.slot for event in found if event.kind is Kind.LATE] == [1, 3]
    assert replay(found).answers == {}
    first.reload()
    first.wait_for_selector("html[data-held=told]")
    expect(first.locator("[data-leftover]")).to_be_hidden()
    assert len(events(house, exam, lin.id)) == len(found)


@contextmanager
def same_profile(browser: Browser, house: House, folder: Path) -> Iterator[Page]:
    """Lin, signed in, in a browser of its own with a profile on disk; it is killed at the end, as by a power cut."""
    context: BrowserContext = browser.browser_type.launch_persistent_context(
        str(folder), executable_path=CHROMIUM, args=FLAGS, base_url=house.address, locale="zh-CN"
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("input[name=staff_number]", house.cast.lin.staff_number)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    yield page
    for pid in _processes(f"--user-data-dir={folder}"):
        os.kill(pid, signal.SIGKILL)
    with suppress(Error):
        context.close()


def _processes(word: str) -> list[int]:
    """Those whose command line has a word."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def test_a_browser_that_crashed_still_holds_what_was_not_sent(
    house: House, browser: Browser, exam: ExamRow, tmp_path: Path
) -> None:
    """
    kill -9 of the browser with unsent answers; the same profile later: after signing in and going on here they are
    sent.
    """
    with same_profile(browser, house, tmp_path) as page:
        begin(page, exam)
        address = page.url
        page.route("**/events", lambda route: route.abort())
        answer_first_option(page, 1)
        answer_first_option(page, 4)
        saved(page, 4, "unsaved")
        assert _processes(f"--user-data-dir={tmp_path}")
    assert saved_answers(house, exam, house.cast.lin.id) == {}

    with same_profile(browser, house, tmp_path) as page:
        page.goto(address)
        expect(page.locator("[data-leftover] [data-slots]")).to_have_text("1、4")
        page.locator("main form button").click()
        page.wait_for_selector("html[data-player=ready]")
        saved(page, 4, "saved")
        expect(page.locator("#q-1 .option input").first).to_be_checked()
    assert sorted(saved_answers(house, exam, house.cast.lin.id)) == [1, 4]


def test_the_last_second(house: House, enter: Enter) -> None:
    """
    What is typed in the last second counts. Who is offline then is told to keep the page, which leads nowhere until the
    server is there again; what comes then is evidence.
    """
    lin, wang = house.cast.lin, house.cast.wang
    online, offline = enter(lin), enter(wang)
    moment = system_clock() - timedelta(seconds=46)
    plan = house.exam_day.plan(opens_at=moment, hours=1, minutes=1, units=(house.cast.bureau.id,))
    exam = house.exam_day.published(replace(plan, closes_at=moment + timedelta(seconds=62)))
    begin(offline, exam)
    offline.context.set_offline(True)
    answer_first_option(offline, 2)
    begin(online, exam)
    online.evaluate(LAST_SECOND)
    online.locator("#q-7 input.blank").fill("30日")

    expect(online.locator("#time-over")).to_be_visible(timeout=4_000)
    expect(offline.locator("#time-over")).to_have_attribute("data-state", "unsent", timeout=4_000)
    online.wait_for_url("**/result", timeout=20_000)
    assert replay(events(house, exam, lin.id)).answers == {7: ["30日"]}
    online.wait_for_selector("html[data-held=told]")
    expect(online.locator("[data-leftover]")).to_be_hidden()

    expect(offline.locator("#time-over")).to_be_visible()
    assert not offline.url.endswith("/result")
    offline.context.set_offline(False)
    offline.wait_for_url("**/result", timeout=20_000)
    found = events(house, exam, wang.id)
    assert [(event.kind, event.slot) for event in found if event.slot] == [(Kind.LATE, 2)]
