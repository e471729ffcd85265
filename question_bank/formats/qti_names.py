"""The names of QTI 2.x and 3.0: one set while reading and writing (that of 2.x), whatever the file says."""

import re

from lxml import etree

from question_bank.formats.xml import local

#: what the standard calls the versions we write
NAMESPACES = {
    "2.1": "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "2.2": "http://www.imsglobal.org/xsd/imsqti_v2p2",
    "3.0": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
}
MATHML = "http://www.w3.org/1998/Math/MathML"
#: roots of an item in 2.x and 3.0, and of the older standard
ITEM_ROOTS = ("assessmentItem", "qti-assessment-item")
OLD_ROOT = "questestinterop"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HYPHEN = re.compile(r"-([a-z0-9])")
#: elements that 3.0 has from HTML and writes as HTML does
_HTML = {
    "a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "div", "dl",
    "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "object", "ol", "p", "pre", "q",
    "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "ul",
    "var",
}  # fmt: skip
#: what only one of the two writes in capitals, or splits elsewhere
_ODD = {"responseElseIf": "response-else-if", "simpleMatchSet": "simple-match-set"}


def uniform(root: etree._Element) -> etree._Element:
    """The tree with the element and attribute names of QTI 2.x and without name spaces but that of MathML; the lines
    of the elements are kept.
    """
    for element in root.iter():
        name = local(element)
        if name.startswith("qti-"):
            element.tag = _camel(name.removeprefix("qti-"))
            _rename_attributes(element)
        elif f"{{{MATHML}}}" not in str(element.tag):
            element.tag = name
    return root


def _rename_attributes(element: etree._Element) -> None:
    for name in list(element.attrib):
        text = str(name)
        if "-" in text and "{" not in text and not text.startswith(("data-", "aria-")):
            element.set(_camel(text), element.attrib.pop(name))


def _camel(name: str) -> str:
    return _HYPHEN.sub(lambda found: found[1].upper(), name)


def versioned(root: etree._Element, version: str) -> etree._Element:
    """A new tree in the name space and with the names of a version, from one with the names of 2.x."""
    space = NAMESPACES[version]
    made = etree.Element(_named(root, version), nsmap={None: space})  # type: ignore[dict-item]
    _fill(made, root, version)
    return made


def _fill(made: etree._Element, source: etree._Element, version: str) -> None:
    html = version != "3.0" or local(source) in _HTML or MATHML in str(source.tag)
    for name, value in source.attrib.items():
        made.set(str(name) if html else kebab(str(name)), str(value))
    made.text = source.text
    for child in source:
        one = etree.SubElement(made, _named(child, version))
        _fill(one, child, version)
        one.tail = child.tail


def _named(element: etree._Element, version: str) -> str:
    tag = str(element.tag)
    if tag.startswith("{"):
        return tag
    plain = version != "3.0" or tag in _HTML
    return f"{{{NAMESPACES[version]}}}{tag if plain else 'qti-' + kebab(tag)}"


def kebab(name: str) -> str:
    """The name as 3.0 writes it; names with a prefix stay."""
    return name if name.startswith("{") else _ODD.get(name) or _HUMP.sub("-", name).lower()
