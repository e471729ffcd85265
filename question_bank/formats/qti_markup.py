"""Markdown of questions as the XHTML that QTI allows, with stored pictures as files and formulas as MathML."""

import re
from collections.abc import Callable, Sequence

from latex2mathml.converter import convert
from lxml import etree
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from question_bank.formats.inline import printable
from question_bank.formats.qti_names import MATHML

#: the address of the file that holds a picture, by its hash
Address = Callable[[str], str]
#: the element that stands for the blank of a number
Gap = Callable[[int], etree._Element]
LONGEST_FORMULA = 500
DEEPEST_FORMULA = 20
_PICTURE = re.compile(r"picture:([0-9a-f]{64})\Z")
#: as lms.richtext reads it
_FORMULA = re.compile(r"\$\$(?P<shown>[^$]+)\$\$|\$(?P<inline>(?!\s)(?:\\.|[^$\\\n])+?(?<!\s))\$(?!\d)")
_GAP = re.compile(r"\[\[(\d{1,2})\]\]")
#: attributes of HTML that QTI has not
_STRANGE = ("style", "start")
_XML_MARK = re.compile(r"<\?xml.*?\?>")


def blocks(markdown: str, address: Address, gap: Gap | None = None) -> list[etree._Element]:
    """The paragraphs, lists, tables ... of a text; `gap` makes an element of each mark [[1]]."""
    root = _parsed(_markdown.render(printable(markdown), {"address": address}))
    if gap is not None:
        for element in list(root.iter()):
            if not str(element.tag).startswith("{"):
                _fill_gaps(element, gap)
    return list(root)


def inline(parent: etree._Element, markdown: str, address: Address) -> None:
    """Put a text without paragraphs around it into an element, before what the element holds already."""
    root = _parsed(_markdown.renderInline(printable(markdown), {"address": address}))
    held = list(parent)
    parent.text = (root.text or "") + (parent.text or "")
    for place, child in enumerate(root):
        parent.insert(place, child)
    parent.extend(held)


def _parsed(html: str) -> etree._Element:
    root = etree.fromstring(f"<div>{html}</div>", etree.XMLParser(resolve_entities=False, no_network=True))
    for element in root.iter():
        for name in _STRANGE:
            if name in element.attrib:
                del element.attrib[name]
        if element.tag == "hr" and element.getparent() is not root:
            element.tag = "br"
    root.text = (root.text or "").lstrip("\n") or None
    for child in root:
        child.tail = child.tail.strip("\n") if child.tail and not child.tail.strip() else child.tail
    return root


def _fill_gaps(element: etree._Element, gap: Gap) -> None:
    """Replace the marks in an element's own text and behind its children."""
    if element.text and _GAP.search(element.text):
        pieces = _GAP.split(element.text)
        element.text = pieces[0]
        _insert(element, 0, pieces, gap)
    for child in list(element):
        if child.tail and _GAP.search(child.tail):
            pieces = _GAP.split(child.tail)
            child.tail = pieces[0]
            _insert(element, element.index(child) + 1, pieces, gap)


def _insert(element: etree._Element, place: int, pieces: Sequence[str], gap: Gap) -> None:
    for offset, (number, after) in enumerate(zip(pieces[1::2], pieces[2::2], strict=True)):
        made = gap(int(number))
        made.tail = after
        element.insert(place + offset, made)


def _formula_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    found = _FORMULA.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "$" else None
    if not found:
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content = (found["shown"] or found["inline"]).strip()
        token.meta = {"display": "block" if found["shown"] else "inline"}
    state.pos = found.end()
    return True


def _formula(_renderer: RendererHTML, tokens: Sequence[Token], place: int, _options: OptionsDict, _env: EnvType) -> str:
    """MathML that keeps its LaTeX as an annotation; the words themselves where they are too deep or no LaTeX."""
    latex, display = tokens[place].content, str(tokens[place].meta["display"])
    drawn = _drawn(latex, display)
    if drawn is None:
        span = etree.Element("span")
        span.text = f"${latex}$"
        return etree.tostring(span, encoding="unicode")
    root = etree.Element(f"{{{MATHML}}}math", nsmap={None: MATHML}, display=display)  # type: ignore[dict-item]
    semantics = etree.SubElement(root, f"{{{MATHML}}}semantics")
    row = etree.SubElement(semantics, f"{{{MATHML}}}mrow")
    row.extend(list(drawn))
    annotation = etree.SubElement(semantics, f"{{{MATHML}}}annotation", encoding="application/x-tex")
    annotation.text = latex
    return etree.tostring(root, encoding="unicode")


def _drawn(latex: str, display: str) -> etree._Element | None:
    depth = deepest = 0
    for sign in latex:
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    if len(latex) > LONGEST_FORMULA or deepest > DEEPEST_FORMULA:
        return None
    try:
        return etree.fromstring(_XML_MARK.sub("", convert(latex, display=display)))
    except Exception:  # noqa: BLE001 - the converter raises whatever its parser stumbles over
        return None


def _picture(renderer: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    """A stored picture as a file of the package; one from anywhere else is only described."""
    token = tokens[place]
    found = _PICTURE.match(str(token.attrGet("src") or ""))
    shown = etree.Element("img" if found else "span")
    described = renderer.renderInlineAsText(token.children or [], options, env)
    if found:
        shown.set("src", env["address"](found[1]))
        shown.set("alt", described)
    else:
        shown.text = described
    return etree.tostring(shown, encoding="unicode")


def _made() -> MarkdownIt:
    # a reference definition in a stem could turn the mark [[1]] of a blank into a link
    markdown = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable("table").disable("reference")
    markdown.inline.ruler.before("escape", "formula", _formula_rule)
    markdown.add_render_rule("formula", _formula)
    markdown.add_render_rule("image", _picture)
    return markdown


_markdown = _made()
