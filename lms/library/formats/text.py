"""Plain text and Markdown: a title on top or in front matter, then lines."""

import re

from lms.library.formats.encodings import decoded
from lms.library.formats.record import Block, Extracted, Note, bounded

#: what stands between the lines of --- above a Markdown text, as far as a document needs it
_KEY = re.compile(r"^([A-Za-z_]{1,40})\s*:\s*(.*?)\s*$")
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_IS_MARKDOWN = re.compile(r"^(?:#{1,6} \S|\*\*|[-*+] \S|\|.+\||```|> )", re.M)
_KNOWN = {"title", "author", "issuer", "number", "issued", "effective", "source", "tags", "subject"}


def looks_like_markdown(text: str, name: str) -> bool:
    """Whether a text is Markdown: it is named so, or has lines that plain texts do not have."""
    return name.lower().endswith((".md", ".markdown")) or len(_IS_MARKDOWN.findall(text[:20_000])) >= 3


def read(data: bytes, *, name: str) -> Extracted:
    """A text of any known encoding. Raises Unreadable."""
    text, notes = decoded(data)
    if looks_like_markdown(text, name):
        return _markdown(text, notes=notes)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return Extracted("text", _title(lines), bounded(tuple(map(Block, lines))), {}, notes)


def _markdown(text: str, *, notes: tuple[Note, ...]) -> Extracted:
    facts, body = _front(text)
    body = _COMMENT.sub("", body).strip()
    lines = [line for line in body.split("\n") if line.strip()]
    title = facts.pop("title", "") or _title(lines)
    first = _HEADING.match(lines[0]) if lines else None
    if first and first[2] == title:
        body = body.partition("\n")[2].strip()
    return Extracted("markdown", title, bounded((Block(body or title),)), facts, notes, is_markdown=True)


def _front(text: str) -> tuple[dict[str, str], str]:
    """What stands between two lines of --- at the very beginning, and the rest."""
    if not text.startswith("---\n"):
        return {}, text
    head, fence, body = text.removeprefix("---\n").partition("\n---\n")
    if not fence or len(head) > 5000:
        return {}, text
    found = (match for line in head.split("\n") if (match := _KEY.match(line)))
    return {m[1].lower(): m[2].strip("\"'[] ")[:200] for m in found if m[1].lower() in _KNOWN}, body


def _title(lines: list[str]) -> str:
    first = lines[0] if lines else ""
    match = _HEADING.match(first)
    return (match[2] if match else first)[:200]
