"""Texts of questions as the XHTML elements that QTI allows, with stored pictures as files and formulas as MathML."""

import re
from collections.abc import Callable

from latex2mathml.converter import convert
from lxml import etree

from question_bank.formats.markup import xhtml
from question_bank.formats.qti_names import MATHML

#: the address of the file that holds a picture, by its hash
Address = Callable[[str], str]
#: the element that stands for the blank of a number
Gap = Callable[[int], etree._Element]
LONGEST_FORMULA = 500
DEEPEST_FORMULA = 20
#: attributes of HTML that QTI has not
_STRANGE = ("style", "start")
_XML_MARK = re.compile(r"<\?xml.*?\?>")


def blocks(markdown: str, address: Address, gap: Gap | None = None) -> list[etree._Element]:
    """The paragraphs, lists, tables ... of a text; `gap` makes an element of each mark [[1]]."""
    root = _parsed(xhtml(markdown, picture=address, blank=None if gap is None else _mark, formula=_formula))
    if gap is not None:
        for place in list(root.iter("gap")):
            made, parent = gap(int(place.get("number", "0"))), place.getparent()
            made.tail = place.tail
            if parent is not None:
                parent.replace(place, made)
    return list(root)


def inline(parent: etree._Element, markdown: str, address: Address) -> None:
    """Put a text without paragraphs around it into an element, before what the element holds already."""
    root = _parsed(xhtml(markdown, picture=address, formula=_formula, one_line=True))
    parent.text = (root.text or "") + (parent.text or "")
    for place, child in enumerate(list(root)):
        parent.insert(place, child)


def _mark(number: int) -> str:
    return f'<gap number="{number}"/>'


def _parsed(html: str) -> etree._Element:
    root = etree.fromstring(f"<div>{html}</div>", etree.XMLParser(resolve_entities=False, no_network=True))
    for element in root.iter():
        for name in _STRANGE:
            if name in element.attrib:
                del element.attrib[name]
    return root


def _formula(latex: str, shown: bool) -> str:  # noqa: FBT001 - as markup calls it
    """MathML that keeps its LaTeX as an annotation; the words themselves where they are too deep or no LaTeX."""
    display = "block" if shown else "inline"
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
