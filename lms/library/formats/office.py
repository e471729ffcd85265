"""Word documents (DOCX): headings, paragraphs, lists with their numbers, tables. Deleted text and comments are left out."""

from collections.abc import Iterator, Mapping

from lxml import etree

from lms.library.formats.office_numbers import Numbering
from lms.library.formats.record import Block, Extracted, bounded
from question_bank.formats.package import Package
from question_bank.formats.xml import local, parsed, words

DOCUMENT = "word/document.xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: what is not, or no longer, part of the text; the fallback of a drawing repeats its text
_LEFT_OUT = {"del", "moveFrom", "Fallback", "instrText", "delText", "sectPr", "pPr", "rPr", "tblPr", "trPr", "tcPr"}
_HEADING_NAMES = ("heading ", "标题 ", "标题")
_CORE = {"title": "title", "creator": "author", "subject": "subject"}


def read(package: Package) -> Extracted:
    """The document in a package that has one. Raises Unreadable or UnreadableFile."""
    root = parsed(package.parts[DOCUMENT])
    styles = _styles(package.parts.get("word/styles.xml"))
    numbering = Numbering.of(package.parts.get("word/numbering.xml"))
    body = next((element for element in root if local(element) == "body"), root)
    blocks = bounded(tuple(_blocks(body, styles, numbering)))
    facts = _core(package.parts.get("docProps/core.xml"))
    said = facts.pop("title", "")
    title = next((block.text for block in blocks[:20] if block.level == 1), "") or blocks[0].text
    return Extracted("docx", (title if len(title) <= 200 else said or title)[:200], blocks, facts)


def _core(data: bytes | None) -> dict[str, str]:
    if data is None:
        return {}
    found = {_CORE.get(local(element), ""): words(element)[:200] for element in parsed(data)}
    return {key: value for key, value in found.items() if key and value}


def _styles(data: bytes | None) -> dict[str, int]:
    """The level of each style that is a heading's; 1 also for a document's title."""
    found = {}
    for style in parsed(data).iter(f"{_W}style") if data else ():
        name = next((e.get(f"{_W}val", "") for e in style if local(e) == "name"), "").lower()
        outline = next((e.get(f"{_W}val", "") for e in style.iter(f"{_W}outlineLvl")), "")
        level = int(outline) + 1 if outline.isdecimal() else _named_level(name)
        if 1 <= level <= 6:
            found[style.get(f"{_W}styleId", "")] = level
    return found


def _named_level(name: str) -> int:
    if name in ("title", "标题"):
        return 1
    rest = next((name.removeprefix(start) for start in _HEADING_NAMES if name.startswith(start)), "")
    return int(rest) if rest.isdecimal() and len(rest) == 1 else 0


def _blocks(body: etree._Element, styles: Mapping[str, int], numbering: Numbering) -> Iterator[Block]:
    for element in body:
        kind = local(element)
        if kind == "p":
            yield from _paragraph(element, styles, numbering)
        elif kind == "tbl":
            yield from _rows(element)
        elif kind in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"):
            yield from _blocks(element, styles, numbering)


def _paragraph(element: etree._Element, styles: Mapping[str, int], numbering: Numbering) -> Iterator[Block]:
    settings = next((e for e in element if local(e) == "pPr"), None)
    level, label = 0, ""
    if settings is not None:
        said = {local(e): e for e in settings}
        style = said["pStyle"].get(f"{_W}val", "") if "pStyle" in said else ""
        outline = said["outlineLvl"].get(f"{_W}val", "") if "outlineLvl" in said else ""
        level = int(outline) + 1 if outline.isdecimal() and int(outline) < 6 else styles.get(style, 0)
        label = numbering.label(said["numPr"]) if "numPr" in said else ""
    for number, line in enumerate(_text(element).split("\n")):
        text = line.strip()
        if text:
            yield Block(label + text if number == 0 else text, level)


def _text(element: etree._Element) -> str:
    """The words of a paragraph, lines parted as they are on paper."""
    kind = local(element)
    if kind in _LEFT_OUT:
        return ""
    if kind == "t":
        return str(element.text or "")
    if kind in ("br", "cr", "p") and len(element) == 0:
        return "\n"
    inner = "".join(map(_text, element))
    return {"tab": "\t", "noBreakHyphen": "-"}.get(kind, inner)


def _rows(table: etree._Element) -> Iterator[Block]:
    for row in table.iter(f"{_W}tr"):
        cells = (" ".join(_text(cell).split()) for cell in row if local(cell) == "tc")
        text = " | ".join(cells).strip(" |")
        if text:
            yield Block(text)
