"""Copies of files hold what was handed in and nothing of who made it; what cannot be cleaned is refused."""

import io
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from lms.answer_files import cleaning, pictures
from lms.answer_files.kinds import Unfit, kind_of
from tests.answer_files import made

CANARY = "欧阳秋水0431"


def copy_of(folder: Path, data: bytes, kind: str) -> bytes:
    """The copy of a file."""
    source, target = folder / "source", folder / "target"
    source.write_bytes(data)
    cleaning.clean(source, target, kind)
    return target.read_bytes()


def spellings(canary: str) -> list[bytes]:
    """As files write a name."""
    return [canary.encode(code) for code in ("utf-8", "gb18030", "utf-16-be", "utf-16-le")]


@pytest.mark.parametrize("kind", ["pdf", "docx", "png", "jpg"])
def test_a_copy_says_nothing_of_its_author(kind: str, tmp_path: Path) -> None:
    """
    A name that stands in every place for data about the file is in none of the copy's, unpacked or not; the search finds it in the
    file itself.
    """
    data = made.MADE[kind](CANARY)
    copy = copy_of(tmp_path, data, kind)
    found = made.unpacked(copy)

    assert any(spelling in made.unpacked(data) for spelling in spellings(CANARY))
    assert not any(spelling in found for spelling in spellings(CANARY))
    assert kind_of(copy) == kind


def test_a_copy_shows_what_was_handed_in(tmp_path: Path) -> None:
    """
    Pictures keep each pixel and which way up they are, texts their words, documents their text, pages and pictures.
    """
    for kind in ("png", "jpg"):
        before, after = (Image.open(io.BytesIO(data)) for data in (made.MADE[kind](CANARY), copy_of(tmp_path, made.MADE[kind](CANARY), kind)))  # fmt: skip
        assert (before.tobytes(), before.getexif().get(0x0112)) == (after.tobytes(), after.getexif().get(0x0112))
    assert copy_of(tmp_path, made.txt("！"), "txt").decode() == f"{made.CONTENT}！"
    page = PdfReader(io.BytesIO(copy_of(tmp_path, made.pdf(CANARY), "pdf"))).pages[0]
    with zipfile.ZipFile(io.BytesIO(copy_of(tmp_path, made.docx(CANARY), "docx"))) as archive:
        text = archive.read("word/document.xml").decode()
        kept = set(archive.namelist())

    assert (len(page.images), len(page["/Annots"])) == (1, 1)
    assert made.CONTENT in text
    assert "加了一句。" in text
    assert kept == {
        "[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/settings.xml", "word/comments.xml",
        "word/_rels/document.xml.rels", "word/_rels/settings.xml.rels", "word/media/picture1.png",
    }  # fmt: skip


def bomb() -> bytes:
    """A document of a few kilobytes that unpacks to more than is taken."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = packer.compress(bytes(45 * 1024 * 1024)) + packer.flush()
    whole = made.docx(**{"word/numbering.xml": b"x"})
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["word/numbering.xml"] = bytes(45 * 1024 * 1024)
    assert len(data) < 100_000
    return made.zipped(parts)


def many_entries() -> bytes:
    """More parts than a document has."""
    return made.zipped({f"word/header{n}.xml": b"<a/>" for n in range(2100)})


HOSTILE: list[tuple[str, str, Callable[[], bytes], str]] = [
    ("HTML under another name", "txt", lambda: b"\0<html>", "kind"),
    ("bytes that are no text", "txt", lambda: bytes(range(256)), "kind"),
    ("UTF-16 is not asked for", "txt", lambda: "答".encode("utf-16"), "kind"),
    ("a PNG of a thousand million pixels", "png", lambda: made.png_header(60_000, 20_000), "large"),
    ("a PNG of too many pixels on short sides", "png", lambda: made.png_header(10_000, 10_000), "large"),
    ("a PNG that holds less than it says", "png", lambda: made.png_header(4000, 4000)[:60], "damaged"),
    ("a PNG with a wrong sum", "png", lambda: made.png()[:40] + b"\1" + made.png()[41:], "damaged"),
    ("a PNG with more pixels than it says", "png", lambda: made.png_header(1, 1), "damaged"),
    ("half a JPEG", "jpg", lambda: made.jpg()[:300], "damaged"),
    ("a JPEG without pixels", "jpg", lambda: b"\xff\xd8\xff\xd9", "damaged"),
    ("a PDF under a password", "pdf", lambda: made.pdf(password="geheim"), "encrypted"),
    ("a PDF that is none", "pdf", lambda: b"%PDF-1.7\nnothing", "damaged"),
    ("a zip that is no document", "docx", lambda: made.zipped({"word/document.xml": b"<a/>"}), "kind"),
    ("half a zip", "docx", lambda: made.docx()[:500], "damaged"),
    ("a bomb", "docx", bomb, "large"),
    ("thousands of parts", "docx", many_entries, "large"),
    ("a way out of the folder", "docx", lambda: made.docx(**{"word/../../etc/passwd": b"x"}), "damaged"),
    ("an absolute name", "docx", lambda: made.docx(**{"/etc/passwd": b"x"}), "damaged"),
    ("a drive", "docx", lambda: made.docx(**{"C:/a.xml": b"x"}), "damaged"),
    ("a program", "docx", lambda: made.docx(**{"word/vbaProject.bin": b"x"}), "embedded"),
    ("an embedded file", "docx", lambda: made.docx(**{"word/embeddings/a.xlsx": b"PK"}), "embedded"),
    ("a picture that is none", "docx", lambda: made.docx(**{"word/media/b.png": b"<html>"}), "embedded"),
    ("an entity", "docx", lambda: made.docx(**{"word/styles.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "damaged"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "kind", "data", "reason"), HOSTILE, ids=[row[0] for row in HOSTILE])
def test_what_cannot_be_cleaned_is_refused(
    words: str, kind: str, data: Callable[[], bytes], reason: str, tmp_path: Path
) -> None:
    """
    Files that are not what they say, would fill memory or disk, or hold what nobody can look through, have no copy.
    """
    with pytest.raises(Unfit) as refused:
        copy_of(tmp_path, data(), kind)

    assert (words, refused.value.reason) == (words, reason)


@given(st.binary(max_size=200), st.integers(0, 400), st.sampled_from(["png", "jpg"]))
def test_any_picture_is_cleaned_or_refused(noise: bytes, at: int, kind: str) -> None:
    """
    Whatever stands in a picture, it is refused by a reason or becomes one that is its own copy.
    """
    data = made.MADE[kind]()
    clean = {"png": pictures.png, "jpg": pictures.jpeg}[kind]
    copy = data
    with suppress(Unfit):
        copy = clean(data[:at] + noise + data[at + len(noise) :])

    assert clean(clean(copy)) == clean(copy)


def test_a_picture_of_both_kinds_is_one_of_them(tmp_path: Path) -> None:
    """
    A script behind the end of a picture, so that it is a page for a browser that guesses, is not in its copy.
    """
    page = b"<script>alert(1)</script>"

    assert page not in copy_of(tmp_path, made.png() + page, "png")
    assert page not in copy_of(tmp_path, made.jpg() + page, "jpg")
