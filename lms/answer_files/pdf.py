"""PDF (ISO 32000) without its author: the pages written anew with what they show, and nothing that only says who made them.

Information, XMP metadata of every object, data of programs, attachments, scripts, forms' data and the authors of notes are left
behind; photos within are stripped as `lms.answer_files.pictures` strips them.
"""

import io
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from lms.answer_files import pictures
from lms.answer_files.kinds import Unfit

MOST_PAGES, MOST_OBJECTS = 500, 300_000
_PAGE = frozenset(
    {"/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/Contents", "/UserUnit", "/Annots", "/Group"}
)  # fmt: skip
#: notes that show something on the page by themselves
_NOTES = frozenset(
    {"/Text", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight", "/Underline", "/Squiggly",
     "/StrikeOut", "/Stamp", "/Caret", "/Ink", "/Widget"}
)  # fmt: skip
_NOTE = frozenset(
    {"/Type", "/Subtype", "/Rect", "/AP", "/AS", "/F", "/C", "/IC", "/CA", "/Border", "/BS", "/BE", "/RD", "/InkList",
     "/QuadPoints", "/L", "/LE", "/Vertices", "/Contents", "/DA", "/Q"}
)  # fmt: skip
_ANYWHERE = (
    "/Metadata", "/PieceInfo", "/LastModified", "/AF", "/Usage", "/StructParent", "/StructParents", "/OPI", "/Alternates",
)  # fmt: skip
#: boxes of JPEG 2000 (ISO 15444-1, annex I) that decoding needs
_BOXES = frozenset({b"jP  ", b"ftyp", b"jp2h", b"jp2c"})


def cleaned(data: bytes) -> bytes:
    """The pages anew; raises Unfit."""
    if not data.startswith(b"%PDF-"):
        raise Unfit("kind")
    try:
        return _anew(data)
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        # what a reader of damaged files stumbles over
        raise Unfit("damaged") from error


def _anew(data: bytes) -> bytes:
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise Unfit("encrypted")
    if not 0 < len(reader.pages) <= MOST_PAGES:
        raise Unfit("large" if reader.pages else "damaged")
    writer, seen = PdfWriter(), set[tuple[int, int]]()
    for page in reader.pages:
        _only(page, _PAGE)
        _keep_notes(page)
        _strip(page, seen)
        writer.add_page(page)
    writer.metadata = None
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _only(found: DictionaryObject, names: frozenset[str]) -> None:
    for name in [name for name in found if name not in names]:
        del found[name]


def _keep_notes(page: DictionaryObject) -> None:
    """The notes that show something, without whose they are."""
    listed = _whole(page.get("/Annots"))
    kept = ArrayObject()
    for entry in listed if isinstance(listed, ArrayObject) else ():
        note = _whole(entry)
        if isinstance(note, DictionaryObject) and note.get("/Subtype") in _NOTES:
            _only(note, _NOTE)
            kept.append(entry)
    if "/Annots" in page:
        page[NameObject("/Annots")] = kept


def _strip(page: DictionaryObject, seen: set[tuple[int, int]]) -> None:
    """Go through everything that a page shows and take out of it what only describes it."""
    waiting: list[Any] = [value for name, value in page.items() if name != "/Parent"]
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if (key := (found.idnum, found.generation)) in seen:
                continue
            seen.add(key)
            if len(seen) > MOST_OBJECTS:
                raise Unfit("large")
            found = _whole(found)
        if isinstance(found, DictionaryObject):
            for name in _ANYWHERE:
                found.pop(name, None)
            if isinstance(found, StreamObject):
                _strip_stream(found)
            waiting += [value for name, value in found.items() if name != "/Parent"]
        elif isinstance(found, ArrayObject):
            waiting += list(found)


def _strip_stream(stream: StreamObject) -> None:
    """A photo without what its camera wrote into it; no data that lie elsewhere."""
    for name in ("/F", "/FFilter", "/FDecodeParms"):
        stream.pop(name, None)
    filters = _whole(stream.get("/Filter"))
    names = [str(name) for name in filters] if isinstance(filters, ArrayObject) else [str(filters)]
    if not {"/DCTDecode", "/DCT", "/JPXDecode"} & set(names):
        return
    if len(names) != 1:
        raise Unfit("embedded")
    raw = stream._data  # as it stands in the file: pypdf would decode it
    try:
        stream._data = _boxes(raw) if names[0] == "/JPXDecode" else pictures.jpeg(raw)
    except Unfit as unfit:
        raise Unfit("embedded") from unfit


def _boxes(data: bytes) -> bytes:
    """JPEG 2000 without boxes that only describe it; a bare codestream has none."""
    if data.startswith(b"\xff\x4f"):
        return data
    out, at = list[bytes](), 0
    while at + 8 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big") or len(data) - at, data[at + 4 : at + 8]
        if length < 8 or at + length > len(data):
            raise Unfit("damaged")
        if kind in _BOXES:
            out.append(data[at : at + length])
        at += length
    if not out:
        raise Unfit("damaged")
    return b"".join(out)


def _whole(found: Any) -> Any:
    """What a reference leads to."""
    return found.get_object() if isinstance(found, IndirectObject) else found
