"""Reading one document: Markdown with TOML front matter between lines of +++, or a bare text with its title on top."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lms.library.citation import short_name
from lms.subjects import CODES

KINDS = ("guide", "time-limits", "glossary", "checklist", "decision-aid", "commentary", "model", "statute")
STATUSES = ("current", "amended", "repealed")
LARGEST = 4_000_000
_FENCE = "+++"
_TEXTS = {"title": 200, "author": 120}
_KEYS = {"title", "subject", "kind", "author", "issued", "in_force", "valid_until", "status", "sources", "replaces"}
_DATES = ("issued", "in_force", "valid_until")


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

    @property
    def name(self) -> str:
        """Short name under which citations find it: a commentary goes by the law it explains."""
        return short_name(self.sources[0] if self.kind == "commentary" and self.sources else self.title)

    @property
    def sha256(self) -> str:
        """Digest of everything that is stored of it."""
        facts = (self.title, self.subject, self.kind, self.author, self.issued_on, self.valid_until, self.status)
        # what nearly no document says counts only where it is said: digests of earlier releases stay the same
        more = (self.replaces, self.in_force) if self.replaces or self.in_force else ()
        return hashlib.sha256(repr((facts, self.sources, self.markdown, *more)).encode()).hexdigest()


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
    for key in _DATES:
        if key in facts and (not isinstance(facts[key], date) or isinstance(facts[key], datetime)):
            yield Problem(key, "not_a_date")
    for key in ("sources", "replaces"):
        titles = facts.get(key, [])
        if not isinstance(titles, list) or not all(isinstance(item, str) and 0 < len(item) <= 200 for item in titles):
            yield Problem(key, "not_a_list_of_titles")
