"""Cutting a document into passages: articles of statutes, else the blocks below each heading."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from courseware.packages.markdown import headings, plain_text
from lms.library import statute
from lms.library.citation import Article, article_of

LONGEST = 400
MOST = 5000
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that is found and cited by itself."""

    #: "article", "heading" (a section) or "block"
    kind: str
    #: 第五十二条, or the words of the heading
    label: str
    article: Article | None
    #: where it stands on the document's page; empty for what stands before the first heading
    anchor: str
    #: headings above it, outermost first
    path: tuple[str, ...]
    #: plain text
    text: str
    #: the line of the document on which it begins, from 0
    line: int = 0


def passages(markdown: str) -> tuple[Passage, ...]:
    """The passages of a Markdown text in order, at most 5,000."""
    found = list(_statute(markdown)) if statute.is_statute(markdown) else list(_guide(markdown))
    return tuple(found[:MOST])


def page_at(pages: Sequence[tuple[int, int]], line: int) -> int | None:
    """The page on which a line stands; `pages` are the lines (from 0) on which pages begin, in their order."""
    place = bisect_right([begin for begin, _page in pages], line)
    return pages[place - 1][1] if place else None


def _statute(markdown: str) -> Iterator[Passage]:
    """Articles whole; annexes and texts between in pieces, the first of an annex under its anchor."""
    for piece in statute.pieces(markdown):
        if piece.kind == "article":
            if piece.text:
                yield Passage("article", piece.label, piece.article, piece.anchor, piece.path, piece.text, piece.line)
            continue
        texts = _pieces(piece.text) if piece.kind == "annex" else iter([piece.text])
        for number, text in enumerate(texts):
            anchor = piece.anchor if number == 0 else ""
            yield Passage("block", piece.label, None, anchor, piece.path, text, piece.line)


def _guide(markdown: str) -> Iterator[Passage]:
    path: list[tuple[int, str]] = []
    block: list[str] = []
    begun = 0
    anchors = iter([heading.id for heading in headings(markdown)])
    anchor = ""

    def done() -> Iterator[Passage]:
        text = plain_text("\n".join(block)).strip()
        label = path[-1][1] if path else ""
        for piece in _pieces(text):
            yield Passage(
                "heading" if label else "block",
                label,
                article_of(label),
                anchor,
                tuple(t for _n, t in path),
                piece,
                begun,
            )

    for number, line in enumerate(markdown.splitlines()):
        heading = _HEADING.match(line)
        if heading:
            yield from done()
            block, begun = [], number
            level = len(heading[1])
            path = [(n, t) for n, t in path if n < level] + [(level, heading[2])]
            anchor = next(anchors, "")
        else:
            block.append(line)
    yield from done()


def _pieces(text: str) -> Iterator[str]:
    """Pieces of at most 400 characters, cut at paragraphs where possible."""
    piece = ""
    for paragraph in _short(text):
        if piece and len(piece) + len(paragraph) + 1 > LONGEST:
            yield piece
            piece = paragraph
        else:
            piece = f"{piece}\n{paragraph}".strip()
    if piece:
        yield piece


def _short(text: str) -> Iterator[str]:
    """The paragraphs of a text, overlong ones cut."""
    for line in text.split("\n"):
        paragraph = line.strip()
        yield from (paragraph[start : start + LONGEST] for start in range(0, len(paragraph) or 1, LONGEST))
