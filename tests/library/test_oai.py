"""The catalogue for harvesters: every verb, every error, long lists in parts, nothing of what is for librarians."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from sqlalchemy import select, update

from lms.database import reading, writing
from lms.library import oai, service
from lms.library.models import Document
from lms.library.source import Source
from tests.conftest import TestClock, make_config

OF = {"o": oai.OAI, "dc": oai.DC, "oai_dc": oai.OAI_DC}
PREFIX = "metadataPrefix=oai_dc"


def source(number: int, **facts: Any) -> Source:
    """A guide."""
    plain = Source(f"指引{number}", "food", "guide", "编写组", None, None, "current", ("食品安全法",), f"正文{number}")
    return replace(plain, **facts)


@pytest.fixture
def harvester(app: Flask, clock: TestClock) -> FlaskClient:
    """A client of an open catalogue of seven documents, a minute apart, the last for librarians; parts of three."""
    app.extensions["config"] = replace(app.extensions["config"], catalogue_contact="library@study.example")
    with app.app_context():
        for number in range(7):
            facts: dict[str, Any] = {"subject": "penalty"} if number == 2 else {}
            with writing() as session:
                service.store_document(session, source(number, **facts), origin=f"import:{number}")
            clock.advance(minutes=1)
        with writing() as session:
            last = Document.title == "指引6"
            session.execute(update(Document).where(last).values(access="librarians", changed_at=Document.changed_at))
    return app.test_client()


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three records an answer."""
    monkeypatch.setattr(oai, "PART", 3)


def asked(client: FlaskClient, query: str) -> Any:
    """The root of the answer."""
    answer = client.get(f"/library/oai/?{query}")
    assert answer.status_code == 200
    assert answer.content_type == "text/xml; charset=utf-8"
    return etree.fromstring(answer.data)


def words(root: Any, path: str) -> list[str]:
    """The texts at a place."""
    return [str(one.text) for one in root.iterfind(path, OF)]


def harvested(client: FlaskClient, query: str) -> Iterator[list[str]]:
    """Titles of the answers, one list each, until there is no token."""
    while True:
        root = asked(client, query)
        yield words(root, ".//dc:title")
        token = root.find(".//o:resumptionToken", OF)
        if token is None or not token.text:
            return
        query = f"verb=ListRecords&resumptionToken={token.text}"


def test_a_closed_catalogue_is_not_there(app: Flask) -> None:
    """
    Without a contact there is no such page, for anybody.
    """
    assert app.test_client().get("/library/oai/?verb=Identify").status_code == 404


@pytest.mark.parametrize(
    ("contact", "fits"), [("", True), ("library@study.example", True), ("library", False), ("a@b.c <x>", False)]
)
def test_the_contact_is_an_address(tmp_path: Path, contact: str, fits: bool) -> None:
    """
    What is no e-mail address is named when the settings are checked.
    """
    wrong = replace(make_config(tmp_path), catalogue_contact=contact).problems()

    assert ([one for one in wrong if "catalogue_contact" in one] == []) == fits


def test_it_says_who_it_is(harvester: FlaskClient) -> None:
    """
    Name, address, contact, the earliest moment, what it does with deleted records; its one format and its sets.
    """
    root = asked(harvester, "verb=Identify")
    kinds = [etree.QName(one).localname for one in root.find("o:Identify", OF)]

    assert kinds == [
        "repositoryName", "baseURL", "protocolVersion", "adminEmail", "earliestDatestamp", "deletedRecord", "granularity",
    ]  # fmt: skip
    assert words(root, ".//o:deletedRecord") == ["transient"]
    assert words(root, ".//o:adminEmail") == ["library@study.example"]
    assert words(root, ".//o:earliestDatestamp") == ["2026-03-02T01:00:00Z"]
    assert words(asked(harvester, "verb=ListMetadataFormats"), ".//o:metadataPrefix") == ["oai_dc"]
    assert "food" in words(asked(harvester, "verb=ListSets"), ".//o:setSpec")


def test_a_record_has_its_facts(app: Flask, harvester: FlaskClient) -> None:
    """
    Header and Dublin Core of one document, asked for by its identifier; the address leads to its page.
    """
    with app.app_context():
        public_id = reading().scalar(select(Document.public_id).where(Document.title == "指引2"))
    root = asked(harvester, f"verb=GetRecord&identifier=oai:localhost:{public_id}&{PREFIX}")

    assert words(root, ".//o:datestamp") == ["2026-03-02T01:02:00Z"]
    assert words(root, ".//o:setSpec") == ["penalty"]
    assert words(root, ".//dc:title") == ["指引2"]
    assert words(root, ".//dc:creator") == ["编写组"]
    assert words(root, ".//dc:relation") == ["食品安全法"]
    assert words(root, ".//dc:identifier") == [f"http://localhost/library/documents/{public_id}"]
    assert "正文" not in etree.tostring(root, encoding="unicode")


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("", [["指引0", "指引1", "指引2"], ["指引3", "指引4", "指引5"]]),
        ("&set=penalty", [["指引2"]]),
        ("&from=2026-03-02T01:04:00Z", [["指引4", "指引5"]]),
        ("&until=2026-03-02T01:01:00Z", [["指引0", "指引1"]]),
        ("&from=2026-03-02&until=2026-03-02", [["指引0", "指引1", "指引2"], ["指引3", "指引4", "指引5"]]),
    ],
)
def test_lists_come_in_parts(harvester: FlaskClient, query: str, parts: list[list[str]]) -> None:
    """
    By set and by time, in the order of change, without what is for librarians; the last part has no token to go on with.
    """
    assert list(harvested(harvester, f"verb=ListRecords&{PREFIX}{query}")) == parts


def test_what_left_the_catalogue_is_deleted(app: Flask, harvester: FlaskClient, clock: TestClock) -> None:
    """
    A document taken from the readers, and one taken out, follow as headers without facts, after the rest, in their sets; one
    that comes back is there again.
    """
    with app.app_context(), writing() as session:
        held = {one.title: one for one in session.scalars(select(Document))}
        away, out = held["指引1"].public_id, held["指引2"].public_id
        facts = {name: getattr(held["指引1"], name) for name in service.SAID}
        service.set_facts(session, away, facts | {"access": "librarians"}, reason="内部")
        clock.advance(minutes=1)
        service.remove_document(session, held["指引2"])
    lists = list(harvested(harvester, f"verb=ListRecords&{PREFIX}"))
    root = asked(harvester, f"verb=ListRecords&{PREFIX}&from={clock() - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}")
    one = asked(harvester, f"verb=GetRecord&identifier=oai:localhost:{away}&{PREFIX}")

    assert lists == [["指引0", "指引3", "指引4"], ["指引5"]]
    assert [h.get("status") for h in root.iterfind(".//o:header", OF)] == ["deleted", "deleted"]
    assert words(root, ".//o:identifier") == [f"oai:localhost:{away}", f"oai:localhost:{out}"]
    assert words(root, ".//o:setSpec") == ["food", "penalty"]
    assert (root.find(".//o:metadata", OF), one.find(".//o:metadata", OF)) == (None, None)
    with app.app_context(), writing() as session:
        service.set_facts(session, away, facts, reason="公开")
    assert (
        asked(harvester, f"verb=GetRecord&identifier=oai:localhost:{away}&{PREFIX}").find(".//o:metadata", OF)
        is not None
    )


def test_a_change_brings_a_document_back(app: Flask, harvester: FlaskClient, clock: TestClock) -> None:
    """
    Who harvests from the moment of the last time on gets what was changed since, and nothing else.
    """
    clock.advance(hours=1)
    with app.app_context(), writing() as session:
        service.store_document(session, source(1, markdown="新的正文"), origin="import:1")
    since = f"{clock() - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"

    assert list(harvested(harvester, f"verb=ListRecords&{PREFIX}&from={since}")) == [["指引1"]]
    assert words(asked(harvester, f"verb=ListIdentifiers&{PREFIX}&from={since}"), ".//dc:title") == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=Delete", "badVerb"),
        ("verb=Identify&set=food", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
        (f"verb=ListRecords&{PREFIX}&from=yesterday", "badArgument"),
        (f"verb=ListRecords&{PREFIX}&from=2026-02-30", "badArgument"),
        (f"verb=ListRecords&{PREFIX}&from=9999-12-31&until=9999-12-31", "badArgument"),
        (f"verb=ListRecords&{PREFIX}&from=2026-03-02&until=2026-03-02T01:00:00Z", "badArgument"),
        (f"verb=ListRecords&{PREFIX}&from=2026-03-03&until=2026-03-01", "badArgument"),
        (f"verb=ListRecords&{PREFIX}&resumptionToken=x", "badArgument"),
        (f"verb=ListRecords&{PREFIX}&set={'x' * 600}", "badArgument"),
        (f"verb=ListRecords&{PREFIX}&set=a%00b", "badArgument"),
        (f"verb=ListRecords&{PREFIX}&set=a b", "badArgument"),
        (f"verb=ListRecords&{PREFIX}&{PREFIX}", "badArgument"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=ListRecords&metadataPrefix=", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc21&from=yesterday", "badArgument"),
        (f"verb=ListRecords&{PREFIX}&from=2026-03-02T01:00:60Z", "badArgument"),
        (f"verb=GetRecord&identifier=%zz&{PREFIX}", "badArgument"),
        (f"verb=GetRecord&identifier=http://[::1&{PREFIX}", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc21", "cannotDisseminateFormat"),
        (f"verb=ListRecords&{PREFIX}&set=nothing", "noRecordsMatch"),
        (f"verb=ListRecords&{PREFIX}&from=2027-01-01", "noRecordsMatch"),
        (f"verb=GetRecord&identifier=oai:localhost:nobody&{PREFIX}", "idDoesNotExist"),
        (f"verb=GetRecord&identifier=nobody&{PREFIX}", "idDoesNotExist"),
        ("verb=ListRecords&resumptionToken=bm9uc2Vuc2U=", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
    ],
)
def test_each_error_has_its_code(harvester: FlaskClient, query: str, code: str) -> None:
    """
    The code of the protocol, and a request without attributes where verb or arguments are wrong.
    """
    answer = harvester.get(f"/library/oai/?{query}")
    if answer.status_code == 400:  # what no address may hold is refused before it comes here
        assert "%00" in query
        return
    root: Any = etree.fromstring(answer.data)

    assert [one.get("code") for one in root.iterfind("o:error", OF)] == [code]
    assert bool(root.find("o:request", OF).attrib) == (code not in ("badVerb", "badArgument"))


@given(token=st.text(alphabet='abcdefABCDEF0123456789-_=[]{},:"', max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_no_token_breaks_it(harvester: FlaskClient, token: str) -> None:
    """
    What is no token of ours is told to be none; nothing else is answered.
    """
    answer = harvester.get("/library/oai/", query_string={"verb": "ListRecords", "resumptionToken": token})

    assert answer.status_code == 200
    assert etree.fromstring(answer.data).find("o:error", OF) is not None
