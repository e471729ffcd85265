"""Files of every format become the same record, by content and not by name; hostile ones get a reason."""

import json
import subprocess
import sys

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.library import import_words
from lms.library.archives import files_of
from lms.library.formats import pdf, registry
from lms.library.formats.encodings import decoded
from lms.library.formats.office_numbers import chinese
from lms.library.formats.record import Unreadable
from lms.library.formats.reflow import paragraphs
from lms.library.reading import read_file
from question_bank.normaliser import number_of
from tests.library.files import (
    LINES,
    TITLE,
    blank_pdf,
    docx,
    paragraph,
    statute_docx,
    statute_epub,
    statute_html,
    statute_pdf,
    tarred,
    zipped,
)

PLAIN = "\n".join((TITLE, *LINES))
MARKDOWN = f"---\ntitle: {TITLE}\ntags: 印章, 用印\n---\n# {TITLE}\n\n" + "\n\n".join(LINES)


@pytest.mark.parametrize(
    ("name", "make", "kind"),
    [
        ("a.txt", PLAIN.encode, "text/plain"),
        ("a.txt", lambda: PLAIN.encode("gb18030"), "text/plain"),
        ("a.txt", lambda: PLAIN.encode("utf-16"), "text/plain"),
        ("a.md", lambda: MARKDOWN.encode("utf-8-sig"), "text/markdown"),
        ("a.html", statute_html, "text/html"),
        ("a.docx", statute_docx, "docx"),
        ("a.epub", statute_epub, "application/epub+zip"),
        ("a.pdf", statute_pdf, "application/pdf"),
    ],
    ids=["utf-8", "gbk", "utf-16", "markdown", "html", "docx", "epub", "pdf"],
)
def test_one_statute_in_every_format_reads_the_same(name: str, make, kind: str) -> None:  # type: ignore[no-untyped-def]
    """
    Title, articles and the day of effect are the same; navigation, scripts, hidden text and running heads are gone.
    """
    found = read_file(make(), name=name)

    assert (found.source.title, found.source.kind, found.articles) == (TITLE, "statute", 4)
    assert str(found.source.effective_on) == "2026-03-01"
    assert kind in str(found.source.media_type) or "wordprocessing" in str(found.source.media_type)
    for word in ("导航", "脚本", "看不见", "版权", "汇编"):
        assert word not in found.source.markdown
    assert "".join(LINES[2].split()) in "".join(found.source.markdown.split())


def test_encodings_are_recognised_and_doubt_is_said() -> None:
    """
    Traditional text in Big5 is read; a few signs that two encodings make sense of are said to be a guess.
    """
    text = "為了規範印章的使用，制定本辦法。印章由專人保管，保管人應當登記。" * 3

    assert decoded(text.encode("big5"))[0] == text
    assert [note.code for note in decoded("No.12 娉嫣".encode("gbk"))[1]] == ["encoding_doubtful"]


def test_single_wrong_bytes_lose_single_signs() -> None:
    """
    A text in which a byte is wrong is read, and the loss is told.
    """
    for encoding in ("utf-8", "gb18030"):
        data = (PLAIN + "\n第五条 补充规定。" * 20).encode(encoding)
        found = read_file(data[:-3] + b"\xff" + data[-3:], name="a.txt")

        assert "signs_lost" in {note.code for note in found.notes}
        assert found.source.title == TITLE


def test_signs_that_no_database_takes_are_left_out() -> None:
    """
    What a page smuggles in by numbers does not reach the text or the title.
    """
    page = b"<html><body><h1>\xe5\x8a\x9e\xe6\xb3\x95&#1;&#xfffe;</h1><p>\xe7\x94\xb2&#1;&#x8;\xe4\xb9\x99</p></body></html>"
    found = read_file(page, name="a.html").source

    assert (found.title, "甲乙" in found.markdown) == ("办法", True)


def test_numbers_that_word_writes_by_itself_are_written_out() -> None:
    """
    A list that counts 第一条 in Chinese becomes articles; tables are rows; deleted words are left out.
    """
    gone = "<w:p><w:del><w:r><w:delText>旧文</w:delText></w:r></w:del></w:p>"
    table = f"<w:tbl><w:tr><w:tc>{paragraph('甲')}</w:tc><w:tc>{paragraph('乙')}</w:tc></w:tr></w:tbl>"
    body = (
        paragraph("名单办法", style="H1") + "".join(paragraph(f"第{n}件事。", numbered=True) for n in range(12)) + gone
    )

    found = read_file(docx(body + table), name="b.docx")

    assert found.articles == 12
    assert "第十二条 第11件事。" in found.source.markdown
    assert "甲 | 乙" in found.source.markdown
    assert "旧文" not in found.source.markdown


@given(st.integers(1, 9999))
def test_numerals_are_read_back(number: int) -> None:
    """
    A number written as a numeral is that number again.
    """
    assert number_of(chinese(number)) == number


def test_pages_of_a_pdf_are_kept() -> None:
    """
    Each page's text knows its page, the running head is gone, and articles that stand three times are remarked.
    """
    found = read_file(statute_pdf(pages=3), name="c.pdf")

    assert [page for _line, page in found.source.pages] == [1, 2, 3]
    assert "汇编" not in found.source.markdown
    assert [note.code for note in found.notes] == ["numbers_double"]


def hostile() -> dict[str, tuple[bytes, str]]:
    """Files and the reasons they are refused for."""
    bomb = zipped({"a.txt": b"\0" * 30_000_000})
    xxe = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>'
    cut = statute_docx()
    return {
        "nothing": (b"", "empty"),
        "blanks": (b" \n\n ", "empty"),
        "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "not_text"),
        "old word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_office"),
        "locked word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        "rich text": (rb"{\rtf1 x}", "rich_text"),
        "bomb": (bomb, "zip_packed"),
        "entities": (zipped({"word/document.xml": xxe}), "xml_doctype"),
        "cut off": (cut[: len(cut) // 2], "zip_damaged"),
        "no document": (zipped({"a.txt": b"x"}), "archive_within"),
        "damaged pdf": (b"%PDF-1.7\n" + b"junk" * 100, "pdf_damaged"),
        "scanned": (blank_pdf(), "scanned"),
        "locked pdf": (locked_pdf(), "encrypted"),
        "deep page": (b"<html><body>" + b"<div>" * 5000 + b"x", "too_deep"),
        "garbled": (("\ue000\ue001\ue002\ufffd" * 200).encode(), "garbled"),
        "front matter": (b"+++\ntitle = 1\n+++\nx", "front_matter"),
        "empty word": (docx(""), "no_text"),
    }


def locked_pdf() -> bytes:
    """A PDF whose owner asks for a password: the standard handler with keys that fit none."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [] /Count 0 >>",
        b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <" + b"ab" * 32 + b"> /U <" + b"cd" * 32 + b"> >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 4\n0000000000 65535 f \n" + table
    ids = b"<" + b"00" * 16 + b">"
    return out + b"trailer\n<< /Size 4 /Root 1 0 R /Encrypt 3 0 R /ID [%s %s] >>\nstartxref\n%d\n%%%%EOF" % (
        ids,
        ids,
        start,
    )


@pytest.mark.parametrize("name", sorted(hostile()))
def test_each_bad_file_has_its_reason(name: str) -> None:
    """
    Corrupt, locked, empty, scanned, bottomless: each is refused with a reason that has a sentence.
    """
    data, reason = hostile()[name]
    with pytest.raises(Unreadable) as refused:
        read_file(data, name=f"{name}.bin")

    assert refused.value.reason == reason
    assert reason in import_words.REASONS


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (zipped({"../a.txt": b"x"}), "zip_name"),
        (tarred({"../a.txt": b"x"}), "zip_name"),
        (tarred({}), "empty"),
        (tarred({"a.txt": b"x" * 60_000_000}), "zip_packed"),
        (b"\x1f\x8b\x08" + b"junk" * 9, "zip_damaged"),
    ],
    ids=["zip leads out", "tar leads out", "nothing", "large part", "damaged"],
)
def test_archives_of_strangers_are_refused(archive: bytes, reason: str) -> None:
    """
    What leads elsewhere, unpacks to too much or is damaged is refused as a whole.
    """
    with pytest.raises(Unreadable) as refused:
        files_of(archive, name="x")

    assert refused.value.reason == reason


def test_archives_hold_documents_and_documents_are_no_archives() -> None:
    """
    Zip and tar.gz give their files, what systems add left out; a Word document stays one file.
    """
    parts = {"法/一.txt": b"x", "__MACOSX/._a": b"y", ".DS_Store": b"z"}

    assert list(files_of(zipped(parts), name="a.zip")) == ["法/一.txt"]
    assert list(files_of(tarred(parts), name="a.tgz")) == ["法/一.txt"]
    assert list(files_of(statute_docx(), name="b.docx")) == ["b.docx"]


def test_a_name_that_lies_is_remarked() -> None:
    """
    A web page named as PDF is read as what it is, and that is said.
    """
    found = read_file(statute_html(), name="x.pdf")

    assert [(note.code, note.facts["found"]) for note in found.notes] == [("mislabelled", "html")]


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"<html>", b"---\n", b"{\\rtf"]))
@settings(max_examples=150)
def test_no_bytes_break_a_reader(data: bytes, start: bytes) -> None:
    """
    Any bytes are a document or a refusal with a sentence.
    """
    reason = ""
    try:
        read_file(start + data, name="x.txt")
    except Unreadable as refused:
        reason = refused.reason

    assert reason in {"", *import_words.REASONS}


def test_lines_of_paper_become_paragraphs() -> None:
    """
    A wrapped line is joined; an article, an item and a line after a short one begin anew; heads and numbers go.
    """
    page = ["汇编", "第一条为了规范印章的使用和保管工作，", "制定本办法。", "（一）甲；", "— 3 —"]

    found = [block.text for block in paragraphs([page, page, page])]

    assert found[:2] == ["第一条为了规范印章的使用和保管工作，制定本办法。", "（一）甲；"]


def test_the_process_for_pdf_cannot_write() -> None:
    """
    The limits hold: within them no file can be filled, and memory has an end.
    """
    code = (
        "import resource, json; from lms.library.formats import pdf_apart as p; p.confine();"
        "print(json.dumps([resource.getrlimit(k)[0] for k in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=pdf.ROOT, check=True)

    assert json.loads(done.stdout)[1] == 0
    assert 0 < json.loads(done.stdout)[0] < 2**30


def test_a_file_beyond_the_limit_is_not_looked_at() -> None:
    """
    Its size alone refuses it.
    """
    with pytest.raises(Unreadable) as refused:
        registry.read(b"x" * (registry.MAX_BYTES + 1), name="a.txt")

    assert refused.value.reason == "too_large"


def test_names_of_zips_in_gbk_are_read() -> None:
    """
    What Chinese programs pack without saying their encoding has its names.
    """
    data = zipped({"XXXX.txt": "印章"}).replace(b"XXXX.txt", "印章.txt".encode("gbk"))

    assert list(files_of(data, name="a.zip")) == ["印章.txt"]


def test_sentences_are_filled(app: Flask) -> None:
    """
    Every reason and remark is a sentence in the language of the request, its facts filled in.
    """
    with app.test_request_context():
        assert "x: y" in import_words.reason_of("front_matter", {"problems": "x: y"})
        assert import_words.reason_of("of another release", {})
        assert all(str(sentence) for sentence in import_words.NOTES.values())
