"""The catalogue for harvesters: OAI-PMH 2.0 (openarchives.org, 2002, corrected 2015) with unqualified Dublin Core.

Titles and facts, no texts, of documents that every reader may read. Answers are cut into parts that follow each other by the
moment of change and the number of a document, so that a harvest that takes hours misses nothing that was there at its beginning.
Documents that left the catalogue follow as deleted; what left it before this was noted is not known ("transient").
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from lxml import etree
from sqlalchemy import Select, and_, false, func, literal, or_, select, true
from sqlalchemy.orm import Session

from lms.clock import now
from lms.library.models import ELSEWHERE, READERS, Document, Withdrawn
from lms.library.oai_request import PREFIX, UNFIT, OaiError, Place, Wanted, checked, token, wanted
from lms.subjects import SUBJECTS

PART = 200
OAI, DC, OAI_DC, IDENTIFIER = (
    "http://www.openarchives.org/OAI/2.0/",
    "http://purl.org/dc/elements/1.1/",
    "http://www.openarchives.org/OAI/2.0/oai_dc/",
    "http://www.openarchives.org/OAI/2.0/oai-identifier",
)
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA, _DC_SCHEMA = f"{OAI}OAI-PMH.xsd", f"{OAI_DC[:-1]}.xsd"
#: hosts of which the guidelines for identifiers of the form oai:host:id know
_HOST = re.compile(r"[a-zA-Z][a-zA-Z0-9\-]*(\.[a-zA-Z][a-zA-Z0-9\-]*)+")
_SHOWN = (Document.access == READERS, Document.kind != ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Site:
    """Where the catalogue is: its own address, the address of a document but for its id, the name in identifiers, who is asked."""

    address: str
    documents: str
    host: str
    administrator: str
    name: str


def answer(session: Session, site: Site, arguments: Sequence[tuple[str, str]]) -> bytes:
    """The XML that answers a request with these arguments; errors of the protocol are answers too."""
    root = etree.Element(_of(OAI, "OAI-PMH"), nsmap={None: OAI, "xsi": XSI})  # type: ignore[dict-item]
    root.set(_of(XSI, "schemaLocation"), f"{OAI} {_SCHEMA}")
    _add(root, "responseDate", _stamp(now()))
    asked = etree.SubElement(root, _of(OAI, "request"))
    asked.text = site.address
    try:
        for name, value in dict(arguments).items():
            if name in _ATTRIBUTES:
                asked.set(name, UNFIT.sub("", value))
        given = checked(arguments)
        _VERBS[given["verb"]](session, site, given, root)
    except OaiError as error:
        if error.code in ("badVerb", "badArgument"):
            asked.attrib.clear()
        _add(root, "error", str(error)).set("code", error.code)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _identify(session: Session, site: Site, given: Mapping[str, str], root: Any) -> None:
    first = session.scalar(select(func.min(Document.changed_at)).where(*_SHOWN))
    gone = session.scalar(select(func.min(Withdrawn.withdrawn_at)))
    found = etree.SubElement(root, _of(OAI, "Identify"))
    for name, words in (
        ("repositoryName", site.name),
        ("baseURL", site.address),
        ("protocolVersion", "2.0"),
        ("adminEmail", site.administrator),
        ("earliestDatestamp", _stamp(min((moment for moment in (first, gone) if moment), default=now()))),
        ("deletedRecord", "transient"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ):
        _add(found, name, words)
    if _HOST.fullmatch(site.host):
        _describe_identifiers(_add(found, "description", None), site)


def _describe_identifiers(above: Any, site: Site) -> None:
    described = etree.SubElement(above, _of(IDENTIFIER, "oai-identifier"), nsmap={None: IDENTIFIER})  # type: ignore[dict-item]
    described.set(_of(XSI, "schemaLocation"), f"{IDENTIFIER} {IDENTIFIER}.xsd")
    for name, words in (
        ("scheme", "oai"),
        ("repositoryIdentifier", site.host),
        ("delimiter", ":"),
        ("sampleIdentifier", f"oai:{site.host}:{'A' * 22}"),
    ):
        etree.SubElement(described, _of(IDENTIFIER, name)).text = words


def _formats(session: Session, site: Site, given: Mapping[str, str], root: Any) -> None:
    if "identifier" in given:
        _one(session, site, given["identifier"])
    found = etree.SubElement(etree.SubElement(root, _of(OAI, "ListMetadataFormats")), _of(OAI, "metadataFormat"))
    for name, words in (("metadataPrefix", PREFIX), ("schema", _DC_SCHEMA), ("metadataNamespace", OAI_DC)):
        _add(found, name, words)


def _sets(session: Session, site: Site, given: Mapping[str, str], root: Any) -> None:
    if "resumptionToken" in given:
        raise OaiError("badResumptionToken", "All sets stand in one answer.")
    found = etree.SubElement(root, _of(OAI, "ListSets"))
    for subject in SUBJECTS:
        one = etree.SubElement(found, _of(OAI, "set"))
        _add(one, "setSpec", subject.code)
        _add(one, "setName", subject.name("zh-CN"))


def _get(session: Session, site: Site, given: Mapping[str, str], root: Any) -> None:
    row = _one(session, site, given["identifier"])
    _record(etree.SubElement(root, _of(OAI, "GetRecord")), site, row)


def _list(session: Session, site: Site, given: Mapping[str, str], root: Any) -> None:
    asked = wanted(given)
    rows = _rows(session, asked)
    if not rows:
        raise OaiError("noRecordsMatch", "There is nothing of that kind.")
    found = etree.SubElement(root, _of(OAI, given["verb"]))
    for _place, row in rows[:PART]:
        (_record if given["verb"] == "ListRecords" else _header)(found, site, row)
    if len(rows) > PART or asked.after is not None:
        _go_on(session, found, asked, [place for place, _row in rows])


def _go_on(session: Session, found: Any, asked: Wanted, places: Sequence[Place]) -> None:
    """The token after the places of a part and the next; without words after the last part."""
    size = asked.size or _count(session, asked)
    more = len(places) > PART
    later = replace(asked, cursor=asked.cursor + PART, size=size)
    made = _add(found, "resumptionToken", token(later, places[PART - 1]) if more else None)
    made.set("completeListSize", str(size))
    made.set("cursor", str(asked.cursor))


_VERBS = {
    "Identify": _identify,
    "ListMetadataFormats": _formats,
    "ListSets": _sets,
    "ListIdentifiers": _list,
    "ListRecords": _list,
    "GetRecord": _get,
}
#: arguments that an answer may repeat
_ATTRIBUTES = ("verb", "identifier", "metadataPrefix", "from", "until", "set", "resumptionToken")
_WITHDRAWN = (
    Withdrawn.id, Withdrawn.document.label("public_id"), Withdrawn.withdrawn_at.label("changed_at"), Withdrawn.subject,
    true().label("gone"),
)  # fmt: skip
_COLUMNS = (
    Document.id, Document.public_id, Document.changed_at, Document.title, Document.author, Document.issuer, Document.number,
    Document.subject, Document.kind, Document.issued_on, Document.rights, Document.source_note, Document.tags, Document.sources,
    false().label("gone"),
)  # fmt: skip


def _rows(session: Session, asked: Wanted) -> list[tuple[Place, Any]]:
    """The next records and one more, documents and those that left, in the order of change."""
    live = session.execute(_documents(asked).order_by(Document.changed_at, Document.id).limit(PART + 1))
    gone = session.execute(_withdrawn(asked).order_by(Withdrawn.withdrawn_at, Withdrawn.id).limit(PART + 1))
    found = [(Place(row.changed_at, 0, row.id), row) for row in live]
    found += [(Place(row.changed_at, 1, row.id), row) for row in gone]
    return sorted(found, key=lambda pair: pair[0])[: PART + 1]


def _count(session: Session, asked: Wanted) -> int:
    """How many records a list has from its beginning on."""
    whole = replace(asked, after=None)
    live, gone = (
        session.scalar(select(func.count()).select_from(query.subquery()))
        for query in (_documents(whole), _withdrawn(whole))
    )
    return (live or 0) + (gone or 0)


def _documents(asked: Wanted) -> Select[*tuple[Any, ...]]:
    query = select(*_COLUMNS).where(*_SHOWN)
    return query.where(*_within(asked, 0, Document.changed_at, Document.id, Document.subject))


def _withdrawn(asked: Wanted) -> Select[*tuple[Any, ...]]:
    query = select(*_WITHDRAWN)
    return query.where(*_within(asked, 1, Withdrawn.withdrawn_at, Withdrawn.id, Withdrawn.subject))


def _within(asked: Wanted, kind: int, moment: Any, key: Any, subject: Any) -> list[Any]:
    """What the rows of one table have to be, by its columns."""
    found = [subject == asked.subject] if asked.subject else []
    found += [moment >= asked.begin] if asked.begin else []
    found += [moment < asked.end] if asked.end else []
    if asked.after is not None:
        at, of, last = asked.after.at, asked.after.kind, asked.after.key
        same = key > last if of == kind else literal(kind > of)
        found.append(or_(moment > at, and_(moment == at, same)))
    return found


def _one(session: Session, site: Site, identifier: str) -> Any:
    prefix = f"oai:{site.host}:"
    row = None
    if identifier.startswith(prefix):
        key = identifier.removeprefix(prefix)
        row = session.execute(select(*_COLUMNS).where(*_SHOWN, Document.public_id == key)).first()
        row = row or session.execute(select(*_WITHDRAWN).where(Withdrawn.document == key)).first()
    if row is None:
        raise OaiError("idDoesNotExist", "No such identifier.")
    return row


def _record(above: Any, site: Site, row: Any) -> None:
    record = etree.SubElement(above, _of(OAI, "record"))
    _header(record, site, row)
    if row.gone:
        return
    metadata = etree.SubElement(record, _of(OAI, "metadata"))
    dc = etree.SubElement(metadata, _of(OAI_DC, "dc"), nsmap={"oai_dc": OAI_DC, "dc": DC})
    dc.set(_of(XSI, "schemaLocation"), f"{OAI_DC} {_DC_SCHEMA}")
    names = {subject.code: subject.name("zh-CN") for subject in SUBJECTS}
    for name, value in (
        ("title", row.title),
        ("creator", row.author or row.issuer),
        *(("subject", value) for value in (names.get(row.subject or ""), *row.tags)),
        ("publisher", row.issuer),
        ("date", row.issued_on.isoformat() if row.issued_on else None),
        ("type", "Text"),
        ("identifier", site.documents + row.public_id),
        ("identifier", row.number),
        ("source", row.source_note),
        ("language", "zh-CN"),
        *(("relation", value) for value in row.sources),
        ("rights", row.rights),
    ):
        if value:
            etree.SubElement(dc, _of(DC, name)).text = UNFIT.sub("", str(value))


def _header(above: Any, site: Site, row: Any) -> None:
    header = etree.SubElement(above, _of(OAI, "header"))
    if row.gone:
        header.set("status", "deleted")
    _add(header, "identifier", f"oai:{site.host}:{row.public_id}")
    _add(header, "datestamp", _stamp(row.changed_at))
    if row.subject:
        _add(header, "setSpec", row.subject)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _add(above: Any, name: str, words: str | None) -> Any:
    made = etree.SubElement(above, _of(OAI, name))
    made.text = words
    return made


def _of(namespace: str, name: str) -> str:
    return f"{{{namespace}}}{name}"
