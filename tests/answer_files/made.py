"""Files as candidates' programs write them, with words of their authors in every place that is not the content."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject, TextStringObject

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
#: what stands in every document and must stay
CONTENT = "先取证，后告知，再决定。"


def picture(size: tuple[int, int] = (40, 30)) -> Image.Image:
    """A small picture with many colours."""
    found = Image.new("RGB", size)
    found.putdata([(x * 6 % 256, y * 8 % 256, (x * y) % 256) for y in range(size[1]) for x in range(size[0])])
    return found


def png(canary: str = "") -> bytes:
    """With text in three kinds of chunks, and behind the end."""
    info, target = PngInfo(), io.BytesIO()
    info.add_text("Author", canary, zip=True)
    info.add_itxt("Comment", canary)
    info.add_itxt("XML:com.adobe.xmp", f"<x>{canary}</x>")
    picture().save(target, "PNG", pnginfo=info)
    return target.getvalue() + canary.encode()


def jpg(canary: str = "", orientation: int = 6) -> bytes:
    """With Exif (turned), a comment, and behind the end."""
    target, exif = io.BytesIO(), Image.Exif()
    exif[0x0112], exif[0x013B], exif[0x010E] = orientation, canary, canary
    picture().save(target, "JPEG", exif=exif, comment=canary.encode(), xmp=f"<x>{canary}</x>".encode())
    return target.getvalue() + canary.encode()


def txt(canary: str = "") -> bytes:
    """As an older editor writes it."""
    return f"{CONTENT}{canary}".encode("gb18030")


def pdf(canary: str = "", **extra: object) -> bytes:
    """With information, XMP of document, page and picture, a note, an attachment and a script."""
    base = io.BytesIO()
    Image.open(io.BytesIO(jpg(canary, 1))).save(base, "PDF", author=canary, title=canary)
    writer = PdfWriter(clone_from=PdfReader(base))
    xmp = DecodedStreamObject()
    xmp.set_data(f"<x>{canary}</x>".encode())
    found, page = writer._add_object(xmp), writer.pages[0]
    writer._root_object[NameObject("/Metadata")] = found
    page[NameObject("/Metadata")] = found
    page[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/Word"): TextStringObject(canary)})
    for image in page["/Resources"]["/XObject"].values():
        image.get_object()[NameObject("/Metadata")] = found
    box = ArrayObject(NumberObject(n) for n in (0, 0, 9, 9))
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Square"),
            NameObject("/Rect"): box, NameObject("/T"): TextStringObject(canary), NameObject("/M"): TextStringObject(canary),
        }
    )  # fmt: skip
    page[NameObject("/Annots")] = ArrayObject([writer._add_object(note)])
    writer.add_attachment(f"{canary}.txt", canary.encode())
    script = {
        NameObject("/S"): NameObject("/JavaScript"),
        NameObject("/JS"): TextStringObject(f"app.alert('{canary}')"),
    }
    writer._root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    target = io.BytesIO()
    if extra.get("password"):
        writer.encrypt(str(extra["password"]), algorithm="RC4-128")
    writer.write(target)
    return target.getvalue()


def docx(canary: str = "", **changed: bytes) -> bytes:
    """With properties, people, a comment and a change with their authors, sessions, a template, a field, a picture with names.
    `changed`: parts to add or replace; empty ones are left out.
    """
    return zipped({name: data for name, data in (_parts(canary) | changed).items() if data})


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A zip of these files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


def _parts(canary: str) -> dict[str, bytes]:
    body = f"""<w:document xmlns:w="{W}" xmlns:r="{OFFICE}"
xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"
xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" xmlns:o="urn:schemas-microsoft-com:office:office">
<!-- {canary} --><w:body><w:p w:rsidR="00AB{canary}" w:rsidRDefault="00AC"><w:r><w:t>{CONTENT}</w:t></w:r>
<w:ins w:id="1" w:author="{canary}" w:date="2026-01-01T00:00:00Z"><w:r><w:t>加了一句。</w:t></w:r></w:ins>
<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> AUTHOR \\* {canary}</w:instrText></w:r>
<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{canary}</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>
<w:fldSimple w:instr="FILENAME"><w:r><w:t>{canary}.docx</w:t></w:r></w:fldSimple>
<w:sdt><w:sdtPr><w:dataBinding w:xpath="/ns1:coreProperties[1]/ns0:creator[1]" w:storeItemID="x"/></w:sdtPr>
<w:sdtContent><w:r><w:t>{canary}</w:t></w:r></w:sdtContent></w:sdt>
<w:r><w:drawing><wp:inline><wp:docPr id="1" name="{canary}" descr="C:\\Users\\{canary}\\a.png" title="{canary}"/>
<a:graphic><a:graphicData><pic:pic><pic:nvPicPr><pic:cNvPr id="0" name="{canary}.png"/></pic:nvPicPr>
<pic:blipFill><a:blip r:embed="rId2"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>
<w:r><w:pict><v:imagedata r:id="rId2" o:title="{canary}"/></w:pict></w:r></w:p></w:body></w:document>"""
    settings = f"""<w:settings xmlns:w="{W}" xmlns:r="{OFFICE}"><w:attachedTemplate r:id="rId1"/><w:rsids>
<w:rsid w:val="00AB"/></w:rsids><w:docVars><w:docVar w:name="who" w:val="{canary}"/></w:docVars></w:settings>"""
    comments = f"""<w:comments xmlns:w="{W}"><w:comment w:id="1" w:author="{canary}" w:initials="{canary}"><w:p><w:r>
<w:t>一句说明</w:t></w:r></w:p></w:comment></w:comments>"""
    return {
        "[Content_Types].xml": f"""<Types xmlns="{TYPES}"><Default Extension="rels"
ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>
<Default Extension="png" ContentType="image/png"/><Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/>
<Override PartName="/word/settings.xml" ContentType="{WORD}.settings+xml"/>
<Override PartName="/word/comments.xml" ContentType="{WORD}.comments+xml"/>
<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>""".encode(),
        "_rels/.rels": f"""<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument"
Target="word/document.xml"/><Relationship Id="rId2" Type="{OFFICE}/core" Target="docProps/core.xml"/></Relationships>""".encode(),
        "docProps/core.xml": f"<cp><creator>{canary}</creator><lastModifiedBy>{canary}</lastModifiedBy></cp>".encode(),
        "docProps/app.xml": f"<p><Company>{canary}</Company></p>".encode(),
        "docProps/custom.xml": f"<p>{canary}</p>".encode(),
        "customXml/item1.xml": f"<p>{canary}</p>".encode(),
        "word/people.xml": f"<w15:people>{canary}</w15:people>".encode(),
        "word/document.xml": body.encode(),
        "word/settings.xml": settings.encode(),
        "word/comments.xml": comments.encode(),
        "word/_rels/document.xml.rels": f"""<Relationships xmlns="{RELATIONS}"><Relationship Id="rId2" Type="{OFFICE}/image"
Target="media/{canary or "a"}.png"/><Relationship Id="rId3" Type="{OFFICE}/hyperlink" Target="file:///C:/{canary}" TargetMode="External"/>
<Relationship Id="rId4" Type="{OFFICE}/customXml" Target="../customXml/item1.xml"/></Relationships>""".encode(),
        "word/_rels/settings.xml.rels": f"""<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1"
Type="{OFFICE}/attachedTemplate" Target="file:///C:/Users/{canary}/Normal.dotm" TargetMode="External"/></Relationships>""".encode(),
        f"word/media/{canary or 'a'}.png": png(canary),
    }  # fmt: skip


MADE = {"pdf": pdf, "docx": docx, "png": png, "jpg": jpg, "txt": txt}


def png_header(width: int, height: int) -> bytes:
    """A PNG that says to be so large and holds next to nothing."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    out = b"\x89PNG\r\n\x1a\n"
    for kind, data in chunks:
        out += struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))
    return out


def unpacked(data: bytes) -> bytes:
    """Everything that can be read in a file: its bytes, the parts of a zip with their names, the streams of a PDF."""
    found = [data]
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found += [part for name in archive.namelist() for part in (name.encode(), unpacked(archive.read(name)))]
    if data.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(data))
        for number in reader.xref.get(0, ()):
            thing = reader.get_object(number)
            found.append(repr(thing).encode())
            if hasattr(thing, "get_data") and thing.get("/Filter") != "/DCTDecode":
                found.append(thing.get_data())
    if data.startswith(b"\x89PNG"):
        found += [zlib.decompress(part) for part in _packed_texts(data)]
    return b"\n".join(found)


def _packed_texts(data: bytes) -> list[bytes]:
    found, at = [], 8
    while at + 8 < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + length]
        if kind == b"zTXt":
            found.append(content.split(b"\0", 1)[1][1:])
        at += 12 + length
    return found
