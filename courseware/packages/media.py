"""Which pictures, recordings, captions and documents a unit may carry, told by their bytes and not by their name."""

import re
from xml.parsers import expat

_SVG_SPACE = "http://www.w3.org/2000/svg"
_XHTML_SPACE = "http://www.w3.org/1999/xhtml"
_JOINT = "\n"  # between name space and name; cannot stand in either
MOST_SVG_BYTES = 1024 * 1024
MOST_SVG_ELEMENTS, DEEPEST_SVG = 20_000, 60
_NO_PLACE_IN_A_PICTURE = {
    "script", "foreignobject", "iframe", "embed", "object", "audio", "video", "handler", "listener", "a",
}  # fmt: skip
_ADDRESS = re.compile(r"url\s*\(\s*+[\"']?+\s*+(?!#)|@import|image-set|javascript:|expression\s*\(|\\", re.IGNORECASE)

#: by the ending of the name: the type, and the bytes the file must begin with at an offset
_SIGNATURES: dict[str, tuple[str, int, tuple[bytes, ...]]] = {
    "png": ("image/png", 0, (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", 0, (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", 0, (b"\xff\xd8\xff",)),
    "webp": ("image/webp", 8, (b"WEBP",)),
    "mp4": ("video/mp4", 4, (b"ftyp",)),
    "webm": ("video/webm", 0, (b"\x1a\x45\xdf\xa3",)),
    "pdf": ("application/pdf", 0, (b"%PDF-",)),
    "vtt": ("text/vtt", 0, (b"WEBVTT", b"\xef\xbb\xbfWEBVTT")),
    "mp3": ("audio/mpeg", 0, (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
}
ENDINGS = frozenset({"svg", *_SIGNATURES})


def media_type(name: str, data: bytes) -> str | None:
    """The type of a medium with one of ENDINGS, None if its bytes are not what its name says."""
    ending = name.rpartition(".")[2]
    if ending == "svg":
        return "image/svg+xml" if b"<svg" in data else None
    kind, offset, beginnings = _SIGNATURES[ending]
    return kind if data[offset:].startswith(beginnings) else None


def svg_faults(data: bytes) -> tuple[str, ...]:
    """
    Why an SVG file may not be shown, in a few stable words each; empty for a harmless one.

    Refused is whatever could act or call elsewhere: scripts, event attributes, links, foreign content, document
    types and entities, addresses other than `#fragments` within the picture.
    """
    if len(data) > MOST_SVG_BYTES:
        return ("too large",)
    if b"\0" in data:  # the parser would take it for UTF-16
        return ("not UTF-8",)
    check = _SvgCheck()
    try:
        check.parser.Parse(data.decode("utf-8-sig"), True)
    except UnicodeDecodeError:
        return ("not UTF-8",)
    except expat.ExpatError as error:
        check.faults.setdefault(f"not well-formed: {error}")
    except _NotAPicture as error:
        check.faults.setdefault(str(error))
    return tuple(check.faults)


class _NotAPicture(Exception):
    """Reading further is of no use."""


class _SvgCheck:
    """Watches a parser go through an SVG file; keeps the faults in order, each once."""

    def __init__(self) -> None:
        self.faults: dict[str, None] = {}
        self.depth = self.elements = 0
        self.in_style = False
        self.style: list[str] = []
        self.parser = expat.ParserCreate("utf-8", _JOINT)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.ProcessingInstructionHandler = self._instruction

    def _start(self, full_name: str, attributes: dict[str, str]) -> None:
        space, _, name = full_name.rpartition(_JOINT)
        self.depth += 1
        self.elements += 1
        if self.elements == 1 and (space, name) != (_SVG_SPACE, "svg"):
            raise _NotAPicture("root is not svg")
        if self.elements > MOST_SVG_ELEMENTS or self.depth > DEEPEST_SVG:
            raise _NotAPicture("too many elements")
        if space == _XHTML_SPACE:
            self.faults.setdefault("foreign element")
        if name.lower() in _NO_PLACE_IN_A_PICTURE:
            self.faults.setdefault(f"element {name}")
        self.in_style = name.lower() == "style"
        for attribute, value in attributes.items():
            self._attribute(attribute.rpartition(_JOINT)[2].lower(), value)

    def _attribute(self, name: str, value: str) -> None:
        if name.startswith("on"):
            self.faults.setdefault(f"attribute {name}")
        elif name in ("href", "src", "base") and not value.strip().startswith("#"):
            self.faults.setdefault(f"address in {name}")
        elif name == "attributename" and value.strip().lower().rpartition(":")[2] in ("href", "src"):
            self.faults.setdefault("animated address")
        elif _ADDRESS.search(value) or (name == "style" and "//" in value):
            self.faults.setdefault(f"address in {name}")

    def _end(self, _full_name: str) -> None:
        self.depth -= 1
        style = "".join(self.style)
        if _ADDRESS.search(style) or "//" in style:
            self.faults.setdefault("address in style")
        self.in_style = False
        self.style.clear()

    def _characters(self, text: str) -> None:
        if self.in_style:
            self.style.append(text)

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if (encoding or "utf-8").lower() != "utf-8":  # a browser would read other words than we did
            raise _NotAPicture("not UTF-8")

    def _doctype(self, *_parts: object) -> None:
        raise _NotAPicture("document type")

    def _instruction(self, *_parts: object) -> None:
        self.faults.setdefault("processing instruction")
