"""Other catalogues are harvested: entries come, change and go, cut off they go on, and what is hostile ends with its reason."""

import re
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from lms.audit.models import AuditEntry
from lms.database import reading, writing
from lms.jobs import enqueue, run_waiting
from lms.jobs.models import Job
from lms.library import queries, service
from lms.library.harvest import fetching, running
from lms.library.harvest.models import Harvest, HarvestSource
from lms.library.models import Document, DocumentVersion
from tests.cast import Cast, csrf, post, sign_in
from tests.conftest import TestClock
from tests.library.harvest_server import (
    ANSWERED,
    Answer,
    failed,
    good,
    identified,
    listed,
    record,
    served,
    xml,
)
from tests.library.test_oai import source as own_document
from tests.library.test_search import STATUTE, find, store

LINK = "https://library.example/1"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><x>&b;</x></OAI-PMH>'
)


@pytest.fixture
def wu(app: Flask, cast: Cast) -> FlaskClient:
    """The librarian at work, in a house that may ask catalogues on this machine."""
    app.extensions["config"] = replace(app.extensions["config"], harvest_networks="127.0.0.0/8")
    return sign_in(app.test_client(), cast.wu)


def say(browser: FlaskClient, page: str, form: Mapping[str, str]) -> TestResponse:
    """Send the form of a catalogue."""
    return browser.post(page, data={"csrf_token": csrf(browser), **form})


def named(browser: FlaskClient, address: str, **said: str) -> str:
    """Name a catalogue; the address of its page."""
    form = {"name": "他馆", "address": address, "set_spec": "", "subject": "food", "days": "0", **said}
    answer = say(browser, "/library/sources/", form)
    assert answer.status_code == 303, re.findall(r"field-error[^>]*>([^<]+)", answer.text)
    return str(answer.location)


def harvest(app: Flask, browser: FlaskClient, page: str) -> str:
    """Harvest a catalogue now; the record of it as its page tells."""
    made = str(post(browser, f"{page}/harvest").location)
    run_waiting(app)
    return browser.get(made).text


def last(app: Flask) -> Harvest:
    """The last harvest."""
    with app.app_context():
        return reading().scalars(select(Harvest).order_by(Harvest.id.desc()).limit(1)).one()


def shelf(app: Flask) -> dict[str, Document]:
    """What is held elsewhere, by title."""
    with app.app_context():
        return {one.title: one for one in reading().scalars(select(Document).where(Document.kind == "elsewhere"))}


FULL: dict[str, Any] = {
    "title": "明清商帮研究",
    "creator": ["李某", "王某"],
    "publisher": "某出版社",
    "date": "1998-05-03T00:00:00Z",
    "subject": ["商业史", "x" * 60],
    "identifier": ["ISBN 7-000", LINK],
    "rights": "版权所有",
    "description": "<p>第一段讲<b>徽商</b>。</p><script>alert(1)</script>第二段 &amp; *完*",
}


def test_a_record_becomes_an_entry_that_is_found_and_leads_there(app: Flask, wu: FlaskClient, cast: Cast) -> None:
    """
    Title and facts, the description as plain words; readers find it by either, see that another library holds it, and where.
    """
    with served(good(listed(record("oai:x:1", **FULL)))) as catalogue:
        told = harvest(app, wu, named(wu, catalogue.address))
    one = shelf(app)["明清商帮研究"]
    reader = sign_in(app.test_client(), cast.lin)
    page = reader.get(f"/library/documents/{one.public_id}").text

    assert (one.author, one.issuer, str(one.issued_on), one.rights) == (
        "李某、王某",
        "某出版社",
        "1998-05-03",
        "版权所有",
    )
    assert (one.subject, one.tags, one.source_note) == ("food", ["商业史"], "他馆")
    assert [hit.title for hit in find(app, "徽商").hits] == ["明清商帮研究"]
    assert [hit.title for hit in find(app, "商帮研究", kind="elsewhere").hits] == ["明清商帮研究"]
    assert "第一段讲徽商。" in page
    assert "第二段 &amp; *完*" in page
    assert "alert(1)" not in page
    assert "馆藏他处" in page
    assert re.search(rf'<a class="button" href="{LINK}" rel="noopener noreferrer nofollow external"', page)
    assert "收割失败" not in told
    with app.app_context():
        acts = list(
            reading().scalars(
                select(AuditEntry.act).where(AuditEntry.act.startswith("library.")).order_by(AuditEntry.number.desc())
            )
        )
    assert acts == ["library.harvest", "library.harvest.begin", "library.source.add"]


def test_later_harvests_ask_for_changes_and_follow_deletions(app: Flask, wu: FlaskClient) -> None:
    """
    The second asks from the moment of the first answer of the first on; the same again changes nothing, another wording is a
    new version, what is deleted there goes here, and what a librarian has set stays.
    """
    first = listed(
        record("a", title="甲书"), record("b", title="乙书", description="旧说明"), record("c", title="丙书")
    )
    second = listed(
        record("a", title="甲书"), record("b", title="乙书", description="新说明"), record("c", deleted=True),
        record("d", deleted=True), record("e", title="戊书"), answered="2026-03-03T01:00:00Z",
    )  # fmt: skip
    with served(good(first, second, failed("noRecordsMatch"))) as catalogue:
        page = named(wu, catalogue.address, set_spec="books:old")
        harvest(app, wu, page)
        kept = shelf(app)["乙书"].public_id
        with app.app_context(), writing() as session:
            facts = {name: getattr(shelf(app)["乙书"], name) for name in service.SAID}
            service.set_facts(session, kept, facts | {"subject": "penalty"}, reason="归类")
        harvest(app, wu, page)
        counts, entries = last(app).counts, shelf(app)
        harvest(app, wu, page)
        asked = catalogue.lists()

    assert counts == {"new": 1, "changed": 1, "unchanged": 2, "removed": 1}
    assert set(entries) == {"甲书", "乙书", "戊书"}
    assert (entries["乙书"].public_id, entries["乙书"].version, entries["乙书"].subject) == (kept, 2, "penalty")
    assert [one.get("from") for one in asked] == [None, ANSWERED, "2026-03-03T01:00:00Z"]
    assert {one["set"] for one in asked} == {"books:old"}
    assert (last(app).state, last(app).counts) == ("done", {})
    with app.app_context():
        texts = reading().scalars(select(DocumentVersion.markdown).where(DocumentVersion.document == kept)).all()
    assert list(texts) == ["旧说明", "新说明"]


def test_it_goes_on_where_it_was_cut_off(app: Flask, wu: FlaskClient, clock: TestClock) -> None:
    """
    A server that is busy is asked again when it says so, with the token of the part in hand; nothing comes twice.
    """
    busy = Answer(status=503, headers={"Retry-After": "300"})
    parts = (listed(record("a", title="甲书"), token="t1"), busy, listed(record("b", title="乙书"), token=""))
    with served(good(*parts)) as catalogue:
        told = harvest(app, wu, named(wu, catalogue.address))
        waiting = last(app).state
        clock.advance(seconds=299)
        early = run_waiting(app)
        clock.advance(seconds=2)
        run_waiting(app)
        asked = catalogue.lists()

    assert "503" in told
    assert (waiting, early, last(app).state) == ("running", 0, "done")
    assert [one.get("resumptionToken") for one in asked] == [None, "t1", "t1"]
    assert last(app).counts == {"new": 2}


def test_it_gives_up_and_the_next_one_goes_on(app: Flask, wu: FlaskClient, cast: Cast, clock: TestClock) -> None:
    """
    After five times in a row it has failed; the next harvest begins with the token at which it ended, and where the other side
    does not know that any more, asks for everything.
    """
    first = (listed(record("a", title="甲书"), token="t1"), Answer(status=500))
    with served(good(*first)) as catalogue:
        page = named(wu, catalogue.address)
        harvest(app, wu, page)
        for _each in range(6):
            clock.advance(hours=1)
            run_waiting(app)
        state, tries = last(app).state, len(catalogue.lists())
        catalogue.play = good(
            failed("badResumptionToken"), listed(record("a", title="甲书"), record("b", title="乙书"))
        )
        harvest(app, sign_in(app.test_client(), cast.wu), page)
        asked = [one.get("resumptionToken") for one in catalogue.lists()]

    assert (state, tries) == ("failed", 6)
    assert asked[-2:] == ["t1", None]
    assert (last(app).state, last(app).counts) == ("done", {"unchanged": 1, "new": 1})


def hostile_list(arguments: Mapping[str, str]) -> Answer:
    """A list that never ends, each token another."""
    number = int(arguments.get("resumptionToken", "0"))
    return identified() if arguments["verb"] == "Identify" else listed(record("a", title="甲书"), token=str(number + 1))


@pytest.mark.parametrize(
    ("play", "reason", "entries"),
    [
        (hostile_list, "too_many_parts", 1),
        (good(listed(record("a", title="甲书"), token="t")), "token_again", 1),
        (good(listed(record("a", title="甲书"), token="x" * 3000)), "token_too_long", 0),
        (good(Answer(BOMB)), "xml_doctype", 0),
        (good(Answer(b"x" * (11 * 1024 * 1024))), "too_large", 0),
        (good(Answer(headers={"Content-Length": str(2**40)})), "too_large", 0),
        (good(Answer('<?xml version="1.0" encoding="UTF-8"?><a>中文</a>'.encode("gb18030"))), "xml_damaged", 0),
        (good(Answer(b"<a>" * 150 + b"</a>" * 150)), "xml_deep", 0),
        (good(Answer(b"<html><body>hello</body></html>")), "not_oai", 0),
        (good(Answer(b"")), "empty", 0),
        (good(Answer(b"x", headers={"Content-Encoding": "gzip"})), "encoding", 0),
        (good(Answer(status=302, headers={"Location": "http://169.254.169.254/"})), "moved", 0),
        (good(Answer(status=403)), "status", 0),
        (good(failed("cannotDisseminateFormat")), "answered", 0),
        (lambda _arguments: xml("<Identify><protocolVersion>1.1</protocolVersion></Identify>"), "not_oai", 0),
    ],
)  # fmt: skip
def test_what_is_hostile_ends_with_its_reason(
    app: Flask, wu: FlaskClient, monkeypatch: pytest.MonkeyPatch, play: Any, reason: str, entries: int
) -> None:
    """
    It fails at once, says why, and asks no more; what came before stays.
    """
    monkeypatch.setattr(running, "MOST_PARTS", 4)
    with served(play) as catalogue:
        told = harvest(app, wu, named(wu, catalogue.address))
        count = len(catalogue.asked)
        run_waiting(app)
        again = len(catalogue.asked) - count

    assert (last(app).state, last(app).reason, again) == ("failed", reason, 0)
    assert "收割失败" in told
    assert len(shelf(app)) == entries
    with app.app_context():
        assert reading().scalar(select(HarvestSource.harvested_until)) is None


def test_too_many_records_end_it(app: Flask, wu: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A batch that goes over the limit is not taken.
    """
    monkeypatch.setattr(running, "MOST_RECORDS", 25)
    with served(good(listed(*(record(f"n{n}", title=f"书{n}") for n in range(40))))) as catalogue:
        harvest(app, wu, named(wu, catalogue.address))

    assert (last(app).reason, len(shelf(app))) == ("too_many_records", 20)


def test_a_slow_server_is_left(app: Flask, wu: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    However it dribbles, the whole answer has its time; then it is asked again later.
    """
    ended = threading.Event()

    def dribble(_arguments: Mapping[str, str]) -> Answer:
        ended.wait(5)
        return identified()

    monkeypatch.setattr(fetching, "WHOLE_SECONDS", 0.2)
    with served(dribble) as catalogue:
        harvest(app, wu, named(wu, catalogue.address))
        ended.set()

    assert (last(app).state, last(app).reason, last(app).tries) == ("running", "too_slow", 1)


def test_where_nobody_answers_nothing_changes_and_it_is_tried_again(app: Flask, wu: FlaskClient) -> None:
    """
    The page says that the other side cannot be reached, and the next try is in the queue.
    """
    with served(good(listed())) as catalogue:
        address = catalogue.address
    told = harvest(app, wu, named(wu, address))

    assert (last(app).state, last(app).reason) == ("running", "away")
    assert "无法连接对方" in told
    assert shelf(app) == {}
    with app.app_context():
        assert reading().scalar(select(Job.state).where(Job.public_id == last(app).job_id)) == "waiting"


def test_private_networks_are_not_reached(app: Flask, wu: FlaskClient) -> None:
    """
    Without a setting that allows it no request leaves for this machine, whatever its name; the page says so.
    """
    app.extensions["config"] = replace(app.extensions["config"], harvest_networks="10.0.0.0/8")
    with served(good(listed(record("a", title="甲书")))) as catalogue:
        for address in (catalogue.address, catalogue.address.replace("127.0.0.1", "localhost")):
            told = harvest(app, wu, named(wu, address))
            assert (last(app).state, last(app).reason) == ("failed", "private_address")
            assert "不允许访问的网络" in told
        assert catalogue.asked == []


def test_bad_records_are_listed_and_the_rest_is_taken(app: Flask, wu: FlaskClient) -> None:
    """
    Without title or identifier, or with one that is too long: refused with the reason; hostile words and links harm nothing.
    """
    records = (
        record("good", title="好书", identifier=["javascript:alert(1)", "http://user:pw@host/", "ftp://x/y"], date="约1998年"),
        record("<script>x</script>", creator="无题"), record("", title="无号"), record("y" * 600, title="长号"),
        record("long", title="<b>长</b>" + "题" * 400, description="说" * 50_000),
    )  # fmt: skip
    with served(good(listed(*records))) as catalogue:
        told = harvest(app, wu, named(wu, catalogue.address))
    held = shelf(app)
    page = wu.get(f"/library/documents/{held['好书'].public_id}").text

    assert last(app).counts == {"new": 2, "refused": 3}
    assert "&lt;script&gt;x&lt;/script&gt;" in told
    assert "没有题名" in told
    assert {len(title) for title in held} == {2, 200}
    assert max(len(one.markdown) for one in held.values()) == 20_000
    assert held["好书"].issued_on is None
    assert "javascript:" not in page
    assert "在对方网站打开" not in page


def test_no_citation_leads_elsewhere_and_no_law_ends(app: Flask, wu: FlaskClient) -> None:
    """
    An entry of a law's very title is found beside the law; citations lead to the law, and where it is not held, nowhere.
    """
    store(app, statute=STATUTE)
    with served(good(listed(record("a", title="商品条码办法"), record("b", title="另一部办法")))) as catalogue:
        harvest(app, wu, named(wu, catalogue.address))
    with app.app_context():
        found = queries.resolve_many(reading(), [("商品条码办法", "第三条"), ("另一部办法", None)])

    assert [(link.title, link.anchor) for link in found.values()] == [("商品条码办法", "a3")]
    assert {hit.kind for hit in find(app, "商品条码办法").hits} == {"statute", "elsewhere"}
    one = shelf(app)["商品条码办法"]
    assert post(wu, f"/library/documents/{one.public_id}/versions").status_code == 409
    assert "elsewhere" in wu.get(f"/library/documents/{one.public_id}/facts").text


def test_a_source_is_changed_stopped_and_harvested_by_itself(
    app: Flask, wu: FlaskClient, cast: Cast, clock: TestClock
) -> None:
    """
    Another set asks for everything again; a stopped one is not harvested, by hand or by itself; one that is due is.
    """
    with served(good(listed(record("a", title="甲书")))) as catalogue:
        page = named(wu, catalogue.address, days="7")
        harvest(app, wu, page)
        assert due(app) == 0
        clock.advance(days=8)
        assert due(app) == 1
        wu = sign_in(app.test_client(), cast.wu)
        form = {"name": "他馆", "address": catalogue.address, "set_spec": "new", "subject": "", "days": "7"}
        assert say(wu, page, form).status_code == 303
        post(wu, f"{page}/stop")
        clock.advance(days=8)
        wu = sign_in(app.test_client(), cast.wu)
        assert (due(app), post(wu, f"{page}/harvest").location) == (0, page)
        post(wu, f"{page}/resume")
        harvest(app, wu, page)
        asked = catalogue.lists()

    assert [(one.get("set"), one.get("from")) for one in asked] == [(None, None), (None, ANSWERED), ("new", None)]


def due(app: Flask) -> int:
    """Let the hourly job look; how many harvests it has begun and run."""
    with app.app_context():
        with writing() as session:
            enqueue(session, running.DUE_JOB, {})
        before = reading().scalars(select(Harvest.id)).all()
    run_waiting(app)
    with app.app_context():
        return len(reading().scalars(select(Harvest.id)).all()) - len(before)


def test_our_own_catalogue_can_be_harvested(app: Flask, wu: FlaskClient, clock: TestClock) -> None:
    """
    The round trip: what our catalogue gives becomes entries with the same facts and the addresses of our pages; what leaves it
    leaves them, and what came from elsewhere is not given on.
    """
    app.extensions["config"] = replace(app.extensions["config"], catalogue_contact="library@study.example")
    with app.app_context(), writing() as session:
        for number in range(3):
            service.store_document(session, own_document(number, author=f"作者{number}"), origin=f"import:{number}")
    clock.advance(minutes=1)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = named(wu, f"http://127.0.0.1:{server.server_port}/library/oai/", set_spec="food")
    harvest(app, wu, page)
    first = last(app).counts
    clock.advance(minutes=5)
    with app.app_context(), writing() as session:
        service.remove_document(session, session.scalars(select(Document).where(Document.origin == "import:1")).one())
    harvest(app, wu, page)
    server.shutdown()
    server.server_close()

    assert (first, last(app).state, last(app).counts) == ({"new": 3}, "done", {"removed": 1})
    assert {title: one.author for title, one in shelf(app).items()} == {"指引0": "作者0", "指引2": "作者2"}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("https://library.example/oai", 303), ("http://library.example:8080/oai", 303), ("ftp://library.example/oai", 422),
        ("http://user:pw@library.example/", 422), ("http://library.example:25/", 422), ("http://library.example/?x=1", 422),
        ("http:///oai", 422), ("library.example", 422), ("http://a\\b/", 422), ("http://图书馆/", 422), ("", 422),
    ],
)  # fmt: skip
def test_only_addresses_of_the_web_are_named(wu: FlaskClient, address: str, status: int) -> None:
    """
    http and https, a host, the web's ports or free ones, no names and no questions in it.
    """
    form = {"name": "他馆", "address": address, "set_spec": "", "subject": "", "days": "0"}

    assert say(wu, "/library/sources/", form).status_code == status
