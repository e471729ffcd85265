"""PDF with text, read in a process of its own with limits of memory and time: what breaks there breaks nothing here."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lms.library.formats.record import Block, Extracted, Note, Unreadable, bounded
from lms.library.formats.reflow import paragraphs

#: seconds by the clock on the wall that a file may take
PATIENCE = 90
#: bytes of answer that are believed
MAX_ANSWER = 40_000_000
ROOT = Path(__file__).parents[3]
MODULE = "lms.library.formats.pdf_apart"
#: signs that a page must have at the least to count as one with text
FEWEST = 8


def read(data: bytes) -> Extracted:
    """A PDF. Raises Unreadable: "pdf_damaged", "encrypted", "scanned", "too_slow", "too_long" ..."""
    answer = _asked(data)
    if "refused" in answer:
        raise Unreadable(str(answer["refused"]))
    pages: list[list[str]] = answer["pages"]
    blank = sum(sum(map(len, lines)) < FEWEST for lines in pages)
    if blank == len(pages):
        raise Unreadable("scanned", pages=len(pages))
    blocks = bounded(tuple(paragraphs(pages)))
    facts: dict[str, str] = dict(answer["facts"])
    said = facts.pop("title", "")
    notes = (Note("pages_without_text", {"pages": blank, "of": len(pages)}),) if blank else ()
    return Extracted("pdf", _title(blocks, said), blocks, facts, notes)


def _title(blocks: tuple[Block, ...], said: str) -> str:
    """The first short paragraph: what programs write into a file's properties is mostly its name."""
    first = blocks[0].text
    return (first if len(first) <= 80 else said or first)[:200]


def _asked(data: bytes) -> Mapping[str, Any]:
    """What the process says of the file."""
    try:
        done = subprocess.run(  # noqa: S603 - a module of ours
            [sys.executable, "-s", "-m", MODULE], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=PATIENCE, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Unreadable("too_slow") from error
    if done.returncode != 0 or not 0 < len(done.stdout) <= MAX_ANSWER:
        raise Unreadable("too_slow" if done.returncode in (-24, -9) else "pdf_damaged")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
