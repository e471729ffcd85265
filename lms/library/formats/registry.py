"""Which reader reads a file: its content decides, not its name."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from lxml import etree

from lms.library.formats import epub, html, office, pdf, text
from lms.library.formats.encodings import decoded
from lms.library.formats.record import Extracted, Note, Unreadable
from question_bank.errors import UnreadableFile
from question_bank.formats import package

MAX_BYTES = 50 * 1024 * 1024
#: how the names of files end that are looked into when a folder or an archive is imported
ENDINGS: Mapping[str, str] = {
    ".md": "markdown", ".markdown": "markdown", ".txt": "text", ".htm": "html", ".html": "html", ".xhtml": "html",
    ".docx": "docx", ".pdf": "pdf", ".epub": "epub", ".doc": "doc", ".wps": "doc", ".rtf": "rtf",
}  # fmt: skip
MEDIA_TYPES: Mapping[str, str] = {
    "markdown": "text/markdown", "text": "text/plain", "html": "text/html", "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "epub": "application/epub+zip",
}  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|div|article|p|h[1-6])\b", re.I | re.S
)
_SEEN = 4096
#: what parsers raise for damage that nobody foresaw: one file must not end an import of thousands
_DAMAGE = (RecursionError, ValueError, LookupError, ArithmeticError, etree.LxmlError)
_TEXTS = ("markdown", "text")


def read(data: bytes, *, name: str) -> Extracted:
    """The document in a file. Raises Unreadable with the reason."""
    if not data:
        raise Unreadable("empty")
    if len(data) > MAX_BYTES:
        raise Unreadable("too_large", megabytes=MAX_BYTES // 1_048_576)
    try:
        found = _read(data, name)
    except UnreadableFile as error:
        raise Unreadable(str(error.facts["reason"])) from error
    except _DAMAGE as error:
        raise Unreadable("xml_damaged") from error
    named = ENDINGS.get(PurePosixPath(name.lower()).suffix, "")
    if named and named != found.format and not (named in _TEXTS and found.format in _TEXTS):
        note = Note("mislabelled", {"named": named, "found": found.format})
        return Extracted(found.format, found.title, found.blocks, found.facts, (*found.notes, note), found.is_markdown)
    return found


def _read(data: bytes, name: str) -> Extracted:
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return pdf.read(data)
    if data.startswith(b"PK\x03\x04"):
        return _packed(data)
    if data.startswith(_OLE):
        raise Unreadable("encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "old_office")
    if data.startswith(b"{\\rtf"):
        raise Unreadable("rich_text")
    if _HTML.match(decoded(data)[0][:_SEEN]):
        return html.read(data)
    return text.read(data, name=name)


def _packed(data: bytes) -> Extracted:
    parts = package.opened(data)
    if office.DOCUMENT in parts.parts:
        return office.read(parts)
    if epub.CONTAINER in parts.parts:
        return epub.read(parts)
    raise Unreadable("archive_within")
