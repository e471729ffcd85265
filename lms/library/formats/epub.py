"""EPUB: the parts of a book in the order of its spine, each read as a page."""

from collections.abc import Iterator

from lxml import etree

from lms.library.formats import html
from lms.library.formats.record import Block, Extracted, Unreadable, bounded
from question_bank.formats.package import Package
from question_bank.formats.xml import local, parsed, words

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
MAX_PARTS = 2000
_FACTS = {"creator": "author", "publisher": "issuer", "date": "issued"}
_PAGES = ("application/xhtml+xml", "text/html")


def read(package: Package) -> Extracted:
    """The book in a package. Raises Unreadable or UnreadableFile."""
    address = next(
        (e.get("full-path", "") for e in parsed(package.parts[CONTAINER]).iter() if local(e) == "rootfile"), ""
    )
    data = package.part(address)
    if data is None:
        raise Unreadable("epub_damaged")
    root = parsed(data)
    said = {local(e): words(e) for e in root.iter() if local(e) in ("title", *_FACTS)}
    parts = _spine(root)
    if not parts or len(parts) > MAX_PARTS:
        raise Unreadable("epub_damaged")
    _refuse_encrypted(package, parts)
    blocks = bounded(tuple(_blocks(package, parts, address)))
    facts = {_FACTS[key]: value[:120] for key, value in said.items() if key in _FACTS and value}
    return Extracted("epub", (said.get("title") or blocks[0].text)[:200], blocks, facts)


def _spine(root: etree._Element) -> list[str]:
    """The addresses of the pages in reading order."""
    items = {e.get("id", ""): e for e in root.iter() if local(e) == "item"}
    chosen = (items.get(e.get("idref", "")) for e in root.iter() if local(e) == "itemref")
    return [e.get("href", "") for e in chosen if e is not None and e.get("media-type") in _PAGES]


def _refuse_encrypted(package: Package, parts: list[str]) -> None:
    """Fonts may be veiled; a page that is cannot be read."""
    data = package.parts.get(ENCRYPTION)
    if data is None:
        return
    veiled = [e.get("URI", "") for e in parsed(data).iter() if local(e) == "CipherReference"]
    if any(address.endswith(tuple(parts)) for address in veiled):
        raise Unreadable("encrypted")


def _blocks(package: Package, parts: list[str], beside: str) -> Iterator[Block]:
    missing = 0
    for address in parts:
        data = package.part(address, beside=beside)
        if data is None:
            missing += 1
        elif data.strip():
            yield from html.blocks_of(html.parsed(data.decode("utf-8", "replace").removeprefix("\ufeff")))
    if missing:
        raise Unreadable("epub_damaged")
