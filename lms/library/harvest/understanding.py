"""Answers of another catalogue as values: OAI-PMH 2.0 with unqualified Dublin Core. Pure; the XML is a stranger's."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from lms.library.harvest.errors import TokenOver, Unharvestable
from lms.library.models import ELSEWHERE
from lms.library.source import Source
from question_bank.errors import UnreadableFile
from question_bank.formats.inline import printable
from question_bank.formats.xml import local, parsed, words
from question_bank.text import to_markdown

OAI, DC = "{http://www.openarchives.org/OAI/2.0/}", "{http://purl.org/dc/elements/1.1/}"
PREFIX = "oai_dc"
LONGEST_IDENTIFIER, LONGEST_TOKEN, LONGEST_TEXT, LONGEST_LINK = 500, 2000, 20_000, 1000
MOST_TAGS, LONGEST_TAG = 20, 40
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z)?")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?!\d)")
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,2000}>")
#: elements whose words nobody is meant to read
_UNREAD = re.compile(r"<(script|style)\b.{0,5000}?</\1\s*>", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]{0,200}>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a catalogue says of itself; `by_day` when it counts moments in days."""

    name: str
    by_day: bool


@dataclass(frozen=True, slots=True)
class Record:
    """A record: what it says, None of a deleted one, and the address at which the thing itself is, as far as it says."""

    identifier: str
    source: Source | None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that cannot be taken, and why (a stable word)."""

    identifier: str
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a list, the token of the next part, and the moment at which it was answered."""

    records: tuple[Record, ...]
    refused: tuple[Refused, ...]
    token: str | None
    answered: str


def identity(data: bytes) -> Identity:
    """What an answer to Identify says. Raises Unharvestable."""
    root = _answer(data)
    found = root.find(f"{OAI}Identify")
    if found is None or words(found.find(f"{OAI}protocolVersion")) != "2.0":
        raise Unharvestable("not_oai")
    return Identity(
        _line(words(found.find(f"{OAI}repositoryName")), 200), len(words(found.find(f"{OAI}granularity"))) == 10
    )


def part(data: bytes, *, subject: str | None, note: str) -> Part:
    """A part of ListRecords; its documents are of that subject, `note` tells where they come from. Raises Unharvestable or
    TokenOver.
    """
    root = _answer(data)
    answered = words(root.find(f"{OAI}responseDate"))
    if not _MOMENT.fullmatch(answered):
        raise Unharvestable("not_oai")
    found = root.find(f"{OAI}ListRecords")
    if found is None:
        return Part((), (), None, answered)
    good, bad = list[Record](), list[Refused]()
    for element in found.iterfind(f"{OAI}record"):
        one = _record(element, subject, note)
        (good if isinstance(one, Record) else bad).append(one)  # type: ignore[arg-type]
    token = words(found.find(f"{OAI}resumptionToken"))
    if len(token) > LONGEST_TOKEN:
        raise Unharvestable("token_too_long")
    return Part(tuple(good), tuple(bad), token or None, answered)


def _answer(data: bytes) -> etree._Element:
    try:
        root = parsed(data)
    except UnreadableFile as error:
        raise Unharvestable(str(error.facts["reason"])) from error
    if root.tag != f"{OAI}OAI-PMH":
        raise Unharvestable("not_oai")
    codes = {str(error.get("code")) for error in root.iterfind(f"{OAI}error")} - {"noRecordsMatch"}
    if "badResumptionToken" in codes:
        raise TokenOver
    if codes:
        raise Unharvestable("answered", code=printable(min(codes))[:40])
    return root


def _record(element: etree._Element, subject: str | None, note: str) -> Record | Refused:
    header = element.find(f"{OAI}header")
    identifier = "" if header is None else words(header.find(f"{OAI}identifier"))
    if header is None or not 0 < len(identifier) <= LONGEST_IDENTIFIER or printable(identifier) != identifier:
        return Refused(printable(identifier)[:100], "no_identifier")
    if header.get("status") == "deleted":
        return Record(identifier, None)
    said: dict[str, list[str]] = {}
    for one in element.iterfind(f"{OAI}metadata//{DC}*"):
        if value := words(one):
            said.setdefault(local(one), []).append(value)
    title = _line(next(iter(said.get("title", ())), ""), 200)
    if not title:
        return Refused(identifier, "no_title")
    return Record(identifier, _source(title, said, subject, note), _link(said))


def _source(title: str, said: Mapping[str, list[str]], subject: str | None, note: str) -> Source:
    rights = _line("；".join(said.get("rights", ())), 300)
    return Source(
        title=title,
        subject=subject,
        kind=ELSEWHERE,
        author=_line("、".join(said.get("creator", ())), 120) or None,
        issued_on=next((day for text in said.get("date", ()) if (day := _day(text))), None),
        valid_until=None,
        status="current",
        sources=(),
        markdown=to_markdown(_text("\n\n".join(said.get("description", ())))),
        issuer=_line("、".join(said.get("publisher", ())), 120) or None,
        source_note=note,
        rights=rights or None,
        tags=tuple(_tags(said)),
    )


def _tags(said: Mapping[str, Any]) -> list[str]:
    found = dict.fromkeys(_line(value, LONGEST_TAG + 1) for value in said.get("subject", ()))
    return [tag for tag in found if 0 < len(tag) <= LONGEST_TAG][:MOST_TAGS]


def _link(said: Mapping[str, list[str]]) -> str | None:
    """The first identifier that is an address of the web."""
    return next((value for value in said.get("identifier", ()) if is_web(value)), None)


def is_web(address: str) -> bool:
    """Whether a text is an address that a page may lead to: http or https, with a host, without white space or names."""
    if (
        len(address) > LONGEST_LINK
        or any(sign <= " " or sign in "\\<>\"'`" for sign in address)
        or printable(address) != address
    ):
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def _day(text: str) -> date | None:
    """The day that a date begins with; of a year or a month alone none is made up."""
    match = _DAY.match(text)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _line(text: str, longest: int) -> str:
    """One line of at most so many characters, without tags."""
    return " ".join(printable(unescape(_TAG.sub(" ", text[: 8 * longest]))).split())[:longest].strip()


def _text(html: str) -> str:
    """Words of a description, tags taken out, paragraphs kept."""
    plain = printable(unescape(_TAG.sub("", _BREAK.sub("\n", _UNREAD.sub("", html[: 2 * LONGEST_TEXT])))))
    return "\n\n".join(_paragraphs(plain))[:LONGEST_TEXT]


def _paragraphs(text: str) -> Iterator[str]:
    yield from (line for raw in text.split("\n") if (line := " ".join(raw.split())))
