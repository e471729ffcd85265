"""Small files of every format, made here: what they say is known."""

import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

import typst

from lms.fonts import FOLDER

LINES = (
    "第一章 总则",
    "第一条 为了规范印章的使用，制定本办法。",
    "第二条 印章由专人保管，保管人应当登记每一次用印。",
    "第三条 有下列情形之一的，不得用印：",
    "（一）未经批准；",
    "（二）内容空白。",
    "第四条 本办法自2026年3月1日起施行。",
)
TITLE = "印章管理办法"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    """A zip archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def tarred(parts: Mapping[str, bytes]) -> bytes:
    """A tar.gz archive."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, content in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def paragraph(text: str, *, style: str = "", numbered: bool = False) -> str:
    """A paragraph of a Word document."""
    settings = f'<w:pStyle w:val="{style}"/>' if style else ""
    settings += '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>' if numbered else ""
    return f"<w:p><w:pPr>{settings}</w:pPr><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def docx(body: str, **more: str) -> bytes:
    """A Word document with this body; style H1 is a heading of the first level, list 1 counts 第一条."""
    styles = f'<w:styles xmlns:w="{_W}"><w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style></w:styles>'
    numbering = (
        f'<w:numbering xmlns:w="{_W}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="chineseCounting"/><w:lvlText w:val="第%1条"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    document = f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    parts = {"word/document.xml": document, "word/styles.xml": styles, "word/numbering.xml": numbering}
    return zipped({"[Content_Types].xml": "<Types/>"} | parts | more)


def statute_docx(lines: Sequence[str] = LINES) -> bytes:
    """The statute as a Word document."""
    return docx(paragraph(TITLE, style="H1") + "".join(map(paragraph, lines)))


def statute_html() -> bytes:
    """The statute as a page among what pages have besides."""
    rows = "".join(f"<p>{escape(line)}</p>" for line in LINES)
    return (
        f"<!doctype html><html><head><title>{TITLE}_某网站</title><script>var 脚本 = 1;</script></head><body>"
        f"<nav>首页 导航</nav><main><h1>{TITLE}</h1>{rows}<p hidden>看不见</p></main><footer>版权所有</footer></body></html>"
    ).encode()


def statute_epub() -> bytes:
    """The statute as a book of two parts."""
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        f"<dc:title>{TITLE}</dc:title><dc:creator>法规处</dc:creator></metadata><manifest>"
        '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="b" href="b.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
    )
    container = '<container><rootfiles><rootfile full-path="in/book.opf"/></rootfiles></container>'
    halves = {"in/a.xhtml": LINES[:3], "in/b.xhtml": LINES[3:]}
    pages = {
        name: f"<html><body>{''.join(f'<p>{one}</p>' for one in half)}</body></html>" for name, half in halves.items()
    }
    return zipped({"mimetype": "application/epub+zip", "META-INF/container.xml": container, "in/book.opf": opf} | pages)


def statute_pdf(lines: Sequence[str] = LINES, *, pages: int = 1) -> bytes:
    """The statute as printed: narrow lines that wrap, page numbers; as often as `pages` says, then with a running head."""
    head = "header: [市局文件汇编]" if pages > 1 else "header: none"
    text = f"= {TITLE}\n\n" + "\n\n".join(lines)
    body = "\n#pagebreak()\n".join([text] * pages)
    source = (
        '#set page(width: 110mm, height: 160mm, numbering: "1", ' + head + ")\n"
        '#set text(font: "Noto Serif SC", lang: "zh", size: 11pt)\n' + body
    )
    return bytes(typst.compile(source.encode(), format="pdf", font_paths=[FOLDER], ignore_system_fonts=True))


def blank_pdf() -> bytes:
    """Pages with a picture of a line and no text, as scanners make them."""
    return bytes(
        typst.compile(b"#set page(width: 90mm, height: 90mm)\n#rect(width: 40mm)\n#pagebreak()\n#rect()", format="pdf")
    )
