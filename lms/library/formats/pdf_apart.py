"""In a process of its own: the lines of a PDF, page by page. It limits its own memory, time and files first.

It reads the file from its standard input and says one line of JSON: {"pages": [[line, ...], ...], "facts": {...}}, or
{"refused": reason}. Run by `lms.library.formats.pdf` alone.
"""

import json
import os
import resource
import sys

import pypdfium2

#: bytes of address space, seconds of processor
MEMORY = 700 * 1024 * 1024
SECONDS = 60
MAX_PAGES = 3000
MAX_TEXT = 3_000_000
_PASSWORD = 4  # FPDF_ERR_PASSWORD of fpdfview.h
_FACTS = {"Title": "title", "Author": "author"}


def confine() -> None:
    """Limit this process: no file can be written, none beside the open ones opened."""
    os.nice(10)
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(what, (most, most))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def read(data: bytes) -> dict[str, object]:
    """The lines of a PDF, or why there are none."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        return {"refused": "encrypted" if getattr(error, "err_code", None) == _PASSWORD else "pdf_damaged"}
    if len(document) > MAX_PAGES:
        return {"refused": "too_long"}
    pages, length = list[list[str]](), 0
    for number in range(len(document)):
        lines = _lines(document, number)
        length += sum(map(len, lines))
        if length > MAX_TEXT:
            return {"refused": "too_long"}
        pages.append(lines)
    said = document.get_metadata_dict()
    return {"pages": pages, "facts": {name: said[key][:200] for key, name in _FACTS.items() if said.get(key)}}


def _lines(document: pypdfium2.PdfDocument, number: int) -> list[str]:
    """The lines of a page; a page that cannot be loaded has none."""
    try:
        page = document[number]
        text = page.get_textpage().get_text_bounded()
        page.close()
    except pypdfium2.PdfiumError:
        return []
    return [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]


if __name__ == "__main__":
    confine()
    sys.stdout.write(json.dumps(read(sys.stdin.buffer.read()), ensure_ascii=True))
