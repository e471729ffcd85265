"""Drawing PDF (typst, the fonts of the program embedded, PDF/A-2b): what a transcript and a report of an exam have in common."""

import json
from collections.abc import Mapping
from pathlib import Path

import typst

from lms.fonts import FOLDERS


class Printer:
    """Draws many papers by one template, much faster than each by itself: fonts and template are read once."""

    def __init__(self, template: Path) -> None:
        self._compiler = typst.Compiler(template, font_paths=list(FOLDERS), ignore_system_fonts=True)

    def draw(self, paper: Mapping[str, object], **inputs: str) -> bytes:
        """The PDF that the template makes of a paper, which it finds as JSON under `paper`, and of further inputs. All words come
        as data; templates read nothing of them as markup.
        """
        given = {"paper": json.dumps(paper, ensure_ascii=False), **inputs}
        drawn = self._compiler.compile(sys_inputs=given, format="pdf", pdf_standards="a-2b")
        if not isinstance(drawn, bytes):
            raise TypeError("the printer made something else than one PDF")
        return drawn


def printed(template: Path, paper: Mapping[str, object], **inputs: str) -> bytes:
    """The PDF of a single paper, see `Printer.draw`."""
    return Printer(template).draw(paper, **inputs)
