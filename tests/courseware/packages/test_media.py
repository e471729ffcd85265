"""Pictures and recordings are told by their bytes; an SVG picture cannot act or call elsewhere."""

import pytest

from courseware.packages.media import MOST_SVG_BYTES, MOST_SVG_ELEMENTS, media_type, svg_faults
from tests.courseware.builders import SVG

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'


def svg(inner: str) -> bytes:
    """A picture with that inside."""
    return f"{HEAD}{inner}</svg>".encode()


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.jpeg", b"\xff\xd8\xff\xe1", "image/jpeg"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        ("a.mp4", b"\0\0\0\x18ftypmp42", "video/mp4"),
        ("a.webm", b"\x1a\x45\xdf\xa3", "video/webm"),
        ("a.mp3", b"ID3\x04", "audio/mpeg"),
        ("a.svg", SVG, "image/svg+xml"),
        ("a.png", b"\xff\xd8\xff\xe0", None),
        ("a.jpg", b"<html><script>", None),
        ("a.mp4", b"ftyp", None),
        ("a.svg", b"<html></html>", None),
        ("a.webp", b"", None),
    ],
)
def test_the_bytes_tell_the_type(name: str, data: bytes, kind: str | None) -> None:
    """
    A name is believed only if the bytes agree.
    """
    assert media_type(name, data) == kind


@pytest.mark.parametrize(
    "inner",
    [
        '<rect fill="url(#g)"/><text>金额 // 时限</text>',
        "<style>.a { fill: url( '#g' ); stroke: #123 }</style>",
        '<defs><linearGradient id="g"/></defs><use xlink:href="#g"/>',
        "<title>流程图</title><desc>a &lt; b</desc>",
    ],
)
def test_a_plain_picture_is_taken(inner: str) -> None:
    """
    Shapes, text, styles and references within the picture are what pictures are made of.
    """
    assert svg_faults(svg(inner)) == ()


@pytest.mark.parametrize(
    ("inner", "fault"),
    [
        ("<script>alert(1)</script>", "element script"),
        ("<SCRIPT/>", "element SCRIPT"),
        ("<rect onload='x()'/>", "attribute onload"),
        ("<rect ONCLICK='x()'/>", "attribute onclick"),
        ("<foreignObject/>", "element foreignObject"),
        ("<a href='#x'/>", "element a"),
        ("<image href='http://evil.example/x.png'/>", "address in href"),
        ("<use xlink:href='data:image/svg+xml;base64,AAAA'/>", "address in href"),
        ("<use xlink:href=' javascript:x()'/>", "address in href"),
        ("<rect fill=\"url('http://evil.example/')\"/>", "address in fill"),
        ("<rect style='background: image-set(\"x.png\" 1x)'/>", "address in style"),
        ("<style>@import 'x.css';</style>", "address in style"),
        ("<style>.a{fill:u<![CDATA[rl(//evil.example)]]>}</style>", "address in style"),
        ("<style>.a{fill:\\75rl(x)}</style>", "address in style"),
        ("<animate attributeName='xlink:href' values='#a'/>", "animated address"),
        ("<h:img xmlns:h='http://www.w3.org/1999/xhtml'/>", "foreign element"),
        ("<?xml-stylesheet href='x.css'?>", "processing instruction"),
        ("<g>" * 60 + "</g>" * 60, "too many elements"),
        ("<g/>" * MOST_SVG_ELEMENTS, "too many elements"),
    ],
)
def test_what_could_act_or_call_elsewhere_is_refused(inner: str, fault: str) -> None:
    """
    Each way of doing more than being looked at has its reason.
    """
    assert svg_faults(svg(inner)) == (fault,)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG, "document type"),
        (b"<html><svg/></html>", "root is not svg"),
        (b"<svg/>", "root is not svg"),
        (SVG[:-3], "not well-formed"),
        (SVG.decode().encode("utf-16"), "not UTF-8"),
        (SVG.decode().encode("utf-16-le"), "not UTF-8"),
        (b'<?xml version="1.0" encoding="UTF-7"?>' + SVG, "not UTF-8"),
        (b'<?xml version="1.0" encoding="gb18030"?>' + SVG, "not UTF-8"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><text>中</text></svg>'.encode("gbk"), "not UTF-8"),
        (svg("&nbsp;"), "not well-formed"),
        (b"", "not well-formed"),
        (SVG + b" " * MOST_SVG_BYTES, "too large"),
    ],
)
def test_what_is_no_sound_svg_is_refused(data: bytes, reason: str) -> None:
    """
    Document types (and with them entities), other roots, other encodings and damaged files are not read on.
    """
    (fault,) = svg_faults(data)

    assert fault.startswith(reason)
