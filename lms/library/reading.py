"""From the bytes of a file to a document: read, examined, its own words about itself taken as proposals."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from lms.library import quality, statute
from lms.library.formats import registry
from lms.library.formats.record import Block, Extracted, Note, Unreadable
from lms.library.heads import Head, head_of
from lms.library.source import FENCE, Problem, Source, read
from lms.subjects import CODES
from question_bank.formats.inline import printable
from question_bank.text import escaped, unopened

#: articles at the end in which a law says from when on it stands
LAST = 3
_ISO = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})")
#: what names of files carry besides the title: a date, a number of a copy
_COPY = re.compile(r"\s*[（(](?:\d{4}-\d{2}-\d{2}|\d{1,2})[）)]\s*$")


@dataclass(frozen=True, slots=True)
class Read:
    """A file that became a document, and what there is to remark about it."""

    source: Source
    notes: tuple[Note, ...]
    #: articles that can be cited
    articles: int


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is said of files that do not say it themselves."""

    subject: str | None = None
    kind: str | None = None


def read_file(data: bytes, *, name: str, defaults: Defaults = Defaults()) -> Read:
    """The document in a file of any known format. Raises Unreadable with reason and facts."""
    if data.startswith((FENCE + b"\n", FENCE + b"\r\n", b"\xef\xbb\xbf" + FENCE)):
        return _described(data, name)
    found = registry.read(data, name=name)
    text, pages = written(found)
    built = statute.pieces(text) if statute.is_statute(text) else ()
    articles = sum(piece.kind == "article" for piece in built)
    notes = (*found.notes, *quality.examined(text, statute.findings(built)))
    if not built and not found.is_markdown:
        text = shown(found)
        pages = _pages(found.blocks, blank_lines=True)
    text = printable(text)
    kind = "statute" if articles and built[0].kind != "annex" and _begins(built) else defaults.kind or "guide"
    head = _head(text, built) if kind == "statute" else Head()
    made = _Made(found, text, pages, kind, head, _title(found, name))
    return Read(_source(made, data, defaults), notes, articles)


def _described(data: bytes, name: str) -> Read:
    """A file with front matter of ours says everything itself."""
    found = read(data, file_name=name)
    if not isinstance(found, Source):
        raise FrontMatter(found)
    text = found.markdown
    built = statute.pieces(text) if statute.is_statute(text) else ()
    notes = quality.examined(text, statute.findings(built)) if text else ()
    kept = replace(found, original=hashlib.sha256(data).hexdigest(), media_type=registry.MEDIA_TYPES["markdown"])
    return Read(kept, notes, sum(piece.kind == "article" for piece in built))


class FrontMatter(Unreadable):
    """Front matter that is wrong: every fault by field and reason."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        shown = "; ".join(f"{problem.field}: {problem.reason}" for problem in problems[:8])
        super().__init__("front_matter", problems=shown)
        self.problems = problems


def _begins(built: tuple[statute.Piece, ...]) -> bool:
    """Whether the first article is the first of a text: a judgement that quotes the 52nd is no statute."""
    first = next(piece for piece in built if piece.article is not None)
    return first.article is not None and first.article.number == 1


def written(found: Extracted) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text of a file with headings marked, a line a block, and the lines on which its pages begin (line, page)."""
    lines = ["#" * min(block.level + 1, 6) + " " + block.text if block.level else block.text for block in found.blocks]
    return "\n".join(lines), _pages(found.blocks, blank_lines=False)


def shown(found: Extracted) -> str:
    """The same as Markdown that shows every sign as it stands."""
    return "\n\n".join(
        "#" * min(block.level + 1, 6) + " " + escaped(block.text, blanks=False)
        if block.level
        else unopened(escaped(block.text, blanks=False))
        for block in found.blocks
    )


def _pages(blocks: tuple[Block, ...], *, blank_lines: bool) -> tuple[tuple[int, int], ...]:
    found, page, line = list[tuple[int, int]](), 0, 0
    for block in blocks:
        if block.page is not None and block.page != page:
            page = block.page
            found.append((line, page))
        line += block.text.count("\n") + (2 if blank_lines else 1)
    return tuple(found)


def _head(text: str, built: tuple[statute.Piece, ...]) -> Head:
    first = next((piece.line for piece in built if piece.kind == "article"), 0)
    above = "\n".join(text.splitlines()[:first])
    articles = [piece.text for piece in built if piece.kind == "article"]
    return head_of(above, articles[-LAST:])


@dataclass(frozen=True, slots=True)
class _Made:
    """What a document is made of: the file as understood, its text, pages, kind, head and title."""

    found: Extracted
    text: str
    pages: tuple[tuple[int, int], ...]
    kind: str
    head: Head
    title: str


def _title(found: Extracted, name: str) -> str:
    """The title without the blanks that printers put between its signs; else the name of the file."""
    title = re.sub(r"\s+", "" if _is_chinese(found.title) else " ", printable(found.title)).strip()
    return (title or _COPY.sub("", name.rpartition("/")[2].rpartition(".")[0]))[:200]


def _source(made: _Made, data: bytes, defaults: Defaults) -> Source:
    facts, head = {key: printable(value) for key, value in made.found.facts.items()}, made.head
    return Source(
        title=made.title,
        subject=facts.get("subject") if facts.get("subject") in CODES else defaults.subject,
        kind=made.kind,
        author=facts.get("author", "")[:120] or None,
        issued_on=head.issued_on or _iso(facts.get("issued", "")),
        valid_until=None,
        status="current",
        sources=(),
        markdown=_without_title(made.text, made.title),
        issuer=(head.issuer or facts.get("issuer", "")[:120]) or None,
        number=head.number or facts.get("number", "")[:80] or None,
        effective_on=head.effective_on or _iso(facts.get("effective", "")),
        amended_on=head.amended_on,
        source_note=facts.get("source", "")[:300] or None,
        tags=tuple(_tags(facts)),
        media_type=registry.MEDIA_TYPES[made.found.format],
        original=hashlib.sha256(data).hexdigest(),
        pages=made.pages,
        proposed=True,
    )


def _is_chinese(text: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", text) is not None and not re.search(r"[A-Za-z]{2}", text)


def _without_title(text: str, title: str) -> str:
    """The text without its first line where that is the title; lines keep their numbers."""
    first, _line, rest = text.partition("\n")
    same = re.sub(r"\s+", "", first.lstrip("# ")) == re.sub(r"\s+", "", title)
    return "\n" + rest if same and rest.strip() else text


def _tags(facts: Mapping[str, str]) -> Iterator[str]:
    for tag in re.split(r"[,，;；、\s]+", facts.get("tags", ""))[:20]:
        if tag:
            yield tag[:40]


def _iso(text: str) -> date | None:
    match = _ISO.match(text)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None
