"""Cutting a document into passages: articles of statutes, else the blocks below each heading."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from courseware.packages.markdown import headings, plain_text
from lms.library.citation import Article, article_of

LONGEST = 400
MOST = 5000
_ARTICLE = re.compile(r"^\s*(第[〇零一二三四五六七八九十百千0-9]+条(?:之[一二三四五六七八九十0-9]+)?)[\s　]*(.*)$")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_CHAPTER = re.compile(r"^\s*第[〇零一二三四五六七八九十百千0-9]+[编章节](?:[\s　]|$)")


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


def passages(markdown: str) -> tuple[Passage, ...]:
    """The passages of a Markdown text in order, at most 5,000."""
    found = list(_statute(markdown)) if _is_statute(markdown) else list(_guide(markdown))
    return tuple(found[:MOST])


def _is_statute(markdown: str) -> bool:
    return sum(_ARTICLE.match(line) is not None for line in markdown.splitlines()) >= 3


def _statute(markdown: str) -> Iterator[Passage]:
    path: tuple[str, ...] = ()
    label, lines = "", list[str]()

    def done() -> Iterator[Passage]:
        text = "\n".join(line for line in lines if line.strip()).strip()
        if text:
            article = article_of(label)
            yield Passage(
                "article" if article else "block", label, article, article.anchor if article else "", path, text
            )

    for line in markdown.splitlines():
        heading, article = _HEADING.match(line), _ARTICLE.match(line)
        if heading or _CHAPTER.match(line):
            yield from done()
            title = heading[2] if heading else line.strip()
            path, label, lines = _deeper(path, title), "", []
        elif article:
            yield from done()
            label, lines = article[1], [article[2]]
        else:
            lines.append(line.strip())
    yield from done()


def _deeper(path: tuple[str, ...], title: str) -> tuple[str, ...]:
    """编 stands above 章, 章 above 节."""
    rank = next((n for n, mark in enumerate("编章节") if mark in title[:8]), 1)
    kept = tuple(t for t in path if next((n for n, mark in enumerate("编章节") if mark in t[:8]), 1) < rank)
    return (*kept, title)


def _guide(markdown: str) -> Iterator[Passage]:
    path: list[tuple[int, str]] = []
    block: list[str] = []
    anchors = iter([heading.id for heading in headings(markdown)])
    anchor = ""

    def done() -> Iterator[Passage]:
        text = plain_text("\n".join(block)).strip()
        label = path[-1][1] if path else ""
        for piece in _pieces(text):
            yield Passage(
                "heading" if label else "block", label, article_of(label), anchor, tuple(t for _n, t in path), piece
            )

    for line in markdown.splitlines():
        heading = _HEADING.match(line)
        if heading:
            yield from done()
            block = []
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
