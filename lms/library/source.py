"""Reading one document: Markdown with TOML front matter between lines of +++, or a bare text with its title on top."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from lms.library.citation import short_name
from lms.subjects import CODES

KINDS = ("guide", "time-limits", "glossary", "checklist", "decision-aid", "commentary", "model", "statute")
STATUSES = ("current", "amended", "repealed")
LARGEST = 4_000_000
FENCE = b"+++"
#: who may read: everybody who is signed in, or librarians alone
ACCESS = ("readers", "librarians")
_FENCE = FENCE.decode()
_TEXTS = {"title": 200, "author": 120, "issuer": 120, "number": 80, "source": 300, "rights": 300}
_DATES = ("issued", "in_force", "amended", "valid_until")
_LISTS = {"sources": 200, "replaces": 200, "tags": 40}
_KEYS = {*_TEXTS, *_DATES, *_LISTS, "subject", "kind", "status", "access"}


@dataclass(frozen=True, slots=True)
class Source:
    """A document as it was given."""

    title: str
    subject: str | None
    kind: str
    author: str | None
    issued_on: date | None
    valid_until: date | None
    status: str
    sources: tuple[str, ...]
    markdown: str
    #: titles of the laws that end when this one begins, and the day on which it does
    replaces: tuple[str, ...] = ()
    in_force: date | None = None
    #: who issued it, and under which number
    issuer: str | None = None
    number: str | None = None
    #: the first day on which it stands, and the last on which its words were changed
    effective_on: date | None = None
    amended_on: date | None = None
    access: str = "readers"
    #: where the file came from, and what may be done with it
    source_note: str | None = None
    rights: str | None = None
    tags: tuple[str, ...] = ()
    #: of the file it was read from: media type and SHA-256 (hex), None where the text was given as such
    media_type: str | None = None
    original: str | None = None
    #: lines of `markdown` (from 0) on which pages begin: (line, page)
    pages: tuple[tuple[int, int], ...] = ()
    #: whether its facts were read out of its text, and are no more than proposals
    proposed: bool = False

    @property
    def name(self) -> str:
        """Short name under which citations find it: a commentary goes by the law it explains."""
        return short_name(self.sources[0] if self.kind == "commentary" and self.sources else self.title)

    @property
    def sha256(self) -> str:
        """Digest of everything that is stored of it."""
        facts = (self.title, self.subject, self.kind, self.author, self.issued_on, self.valid_until, self.status)
        # what nearly no document says counts only where it is said: digests of earlier releases stay the same
        more: tuple[object, ...] = (self.replaces, self.in_force) if self.replaces or self.in_force else ()
        more += tuple((name, value) for name, value in self.said.items() if value)
        return hashlib.sha256(repr((facts, self.sources, self.markdown, *more)).encode()).hexdigest()

    @property
    def said(self) -> dict[str, object]:
        """What only some documents say, by the names of the fields; access where it is not everybody's."""
        names = [field.name for field in fields(self)]
        later = names[names.index("issuer") : names.index("media_type")]
        found = {name: value for name in later if (value := getattr(self, name)) != "readers"}
        # of front matter it is `in_force`, which counts already
        return found if self.effective_on != self.in_force else found | {"effective_on": None}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: the field and a reason (a stable word)."""

    field: str
    reason: str


def read(data: bytes, *, file_name: str) -> Source | tuple[Problem, ...]:
    """The document in a file, or everything that keeps it from being one."""
    text = _text(data)
    if isinstance(text, Problem):
        return (text,)
    if not text.startswith(_FENCE + "\n"):
        return _bare(text, file_name)
    head, fence, body = text.removeprefix(_FENCE + "\n").partition(f"\n{_FENCE}\n")
    if not fence:
        return (Problem("front matter", "not_closed"),)
    try:
        facts = tomllib.loads(head)
    except tomllib.TOMLDecodeError:
        return (Problem("front matter", "not_toml"),)
    return _described(facts, body.strip())


def _text(data: bytes) -> str | Problem:
    if len(data) > LARGEST:
        return Problem("file", "too_large")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return Problem("file", "not_utf8")
    return Problem("file", "control_character") if "\0" in text else text


def _bare(text: str, file_name: str) -> Source | tuple[Problem, ...]:
    lines = text.strip().splitlines()
    if not lines:
        return (Problem("file", "empty"),)
    title = lines[0].lstrip("# ").strip() or file_name.rpartition("/")[2].rpartition(".")[0]
    kind = "statute" if "第一条" in text else "guide"
    return Source(title[:200], None, kind, None, None, None, "current", (), "\n".join(lines[1:]).strip() or title)


def _described(facts: Mapping[str, Any], body: str) -> Source | tuple[Problem, ...]:
    problems = list(_problems(facts))
    if not body:
        problems.append(Problem("text", "missing"))
    if problems:
        return tuple(problems)
    return Source(
        title=facts["title"],
        subject=facts["subject"],
        kind=facts["kind"],
        author=facts.get("author"),
        issued_on=facts.get("issued"),
        valid_until=facts.get("valid_until"),
        status=facts["status"],
        sources=tuple(facts.get("sources", ())),
        markdown=body,
        replaces=tuple(facts.get("replaces", ())),
        in_force=facts.get("in_force"),
        issuer=facts.get("issuer"),
        number=facts.get("number"),
        effective_on=facts.get("in_force"),
        amended_on=facts.get("amended"),
        access=facts.get("access", "readers"),
        source_note=facts.get("source"),
        rights=facts.get("rights"),
        tags=tuple(facts.get("tags", ())),
    )


def _problems(facts: Mapping[str, Any]) -> Iterator[Problem]:
    yield from (Problem(key, "unknown_key") for key in facts if key not in _KEYS)
    if not facts.get("title"):
        yield Problem("title", "missing")
    for key, longest in _TEXTS.items():
        value = facts.get(key, "")
        if not isinstance(value, str) or len(value) > longest:
            yield Problem(key, "not_text_of_that_length")
    for key, allowed in (("subject", CODES), ("kind", KINDS), ("status", STATUSES)):
        if facts.get(key) not in allowed:
            yield Problem(key, "not_one_of_the_list")
    if facts.get("access", "readers") not in ACCESS:
        yield Problem("access", "not_one_of_the_list")
    for key in _DATES:
        if key in facts and (not isinstance(facts[key], date) or isinstance(facts[key], datetime)):
            yield Problem(key, "not_a_date")
    yield from _list_problems(facts)


def _list_problems(facts: Mapping[str, Any]) -> Iterator[Problem]:
    for key, longest in _LISTS.items():
        titles = facts.get(key, [])
        if not isinstance(titles, list) or not all(isinstance(i, str) and 0 < len(i) <= longest for i in titles):
            yield Problem(key, "not_a_list_of_titles")
