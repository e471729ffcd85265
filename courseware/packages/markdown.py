"""Markdown to HTML, plain text and lists of pictures: one reader for pages, question stems and library documents.

CommonMark with tables, raw HTML shown as text. Two things differ from CommonMark for the sake of Chinese: a line break
between two full-width characters is no space, and `**` beside full-width characters marks emphasis even where
punctuation stands on its inner side (`**依法。**当事人`), which CommonMark's rule for spaced scripts refuses.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline.state_inline import Delimiter, StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

MediaUrl = Callable[[str], str | None]
_MEDIA_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
_PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".webp")
_LONGEST_ID = 60


class Profile(StrEnum):
    """PAGE: headings with ids, from the second level down. SHORT: for stems and options, headings as bold lines."""

    PAGE = "page"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as Markdown names it, its description, and the line where its paragraph begins."""

    name: str
    description: str
    line: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a page: its level (2 to 6), its id in the HTML, its text."""

    level: int
    id: str
    text: str


def render(markdown: str, *, profile: Profile = Profile.PAGE, media_url: MediaUrl | None = None) -> str:
    """
    HTML of a Markdown text; it still has to pass the sanitizer.

    `media_url` gives the address of a picture or recording by its name, or None where there is none: then its
    description stands in its place. Links lead to http, https or relative addresses only; others stay text.
    """
    env: dict[str, object] = {"media_url": media_url, "profile": profile, "labels": {}, "ids": {}}
    return str(_PARSER.render(markdown, env))


def headings(markdown: str) -> tuple[Heading, ...]:
    """The headings of a text in order, with the ids that `render` gives them: for a table of contents."""
    taken: dict[str, int] = {}
    found = []
    for token, inline in pairwise(_PARSER.parse(markdown)):
        if token.type == "heading_open":
            text = _block_words(inline)
            found.append(Heading(_level(token), _heading_id(text, taken), text))
    return tuple(found)


def titles(markdown: str) -> tuple[int, ...]:
    """The lines of the headings of level 1."""
    return tuple((token.map or [0])[0] + 1 for token in _PARSER.parse(markdown) if token.tag == "h1" and token.map)


def pictures(markdown: str) -> tuple[Picture, ...]:
    """Every picture of a text in order, with the address as it is written."""
    return tuple(
        Picture(str(child.attrs.get("src", "")), _words(child.children or ()).strip(), (token.map or [0])[0] + 1)
        for token in _PARSER.parse(markdown)
        for child in token.children or ()
        if child.type == "image"
    )


def raw_html(markdown: str) -> tuple[int, ...]:
    """The lines on which raw HTML begins (or their paragraph does)."""
    return tuple(
        (token.map or [0])[0] + 1
        for token in _HTML_PARSER.parse(markdown)
        if token.type == "html_block" or any(child.type == "html_inline" for child in token.children or ())
    )


def split_title(markdown: str) -> tuple[str, str]:
    """The title on the first line (`# title`) and the text below it; the title is empty where there is none."""
    first, _, rest = markdown.partition("\n")
    title = re.match(r"#[ \t]+(.*)", first)
    return (title[1].rstrip().rstrip("#").strip(), rest.lstrip("\n")) if title else ("", markdown)


def plain_text(markdown: str) -> str:
    """The words of a text, a line for each paragraph, cell and heading; pictures by their description."""
    return "\n".join(words for token in _PARSER.parse(markdown) if (words := _block_words(token)))


def count_characters(markdown: str) -> int:
    """How many characters there are to read: all but white space."""
    return sum(not char.isspace() for char in plain_text(markdown))


class _Parser(MarkdownIt):
    """CommonMark with tables that admits only harmless addresses."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the name is the library's
        """Whether a link may lead there: http, https, or relative without a host."""
        url = url.strip().lower()
        if any(unicodedata.category(char) == "Cc" for char in url):
            return False
        if url.startswith(("http://", "https://")):
            return len(url.split("//", 1)[1]) > 0
        return not url.startswith("//") and ":" not in re.split(r"[/?#]", url, maxsplit=1)[0]


class _Renderer(RendererHTML):
    """HTML without inline style: tables that scroll by themselves, notes, pictures of the unit's own."""

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A heading with a stable id, or a bold line in the short profile."""
        if env["profile"] is Profile.SHORT:
            return "<p><strong>"
        ident = _heading_id(_block_words(tokens[idx + 1]), env["ids"])
        return f'<h{_level(tokens[idx])} id="{escape(ident)}">'

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The end of that."""
        return "</strong></p>\n" if env["profile"] is Profile.SHORT else f"</h{_level(tokens[idx])}>\n"

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A table in a region that scrolls on small screens and can be reached by keyboard."""
        label = _unlike(_table_label(tokens, idx), env["labels"])
        return f'<div class="table-scroll" tabindex="0" role="region" aria-label="{escape(label)}"><table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The end of that."""
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The head of a column; alignment would be inline style and is dropped."""
        return '<th scope="col">'

    def td_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A cell without inline style."""
        return "<td>"

    def blockquote_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A worked case or a note."""
        return '<blockquote class="note">\n'

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A picture of the unit's own, leading to itself in full size; a recording becomes a link; what is not there is
        replaced by its description.
        """
        name, words = str(tokens[idx].attrs.get("src", "")), escape(_words(tokens[idx].children or ()).strip())
        url = env["media_url"](name) if env["media_url"] and _MEDIA_NAME.match(name) else None
        if url is None:
            return words
        if not name.lower().endswith(_PICTURES):
            return f'<a href="{escape(url)}">{words}</a>'
        picture = f'<img src="{escape(url)}" alt="{words}">'
        inside_link = sum((token.type == "link_open") - (token.type == "link_close") for token in tokens[:idx])
        return picture if inside_link else f'<a href="{escape(url)}">{picture}</a>'

    def softbreak(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A line break of the source: nothing between two full-width characters, else white space."""
        return "" if _joins(tokens, idx) else "\n"


def _emphasis(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the library's signature
    """The library's rule for `*` and `_`, with full-width neighbours of `*` counted like punctuation."""
    marker, start = state.src[state.pos], state.pos
    if silent or marker not in "*_":
        return False
    scanned = state.scanDelims(start, marker == "*")
    can_open, can_close, end = scanned.can_open, scanned.can_close, start + scanned.length
    if marker == "*":
        before = state.src[start - 1] if start else " "
        after = state.src[end] if end < state.posMax else " "
        can_open = can_open or (_is_wide(before) and not after.isspace())
        can_close = can_close or (_is_wide(after) and not before.isspace())
    for _ in range(scanned.length):
        state.push("text", "", 0).content = marker
        token = len(state.tokens) - 1
        state.delimiters.append(Delimiter(ord(marker), scanned.length, token, -1, can_open, can_close))
    state.pos = end
    return True


def _parser(*, html: str = "text") -> MarkdownIt:
    """A parser that shows raw HTML as `text` or finds it as a `token`."""
    parser = _Parser("commonmark", {"html": html == "token", "xhtmlOut": False}, renderer_cls=_Renderer)
    parser.enable("table")
    parser.inline.ruler.at("emphasis", _emphasis)
    return parser


_PARSER = _parser()
_HTML_PARSER = _parser(html="token")


def _is_wide(char: str) -> bool:
    return bool(char) and unicodedata.east_asian_width(char) in "WF"


def _joins(tokens: Sequence[Token], place: int) -> bool:
    """Whether the words on both sides of a line break belong together: full-width characters touch it."""
    reach = range(1, 6)  # past the marks of emphasis and links; further away there is a word
    before = next((tokens[place - n].content for n in reach if place >= n and tokens[place - n].content), "")
    after = next(
        (tokens[place + n].content for n in reach if place + n < len(tokens) and tokens[place + n].content), ""
    )
    return _is_wide(before[-1:]) and _is_wide(after[:1])


def _level(token: Token) -> int:
    """The level of a heading in the page, whose own title is the only one of level 1."""
    return max(2, int(token.tag[1]))


def _heading_id(text: str, taken: dict[str, int]) -> str:
    """An id made of the heading's words, so that it survives other headings' coming and going."""
    words = re.sub(r"\W+", "-", unicodedata.normalize("NFKC", text).lower()).strip("-")[:_LONGEST_ID]
    return _unlike(f"s-{words}" if words else "s", taken, joint="-")


def _unlike(name: str, taken: dict[str, int], *, joint: str = " ") -> str:
    """The name, with a number after it if it is `taken` (name -> last number used), and taken from now on."""
    free = name
    while free in taken:
        taken[name] += 1
        free = f"{name}{joint}{taken[name]}"
    taken[free] = 1
    return free


def _table_label(tokens: Sequence[Token], start: int) -> str:
    """What the table that opens at `start` is about: the heads of its columns."""
    heads: list[str] = []
    place = start
    while tokens[place].type != "thead_close":
        if tokens[place].type == "th_open":
            heads.append(_block_words(tokens[place + 1]))
        place += 1
    return " · ".join(filter(None, heads))[:80] or "表"


def _block_words(token: Token) -> str:
    if token.type in ("fence", "code_block"):
        return token.content.strip()
    return _words(token.children or ()).strip()


def _words(tokens: Sequence[Token]) -> str:
    return "".join(_pieces(tokens))


def _pieces(tokens: Sequence[Token]) -> Iterator[str]:
    for place, token in enumerate(tokens):
        if token.type == "image":
            yield _words(token.children or ())
        elif token.type == "softbreak":
            yield "" if _joins(tokens, place) else " "
        elif token.type == "hardbreak":
            yield "\n"
        else:
            yield token.content
