"""HTML and XHTML from elsewhere as Markdown of questions.

`markdown(html, pictures=…)` takes a text of HTML or an element that is parsed already (QTI's item body). What Markdown
cannot say is kept as words and reported; what acts by itself (scripts, frames, players, controls) is left out and
reported. Colours, fonts and sizes are looks and go without a word. The Markdown holds no HTML: every sign that could
begin a tag is escaped.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from lxml import etree

from question_bank.formats import inline, mathml, pictures
from question_bank.formats.addresses import inlined, safe_address
from question_bank.formats.xml import local
from question_bank.problem import Problem, shortened

#: the bytes behind the address of a picture as the file writes it, None where it has none
Pictures = Callable[[str], bytes | None]
#: Markdown for an element of the format's own (a gap: "[[1]]"), None for one that this module shall convert
Own = Callable[[etree._Element], str | None]

MAX_DEPTH = 60
MAX_TABLE = 4000
_LEFT_OUT = {
    "script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "param", "video", "audio", "source",
    "track", "canvas", "svg", "form", "input", "button", "select", "option", "textarea", "noscript", "template", "link",
    "meta", "base", "title", "head", "area", "map", "portal", "slot",
}  # fmt: skip
#: begins a block of its own but says nothing else
_PLAIN_BLOCKS = {
    "p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "figure", "figcaption", "address",
    "center", "dl", "dt", "dd", "fieldset", "legend", "details", "summary", "html", "body", "caption", "hgroup",
}  # fmt: skip
_TABLE_PARTS = {"thead", "tbody", "tfoot", "tr", "colgroup", "col"}
_HEADINGS = {f"h{n}": "#" * n for n in range(1, 7)}
_BLOCKS = (
    _PLAIN_BLOCKS | set(_HEADINGS) | _TABLE_PARTS | {"ul", "ol", "li", "table", "td", "th", "pre", "blockquote", "hr"}
)
#: stands within a line and says nothing that its words do not
_PLAIN_INLINE = {
    "span", "font", "small", "big", "abbr", "acronym", "cite", "dfn", "label", "bdi", "bdo", "time", "wbr", "o:p",
    "nobr", "data", "rb", "rp", "tt", "a", "q", "ruby", "rt",
}  # fmt: skip
_STRONG = {"b", "strong"}
_EMPHASIS = {"i", "em", "var"}
_CODE = {"code", "kbd", "samp", "tt"}
#: looks that a question may speak of ("the underlined word") and Markdown has not
_MARKED = {"u", "s", "strike", "del", "ins", "mark"}
#: known looks; around whole paragraphs also those that a line would keep
_LOOKS = _MARKED | _STRONG | _EMPHASIS | _CODE | {"sub", "sup"}
_UPPER = dict(zip("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ", strict=True))
_LOWER = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
_TAG = re.compile(r"<[^<>]{0,2000}>")
#: a bar within a cell would begin another
_BAR = re.compile(r"(?<!\\)\|")
_FENCE = re.compile(r"`+")


@dataclass(frozen=True, slots=True)
class Converted:
    """The Markdown, what of the HTML it does not say, and the pictures that it names, by the hash of their bytes."""

    text: str
    problems: tuple[Problem, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def _nothing(_address: str) -> bytes | None:
    return None


def _foreign(_element: etree._Element) -> str | None:
    return None


def markdown(
    source: str | etree._Element,
    *,
    pictures: Pictures = _nothing,
    field: str = "stem",
    own: Own = _foreign,
    blanks: bool = False,
    single_line: bool = False,
) -> Converted:
    """HTML as Markdown; never raises for what is in it. The tail of an element does not belong to it.

    `field` is named by the problems (their value is the element); `own` converts elements of the format itself;
    `blanks`: marks [[1]] in the text are blanks, not words; `single_line`: paragraphs are joined by a blank, for
    options and the like.
    """
    walk = _Walk(pictures, field, own, blanks=blanks)
    root = _parsed(source, walk) if isinstance(source, str) else source
    blocks = [] if root is None else walk.blocks(root, 0)
    text = " ".join(block.replace("\\\n", " ") for block in blocks) if single_line else "\n\n".join(blocks)
    return Converted(text.strip(), tuple(walk.problems), walk.pictures)


def _parsed(text: str, walk: "_Walk") -> etree._Element | None:
    """The body; where the parser gives up (bottomless nesting), the bare words."""
    if not text.strip():
        return None
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    data = text.replace("\0", "").encode("utf-8", "replace")
    try:
        root = etree.fromstring(b"<div>" + data + b"</div>", parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    given_up = root is None or any("depth" in entry.message.lower() for entry in parser.error_log)
    if not given_up:
        return root
    walk.report("html_deep", "")
    bare = etree.Element("div")
    bare.text = inline.printable(_TAG.sub(" ", text))
    return bare


class _Walk:
    """Goes through one text, keeping what could not be said and the pictures it met."""

    def __init__(self, pictures: Pictures, field: str, own: Own, *, blanks: bool) -> None:
        self._find, self._field, self._ask, self._blanks = pictures, field, own, blanks
        self._owned: dict[etree._Element, str | None] = {}
        self.problems: list[Problem] = []
        #: in how many cells of tables, which are one line each and have no room for the marks of a list
        self.in_cells = 0
        self._said: set[tuple[str, str]] = set()
        self.pictures: dict[str, bytes] = {}

    def report(self, code: str, value: str) -> None:
        """Something that the Markdown does not say."""
        shown = shortened(value)
        if (code, shown) not in self._said:
            self._said.add((code, shown))
            self.problems.append(Problem(self._field, code, shown))

    def _own(self, element: etree._Element) -> str | None:
        """The format's own Markdown of an element; the format is asked once."""
        if element not in self._owned:
            self._owned[element] = self._ask(element)
        return self._owned[element]

    def blocks(self, element: etree._Element, depth: int) -> list[str]:
        """The blocks of an element's content."""
        if depth > MAX_DEPTH:
            self.report("html_deep", f"<{local(element)}>")
            return [text] if (text := self._line([inline.Words("".join(map(str, element.itertext())))])) else []
        done: list[str] = []
        run: list[inline.Token] = [inline.Words(element.text or "")]
        for child in element:
            if self._is_block(child):
                done += self._flushed(run)
                done += self._block(child, depth + 1)
                run = []
            else:
                run += self._inline(child, depth + 1)
            run.append(inline.Words(child.tail or ""))
        return done + self._flushed(run)

    def _is_block(self, element: etree._Element) -> bool:
        name = local(element).lower()
        return name in _BLOCKS or (
            name not in _LEFT_OUT
            and self._own(element) is None
            and any(local(one).lower() in _BLOCKS for one in element.iterdescendants())
        )

    def _flushed(self, run: list[inline.Token]) -> list[str]:
        text = self._line(run)
        return [text] if text else []

    def _line(self, run: list[inline.Token]) -> str:
        return inline.written(run, blanks=self._blanks)

    def _block(self, element: etree._Element, depth: int) -> list[str]:
        name = local(element).lower()
        if (own := self._own(element)) is not None:
            done = [own] if own else []
        elif name in ("ul", "ol"):
            done = self._list(element, depth)
        elif name == "table":
            done = self._table(element, depth)
        elif name == "pre":
            done = _fenced("".join(map(str, element.itertext())))
        else:
            done = ["---"] if name == "hr" else self._container(element, name, depth)
        return done

    def _container(self, element: etree._Element, name: str, depth: int) -> list[str]:
        inner = self.blocks(element, depth)
        if name == "blockquote":
            quoted = "\n\n".join(inner)
            return ["\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))] if inner else []
        if name in _HEADINGS:
            return [f"{_HEADINGS[name]} {' '.join(inner).replace(chr(92) + chr(10), ' ')}"] if inner else []
        if name == "a" and (address := element.get("href")):
            self.report("html_link", address)
        elif name not in _BLOCKS:
            self._question(element, name)
        return inner

    def _list(self, element: etree._Element, depth: int) -> list[str]:
        number = int(start) if (start := element.get("start", "1")).isdecimal() and len(start) < 9 else 1
        entries, loose = [], False
        for child in element:
            inner = self._block(child, depth + 1) if local(child).lower() in ("ul", "ol") else self.blocks(child, depth)
            mark = f"{number}. " if local(element).lower() == "ol" else "" if self.in_cells else "- "
            number += 1
            loose = loose or any(not _is_list(block) for block in inner[1:])
            entries.append((mark, inner or [""]))
        between = "\n\n" if loose else "\n"
        lines = [mark + _indented(between.join(inner), len(mark)) for mark, inner in entries]
        return [between.join(lines)] if lines else []

    def _table(self, element: etree._Element, depth: int) -> list[str]:
        rows: list[list[str]] = []
        captions = self._rows(element, rows, depth)
        width = max(map(len, rows), default=0)
        if not width or width * len(rows) > MAX_TABLE:
            if width:
                self.report("html_deep", "<table>")
            return captions + [" ".join(cell) for cell in rows if any(cell)]
        padded = [row + [""] * (width - len(row)) for row in rows]
        lines = [f"| {' | '.join(row)} |" for row in padded]
        return [*captions, "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])]

    def _rows(self, part: etree._Element, rows: list[list[str]], depth: int) -> list[str]:
        """Add the rows of a table or a part of it; what stands there beside its cells comes back as blocks."""
        beside = self._flushed([inline.Words(part.text or "")])
        if local(part).lower() == "tr":
            rows.append([])
        for child in part:
            name = local(child).lower()
            if name in ("td", "th"):
                if local(part).lower() != "tr":
                    rows.append([])
                rows[-1].append(self._cell(child, depth))
            elif name in _TABLE_PARTS and depth <= MAX_DEPTH:
                beside += self._rows(child, rows, depth + 1)
            else:
                beside += (
                    self._block(child, depth + 1)
                    if self._is_block(child)
                    else self._flushed(self._inline(child, depth + 1))
                )
            beside += self._flushed([inline.Words(child.tail or "")])
        return beside

    def _cell(self, cell: etree._Element, depth: int) -> str:
        if any(cell.get(name, "1") != "1" for name in ("colspan", "rowspan")):
            self.report("html_span", f"<{local(cell)}>")
        if any(local(one).lower() == "table" for one in cell.iterdescendants()):
            self.report("html_deep", "<table>")
        self.in_cells += 1
        text = " ".join(" ".join(self.blocks(cell, depth + 2)).split()).replace("\\ ", " ")
        self.in_cells -= 1
        return _BAR.sub(r"\\|", text)

    def _inline(self, element: etree._Element, depth: int) -> list[inline.Token]:
        if (own := self._own(element)) is not None:
            return [inline.Atom(own)] if own else []
        name = local(element).lower()
        shown = self._shown(element, name)
        if shown is not None:
            return shown
        if depth > MAX_DEPTH:
            self.report("html_deep", f"<{name}>")
            return [inline.Words("".join(map(str, element.itertext())))]
        return self._around(element, name, self._run(element, depth))

    def _shown(self, element: etree._Element, name: str) -> list[inline.Token] | None:
        """An element that is more than its words; None for others."""
        if name in ("img", "object") and (shown := self._picture(element, name)) is not None:
            return shown
        if name in _LEFT_OUT:
            self.report("html_left_out", _opening(element))
            return []
        if name == "br":
            return [inline.Break()]
        if name == "math":
            return self._formula(element)
        if name in _CODE:
            return [inline.code("".join(map(str, element.itertext())))]
        return None

    def _run(self, element: etree._Element, depth: int) -> list[inline.Token]:
        run: list[inline.Token] = [inline.Words(element.text or "")]
        for child in element:
            run += self._inline(child, depth + 1)
            run.append(inline.Words(child.tail or ""))
        return run

    def _around(self, element: etree._Element, name: str, run: list[inline.Token]) -> list[inline.Token]:
        """What an element makes of its content."""
        if name in _STRONG or name in _EMPHASIS:
            return inline.emphasised(run, "**" if name in _STRONG else "*")
        if name in ("sub", "sup"):
            return _raised(run, name)
        if name == "a" and (address := element.get("href")):
            return self._link(address, run)
        if name == "rt":
            return [inline.Words("（"), *run, inline.Words("）")]
        if name == "q":
            return [inline.Words("“"), *run, inline.Words("”")]
        self._question(element, name)
        return run

    def _question(self, element: etree._Element, name: str) -> None:
        """Report an element that is unknown or whose looks may matter."""
        decoration = "text-decoration" in element.get("style", "") and "none" not in element.get("style", "")
        if name in _LOOKS or (decoration and name in _PLAIN_INLINE):
            self.report("html_looks", f"<{name}>")
        elif name not in _PLAIN_INLINE:
            self.report("html_unknown", f"<{name}>")

    def _link(self, address: str, run: list[inline.Token]) -> list[inline.Token]:
        if not safe_address(address):
            self.report("html_link", address)
            return run
        if not any(token.text.strip() for token in run if isinstance(token, inline.Words | inline.Atom)):
            return run
        target = quote(address.strip(), safe="/:?#[]@!$&'*+,;=%~-._")
        words = inline.written(run, blanks=self._blanks).replace("\\\n", " ")
        return [inline.Atom(f"[{words}]({target})")] if "](" not in words else run

    def _picture(self, element: etree._Element, name: str) -> list[inline.Token] | None:
        """A picture of the file as a stored one; another is described and reported. None for an object that is none."""
        address = element.get("src" if name == "img" else "data") or ""
        if name == "object" and not element.get("type", "").startswith("image/"):
            return None
        described = element.get("alt") or element.get("aria-label") or " ".join(map(str, element.itertext())).strip()
        data = inlined(address) if address[:5].lower() == "data:" else self._find(address)
        if data is None or not pictures.is_picture(data):
            self.report("picture_missing" if data is None else "picture_kind", address or f"<{name}>")
            return [inline.Words(described)]
        hashed = pictures.name_of(data)
        self.pictures[hashed.removeprefix("picture:")] = data
        return [inline.Atom(pictures.markdown(data, described))]

    def _formula(self, element: etree._Element) -> list[inline.Token]:
        for one in element.iter():
            if local(one).lower() == "annotation" and "tex" in one.get("encoding", "").lower():
                return [inline.formula("".join(map(str, one.itertext())))]
        shown = inline.formula(mathml.latex(element) or "")
        if isinstance(shown, inline.Atom):
            return [shown]
        self.report("html_unknown", "<math>")
        return [inline.Words(" ".join(" ".join(map(str, element.itertext())).split()))]


def _opening(element: etree._Element) -> str:
    """An element as a complaint names it: with its address, where it has one."""
    address = element.get("src") or element.get("data") or element.get("href") or ""
    return f"<{local(element)} {address}>" if address else f"<{local(element)}>"


def _is_list(block: str) -> bool:
    return bool(re.match(r"(?:- |\d{1,9}\. )", block))


def _indented(text: str, width: int) -> str:
    return text.replace("\n", "\n" + " " * width).replace("\n" + " " * width + "\n", "\n\n")


def _fenced(text: str) -> list[str]:
    lines = text.strip("\r\n").replace("\r\n", "\n").replace("\r", "\n")
    fence = "`" * max(3, *(len(run) + 1 for run in _FENCE.findall(lines)), 3)
    return [f"{fence}\n{lines}\n{fence}"] if lines.strip() else []


def _raised(run: list[inline.Token], name: str) -> list[inline.Token]:
    """Small digits and signs as their own characters; anything else as a formula."""
    words = "".join(token.text for token in run if isinstance(token, inline.Words)).strip()
    signs = _UPPER if name == "sup" else _LOWER
    if any(isinstance(token, inline.Atom) for token in run) or not words:
        return run
    if all(sign in signs for sign in words):
        return [inline.Words("".join(signs[sign] for sign in words))]
    return [inline.formula(f"{'^' if name == 'sup' else '_'}{{{inline.latex_words(words)}}}")]
