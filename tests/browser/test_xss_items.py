"""Scripts in questions (S1), seen by everybody who sees questions, in a real browser: 0 executions.

The browser is told to ignore the content security policy, so that what is proved is the escaping itself; the policy is
a second wall that `tests/security/test_headers.py` proves.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Dialog, FilePayload, Frame, Page, Request, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.queries import PersonRow
from lms.bank import pictures, service
from lms.bank.models import Item, ItemEvent, LawChange, Pool
from lms.clock import system_clock
from lms.database import db, reading, writing
from lms.exams import queries as exams
from lms.marking import allotting, plans
from lms.sitting import telling
from lms.sitting.deeds import End, Save
from lms.sitting.writer import Writer
from question_bank.attempt import Incoming, Kind
from question_bank.blueprint import Section
from question_bank.interactions import KINDS
from question_bank.item import ItemVersion
from question_bank.moderation import Marking
from tests.browser import hostile
from tests.browser.conftest import House
from tests.browser.hostile import OWN, Speaker
from tests.cast import PASSWORD
from tests.marking.essays import start_of
from tests.marking.essays import viewer as a_viewer
from tests.security.house import a_picture
from tests.sitting.cohort import SESSION

#: of the corpus in each field; twelve types in two versions with some forty fields each take all of it
SHARE = 7
#: of the corpus in each question of the crowded pool
AT_ONCE = 25
#: whatever strings call: a call of it is an execution
HOOK = """
window.__acted = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"])
  window[name] = (...words) => { window.__acted.push(`${name}(${words.join()})`); return null; };
"""
#: what has no business on a page: handlers, addresses that run, elements from elsewhere
SEEN = """() => {
  const found = [...window.__acted], own = location.origin + "/";
  for (const one of document.querySelectorAll("*")) {
    for (const { name, value } of one.attributes) {
      if (/^on/i.test(name)) found.push(`${one.tagName} ${name}`);
      if (/^(href|src|action|formaction|data|poster|srcset|xlink:href)$/i.test(name)
          && /^(javascript|vbscript|data):/i.test(value.replace(/[\\u0000-\\u0020]/g, ""))) found.push(`${one.tagName} ${value}`);
    }
    if (/^(iframe|object|embed|base|applet|frame|frameset)$/i.test(one.tagName)) found.push(one.tagName);
    if (one.matches("script:not([src]):not([type='application/json']), meta[http-equiv], style")) found.push(one.outerHTML.slice(0, 80));
    if (one.matches("script[src], link[href], img[src]") && !(one.src || one.href).startsWith(own)) found.push(one.outerHTML.slice(0, 80));
    if (one.matches("form") && !new URL(one.getAttribute("action") || "", own).href.startsWith(own)) found.push("form elsewhere");
  }
  return found;
}"""


@dataclass
class Watched:
    """A window in which everything is noted that strings might bring about."""

    page: Page
    address: str
    found: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """From now on."""
        self.page.context.add_init_script(HOOK)
        self.page.context.route("**/*", self._asked)
        self.page.on("dialog", self._dialog)
        self.page.on("framenavigated", self._navigated)

    def look(self, path: str, *, ready: str = "") -> None:
        """Open a page, wait until its scripts have done their work, and note what it holds."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.ok, f"{path} answered {answer.status}"
        if ready:
            self.page.wait_for_selector(ready)
        self.note(path)

    def note(self, path: str) -> None:
        """What the page has done and holds now."""
        self.found += [f"{path} {one}" for one in self.page.evaluate(SEEN)]

    def sign_in(self, person: PersonRow) -> None:
        """As one of the cast."""
        self.page.goto("/sign-in")
        self.page.fill("input[name=staff_number]", person.staff_number)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main form button[type=submit]")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        self.watch()

    def _asked(self, route: Route, request: Request) -> None:
        if request.url.startswith(self.address):
            route.fallback()
            return
        self.found.append(f"asked for {request.url}")
        route.abort()

    def _dialog(self, dialog: Dialog) -> None:
        if dialog.type != "beforeunload":
            self.found.append(f"{dialog.type} {dialog.message}")
        dialog.accept()

    def _navigated(self, frame: Frame) -> None:
        if not frame.url.startswith(self.address):
            self.found.append(f"went to {frame.url}")


@dataclass
class Hostile:
    """The pool, its questions by type, the crowded pool, and an exam."""

    pool: str
    items: dict[str, str]
    crowded: str
    exam: str = ""
    written: str = ""


@pytest.fixture(scope="module")
def hostile_bank(house: House) -> Hostile:
    """Questions of each type whose every field wants to act, on a paper, worded anew, talked about, in review."""
    strings = hostile.corpus()
    say = Speaker(strings, SHARE)
    with house.app.app_context():
        with writing() as session:
            digest = pictures.keep(session, a_picture(), folder=house.config.media, by=house.cast.zhao.id).sha256
            pool = make_pool(session, house, say.plain(), say.plain())
            items = [store(session, pool, one, house) for one in hostile.wordings(say, digest)]
            crowd = make_pool(session, house, "crowded", "")
            for one in hostile.crowded(strings, AT_ONCE):
                store(session, crowd, one, house)
            pool_id, found = pool.id, Hostile(pool.public_id, dict(items), crowd.public_id)
        found.exam = publish(house, pool_id, say.plain()[:120])
        found.written = write(house, pool_id, say)
        with writing() as session:
            word_anew(session, house, pool_id, hostile.wordings(say, digest), say)
    return found


def make_pool(session: Session, house: House, name: str, purpose: str) -> Pool:
    """A pool of Zhao's that asks for review; nobody asks how long its name is."""
    pool = Pool(name=name, purpose=purpose, reviewed=True, created_by=house.cast.zhao.id, created_at=system_clock())
    session.add(pool)
    session.flush()
    return pool


def store(session: Session, pool: Pool, version: ItemVersion, house: House) -> tuple[str, str]:
    """The question as its first version, on papers; its type and public id."""
    item = Item(pool_id=pool.id, ref=version.ref, drawn=1, created_at=system_clock())
    session.add(item)
    session.flush()
    session.add(service.stored_version(item.id, 1, version, house.cast.zhao.id))
    return version.type, item.public_id


def word_anew(session: Session, house: House, pool_id: int, versions: list[ItemVersion], say: Speaker) -> None:
    """Each question says something else, waits for review, has been talked about, and its law has changed."""
    zhao, feng, moment = house.cast.zhao.id, house.cast.feng.id, system_clock()
    for version in versions:
        item = session.scalars(select(Item).filter_by(pool_id=pool_id, ref=version.ref)).one()
        item.newest, item.state, item.suspended = 2, "in_review", "law_changed"
        session.add(service.stored_version(item.id, 2, version, zhao))
        for act, by in (("word", zhao), ("submit", zhao), ("comment", feng)):
            session.add(ItemEvent(item_id=item.id, number=2, act=act, comment=say.plain(), by=by, at=moment))
        change = {"title": say.plain(), "article": say.plain(), "before": say.plain(), "after": say.plain()}
        session.add(
            LawChange(item_id=item.id, how="amended", **change, moved_to=say.plain(), word=item.public_id, at=moment)
        )
        change |= {"reason": say.plain()}
        session.add(LawChange(item_id=item.id, how="repealed", **change, word=version.type, at=moment))


def publish(house: House, pool_id: int, title: str) -> str:
    """An exam of all types that need no marker, open to the bureau; its public id."""
    kinds = [key for key, kind in KINDS.items() if kind.MACHINE_SCORED]
    sections = tuple(Section(OWN[n], (kind,), (), 1, Decimal(1)) for n, kind in enumerate(kinds))
    moment = system_clock() - timedelta(minutes=1)
    plan = house.exam_day.plan(sections=sections, opens_at=moment, units=(house.cast.bureau.id,))
    return house.exam_day.published(replace(plan, title=title, pool_id=pool_id)).public_id


def write(house: House, pool_id: int, say: Speaker) -> str:
    """An exam of which Wang has written an essay and a short answer, on the desk of Chen; its public id."""
    moment = system_clock()
    sections = tuple(Section(OWN[n], (kind,), (), 1, Decimal(10)) for n, kind in enumerate(("essay", "short_answer")))
    plan = house.exam_day.plan(
        sections=sections, minutes=1, opens_at=moment - timedelta(minutes=5), release="by_hand",
        units=(house.cast.branch_b.id,),
    )  # fmt: skip
    plan = replace(plan, title=say.plain()[:120], pool_id=pool_id, closes_at=moment + timedelta(seconds=4))
    exam = house.exam_day.published(plan)
    versions, writer, at = exams.frozen(reading(), exam.id).pool.versions, Writer(db.engine), system_clock()
    begun = start_of(exam, house.cast.wang, at)
    reading().rollback()
    name = writer.do_all([begun])[0].public_id
    answers = [Incoming("window0001", n, Kind.ANSWER, n, say.rich()[:9000], 10**6) for n in (1, 2)]
    writer.do_all([Save(name, SESSION, answers, at)])
    writer.do_all([End(name, SESSION, at, versions, exam.blueprint)])
    with writing() as session:
        telling.settle(session, exam.id)
    time.sleep(max(0.0, (plan.closes_at - system_clock()).total_seconds() + 0.2))
    rules, zhao = Marking(double=False, control_share=Decimal(0)), a_viewer(house.cast.zhao)
    with writing() as session:
        plans.set_rules(session, exam, rules, zhao)
        plans.add_marker(session, exam, house.cast.chen, zhao, adjudicates=True)
    drawn = allotting.draw(reading(), exam, rules, report=lambda _done: None)
    reading().rollback()
    with writing() as session:
        allotting.keep(session, exam, drawn)
    return exam.public_id


@pytest.fixture
def window(browser: Browser, house: House) -> Iterator[Watched]:
    """A window without content security policy."""
    context = browser.new_context(locale="zh-CN", base_url=house.address, bypass_csp=True)
    yield Watched(context.new_page(), house.address)
    context.close()


def test_the_watch_sees_what_acts(window: Watched, house: House) -> None:
    """
    Strings put on a page as they stand are executed, ask elsewhere and are seen: what follows can fail.
    """
    window.sign_in(house.cast.lin)
    window.look("/sitting/")
    window.page.evaluate("words => { document.body.innerHTML = words; }", " ".join(OWN[1:3] + OWN[-8:-6]))
    window.page.wait_for_function("window.__acted.length > 1")
    window.note("raw")

    assert any("alert(2)" in one for one in window.found)
    assert any("elsewhere.example" in one for one in window.found)
    assert any("IMG onerror" in one for one in window.found)


def test_nothing_acts_on_the_pages_of_an_author(window: Watched, house: House, hostile_bank: Hostile) -> None:
    """
    Lists, coverage, laws, export, and of each type the question, its editor with a look at it, and its difference.
    """
    window.sign_in(house.cast.zhao)
    pool = f"/bank/pools/{hostile_bank.pool}"
    for path in (
        "/bank/",
        pool,
        f"{pool}?q=alert",
        f"{pool}/coverage",
        f"{pool}/law",
        f"{pool}/edit",
        f"{pool}/export",
    ):
        window.look(path)
    for item in hostile_bank.items.values():
        for path in (
            f"/bank/items/{item}",
            f"/bank/items/{item}?version=1",
            f"/bank/items/{item}/versions",
            f"/bank/items/{item}/copy",
        ):
            window.look(path)
        window.look(f"/bank/items/{item}/edit")
        with window.page.expect_response("**/look/**"):
            window.page.locator("[name=stem]").press_sequentially("x")
        window.page.wait_for_timeout(50)
        window.note(f"the look at {item}")

    assert window.found == []


def test_nothing_acts_in_print(window: Watched, house: House, hostile_bank: Hostile) -> None:
    """
    The whole corpus in stems, options, reasons, explanations and particulars, as a committee prints it.
    """
    window.sign_in(house.cast.zhao)
    for pool in (hostile_bank.pool, hostile_bank.crowded):
        window.look(f"/bank/pools/{pool}/print?all=1&shown=1&with[]=key&with[]=particulars&with[]=statistics")

    assert window.found == []
    assert window.page.locator(".print-item").count() >= len(hostile.corpus()) // AT_ONCE


def test_nothing_acts_on_the_pages_of_a_reviewer(window: Watched, house: House, hostile_bank: Hostile) -> None:
    """
    The queue, each question with what changed and what was said, and the report on the pool.
    """
    window.sign_in(house.cast.feng)
    for path in ("/bank/", "/bank/review", f"/bank/pools/{hostile_bank.pool}", f"/bank/pools/{hostile_bank.pool}/law"):
        window.look(path)
    for item in hostile_bank.items.values():
        window.look(f"/bank/review/items/{item}")
    window.look(f"/bank/pools/{hostile_bank.pool}/health")
    window.page.locator(".page-head form button").last.click()
    window.page.wait_for_selector(".health-groups", timeout=30_000)
    window.note("health")
    for address in window.page.eval_on_selector_all(
        "a.health-count", "all => all.map(one => one.getAttribute('href'))"
    ):
        window.look(str(address))

    assert window.found == []


def test_nothing_acts_on_the_pages_of_a_candidate(window: Watched, house: House, hostile_bank: Hostile) -> None:
    """
    The door, the paper in the player, and the result with its explanations.
    """
    window.sign_in(house.cast.lin)
    page = window.page
    window.look("/sitting/")
    window.look(f"/sitting/exam/{hostile_bank.exam}")
    page.locator("main form button").click()
    page.wait_for_selector("html[data-player=ready]")
    for option in page.locator(".option").all()[:4]:
        option.click(position={"x": 5, "y": 5})
    for blank in page.locator("input.blank, [data-text]").all():
        blank.fill(OWN[2])
    window.note("the paper")
    page.locator("[data-hand-in]").click()
    page.locator("[data-confirm-hand-in]").click()
    page.wait_for_url("**/result")
    window.note("the result")
    page.get_by_role("link", name=re.compile("Question by question|逐题回顾")).click()
    page.wait_for_url("**/review")
    window.note("the questions of the result")

    assert window.found == []
    expect(page.locator("main")).to_contain_text("<script>alert(1)</script>")


def test_nothing_acts_on_the_pages_of_a_marker(window: Watched, house: House, hostile_bank: Hostile) -> None:
    """
    The desk, the answers, marks with comments and notes that want to act; and what the examiner sees of them.
    """
    window.sign_in(house.cast.chen)
    page = window.page
    desk = f"/exams/{hostile_bank.written}/marking"
    for _each in range(2):
        window.look("/marking/")
        page.locator("a[href$='/next']").first.click()
        page.wait_for_url("**/answers/*")
        window.note("an answer")
        for point in page.locator("[name=points]").all():
            point.fill("1")
        for name in ("comment", "told"):
            page.locator(f"textarea[name={name}]").fill("".join(OWN[:4])[:2000])
        page.evaluate("words => document.querySelector('[name=notes]').value = JSON.stringify([[0, 9, words]])", OWN[3])
        here = page.url
        page.locator(".marking-form button[type=submit]").click()
        page.wait_for_load_state()
        window.look(here.removeprefix(house.address))
        expect(page.locator("[data-notes] li")).to_have_count(1)
        window.look(here.removeprefix(house.address).partition("/answers/")[0])
    page.context.clear_cookies()
    window.sign_in(house.cast.zhao)
    window.look(desk)
    links = [link.get_attribute("href") for link in page.locator("main table a").all()]
    for link in (*links, f"{desk}/figures"):
        window.look(str(link))

    assert len(links) == 4
    assert window.found == []


def test_nothing_acts_when_files_are_imported(window: Watched, house: House, hostile_bank: Hostile) -> None:
    """
    Files of every format, under names that want to act: what they hold, what is refused, and the list of files.
    """
    window.sign_in(house.cast.zhao)
    page = window.page
    window.look(f"/bank/imports/?pool={hostile_bank.pool}")
    token = page.locator("main [name=csrf_token]").first.input_value()
    sent = []
    for name, data in hostile.files():
        file = FilePayload(name=name, mimeType="application/octet-stream", buffer=data)
        form: dict[str, str | FilePayload] = {"csrf_token": token, "file": file}
        form |= {"pool": hostile_bank.pool, "format": "", "subject": "", "text": ""}
        sent.append(page.request.post("/bank/imports/", multipart={**form}, headers={"Referer": page.url}).url)
    assert [one for one in sent if one.endswith("/imports/")] == []
    for address in sent:
        window.look(address, ready=".stats")
        window.look(f"{address}?show=good")
    window.look("/bank/imports/")

    assert window.found == []
