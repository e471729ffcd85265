"""HTML as blocks: the main part or article first; navigation, scripts, styles, forms and hidden things left out."""

import re
from collections.abc import Iterator

from lxml import etree

from lms.library.formats.encodings import decoded
from lms.library.formats.record import Block, Extracted, Unreadable, bounded

MAX_ELEMENTS = 400_000
MAX_DEPTH = 200
_DECLARED = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([A-Za-z0-9_-]{2,20})""", re.I)
_LEFT_OUT = {
    "script", "style", "nav", "noscript", "template", "iframe", "object", "embed", "form", "button", "input", "select",
    "textarea", "svg", "canvas", "video", "audio", "footer", "aside", "head", "map", "dialog",
}  # fmt: skip
_BREAKS = {
    "p", "div", "section", "article", "main", "header", "ul", "ol", "li", "table", "tr", "blockquote", "pre", "dl",
    "dt", "dd", "figure", "figcaption", "body", "html", "center", "br", "hr", "thead", "tbody", "tfoot", "caption",
    "address", "details", "summary", "hgroup",
}  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0]+")
_TITLE_TAIL = re.compile(r"\s*[_|｜-]\s*[^_|｜-]{2,30}$")


def read(data: bytes) -> Extracted:
    """A page. Raises Unreadable."""
    declared = _DECLARED.search(data[:4096])
    text, notes = decoded(data, declared=declared[1].decode() if declared else "")
    root = parsed(text)
    blocks = bounded(tuple(blocks_of(_main(root))))
    return Extracted("html", _title(root, blocks), blocks, _facts(root), notes)


def parsed(text: str) -> etree._Element:
    """The root of a page that is parsed leniently, without network or entities of its own. Raises Unreadable."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("html_damaged") from error
    if root is None:
        raise Unreadable("no_text")
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise Unreadable("too_deep")
    return root


def _main(root: etree._Element) -> etree._Element:
    """The part that a page names as its own, when it holds most of what one would read."""
    found = [element for name in ("main", "article") for element in root.iter(name)]
    best = max(found, key=_length, default=None)
    body = root.find("body")
    whole = root if body is None else body
    return best if best is not None and _length(best) * 4 >= _length(whole) else whole


def _length(element: etree._Element) -> int:
    return sum(len(text) for text in map(str, element.itertext()) if text.strip())


def blocks_of(element: etree._Element) -> Iterator[Block]:
    """The blocks of an element in their order. Raises Unreadable for a page without end."""
    line, level, cells = list[str](), 0, 0

    def done() -> Iterator[Block]:
        text = _SPACE.sub(" ", "".join(line)).strip(" |")
        line.clear()
        if text:
            yield Block(text, level)

    for count, (event, node, name) in enumerate(_walk(element)):
        if count > MAX_ELEMENTS:
            raise Unreadable("too_long", most=MAX_ELEMENTS)
        if name in _BREAKS and not (cells and name in ("p", "div", "br")):
            yield from done()
        elif name in _HEADINGS:
            yield from done()
            level = _HEADINGS[name] if event == "start" else 0
        elif name in ("td", "th"):
            cells += 1 if event == "start" else -1
            line.append(" | " if event == "end" else "")
        text = node.text if event == "start" else node.tail if node is not element else None
        line.append(str(text or ""))
    yield from done()


def _walk(element: etree._Element) -> Iterator[tuple[str, etree._Element, str]]:
    """Beginnings and ends of the elements that are read; of one left out only its end, which what follows it needs."""
    skipped: etree._Element | None = None
    depth = 0
    for event, node in etree.iterwalk(element, events=("start", "end")):
        name = node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise Unreadable("too_deep")
        if skipped is None and event == "start" and (name in _LEFT_OUT or _hidden(node)):
            skipped = node
        elif skipped is None:
            yield event, node, name
        elif event == "end" and node is skipped:
            skipped = None
            yield event, node, ""


def _hidden(node: etree._Element) -> bool:
    style = (node.get("style") or "").replace(" ", "").lower()
    return "hidden" in node.attrib or node.get("aria-hidden") == "true" or "display:none" in style


def _title(root: etree._Element, blocks: tuple[Block, ...]) -> str:
    heading = next((block.text for block in blocks[:40] if block.level == 1), "")
    named = root.find(".//title")
    said = _SPACE.sub(" ", str(named.text or "")).strip() if named is not None else ""
    return (heading or _TITLE_TAIL.sub("", said) or blocks[0].text)[:200]


def _facts(root: etree._Element) -> dict[str, str]:
    """What the page says of itself in its head."""
    names = {"author": "author", "article:author": "author", "contentsource": "issuer", "pubdate": "issued"}
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        key = names.get((meta.get("name") or meta.get("property") or "").lower())
        if key and (value := (meta.get("content") or "").strip()):
            found.setdefault(key, value[:120])
    return found
