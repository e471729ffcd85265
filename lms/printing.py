"""Drawing PDF (typst, the fonts of the program embedded, PDF/A-2b): what a transcript and a report of an exam have in common."""

import json
from collections.abc import Mapping
from pathlib import Path

import typst

from lms.fonts import FOLDER


def printed(template: Path, paper: Mapping[str, object], **inputs: str) -> bytes:
    """The PDF that a template makes of a paper, which it finds as JSON under `paper`, and of further inputs. All words come as
    data; templates read nothing of them as markup.
    """
    given = {"paper": json.dumps(paper, ensure_ascii=False), **inputs}
    return bytes(
        typst.compile(
            template, font_paths=[FOLDER], ignore_system_fonts=True, pdf_standards="a-2b", sys_inputs=given
        )
    )  # fmt: skip
