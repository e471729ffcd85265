"""A cadre's month in the browser: what is due at home, a unit, a class, learning elsewhere, an exam; all of it in the transcript."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Locator, Page, expect

from lms.accounts import service as accounts
from lms.accounts.errors import AlreadyGranted
from lms.accounts.passwords import CHEAP, Hasher
from lms.accounts.policy import Role
from lms.accounts.queries import PersonRow
from lms.clock import system_clock, today
from lms.database import reading, writing
from lms.exams.queries import ExamRow
from lms.study import queries as study
from tests.browser.conftest import Enter, House
from tests.browser.test_learning_journey import finish
from tests.cast import FOUNDED, PASSWORD, post, sign_in
from tests.claims.test_claims import TRIP, picture
from tests.classes.school import School
from tests.exam_day import section
from tests.plans.academy import make_course, make_plan


@dataclass
class Month:
    """The cadre of this journey, alone in office A2, and what the managers prepared: a plan, a class, an exam."""

    house: House
    person: PersonRow
    school: School
    exam: ExamRow
    title: str
    held: str

    def counted(self) -> int:
        """Milliseconds of today that the ledger of study time has."""
        with self.house.app.app_context():
            found = study.counted_on(reading(), self.person.id, system_clock())
            reading().rollback()
            return found


@pytest.fixture
def month(house: House, language: str) -> Month:
    """Prepared by the managers' own forms; one person for each language, so that nothing was learned before."""
    with house.app.app_context(), writing() as session:
        person = accounts.add_person(
            session, staff_number=f"M-{language}", name="文月", unit_id=house.cast.office_a2.id, from_date=FOUNDED
        )
        accounts.store_password(session, person.id, hashed=Hasher(CHEAP).hash(PASSWORD))
    school = School(house.app, house.cast)
    sections = (section("single_choice"),)
    opens = system_clock() - timedelta(minutes=1)
    exam = house.exam_day.published(
        house.exam_day.plan(sections=sections, opens_at=opens, units=(house.cast.office_a2.id,))
    )
    title = f"月度学法 {language}"
    _required(house, school.qian, title)
    return Month(house, person, school, exam, title, _class(house, school, person, f"月度培训班 {language}"))


def _required(house: House, manager: FlaskClient, title: str) -> None:
    """An open plan for the office, of the one unit that there is."""
    with house.app.app_context():
        day = today()
    course = make_course(manager, [house.academy.unit])
    changed = {"title": title, "starts": day.isoformat(), "day": (day + timedelta(days=30)).isoformat()}
    plan = make_plan(manager, course, units=house.cast.office_a2.public_id, **changed)
    assert post(manager, f"/plans/plan/{plan}/open").status_code == 303


def _class(house: House, school: School, person: PersonRow, name: str) -> str:
    """An approved class of today with one session that lasts all day; its address."""
    with house.app.app_context():
        day = today().isoformat()
    at = school.begin(name=name, first_day=day, last_day=day, planned_hours="2")
    school.call(at, [person])
    assert school.session(at, "00:00", "23:59", "2", day=day).status_code == 303
    assert school.step(at, "submit") == "submitted"
    assert school.step(at, "approve", school.feng) == "approved"
    return at


@contextmanager
def answered(page: Page) -> Iterator[None]:
    """What is done inside ends with another page, which is waited for."""
    with page.expect_navigation():
        yield


def look_until(page: Page, address: str, found: Locator) -> None:
    """Open a page again and again until a job has written what is looked for; fails after fifteen seconds."""
    for _look in range(30):
        page.goto(address)
        if found.count():
            return
        page.wait_for_timeout(500)
    expect(found.first).to_be_visible()


def test_a_month(house: House, enter: Enter, month: Month, language: str, tmp_path: Path) -> None:
    """
    Home says what is due; the unit is read with time that counts, the class signed in to by the code of the room, the trip claimed
    with its evidence, the exam sat. The transcript has all four with the unit of the organisation and their hours; the account
    says why; the print and the package are on the disk.
    """
    page = enter(month.person)
    due = page.locator(".agenda li", has_text=month.title)
    look_until(page, "/", due)
    expect(page.locator(".agenda", has_text="食品安全年度考试")).to_be_visible()

    study_the_unit(page, month, due)
    attend_the_class(page, month)
    claim_the_trip(page, month, tmp_path)
    sit_the_exam(page, month)

    rows = {
        "简易程序怎么用" if language == "zh" else "Using the summary procedure": "1.5",
        f"月度培训班 {language}": "2",
        "赴外地考察智慧监管": "12.5",
        "食品安全年度考试": "4 / 4",
    }
    for title, said in rows.items():
        row = page.locator("main table").first.locator("tr", has_text=title)
        look_until(page, "/transcripts/", row)
        expect(row).to_contain_text(said)
        expect(row).to_contain_text("景山所")
    expect(page.locator(".stat dd").first).to_have_text("16")

    page.goto("/hours/")
    line = page.locator("li.sheet", has_text=f"月度培训班 {language}")
    line.locator("summary").click()
    expect(line.locator("details li").first).to_be_visible()
    expect(line.locator("summary")).to_contain_text("2")
    taken_home(page, month, tmp_path)


def study_the_unit(page: Page, month: Month, due: Locator) -> None:
    """From home to the unit; the pages are read, their time counts, and the check is passed."""
    with answered(page):
        due.locator(".button").click()
    with answered(page):
        page.locator(f'main a.button[href$="/courses/{month.house.academy.unit}"]').click()
    with answered(page):
        page.locator(".page-head-actions a").click()
    page.wait_for_timeout(1500)
    finish(page, month.house)
    for _look in range(20):  # what was read is told when a page is left
        if month.counted():
            break
        page.wait_for_timeout(250)
    assert month.counted() >= 1000


def attend_the_class(page: Page, month: Month) -> None:
    """The timetable, the code of the room, and after the closing by two managers the result."""
    page.goto("/my-classes/")
    with answered(page):
        page.locator("main a[href*='/my-classes/']", has_text="月度培训班").first.click()
    (session,) = month.school.sessions(month.held)
    expect(page.locator("main table").first).to_contain_text("23:59")
    shown = month.school.qian.get(f"{month.held}/sheets/{session}/code").text
    page.fill("form.sign-in input[name=code]", shown.split('room-code-signs">')[1].split("<")[0])
    with answered(page):
        page.locator("form.sign-in .actions button").click()
    expect(page.locator("main table .badge").first).to_be_visible()
    assert month.school.step(month.held, "propose") == "closing"
    assert month.school.step(month.held, "confirm", month.school.feng) == "closed"
    look_until(page, page.url, page.locator(".alert-good", has_text="2"))


def claim_the_trip(page: Page, month: Month, folder: Path) -> None:
    """Learning elsewhere with a picture of its certificate; one manager confirms, one above approves fewer hours."""
    file = folder / "证书.png"
    file.write_bytes(picture())
    page.goto("/claims/")
    page.select_option("#channel", "trip")
    for name, value in TRIP.items():
        if name not in ("channel", "level"):
            page.fill(f"#{name}", value)
    with answered(page):
        page.locator("form.form .actions button").click()
    claim = page.url
    page.locator("input[type=file]").set_input_files(file)
    with answered(page):
        page.locator("form[enctype] .actions button").click()
    page.locator("form[action$='/submit'] button").click()
    with answered(page):
        page.locator("#confirm-dialog button[value=yes]").click()
    desk = f"/claim-desk/{claim.rsplit('/', 1)[1]}"
    with month.house.app.app_context(), suppress(AlreadyGranted), writing() as session:
        accounts.grant_role(session, month.house.cast.chen.id, Role.TRAINING_MANAGER, reason="测试", by=None)
    above = sign_in(month.house.app.test_client(), month.house.cast.chen)
    assert post(month.school.qian, f"{desk}/confirm").status_code == 303
    assert post(above, f"{desk}/approve", hours="12.5").status_code == 303
    page.goto(claim)
    expect(page.locator(".page-head .badge")).to_have_class("badge badge-good")


def sit_the_exam(page: Page, month: Month) -> None:
    """Two questions, both right; the score is there at once."""
    page.goto(f"/sitting/exam/{month.exam.public_id}")
    page.locator("main form button").click()
    page.wait_for_selector("html[data-player=ready]")
    for slot in (1, 2):
        page.locator(f"#q-{slot} .option", has_text="对").first.click()
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved", timeout=10_000)
    page.locator("[data-hand-in]").click()
    page.locator("[data-confirm-hand-in]").click()
    page.wait_for_url("**/result")
    expect(page.locator(".stat-good dd").first).to_contain_text("4")


def taken_home(page: Page, month: Month, folder: Path) -> None:
    """The print of the transcript and the package of evidence as files."""
    page.goto("/transcripts/")
    with answered(page):
        page.locator(".page-head-actions form button").click()
    download = page.locator('a[href$="/transcript.pdf"]')
    look_until(page, page.url, download)
    with page.expect_download() as caught:
        download.click()
    caught.value.save_as(folder / "transcript.pdf")
    assert (folder / "transcript.pdf").read_bytes().startswith(b"%PDF")
    address = f"/evidence/people/{month.person.public_id}"
    page.goto(address)
    with answered(page):
        page.locator("form[action$='/package'] button").click()
    package = page.locator("main a[href*='/evidence/packages/']")
    look_until(page, address, package)
    with answered(page):
        package.first.click()
    with page.expect_download() as caught:
        page.locator('a[href$="/evidence.zip"]').click()
    caught.value.save_as(folder / "evidence.zip")
    assert "verify.html" in zipfile.ZipFile(folder / "evidence.zip").namelist()
