"""The catalogue for harvesters: OAI-PMH 2.0 (openarchives.org, 2002, corrected 2015) with unqualified Dublin Core.

Titles and facts, no texts, of documents that every reader may read. Answers are cut into parts that follow each other by the
moment of change and the number of a document, so that a harvest that takes hours misses nothing that was there at its beginning.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from lms.clock import now
from lms.library.models import READERS, Document
from lms.subjects import CODES, SUBJECTS

PREFIX = "oai_dc"
PART = 200
LONGEST_ARGUMENT = 500
OAI, DC, OAI_DC = (
    "http://www.openarchives.org/OAI/2.0/",
    "http://purl.org/dc/elements/1.1/",
    "http://www.openarchives.org/OAI/2.0/oai_dc/",
)
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA, _DC_SCHEMA = f"{OAI}OAI-PMH.xsd", f"{OAI_DC[:-1]}.xsd"
#: arguments of each verb: those that must be there, those that may be
_ARGUMENTS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
    "ListSets": (frozenset(), frozenset({"resumptionToken"})),
    "ListIdentifiers": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"})),
    "ListRecords": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"})),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
}
_LISTS = ("ListIdentifiers", "ListRecords")
_DAY, _SECOND = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class OaiError(Exception):
    """An answer of the protocol: its code and a sentence in English, the language of harvesters."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list asks for: moments from and until (before the latter), a subject, and after which document it goes on."""

    begin: datetime | None = None
    end: datetime | None = None
    subject: str = ""
    after: tuple[datetime, int] | None = None


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
    root = etree.Element(_of(OAI, "OAI-PMH"), nsmap={None: OAI, "xsi": _XSI})  # type: ignore[dict-item]
    root.set(_of(_XSI, "schemaLocation"), f"{OAI} {_SCHEMA}")
    _add(root, "responseDate", _stamp(now()))
    asked = etree.SubElement(root, _of(OAI, "request"))
    asked.text = site.address
    try:
        given = _checked(arguments)
        for name, value in given.items():
            asked.set(name, value)
        if given.get("metadataPrefix", PREFIX) != PREFIX:
            raise OaiError("cannotDisseminateFormat", f"Only {PREFIX} is there.")
        _VERBS[given["verb"]](session, site, given, root)
    except OaiError as error:
        if error.code in ("badVerb", "badArgument"):
            asked.attrib.clear()
        _add(root, "error", str(error)).set("code", error.code)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _checked(arguments: Sequence[tuple[str, str]]) -> dict[str, str]:
    given = dict(arguments)
    verb = given.get("verb", "")
    if [name for name, _value in arguments].count("verb") != 1 or verb not in _ARGUMENTS:
        raise OaiError("badVerb", "The verb is missing, repeated or unknown.")
    if len(given) != len(arguments):
        raise OaiError("badArgument", "An argument is repeated.")
    if any(len(value) > LONGEST_ARGUMENT or _UNFIT.search(value) for value in given.values()):
        raise OaiError("badArgument", "An argument is too long or holds characters that XML cannot.")
    must, may = _ARGUMENTS[verb]
    names = given.keys() - {"verb"}
    if verb in _LISTS and "resumptionToken" in names:
        if len(names) > 1:
            raise OaiError("badArgument", "A resumption token stands alone.")
    elif must - names or names - must - may:
        raise OaiError(
            "badArgument", f"{verb} wants {sorted(must) or 'nothing'} and takes {sorted(may) or 'nothing else'}."
        )
    return given


def _identify(session: Session, site: Site, given: Mapping[str, str], root: Any) -> None:
    first = session.scalar(select(Document.changed_at).order_by(Document.changed_at).limit(1))
    found = etree.SubElement(root, _of(OAI, "Identify"))
    for name, words in (
        ("repositoryName", site.name),
        ("baseURL", site.address),
        ("protocolVersion", "2.0"),
        ("adminEmail", site.administrator),
        ("earliestDatestamp", _stamp(first or now())),
        ("deletedRecord", "no"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ):
        _add(found, name, words)


def _formats(session: Session, site: Site, given: Mapping[str, str], root: Any) -> None:
    if "identifier" in given:
        _document(session, site, given["identifier"])
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
    row = _document(session, site, given["identifier"])
    _record(etree.SubElement(root, _of(OAI, "GetRecord")), site, row)


def _list(session: Session, site: Site, given: Mapping[str, str], root: Any) -> None:
    wanted = _resumed(given["resumptionToken"]) if "resumptionToken" in given else _wanted(given)
    rows = session.execute(_query(wanted).limit(PART + 1)).all()
    if not rows:
        raise OaiError("noRecordsMatch", "There is nothing of that kind.")
    found = etree.SubElement(root, _of(OAI, given["verb"]))
    for row in rows[:PART]:
        (_record if given["verb"] == "ListRecords" else _header)(found, site, row)
    if len(rows) > PART or wanted.after is not None:
        last = rows[PART - 1] if len(rows) > PART else None
        _add(found, "resumptionToken", _token(wanted, (last.changed_at, last.id)) if last else None)


_VERBS = {
    "Identify": _identify,
    "ListMetadataFormats": _formats,
    "ListSets": _sets,
    "ListIdentifiers": _list,
    "ListRecords": _list,
    "GetRecord": _get,
}
_COLUMNS = (
    Document.id, Document.public_id, Document.changed_at, Document.title, Document.author, Document.issuer, Document.number,
    Document.subject, Document.kind, Document.issued_on, Document.rights, Document.source_note, Document.tags, Document.sources,
)  # fmt: skip


def _query(wanted: Wanted) -> Any:
    query = select(*_COLUMNS).where(Document.access == READERS).order_by(Document.changed_at, Document.id)
    if wanted.begin is not None:
        query = query.where(Document.changed_at >= wanted.begin)
    if wanted.end is not None:
        query = query.where(Document.changed_at < wanted.end)
    if wanted.subject:
        query = query.where(Document.subject == wanted.subject)
    if wanted.after is not None:
        moment, key = wanted.after
        later = and_(Document.changed_at == moment, Document.id > key)
        query = query.where(or_(Document.changed_at > moment, later))
    return query


def _document(session: Session, site: Site, identifier: str) -> Any:
    prefix = f"oai:{site.host}:"
    query = select(*_COLUMNS).where(Document.access == READERS)
    row = None
    if identifier.startswith(prefix):
        row = session.execute(query.where(Document.public_id == identifier.removeprefix(prefix))).first()
    if row is None:
        raise OaiError("idDoesNotExist", "No such identifier.")
    return row


def _wanted(given: Mapping[str, str]) -> Wanted:
    begin, end, subject = given.get("from"), given.get("until"), given.get("set", "")
    if begin and end and len(begin) != len(end):
        raise OaiError("badArgument", "from and until are of different granularity.")
    first, last = _moment(begin, last=False), _moment(end, last=True)
    if first and last and first >= last:
        raise OaiError("badArgument", "from is later than until.")
    if subject and subject not in CODES:
        raise OaiError("noRecordsMatch", "There is no such set.")
    return Wanted(first, last, subject)


def _moment(words: str | None, *, last: bool) -> datetime | None:
    """The moment that a day or second begins with, or, of `last`, the one after its end."""
    if words is None:
        return None
    form = "%Y-%m-%d" if _DAY.fullmatch(words) else "%Y-%m-%dT%H:%M:%SZ" if _SECOND.fullmatch(words) else ""
    try:
        found = datetime.strptime(words, form).replace(tzinfo=UTC) if form else None
        if found is not None:
            return found + (timedelta(days=1) if form == "%Y-%m-%d" else timedelta(seconds=1)) * last
    except (ValueError, OverflowError):
        pass
    raise OaiError("badArgument", "A moment is YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ.")


def _token(wanted: Wanted, after: tuple[datetime, int]) -> str:
    said = [moment.isoformat() if moment else None for moment in (wanted.begin, wanted.end, after[0])]
    return base64.urlsafe_b64encode(json.dumps([*said, after[1], wanted.subject]).encode()).decode()


def _resumed(token: str) -> Wanted:
    try:
        begin, end, at, key, subject = json.loads(base64.b64decode(token.encode(), altchars=b"-_", validate=True))
        moments = [None if said is None else datetime.fromisoformat(said) for said in (begin, end)]
        last = datetime.fromisoformat(at)
    except (binascii.Error, ValueError, TypeError, UnicodeError, RecursionError) as error:
        raise OaiError("badResumptionToken", "This token is none of ours.") from error
    zoned = all(moment is None or moment.tzinfo is not None for moment in (*moments, last))
    if not zoned or not isinstance(key, int) or not 0 <= key < 2**31 or subject not in (*CODES, ""):
        raise OaiError("badResumptionToken", "This token is none of ours.")
    return Wanted(moments[0], moments[1], subject, (last, key))


def _record(above: Any, site: Site, row: Any) -> None:
    record = etree.SubElement(above, _of(OAI, "record"))
    _header(record, site, row)
    metadata = etree.SubElement(record, _of(OAI, "metadata"))
    dc = etree.SubElement(metadata, _of(OAI_DC, "dc"), nsmap={"oai_dc": OAI_DC, "dc": DC})
    dc.set(_of(_XSI, "schemaLocation"), f"{OAI_DC} {_DC_SCHEMA}")
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
            etree.SubElement(dc, _of(DC, name)).text = _UNFIT.sub("", str(value))


def _header(above: Any, site: Site, row: Any) -> None:
    header = etree.SubElement(above, _of(OAI, "header"))
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
