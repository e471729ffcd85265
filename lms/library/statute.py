"""The structure of statutes: 编, 分编, 章, 节 above articles (条), and paragraphs (款), items (项) and sub-items (目) within.

Pure: a text goes in, pieces with lasting anchors come out. An article's anchor is its number (a577, a133-1), a
paragraph's its place in the article (a5-k2), an item's its own number (a5-k2-x3), a sub-item's likewise (a5-k2-x3-m1).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lms.library.citation import Article, article_of
from question_bank.normaliser import number_of

_NUMERAL = "〇零一二三四五六七八九十百千两0-9０-９"
_ARTICLE = re.compile(
    rf"^[\s　]*(?:\*\*)?(第\s?[{_NUMERAL}]{{1,9}}\s?条(?:\s?之\s?[一二三四五六七八九十0-9０-９]{{1,3}})?)(?:\*\*)?([\s　]*)(.*)$"
)
_HEADING = re.compile(r"^(#{1,6})(?:\s+(.*?))?\s*#*\s*$")
_DIVISION = re.compile(
    rf"^[\s　]*第\s?[{_NUMERAL}]{{1,6}}\s?(分编|编|章|节)(?![的规中所和、，至或])([\s　]*)([^。；，]{{0,40}})$"
)
_NUMBERED = re.compile(rf"^第\s?[{_NUMERAL}]{{1,6}}\s?(分编|编|章|节)")
_BARE = re.compile(r"^[\s　]*(总[\s　]*则|附[\s　]*则)[\s　]*$")
_ANNEX = re.compile(
    r"^[\s　]*(?:\*\*)?附(?:[\s　]?[件录表][\s　]*(?:[一二三四五六七八九十]{1,3}|\d{1,3})?(?:[\s　]*[:：.．、][^。；]{0,60}|[\s　]+[^。；]{0,60})?|[:：][^。；]{0,60})(?:\*\*)?$"
)
_ITEM = re.compile(r"^[（(]([一二三四五六七八九十百]{1,5})[）)][\s　]*(.*)$", re.S)
_SUB_ITEM = re.compile(r"^(?:(\d{1,3})[.．、](?!\d)|[（(](\d{1,3})[）)])[\s　]*(.*)$", re.S)
#: what follows the number of an article that is only spoken of
_SPOKEN_OF = tuple("第款的规中所和、，至或及与之》”）)等")
_RANKS = {"编": 0, "分编": 1, "章": 2, "节": 3}
_CHAPTER = _RANKS["章"]


@dataclass(frozen=True, slots=True)
class Piece:
    """An article, an annex or a text between. `line` is the number of its first line, from 0."""

    #: "article", "annex" or "text"
    kind: str
    label: str
    article: Article | None
    #: empty for texts between
    anchor: str
    #: headings above it, outermost first
    path: tuple[str, ...]
    lines: tuple[str, ...]
    line: int

    @property
    def text(self) -> str:
        """Its words without its number, a line a paragraph."""
        return "\n".join(line.strip() for line in self.lines if line.strip())


@dataclass(frozen=True, slots=True)
class Finding:
    """What is odd about the numbers: "gap" (something is missing between), "double" or "order" (it runs backwards)."""

    code: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item (项) or sub-item (目) with its label as it is written."""

    anchor: str
    label: str
    text: str
    items: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph (款) of an article: its number from 1, its words, the items below it."""

    number: int
    anchor: str
    text: str
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class _Heading:
    title: str
    rank: int
    #: of Markdown; 0 where it is only a line
    level: int


def article_lines(text: str) -> int:
    """How many lines of a text begin an article."""
    previous, count = None, 0
    for line in text.splitlines():
        found = _article(line, previous)
        if found is not None:
            previous, count = article_of(found[0]), count + 1
    return count


def is_statute(text: str) -> bool:
    """Whether a text is built of articles: it has three of them, or any and no headings of another kind."""
    count = article_lines(text)
    if count >= 3 or count == 0:
        return count >= 3
    others = (_HEADING.match(line) for line in text.splitlines())
    return not any(match and len(match[1]) > 1 and match[2] and not _NUMBERED.match(match[2]) for match in others)


def pieces(text: str) -> tuple[Piece, ...]:
    """The pieces of a statute in their order; every anchor once."""
    return tuple(_anchored(_pieces(text.splitlines())))


def _pieces(lines: Iterable[str]) -> Iterator[Piece]:
    path: list[_Heading] = []
    previous: Article | None = None
    kind, label, body, begun, annexes = "text", "", list[str](), 0, 0

    def done() -> Iterator[Piece]:
        if any(line.strip() for line in body) or kind == "article":
            article = article_of(label) if kind == "article" else None
            anchor = article.anchor if article else f"annex{annexes}" if kind == "annex" else ""
            yield Piece(kind, label, article, anchor, tuple(h.title for h in path), tuple(body), begun)

    for number, line in enumerate(lines):
        heading, article = _heading(line), _article(line, previous)
        annex = _annex(heading.title if heading else line) if previous or annexes else ""
        if annex:
            yield from done()
            path = [_Heading(annex, 0, 1)]
            kind, label, body, begun, annexes = "annex", annex[:200], [], number, annexes + 1
        elif article:
            yield from done()
            previous = article_of(article[0])
            kind, label, body, begun = "article", re.sub(r"\s", "", article[0]), [article[1]], number
        elif heading:
            yield from done()
            path = [*_above(path, heading), heading] if heading.title else path
            kind, label, body, begun = "text", "", [], number + 1
        else:
            body.append(line)
    yield from done()


def _anchored(found: Iterable[Piece]) -> Iterator[Piece]:
    """The second piece of one number gets an anchor of its own: links to the first stay right."""
    taken: dict[str, int] = {}
    for piece in found:
        if not piece.anchor:
            yield piece
            continue
        taken[piece.anchor] = times = taken.get(piece.anchor, 0) + 1
        anchor = piece.anchor if times == 1 else f"{piece.anchor}_{times}"
        yield Piece(piece.kind, piece.label, piece.article, anchor, piece.path, piece.lines, piece.line)


def _article(line: str, previous: Article | None) -> tuple[str, str] | None:
    """Number and words of an article that a line begins; None for one that only speaks of an article.

    Where no blank parts number and words (as in texts from PDF), the number has to be the next one.
    """
    match = _ARTICLE.match(line)
    if match is None:
        return None
    label, blank, rest = match[1], match[2], match[3]
    if blank or not rest:
        return label, rest
    if rest.startswith(_SPOKEN_OF):
        return None
    article = article_of(label)
    expected = 1 if previous is None else previous.number + 1
    fits = article is not None and (article.number == expected or article.sub > 0 or previous is None)
    return (label, rest) if fits else None


def _heading(line: str) -> _Heading | None:
    match = _HEADING.match(line)
    if match:
        title = (match[2] or "").strip()
        division = _NUMBERED.match(title)
        return _Heading(title, _RANKS[division[1]] if division else -1, len(match[1]))
    division = _DIVISION.match(line)
    if division:
        return _Heading(line.strip(), _RANKS[division[1]], 0)
    return _Heading(line.strip(), _CHAPTER, 0) if _BARE.match(line) else None


def _above(path: list[_Heading], heading: _Heading) -> list[_Heading]:
    """The headings that stay above another: those of a higher rank; of one without a number those of a higher level."""
    if heading.rank < 0:
        return [one for one in path if 0 < one.level < heading.level]
    return [one for one in path if (one.rank if one.rank >= 0 else _CHAPTER) < heading.rank]


def _annex(line: str) -> str:
    """The name of an annex that begins with this line, "" where none does."""
    return line.strip().strip("*") if _ANNEX.match(line) else ""


def findings(found: Iterable[Piece]) -> tuple[Finding, ...]:
    """What is odd about the numbers of the articles before the first annex."""
    odd: list[Finding] = []
    seen: set[Article] = set()
    last: Piece | None = None
    for piece in found:
        if piece.kind == "annex":
            break
        if piece.article is None:
            continue
        if last is not None and last.article is not None:
            code = _odd(last.article, piece.article, seen)
            odd += [Finding(code, last.label, piece.label)] if code else []
        seen.add(piece.article)
        last = piece
    return tuple(odd)


def _odd(last: Article, here: Article, seen: set[Article]) -> str:
    if here in seen:
        return "double"
    if (here.number, here.sub) < (last.number, last.sub):
        return "order"
    follows = (here.number == last.number and here.sub == last.sub + 1) or (
        here.number == last.number + 1 and here.sub in (0, 1)
    )
    return "" if follows else "gap"


def paragraphs(text: str, anchor: str) -> tuple[Paragraph, ...]:
    """The paragraphs of an article with their items. A line is a paragraph, unless it begins an item of the one before."""
    found: list[_Open] = []
    for line in text.split("\n"):
        words = line.strip()
        item, below = _ITEM.match(words), _SUB_ITEM.match(words)
        if item and found:
            found[-1].items.append(_Open(words[: item.start(2)].strip(), item[2], number_of(item[1]) or 0))
        elif below and found and found[-1].items:
            label = words[: below.start(3)].strip()
            found[-1].items[-1].items.append(_Open(label, below[3], int(below[1] or below[2])))
        else:
            found.append(_Open("", words, len(found) + 1))
    return tuple(
        Paragraph(place, f"{anchor}-k{place}", one.text, _closed(one.items, f"{anchor}-k{place}", "x"))
        for place, one in enumerate(found, 1)
    )


class _Open:
    """A paragraph or item to which items may still be added."""

    __slots__ = ("items", "label", "number", "text")

    def __init__(self, label: str, text: str, number: int) -> None:
        self.label, self.text, self.number = label, text, number
        self.items: list[_Open] = []


def _closed(items: list[_Open], above: str, mark: str) -> tuple[Item, ...]:
    """Items with their anchors; the second of one number is known by its place."""
    found, taken = [], set[int]()
    for place, one in enumerate(items, 1):
        name = f"{above}-{mark}{one.number}" + (f"_{place}" if one.number in taken else "")
        taken.add(one.number)
        found.append(Item(name, one.label, one.text, _closed(one.items, name, "m")))
    return tuple(found)
