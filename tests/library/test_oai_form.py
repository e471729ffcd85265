"""The form of the catalogue's answers, as the schemas of OAI-PMH and Dublin Core want it: order, names, attributes, moments."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree

from lms.library import oai
from tests.library.test_oai import OF, PREFIX, harvester, small_parts

__all__ = ["harvester", "small_parts"]

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
XSI = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
WORD = re.compile(r"[A-Za-z0-9\-_.!~*'()]+")
#: elements of the protocol: those within, in their order; "?" may be absent, "+" stands once or more often, "*" both
WITHIN = {
    "OAI-PMH": "responseDate request (error+|Identify|ListMetadataFormats|ListSets|GetRecord|ListIdentifiers|ListRecords)",
    "Identify": "repositoryName baseURL protocolVersion adminEmail+ earliestDatestamp deletedRecord granularity description*",
    "ListMetadataFormats": "metadataFormat+",
    "metadataFormat": "metadataPrefix schema metadataNamespace",
    "ListSets": "set+ resumptionToken?",
    "set": "setSpec setName",
    "GetRecord": "record",
    "ListRecords": "record+ resumptionToken?",
    "ListIdentifiers": "header+ resumptionToken?",
    "record": "header metadata?",
    "header": "identifier datestamp setSpec*",
}
#: attributes that an element may have
ATTRIBUTES = {
    "OAI-PMH": {XSI},
    "request": {"verb", "identifier", "metadataPrefix", "from", "until", "set", "resumptionToken"},
    "error": {"code"},
    "header": {"status"},
    "resumptionToken": {"completeListSize", "cursor"},
}
DC = {
    "title", "creator", "subject", "description", "publisher", "contributor", "date", "type", "format", "identifier", "source",
    "language", "relation", "coverage", "rights",
}  # fmt: skip
ASKED = [
    "verb=Identify", "verb=ListMetadataFormats", "verb=ListSets", f"verb=ListRecords&{PREFIX}",
    f"verb=ListIdentifiers&{PREFIX}", f"verb=ListRecords&{PREFIX}&set=penalty&from=2026-03-02", "verb=Nothing", "",
    f"verb=GetRecord&{PREFIX}&identifier=oai:localhost:none", f"verb=ListRecords&{PREFIX}&set=none", "verb=ListRecords",
    "verb=ListRecords&resumptionToken=none", "verb=ListRecords&metadataPrefix=marc", f"verb=ListRecords&{PREFIX}&set=集 合",
]  # fmt: skip


def parsed(data: bytes) -> Any:
    """The root of an answer."""
    return etree.fromstring(data)


def complaints(root: Any) -> Iterator[str]:
    """What is not as the schemas want it."""
    for one in root.iter():
        space, name = etree.QName(one).namespace, etree.QName(one).localname
        if space != oai.OAI:
            continue
        inner = [etree.QName(child).localname for child in one]
        if name in WITHIN and not re.fullmatch(pattern(WITHIN[name]), "".join(f"{child} " for child in inner)):
            yield f"{name}: {inner}"
        if set(one.attrib) - ATTRIBUTES.get(name, set()):
            yield f"{name}: {dict(one.attrib)}"
        if name not in WITHIN and name not in ("metadata", "description") and inner:
            yield f"{name} holds {inner}"
        if name in ("responseDate", "datestamp", "earliestDatestamp") and not MOMENT.fullmatch(one.text or ""):
            yield f"{name}: {one.text}"
        if name == "setSpec" and not WORD.fullmatch(one.text or ""):
            yield f"{name}: {one.text}"


def pattern(words: str) -> str:
    """The regular expression of a line of WITHIN over names that each end with a blank."""
    return re.sub(r"([A-Za-z-]+)", r"(?:\1[ ])", words).replace(" (", "(").replace(") (", ")(").replace(" ?", "?")


@pytest.mark.parametrize("query", ASKED)
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_answer_has_the_form_of_the_protocol(harvester: FlaskClient, query: str, method: str) -> None:
    """
    By GET and by POST alike: elements in their order, no others, attributes of the schema, moments in UTC to the second, the
    request repeated but for arguments that are refused.
    """
    client = harvester
    form = "application/x-www-form-urlencoded"
    answer = (
        client.get(f"/library/oai/?{query}")
        if method == "get"
        else client.post("/library/oai/", data=query.encode(), content_type=form)
    )
    root = parsed(answer.data)
    request = root.find("o:request", OF)

    assert (answer.status_code, answer.content_type) == (200, "text/xml; charset=utf-8")
    assert list(complaints(root)) == []
    assert root.get(XSI) == "http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
    assert request.text == "http://localhost/library/oai/"
    refused = {error.get("code") for error in root.iterfind("o:error", OF)} & {"badVerb", "badArgument"}
    assert set(request.attrib.values()) == (set() if refused else {part.partition("=")[2] for part in query.split("&")})


def test_records_are_unqualified_dublin_core(harvester: FlaskClient) -> None:
    """
    One element oai_dc:dc with its place of schema, in it only the fifteen elements, each with words and nothing else.
    """
    root = parsed(harvester.get(f"/library/oai/?verb=ListRecords&{PREFIX}").data)
    found = root.findall(".//o:metadata/*", OF)

    assert len(found) == 3
    for one in found:
        assert one.tag == f"{{{oai.OAI_DC}}}dc"
        assert (
            one.get(XSI) == "http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
        )
        assert {etree.QName(part).namespace for part in one} == {"http://purl.org/dc/elements/1.1/"}
        assert {etree.QName(part).localname for part in one} <= DC
        assert [part for part in one if len(part) or part.attrib or not part.text] == []


def test_tokens_tell_how_far_the_list_is(harvester: FlaskClient) -> None:
    """
    Each part says how many records come in all and how many came before it; the last token is empty.
    """
    first = parsed(harvester.get(f"/library/oai/?verb=ListIdentifiers&{PREFIX}").data)
    token = first.find(".//o:resumptionToken", OF)
    query = {"verb": "ListIdentifiers", "resumptionToken": token.text}
    last = parsed(harvester.get("/library/oai/", query_string=query).data).find(".//o:resumptionToken", OF)

    assert (token.get("completeListSize"), token.get("cursor"), bool(token.text)) == ("6", "0", True)
    assert (last.get("completeListSize"), last.get("cursor"), last.text) == ("6", "3", None)


def test_identifiers_are_described_where_the_host_has_a_name(harvester: FlaskClient) -> None:
    """
    With a name of a domain the scheme of identifiers is told; without one nothing that the guidelines do not know.
    """
    named = parsed(harvester.get("/library/oai/?verb=Identify", base_url="http://study.example").data)
    bare = parsed(harvester.get("/library/oai/?verb=Identify").data)
    told = [(etree.QName(part).localname, part.text) for part in named.find(".//o:description", OF)[0]]

    assert bare.find(".//o:description", OF) is None
    assert told[:3] == [("scheme", "oai"), ("repositoryIdentifier", "study.example"), ("delimiter", ":")]
    assert told[3][1].startswith("oai:study.example:")
